import FlowEngine
import MarketModel

/// One contract's day as users see it.
struct ContractRow: Sendable {
  var contract: ContractSnapshot
  var instrument: Instrument
  var symbol: String
  var underlying: String

  var netAggressor: Int64 { contract.buyVolume.subtractingSaturating(contract.sellVolume) }

  /// Share of the labelled volume that was bought; nil when nothing is labelled.
  var boughtShare: Double? {
    let labelled = contract.buyVolume.addingSaturating(contract.sellVolume)
    return labelled == 0 ? nil : Double(contract.buyVolume) / Double(labelled)
  }

  /// Bid and offer count only together with their time: a bid of zero is a price.
  var hasQuote: Bool { contract.quoteTime != .none }
  var openInterest: Int64? { contract.openInterest == ContractReference.unknown ? nil : contract.openInterest }
}

extension ContractRow {
  /// The whole day of a contract, for `/top`.
  static let schema = Schema<ContractRow>(
    "Contract", "One option contract's day so far.",
    [
      .text("symbol", "The contract, as the vendor writes it.") { $0.symbol },
      .text("underlying", "What it is an option on.") { $0.underlying },
      .date("expiry", "Last trading day.") { $0.instrument.expiry },
      .choice("type", "Call or put.") { $0.instrument.right },
      .money("strike", "USD.") { $0.instrument.strike.micros },
      .integer("trades", "Prints today.") { $0.contract.trades },
      .integer("volume", "Contracts today.") { $0.contract.volume },
      .money("premium", "USD today.") { $0.contract.premiumMicros },
      .integer("buy_volume", "Contracts of prints labelled buy.") { $0.contract.buyVolume },
      .integer("sell_volume", "Contracts of prints labelled sell.") { $0.contract.sellVolume },
      .integer("net_aggressor", "Buy less sell volume, contracts.") { $0.netAggressor },
      .numberOrNull("bought_share", "Buy volume / (buy + sell volume), 0 to 1; null when nothing is labelled.") {
        $0.boughtShare
      },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.contract.netDeltaNanos },
      .nanos("net_gamma", "Sum of side x size x gamma, contracts per USD.") { $0.contract.netGammaNanos },
      .priceOrNull("last", "Last price, USD.") { $0.contract.lastPrice },
      .timeOrNull("last_trade_time", "When it was.") { $0.contract.lastTradeTime },
      .moneyOrNull("bid", "Best bid now, USD.") { $0.hasQuote ? $0.contract.bid.micros : nil },
      .moneyOrNull("ask", "Best offer now, USD.") { $0.hasQuote ? $0.contract.ask.micros : nil },
      .nanosOrNull("delta", "Delta now.") { $0.contract.deltaNanos },
      .nanosOrNull("gamma", "Gamma now, per USD of the underlying.") { $0.contract.gammaNanos },
      .nanosOrNull("iv", "Implied volatility now, 0.35 = 35 %.") { $0.contract.impliedVolatilityNanos },
      .integerOrNull("open_interest", "Open contracts at the end of the last trading day.") { $0.openInterest },
      .integer("sweeps", "Sweeps today.") { Int64($0.contract.sweeps) },
      .integer("blocks", "Blocks today.") { Int64($0.contract.blocks) },
    ])

  /// One cell of a strike grid.
  static let legSchema = Schema<ContractRow>(
    "Leg", "One contract of a strike row, today.",
    [
      .text("symbol", "The contract, as the vendor writes it.") { $0.symbol },
      .integer("volume", "Contracts.") { $0.contract.volume },
      .money("premium", "USD.") { $0.contract.premiumMicros },
      .numberOrNull("bought_share", "Buy volume / (buy + sell volume), 0 to 1; null when nothing is labelled.") {
        $0.boughtShare
      },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.contract.netDeltaNanos },
      .priceOrNull("last", "Last price, USD.") { $0.contract.lastPrice },
      .moneyOrNull("bid", "Best bid now, USD.") { $0.hasQuote ? $0.contract.bid.micros : nil },
      .moneyOrNull("ask", "Best offer now, USD.") { $0.hasQuote ? $0.contract.ask.micros : nil },
      .nanosOrNull("delta", "Delta now.") { $0.contract.deltaNanos },
      .nanosOrNull("iv", "Implied volatility now, 0.35 = 35 %.") { $0.contract.impliedVolatilityNanos },
      .integerOrNull("open_interest", "Open contracts at the end of the last trading day.") { $0.openInterest },
    ])
}

/// Order of `/top`.
enum TopOrder: String, Sendable, CaseIterable, APIChoice {
  case premium, volume, count
  var apiName: String { rawValue }
}

/// Answer of `/top`.
struct TopAnswer: Sendable {
  var asOf: Timestamp
  var session: MarketDate?
  var by: TopOrder
  var rows: [ContractRow]

  static let schema = Schema<TopAnswer>(
    "Top", "The contracts with the most flow today, highest first.",
    [
      .timeOrNull("as_of", "Stream time of the sums; null before the first event.") { $0.asOf },
      .dateOrNull("session", "Trading day of the sums.") { $0.session },
      .choice("by", "What the rows are ordered by.") { $0.by },
      .records("rows", "Highest first.", ContractRow.schema) { $0.rows },
    ])
}
