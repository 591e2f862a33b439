/// One sale condition of the options tape (OPRA), with what it means here.
public struct OptionCondition: Hashable, Sendable {
  /// Which earlier print of the contract a cancellation voids.
  public enum Cancellation: Sendable {
    /// A print anywhere in the day, found by price, size and venue.
    case any
    /// The last one.
    case last
    /// The first one of the day.
    case first
    /// The only one of the day.
    case only
  }

  /// Polygon's id: 201 + position of the letter in A-Z, a-v.
  public var id: Int
  /// OPRA's message type.
  public var letter: Character
  /// OPRA's four-letter code; `OSEQ`.
  public var code: String
  public var name: String
  public var updates: PriceUpdates
  public var side: SideTreatment
  public var traits: ConditionTraits
  public var cancels: Cancellation?

  init(
    _ id: Int, _ letter: Character, _ code: String, _ name: String, _ updates: PriceUpdates = .all,
    side: SideTreatment = .full, traits: ConditionTraits = [], cancels: Cancellation? = nil
  ) {
    self.id = id
    self.letter = letter
    self.code = code
    self.name = name
    self.updates = updates
    self.side = side
    self.traits = traits
    self.cancels = cancels
  }

  /// The condition of an id; nil when it is not in the table.
  public static func find(_ id: Int) -> OptionCondition? { all.first { $0.id == id } }

  /// All conditions in use, ascending. The letters between (K-R, T-Z) are retired.
  ///
  /// Names and update rules as Polygon publishes them; codes and letters as OPRA's participant specification has them.
  public static let all: [OptionCondition] = [
    OptionCondition(201, "A", "CANC", "Canceled", [], side: .none, cancels: .any),
    OptionCondition(202, "B", "OSEQ", "Late and Out Of Sequence", [], side: .none, traits: .late),
    OptionCondition(203, "C", "CNCL", "Last and Canceled", [], side: .none, cancels: .last),
    OptionCondition(204, "D", "LATE", "Late", [], side: .none, traits: .late),
    OptionCondition(205, "E", "CNCO", "Opening Trade and Canceled", [], side: .none, cancels: .first),
    OptionCondition(206, "F", "OPEN", "Opening Trade, Late, and Out Of Sequence", [], side: .none, traits: .late),
    OptionCondition(207, "G", "CNOL", "Only Trade and Canceled", [], side: .none, cancels: .only),
    OptionCondition(208, "H", "OPNL", "Opening Trade and Late", side: .none, traits: .late),
    OptionCondition(209, "I", "AUTO", "Automatic Execution"),
    OptionCondition(210, "J", "REOP", "Reopening Trade", side: .weak),
    OptionCondition(219, "S", "ISOI", "Intermarket Sweep Order", traits: .intermarketSweep),
    OptionCondition(227, "a", "SLAN", "Single Leg Auction Non ISO", side: .weak, traits: .auction),
    OptionCondition(228, "b", "SLAI", "Single Leg Auction ISO", side: .weak, traits: [.auction, .intermarketSweep]),
    OptionCondition(229, "c", "SLCN", "Single Leg Cross Non ISO", side: .none, traits: .cross),
    OptionCondition(230, "d", "SLCI", "Single Leg Cross ISO", side: .none, traits: [.cross, .intermarketSweep]),
    OptionCondition(231, "e", "SLFT", "Single Leg Floor Trade", side: .weak, traits: .floor),
    OptionCondition(232, "f", "MLET", "Multi Leg auto-electronic trade", side: .none, traits: .multiLeg),
    OptionCondition(233, "g", "MLAT", "Multi Leg Auction", side: .none, traits: [.multiLeg, .auction]),
    OptionCondition(234, "h", "MLCT", "Multi Leg Cross", side: .none, traits: [.multiLeg, .cross]),
    OptionCondition(235, "i", "MLFT", "Multi Leg floor trade", side: .none, traits: [.multiLeg, .floor]),
    OptionCondition(
      236, "j", "MESL", "Multi Leg auto-electronic trade against single leg(s)", side: .none, traits: .multiLeg),
    OptionCondition(237, "k", "TLAT", "Stock Options Auction", side: .none, traits: [.stockTied, .auction]),
    OptionCondition(
      238, "l", "MASL", "Multi Leg Auction against single leg(s)", side: .none, traits: [.multiLeg, .auction]),
    OptionCondition(
      239, "m", "MFSL", "Multi Leg floor trade against single leg(s)", side: .none, traits: [.multiLeg, .floor]),
    OptionCondition(240, "n", "TLET", "Stock Options auto-electronic trade", side: .none, traits: .stockTied),
    OptionCondition(241, "o", "TLCT", "Stock Options Cross", side: .none, traits: [.stockTied, .cross]),
    OptionCondition(242, "p", "TLFT", "Stock Options floor trade", side: .none, traits: [.stockTied, .floor]),
    OptionCondition(
      243, "q", "TESL", "Stock Options auto-electronic trade against single leg(s)", side: .none, traits: .stockTied),
    OptionCondition(
      244, "r", "TASL", "Stock Options Auction against single leg(s)", side: .none, traits: [.stockTied, .auction]),
    OptionCondition(
      245, "s", "TFSL", "Stock Options floor trade against single leg(s)", side: .none, traits: [.stockTied, .floor]),
    // Both may print outside the NBBO.
    OptionCondition(
      246, "t", "CBMO", "Multi Leg Floor Trade of Proprietary Products", .volume, side: .none,
      traits: [.multiLeg, .floor, .offMarket]),
    OptionCondition(
      247, "u", "MCTP", "Multilateral Compression Trade of Proprietary Products", .volume, side: .none,
      traits: .offMarket),
    OptionCondition(248, "v", "EXHT", "Extended Hours Trade", .volume, traits: .extendedHours),
  ]
}
