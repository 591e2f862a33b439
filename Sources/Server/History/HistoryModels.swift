import FlowEngine
import MarketModel
import Storage

extension StepSubject: APIChoice { var apiName: String { rawValue } }
extension FlowDimension: APIChoice { var apiName: String { rawValue } }

extension FlowStep {
  static let schema = Schema<FlowStep>(
    "Rollup",
    "Some minutes of an underlying's options, or of one contract, summed; steps without a print are left out.",
    [
      .time("time", "Start of the step.") { $0.time },
      .text("symbol", "The underlying, or the contract, as the vendor writes it.") { $0.symbol },
      .text("underlying", "The underlying.") { $0.underlying },
      .dateOrNull("expiry", "Last trading day; null for an underlying.") { $0.expiry },
      .choiceOrNull("type", "Call or put; null for an underlying.") { $0.right },
      .moneyOrNull("strike", "USD; null for an underlying.") { $0.strike?.micros },
      .moneyOrNull(
        "open", "First price, USD; null for an underlying: prices of different contracts say nothing together."
      ) {
        $0.prices?.open.micros
      },
      .moneyOrNull("high", "Highest price, USD.") { $0.prices?.high.micros },
      .moneyOrNull("low", "Lowest price, USD.") { $0.prices?.low.micros },
      .moneyOrNull("close", "Last price, USD.") { $0.prices?.close.micros },
      .integer("trades", "Prints.") { $0.trades },
      .integer("volume", "Contracts, or shares of an equity.") { $0.volume },
      .money("premium", "USD.") { $0.premiumMicros },
      .integer("buy_volume", "Volume of prints labelled buy.") { $0.buyVolume },
      .integer("sell_volume", "Volume of prints labelled sell.") { $0.sellVolume },
    ])
}

/// One page of rollups.
struct RollupsPage: Sendable {
  var question: HistoryRollupsRoute.Question
  var rows: [FlowStep]
  /// Row to go on after; nil at the end.
  var next: FlowStep.Place?

  static let schema = Schema<RollupsPage>(
    "Rollups", "Steps of some minutes, ascending by time, then symbol.",
    [
      .choice("by", "Whose minutes are summed.") { $0.question.subject },
      .integer("step_minutes", "Length of a step.") { Int64($0.question.minutes) },
      .records("rows", "Ascending.", FlowStep.schema) { $0.rows },
      .textOrNull("next", "Give it as `cursor` to get the rows after; null at the end.") {
        $0.next.map { "\($0.time.nanoseconds)~\($0.symbol)" }
      },
    ])
}

extension FlowTotal {
  static let schema = Schema<FlowTotal>(
    "Total", "Sums over the option prints that have the same values in the dimensions asked for; the others are null.",
    [
      .dateOrNull("day", "Market day.") { $0.day },
      .timeOrNull("hour", "Start of the hour.") { $0.hour ?? .none },
      .textOrNull("underlying", "The underlying.") { $0.underlying },
      .textOrNull("symbol", "The contract, as the vendor writes it.") { $0.symbol },
      .dateOrNull("expiry", "Last trading day.") { $0.expiry },
      .moneyOrNull("strike", "USD.") { $0.strike?.micros },
      .choiceOrNull("type", "Call or put.") { $0.right },
      .choiceOrNull("side", "Who crossed the spread.") { $0.side },
      .integer("prints", "Prints; cancelled ones and those without volume do not count.") { $0.prints },
      .integer("volume", "Contracts.") { $0.volume },
      .money("premium", "USD.") { $0.premiumMicros },
      .money("buy_premium", "Premium of prints labelled buy, USD.") { $0.buyPremiumMicros },
      .money("sell_premium", "Premium of prints labelled sell, USD.") { $0.sellPremiumMicros },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.netDeltaNanos },
    ])
}

/// Answer of `/history/totals`.
struct TotalsAnswer: Sendable {
  var dimensions: [FlowDimension]
  var rows: [FlowTotal]
  var isTruncated: Bool

  static let schema = Schema<TotalsAnswer>(
    "FlowTotals", "Sums of stored option prints.",
    [
      .choices("by", of: FlowDimension.names, "What is summed by.") { $0.dimensions.map(\.apiName) },
      .records("rows", "Ascending in the dimensions, in the order of `by`.", FlowTotal.schema) { $0.rows },
      .flag("truncated", "There are more rows than the limit: ask for a shorter stretch or fewer dimensions.") {
        $0.isTruncated
      },
    ])
}
