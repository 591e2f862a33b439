import MarketModel

/// Where vendor frames come from: a recorded file, the demo market, later a socket. Pulled by the feed thread, which decodes
/// and paces them by the times inside; a source knows neither clock nor engine.
public protocol FrameSource: ~Copyable, SendableMetatype {
  /// One line for logs and /health: `demo seed 1`, `replay small.ndjson.gz`.
  var summary: String { get }
  /// Lines of a recording that could not be read and were skipped.
  var refusedLines: Int { get }
  /// Rows of a recording that its own corrections make void.
  var correctedRows: Int { get }
  /// Whether what has been received is handed over before a stop: true where it cannot be asked for again.
  static var drainsAtStop: Bool { get }
  /// Whether what comes next is there already, most likely a frame: nothing is waited for. Whoever collects frames stops where
  /// this says no.
  var hasFrameAtHand: Bool { get }
  /// The next thing in the stream.
  mutating func next() throws(FrameSourceError) -> FrameSourceItem
  /// Looks at what its latest frame was decoded to, from event `first` of the batch on, before anybody else does: a live feed
  /// drops here what it has handed over before, and notes what was damaged.
  mutating func review(_ batch: inout EventBatch, from first: Int, _ counters: borrowing DecodeCounters)
}

extension FrameSource where Self: ~Copyable {
  public var refusedLines: Int { 0 }
  public var correctedRows: Int { 0 }
  public static var drainsAtStop: Bool { false }
  public var hasFrameAtHand: Bool { false }
  @inline(__always)
  public mutating func review(_ batch: inout EventBatch, from first: Int, _ counters: borrowing DecodeCounters) {}
}

/// What a source hands over; memory stays the source's and is valid until the next call.
public enum FrameSourceItem {
  /// One vendor WebSocket frame (a JSON array). At least `frameSourcePadding` readable bytes follow it.
  case frame(UnsafeBufferPointer<UInt8>)
  /// Events that no socket frame carries: reference data (greeks, open interest), rows of a flat file.
  case events(UnsafeBufferPointer<MarketEvent>)
  /// Events exactly as an engine had them, clock and incidents included: nothing is added to them, not even at the end.
  case recorded(UnsafeBufferPointer<MarketEvent>)
  /// Nothing at the moment; ask again.
  case idle
  /// Nothing follows.
  case end
}

/// Bytes that may be read, not trusted, behind a frame: parsers load whole words.
public let frameSourcePadding = 64

/// Why a source cannot go on.
public struct FrameSourceError: Error, CustomStringConvertible {
  /// Subject, value seen, value wanted, what to do next.
  public var description: String
  public init(_ description: String) { self.description = description }
}
