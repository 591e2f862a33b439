/// What the inventor of a print knows of it and no tape says.
public struct KnownPrint: Hashable, Sendable {
  /// `Trade.sequence` of the print; no other event of the tape has it.
  public var sequence: Int64
  public var initiator: Initiator
  public var circumstance: TapeCircumstance

  public init(sequence: Int64, initiator: Initiator, circumstance: TapeCircumstance) {
    self.sequence = sequence
    self.initiator = initiator
    self.circumstance = circumstance
  }
}

/// Who came to the market and traded at once.
public enum Initiator: Hashable, Sendable {
  case buyer
  case seller
  /// Two resting interests met at the midpoint.
  case nobody
}

/// How things stood around a print.
public enum TapeCircumstance: String, Sendable, CaseIterable {
  /// The newest quote was in force.
  case fresh
  /// Quotes of the print's own millisecond, or of the next ones, arrived before it; the one that was in force is among the two
  /// newest, and any other gives the opposite side.
  case race
  /// So many later quotes arrived before the print that the one that was in force is gone.
  case overtaken
  /// The last quote is older than five minutes; the market has moved since.
  case stale
  /// Bid above ask.
  case crossed
  /// Never quoted, or nobody offers.
  case missing
  /// Quoted before the feed was lost, not since.
  case lost
  /// Bid equals ask, and the print is at that price.
  case locked
  /// Reported late or out of sequence.
  case late
  /// Both sides brought together by one broker.
  case cross
  /// Leg of an order in several options.
  case multiLeg = "multi_leg"
  /// Option leg of an order that also trades the stock.
  case stockTied = "stock_tied"
  /// May be priced outside the market.
  case offMarket = "off_market"
  /// A single leg by open outcry.
  case floor
}
