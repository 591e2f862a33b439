/// The national best bid and offer of one instrument from this moment on.
@frozen public struct Quote: Hashable, Sendable, BitwiseCopyable {
  public var time: Timestamp
  /// 0 = nobody bids.
  public var bid: Price
  /// 0 = nobody offers.
  public var ask: Price
  /// The vendor's sequence number; 0 when the source has none.
  public var sequence: Int64
  public var instrument: InstrumentID
  /// Contracts or shares at the best bid.
  public var bidSize: UInt32
  /// Contracts or shares at the best ask.
  public var askSize: UInt32
  public var bidVenue: VenueID
  public var askVenue: VenueID
  public var flags: QuoteFlags

  @inlinable @inline(__always)
  public init(
    time: Timestamp, bid: Price, ask: Price, sequence: Int64 = 0, instrument: InstrumentID, bidSize: UInt32 = 0,
    askSize: UInt32 = 0, bidVenue: VenueID = VenueID(0), askVenue: VenueID = VenueID(0), flags: QuoteFlags = []
  ) {
    self.time = time
    self.bid = bid
    self.ask = ask
    self.sequence = sequence
    self.instrument = instrument
    self.bidSize = bidSize
    self.askSize = askSize
    self.bidVenue = bidVenue
    self.askVenue = askVenue
    self.flags = flags
  }
}

/// How a quote came to us.
@frozen public struct QuoteFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Missed on the socket, read from the vendor's history later: labels back-filled prints, is never the newest quote.
  public static let backfilled = QuoteFlags(rawValue: 1)
}
