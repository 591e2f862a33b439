import FlowEngine
import MarketModel

extension FlowSpan: APIChoice { var apiName: String { rawValue } }
extension FlowGrouping: APIChoice { var apiName: String { rawValue } }
extension TradeKind: APIChoice { var apiName: String { name } }

/// The flow of some prints of one underlying.
struct FlowRow: Sendable {
  var group: FlowGroup
  var totals: FlowTotals
  var link: FlowLink
  var institutionalPremiumMicros: Int64

  /// Why a member is null.
  struct Missing: Sendable {
    var field: String
    var reason: String

    static let schema = Schema<Missing>(
      "Missing", "A member that is null, and why.",
      [.text("field", "Its name.") { $0.field }, .text("reason", "In words.") { $0.reason }])
  }

  var missing: [Missing] {
    var missing: [Missing] = []
    func note(_ field: String, _ value: Double?, _ reason: String) {
      if value == nil { missing.append(Missing(field: field, reason: reason)) }
    }
    note("call_put_premium_ratio", totals.callPutPremiumRatio, "put premium is 0")
    note("call_put_volume_ratio", totals.callPutVolumeRatio, "put volume is 0")
    note("sentiment", totals.sentiment, "no premium is labelled buy or sell")
    note("unlabelled_share", totals.unlabelledShare, "premium is 0")
    note("institutional_share", totals.institutionalShare, "premium is 0")
    return missing
  }

  static let schema = Schema<FlowRow>(
    "FlowRow", "What some option prints of one underlying come to. Cancelled prints do not count.", keys + measures)

  private static let keys: [Field<FlowRow>] = [
    .moneyOrNull("strike", "USD; null unless rows are strikes.") {
      if case .strike(let strike) = $0.group { strike.micros } else { nil }
    },
    .dateOrNull("expiry", "Last trading day; null unless rows are expiries.") {
      if case .expiry(let expiry) = $0.group { expiry } else { nil }
    },
    .choiceOrNull(
      "trade_type",
      "Null unless rows are trade types. The first that holds: `sweep` leg of a recognised sweep, `block` large by itself and "
        + "for its underlying, `multi_leg` of an order in several instruments, `off_book` floor, cross, auction or late, `single`."
    ) { if case .kind(let kind) = $0.group { kind } else { nil } },
    .choiceOrNull("side", "Who crossed the spread; null unless rows are sides.") {
      if case .side(let side) = $0.group { side } else { nil }
    },
    .timeOrNull("from", "Start of the interval; null unless rows are intervals.") {
      if case .interval(let from, _) = $0.group { from } else { .none }
    },
    .timeOrNull("to", "Its end: the first moment that is too late.") {
      if case .interval(_, let to) = $0.group { to } else { .none }
    },
  ]

  private static let measures: [Field<FlowRow>] = [
    .integer("trades", "Prints.") { $0.totals.total.prints },
    .integer("volume", "Contracts.") { $0.totals.total.volume },
    .money("premium", "USD.") { $0.totals.total.premiumMicros },
    .integer("call_volume", "Contracts.") { $0.totals.total(.call).volume },
    .integer("put_volume", "Contracts.") { $0.totals.total(.put).volume },
    .money("call_premium", "USD.") { $0.totals.total(.call).premiumMicros },
    .money("put_premium", "USD.") { $0.totals.total(.put).premiumMicros },
    .numberOrNull("call_put_premium_ratio", "Call over put premium; null when the latter is 0.") {
      $0.totals.callPutPremiumRatio
    },
    .numberOrNull("call_put_volume_ratio", "Call over put volume; null when the latter is 0.") {
      $0.totals.callPutVolumeRatio
    },
    .money("buy_premium", "Premium of prints labelled buy, USD.") { $0.totals.total(.buy).premiumMicros },
    .money("sell_premium", "Premium of prints labelled sell, USD.") { $0.totals.total(.sell).premiumMicros },
    .money("unlabelled_premium", "Premium of prints at the mid or of unknown side, USD.") {
      $0.totals.unlabelledPremiumMicros
    },
    .money("net_call_premium", "Buy less sell premium of calls, USD.") { $0.totals.netPremiumMicros(.call) },
    .money("net_put_premium", "Buy less sell premium of puts, USD.") { $0.totals.netPremiumMicros(.put) },
    .money("net_premium", "Buy less sell premium, calls and puts together, USD.") { $0.totals.netPremiumMicros },
    .money("directional_premium", "net_call_premium less net_put_premium, USD: above 0 is bullish.") {
      $0.totals.directionalPremiumMicros
    },
    .nanos("net_delta", "Sum of side x size x delta, contracts; prints without side or delta add nothing.") {
      $0.totals.total.netDeltaNanos
    },
    .numberOrNull(
      "sentiment",
      "directional_premium over buy_premium + sell_premium: -1 bearish (calls sold, puts bought) to 1 bullish (calls bought, "
        + "puts sold); null without labelled premium. Read it with unlabelled_share."
    ) { $0.totals.sentiment },
    .numberOrNull("unlabelled_share", "unlabelled_premium over premium, 0 to 1.") { $0.totals.unlabelledShare },
    .money("institutional_premium", "Premium of prints of at least institutional_threshold, USD.") {
      $0.totals.total.institutionalPremiumMicros
    },
    .numberOrNull("institutional_share", "institutional_premium over premium, 0 to 1.") {
      $0.totals.institutionalShare
    },
    .records("missing", "Why members are null.", Missing.schema) { $0.missing },
    .text("prints", "Address of exactly the prints behind the row; those taken back since are left out.") {
      $0.link.address(of: $0.group)
    },
    .text("institutional_prints", "Address of the prints behind institutional_premium.") {
      $0.link.address(of: $0.group, leastPremiumMicros: $0.institutionalPremiumMicros)
    },
  ]
}

/// Answer of `/flow/{symbol}`.
struct FlowAnswer: Sendable {
  var symbol: String
  var session: MarketDate?
  var asOf: Timestamp
  var span: FlowSpan
  var from: Timestamp
  var to: Timestamp
  var isWhole: Bool
  var grouping: FlowGrouping
  var intervalMinutes: Int
  var institutionalPremiumMicros: Int64
  var totals: FlowRow
  var rows: [FlowRow]

  static let schema = Schema<FlowAnswer>(
    "Flow", "One underlying's option flow, summed and broken down. A print counts at its own time.",
    [
      .text("symbol", "The underlying.") { $0.symbol },
      .dateOrNull("session", "Trading day: 04:00 New York time to 04:00 of the next.") { $0.session },
      .timeOrNull("as_of", "Stream time of the sums.") { $0.asOf },
      .choice("window", "`session` the trading day, `60m` the minute under way and the 59 before it.") { $0.span },
      .timeOrNull("from", "First moment of the window.") { $0.from },
      .timeOrNull("to", "First moment after it.") { $0.to },
      .flag("is_whole", "False when the window begins later than asked, because of the bound on what is kept.") {
        $0.isWhole
      },
      .choice("by", "What the rows are.") { $0.grouping },
      .integerOrNull("interval_minutes", "Length of an interval; null unless rows are intervals.") {
        $0.grouping == .interval ? Int64($0.intervalMinutes) : nil
      },
      .money("institutional_threshold", "Least premium of an institutional print, USD.") {
        $0.institutionalPremiumMicros
      },
      .record("totals", "All prints of the window.", FlowRow.schema) { $0.totals },
      .records(
        "rows",
        "Strikes, expiries and intervals ascending, trade types and sides in the order of their names in the description; those "
          + "without a print are left out.", FlowRow.schema
      ) { $0.rows },
    ])
}
