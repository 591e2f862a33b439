import FlowEngine
import MarketModel

/// One strike of one expiry.
struct StrikeRow: Sendable {
  var strike: Price
  var call: ContractRow?
  var put: ContractRow?

  static let schema = Schema<StrikeRow>(
    "StrikeRow", "One strike and its two contracts.",
    [
      .money("strike", "USD.") { $0.strike.micros },
      .recordOrNull("call", "The call; null when it has neither quote nor print.", ContractRow.legSchema) { $0.call },
      .recordOrNull("put", "The put; null when it has neither quote nor print.", ContractRow.legSchema) { $0.put },
    ])
}

/// One expiry's day so far.
struct ExpiryRow: Sendable {
  var expiry: MarketDate
  var callVolume: Int64 = 0
  var putVolume: Int64 = 0
  var callPremiumMicros: Int64 = 0
  var putPremiumMicros: Int64 = 0
  var netDeltaNanos: Int64 = 0

  static let schema = Schema<ExpiryRow>(
    "ExpiryRow", "One expiry's day so far.",
    [
      .date("expiry", "Last trading day.") { $0.expiry },
      .integer("call_volume", "Contracts.") { $0.callVolume },
      .integer("put_volume", "Contracts.") { $0.putVolume },
      .money("call_premium", "USD.") { $0.callPremiumMicros },
      .money("put_premium", "USD.") { $0.putPremiumMicros },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.netDeltaNanos },
    ])
}

extension UnderlyingMinute {
  static let schema = Schema<UnderlyingMinute>(
    "Minute", "One minute of an underlying's option flow; minutes without a print are left out.",
    [
      .time("time", "Start of the minute.") { $0.minute },
      .integer("trades", "Prints.") { $0.trades },
      .integer("call_volume", "Contracts.") { $0.callVolume },
      .integer("put_volume", "Contracts.") { $0.putVolume },
      .money("call_premium", "USD.") { $0.callPremiumMicros },
      .money("put_premium", "USD.") { $0.putPremiumMicros },
      .money("net_premium", "Premium of prints labelled buy less those labelled sell, USD.") {
        $0.buyPremiumMicros.subtractingSaturating($0.sellPremiumMicros)
      },
      .priceOrNull("underlying_price", "Last price of the underlying in the minute, USD.") { $0.underlyingClose },
      .priceOrNull("underlying_open", "Its first price in the minute, USD.") { $0.underlyingOpen },
      .priceOrNull("underlying_high", "Its highest, USD.") { $0.underlyingHigh },
      .priceOrNull("underlying_low", "Its lowest, USD.") { $0.underlyingLow },
    ])
}

extension UnderlyingSnapshot {
  var premiumMicros: Int64 { callPremiumMicros.addingSaturating(putPremiumMicros) }
  /// Of prints labelled buy less those labelled sell.
  var netPremiumMicros: Int64 { buyPremiumMicros.subtractingSaturating(sellPremiumMicros) }

  static let totalsSchema = Schema<UnderlyingSnapshot>(
    "Totals", "An underlying's day so far, over all its options.",
    [
      .integer("trades", "Prints.") { $0.trades },
      .integer("volume", "Contracts.") { $0.callVolume.addingSaturating($0.putVolume) },
      .money("premium", "USD.") { $0.premiumMicros },
      .integer("call_volume", "Contracts.") { $0.callVolume },
      .integer("put_volume", "Contracts.") { $0.putVolume },
      .money("call_premium", "USD.") { $0.callPremiumMicros },
      .money("put_premium", "USD.") { $0.putPremiumMicros },
      .money("buy_premium", "Premium of prints labelled buy, USD.") { $0.buyPremiumMicros },
      .money("sell_premium", "Premium of prints labelled sell, USD.") { $0.sellPremiumMicros },
      .money("net_premium", "Buy less sell premium, USD.") { $0.netPremiumMicros },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.netDeltaNanos },
      .priceOrNull("underlying_price", "Last price of the underlying, USD.") { $0.lastPrice },
      .integer("five_minute_trades", "Prints of the last five minutes of stream time.") { $0.fiveMinuteTrades },
      .money("five_minute_premium", "Premium of the same, USD.") { $0.fiveMinutePremiumMicros },
    ])
}

/// Answer of `/ticker/{symbol}`.
struct TickerAnswer: Sendable {
  var symbol: String
  var session: MarketDate?
  var asOf: Timestamp
  var totals: UnderlyingSnapshot
  /// The expiry of `byStrike`; nil when nothing of the underlying has one.
  var expiry: MarketDate?
  /// Ascending.
  var byStrike: [StrikeRow]
  var byExpiry: [ExpiryRow]

  static let schema = Schema<TickerAnswer>(
    "Ticker", "One underlying's option flow today.",
    [
      .text("symbol", "The underlying.") { $0.symbol },
      .dateOrNull("session", "Trading day of the sums.") { $0.session },
      .timeOrNull("as_of", "Stream time of the sums.") { $0.asOf },
      .record("totals", "Sums of the day.", UnderlyingSnapshot.totalsSchema) { $0.totals },
      .dateOrNull("expiry", "The expiry of by_strike: the nearest unless another was asked for.") { $0.expiry },
      .records("by_strike", "One expiry strike by strike, ascending.", StrikeRow.schema) { $0.byStrike },
      .records("by_expiry", "Nearest first.", ExpiryRow.schema) { $0.byExpiry },
      .records("minutes", "The day minute by minute, ascending.", UnderlyingMinute.schema) { $0.totals.minutes },
    ])
}
