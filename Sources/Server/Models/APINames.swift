import FlowEngine
import MarketModel

// The names our enumerations have in JSON and in query parameters.

extension OptionRight: APIChoice {
  static var choices: [OptionRight] { [.call, .put] }
  var apiName: String { self == .call ? "call" : "put" }
}

extension AggressorSide: APIChoice { var apiName: String { name } }

extension LabelMethod: APIChoice { var apiName: String { name } }

extension PrintFlags {
  /// Each flag that `flags` of a print can name, in order.
  static let named: [(flag: PrintFlags, name: String)] = [
    (.block, "block"), (.intermarketSweep, "sweep_order"), (.multiLeg, "multi_leg"), (.floor, "floor"),
    (.cross, "cross"), (.auction, "auction"), (.late, "late"), (.weakSide, "weak_side"),
    (.offExchange, "off_exchange"), (.extendedHours, "extended_hours"),
  ]

  var names: [String] { PrintFlags.named.filter { contains($0.flag) }.map(\.name) }
}
