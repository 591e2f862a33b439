import FlowEngine
import MarketModel

// The names our enumerations have in JSON and in query parameters.

extension OptionRight: APIChoice {
  static var choices: [OptionRight] { [.call, .put] }
  var apiName: String { self == .call ? "call" : "put" }
}

extension AggressorSide: APIChoice {
  var apiName: String {
    switch self {
    case .buy: "buy"
    case .sell: "sell"
    case .mid: "mid"
    case .unknown: "unknown"
    }
  }
}

extension LabelMethod: APIChoice {
  var apiName: String {
    switch self {
    case .atOrAboveAsk: "at_or_above_ask"
    case .atOrBelowBid: "at_or_below_bid"
    case .aboveMid: "above_mid"
    case .belowMid: "below_mid"
    case .atMid: "at_mid"
    case .tick: "tick"
    case .tickWithoutQuote: "tick_without_quote"
    case .noQuote: "no_quote"
    case .crossedQuote: "crossed_quote"
    case .staleQuote: "stale_quote"
    case .multiLeg: "multi_leg"
    case .stockTied: "stock_tied"
    case .cross: "cross"
    case .lateOrOutOfSequence: "late_or_out_of_sequence"
    case .cancelled: "cancelled"
    case .offMarket: "off_market"
    }
  }
}

extension PrintFlags {
  /// Each flag that `flags` of a print can name, in order.
  static let named: [(flag: PrintFlags, name: String)] = [
    (.block, "block"), (.intermarketSweep, "sweep_order"), (.multiLeg, "multi_leg"), (.floor, "floor"),
    (.cross, "cross"), (.auction, "auction"), (.late, "late"), (.weakSide, "weak_side"),
    (.offExchange, "off_exchange"), (.extendedHours, "extended_hours"),
  ]

  var names: [String] { PrintFlags.named.filter { contains($0.flag) }.map(\.name) }
}
