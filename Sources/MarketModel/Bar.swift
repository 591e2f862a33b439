/// A vendor's own aggregate of one instrument over one window (Polygon `A`, one second, and `AM`, one minute).
@frozen public struct Bar: Hashable, Sendable, BitwiseCopyable {
  /// Start of the window.
  public var start: Timestamp
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  /// Contracts or shares traded in the window.
  public var volume: Int64
  public var instrument: InstrumentID
  /// Length of the window: 1 or 60.
  public var lengthSeconds: UInt32

  @inlinable
  public init(
    start: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Int64, instrument: InstrumentID,
    lengthSeconds: UInt32
  ) {
    self.start = start
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
    self.instrument = instrument
    self.lengthSeconds = lengthSeconds
  }
}
