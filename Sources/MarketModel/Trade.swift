/// One print as the venue reported it: nothing inferred, nothing corrected.
@frozen public struct Trade: Hashable, Sendable, BitwiseCopyable {
  /// When the consolidated tape (SIP) stamped it.
  public var time: Timestamp
  public var price: Price
  /// The vendor's sequence number: increasing per instrument, gaps allowed; 0 when the source has none.
  public var sequence: Int64
  public var conditions: ConditionSet
  public var instrument: InstrumentID
  /// Contracts or shares.
  public var size: UInt32
  public var venue: VenueID
  /// FINRA trade reporting facility of an off-exchange equity print (201-203); 0 otherwise.
  public var reportingFacility: UInt16
  public var flags: TradeFlags

  @inlinable @inline(__always)
  public init(
    time: Timestamp, price: Price, sequence: Int64 = 0, conditions: ConditionSet = [], instrument: InstrumentID,
    size: UInt32, venue: VenueID = VenueID(0), reportingFacility: UInt16 = 0, flags: TradeFlags = []
  ) {
    self.time = time
    self.price = price
    self.sequence = sequence
    self.conditions = conditions
    self.instrument = instrument
    self.size = size
    self.venue = venue
    self.reportingFacility = reportingFacility
    self.flags = flags
  }
}

/// How a print came to us.
@frozen public struct TradeFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Entered by hand (`POST /trades`), not by a venue.
  public static let injected = TradeFlags(rawValue: 1)
  /// Missed on the socket, read from the vendor's history later.
  public static let backfilled = TradeFlags(rawValue: 2)
}

/// The vendor's venue number: 300 + OPRA letter for options, Polygon's equity exchange id otherwise.
@frozen public struct VenueID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(_ rawValue: UInt16) { self.rawValue = rawValue }
  @inlinable public static func < (a: VenueID, b: VenueID) -> Bool { a.rawValue < b.rawValue }
}
