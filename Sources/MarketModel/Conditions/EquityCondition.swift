/// One sale condition of the US stock tapes (CTA and UTP) under Polygon's id, with what it means here.
public struct EquityCondition: Hashable, Sendable {
  /// Polygon's id.
  public var id: Int
  public var name: String
  /// By the rules for consolidated figures.
  public var updates: PriceUpdates
  public var side: SideTreatment
  public var traits: ConditionTraits

  init(
    _ id: Int, _ name: String, _ updates: PriceUpdates = .all, side: SideTreatment = .full, traits: ConditionTraits = []
  ) {
    self.id = id
    self.name = name
    self.updates = updates
    self.side = side
    self.traits = traits
  }

  /// The condition of an id; nil when it is not in the table.
  public static func find(_ id: Int) -> EquityCondition? { all.first { $0.id == id } }

  /// The conditions known here, ascending.
  ///
  /// Source of ids, names and update rules: Polygon's published list, `GET /v3/reference/conditions?asset_class=stocks`.
  /// It has no id for a cancellation: cancelled stock prints are marked in the `correction` field of REST answers and flat
  /// files. Ids that are no sale conditions (41 and from 57 on: exemptions, short sale and financial status) say nothing of
  /// the print's worth and leave it whole.
  public static let all: [EquityCondition] = [
    EquityCondition(0, "Regular Sale"),
    EquityCondition(1, "Acquisition"),
    EquityCondition(2, "Average Price Trade", .volume, side: .none, traits: .offMarket),
    EquityCondition(3, "Automatic Execution"),
    EquityCondition(4, "Bunched Trade", side: .weak),
    EquityCondition(5, "Bunched Sold Trade", [.volume, .highLow], side: .none, traits: .late),
    EquityCondition(6, "CAP Election"),
    EquityCondition(7, "Cash Sale", .volume, side: .none, traits: .offMarket),
    EquityCondition(8, "Closing Prints", side: .weak, traits: .auction),
    EquityCondition(9, "Cross Trade", side: .none, traits: .cross),
    EquityCondition(10, "Derivatively Priced", [.volume, .highLow], side: .none, traits: .offMarket),
    EquityCondition(11, "Distribution"),
    EquityCondition(12, "Form T/Extended Hours", .volume, traits: .extendedHours),
    EquityCondition(
      13, "Extended Hours (Sold Out Of Sequence)", .volume, side: .none, traits: [.extendedHours, .late]),
    EquityCondition(14, "Intermarket Sweep", traits: .intermarketSweep),
    EquityCondition(15, "Market Center Official Close", [], side: .none, traits: .summary),
    EquityCondition(16, "Market Center Official Open", [], side: .none, traits: .summary),
    EquityCondition(17, "Market Center Opening Trade", [.volume, .highLow], side: .weak, traits: .auction),
    EquityCondition(18, "Market Center Reopening Trade", side: .weak, traits: .auction),
    EquityCondition(19, "Market Center Closing Trade", side: .weak, traits: .auction),
    EquityCondition(20, "Next Day", .volume, side: .none, traits: .offMarket),
    EquityCondition(21, "Price Variation Trade", .volume, side: .none, traits: .offMarket),
    EquityCondition(22, "Prior Reference Price", [.volume, .highLow], side: .none, traits: .offMarket),
    EquityCondition(23, "Rule 155 Trade (AMEX)", side: .weak),
    EquityCondition(24, "Rule 127 (NYSE Only)", side: .weak),
    EquityCondition(25, "Opening Prints", side: .weak, traits: .auction),
    EquityCondition(27, "Stopped Stock (Regular Trade)"),
    EquityCondition(28, "Re-Opening Prints", side: .weak, traits: .auction),
    EquityCondition(29, "Seller", .volume, side: .none, traits: .offMarket),
    EquityCondition(30, "Sold Last", side: .none, traits: .late),
    EquityCondition(31, "Sold Last and Stopped Stock", side: .none, traits: .late),
    EquityCondition(32, "Sold (Out Of Sequence)", [.volume, .highLow], side: .none, traits: .late),
    EquityCondition(33, "Sold (Out of Sequence) and Stopped Stock", [.volume, .highLow], side: .none, traits: .late),
    EquityCondition(34, "Split Trade"),
    EquityCondition(35, "Stock Option"),
    EquityCondition(36, "Yellow Flag Regular Trade"),
    EquityCondition(37, "Odd Lot Trade", .volume, traits: .oddLot),
    EquityCondition(
      38, "Corrected Consolidated Close (per listing market)", [.highLow, .openClose], side: .none, traits: .summary),
    EquityCondition(41, "Trade Thru Exempt"),
    EquityCondition(52, "Contingent Trade", .volume, side: .none, traits: .offMarket),
    EquityCondition(53, "Qualified Contingent Trade", .volume, side: .none, traits: .offMarket),
    EquityCondition(55, "Opening Reopening Trade Detail", side: .weak, traits: .auction),
    EquityCondition(57, "Short Sale Restriction Activated"),
    EquityCondition(58, "Short Sale Restriction Continued"),
    EquityCondition(59, "Short Sale Restriction Deactivated"),
    EquityCondition(60, "Short Sale Restriction In Effect"),
    EquityCondition(62, "Financial Status - Bankrupt"),
  ]
}
