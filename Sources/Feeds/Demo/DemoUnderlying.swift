import MarketModel

/// What sets one of the demo's stocks apart.
struct DemoListing {
  let symbol: String
  /// Price on the first day, in USD.
  let spot: Double
  /// Standard deviation of a day's log return.
  let dailyDeviation: Double
  /// Correlation of its returns with the market's.
  let correlation: Double
  /// Share of all option prints.
  let flowShare: Double
  let strikeStep: Double
  let strikesEachSide: Int
  /// Options that expire every day, not only at the end of the week.
  let expiresDaily: Bool
  /// Penny ticks at every price; otherwise only under $3, nickels above.
  let pennyTicks: Bool
  /// How much wider than SPY's its option spreads are.
  let spreadScale: Double
  /// Half of the stock's usual spread in cents.
  let stockHalfSpread: Double
  /// Slope of implied volatility per standard deviation of moneyness.
  let skew: Double
  /// Vendor tape number: 1 NYSE, 2 Arca, 3 Nasdaq.
  let tape: Int64
  let dividendYield: Double

  static let all = [
    DemoListing(
      symbol: "SPY", spot: 672.10, dailyDeviation: 0.0082, correlation: 0.97, flowShare: 0.40, strikeStep: 1,
      strikesEachSide: 25,
      expiresDaily: true, pennyTicks: true, spreadScale: 1, stockHalfSpread: 0.6, skew: -0.06, tape: 2,
      dividendYield: 0.011),
    DemoListing(
      symbol: "QQQ", spot: 611.45, dailyDeviation: 0.0108, correlation: 0.93, flowShare: 0.22, strikeStep: 1,
      strikesEachSide: 25,
      expiresDaily: true, pennyTicks: true, spreadScale: 1.2, stockHalfSpread: 0.7, skew: -0.055, tape: 3,
      dividendYield: 0.005),
    DemoListing(
      symbol: "AAPL", spot: 273.80, dailyDeviation: 0.0150, correlation: 0.68, flowShare: 0.10, strikeStep: 2.5,
      strikesEachSide: 14,
      expiresDaily: false, pennyTicks: false, spreadScale: 1.8, stockHalfSpread: 0.9, skew: -0.035, tape: 3,
      dividendYield: 0.004),
    DemoListing(
      symbol: "NVDA", spot: 178.25, dailyDeviation: 0.0225, correlation: 0.72, flowShare: 0.15, strikeStep: 2.5,
      strikesEachSide: 14,
      expiresDaily: false, pennyTicks: false, spreadScale: 1.5, stockHalfSpread: 0.6, skew: -0.03, tape: 3,
      dividendYield: 0),
    DemoListing(
      symbol: "TSLA", spot: 478.60, dailyDeviation: 0.0290, correlation: 0.55, flowShare: 0.13, strikeStep: 5,
      strikesEachSide: 16,
      expiresDaily: false, pennyTicks: false, spreadScale: 2.2, stockHalfSpread: 2.5, skew: -0.025, tape: 3,
      dividendYield: 0),
  ]
}

/// One stock of the demo market as it is now.
struct DemoUnderlying {
  let listing: DemoListing
  let symbol: SymbolText
  var spot: Double
  /// Slowly turning drift, about -2...2.
  var trend = 0.0
  /// What option traders favour by themselves, about -2...2.
  var mood = 0.0
  /// Activity over the ordinary, decays to 0.
  var heat = 0.0
  /// Log of implied volatility over its ordinary level.
  var volatilityShift = 0.0
  /// Contract a burst of orders concentrates on, and until when (milliseconds of the session).
  var focus: (contract: Int, buying: Bool, until: Double)?
  /// Cents.
  var bid: Int64 = 0
  var ask: Int64 = 0
  var minute = DemoMinute()
  var dayVolume: Int64 = 0
  /// Sum of price in micros times shares.
  var dayValue = 0.0
  var dayOpen: Int64 = 0

  /// Direction of option orders, -1 (bearish) to 1 (bullish).
  var bias: Double { max(-1, min(1, 0.45 * trend + 0.45 * mood)) }

  init(_ listing: DemoListing) {
    guard let symbol = SymbolText(listing.symbol) else {
      preconditionFailure("DemoUnderlying: symbol \(listing.symbol)")
    }
    self.listing = listing
    self.symbol = symbol
    spot = listing.spot
  }

  mutating func startDay() {
    heat = 0
    focus = nil
    minute = DemoMinute()
    dayVolume = 0
    dayValue = 0
    dayOpen = 0
  }

  mutating func recordTrade(micros: Int64, shares: Int64) {
    if dayOpen == 0 { dayOpen = micros }
    dayVolume += shares
    dayValue += Double(micros) * Double(shares)
    minute.record(micros: micros, shares: shares)
  }
}

/// The bar of a stock's current minute, prices in micros.
struct DemoMinute {
  var open: Int64 = 0
  var high: Int64 = 0
  var low: Int64 = 0
  var close: Int64 = 0
  var volume: Int64 = 0
  var trades: Int64 = 0
  var value = 0.0

  mutating func record(micros: Int64, shares: Int64) {
    if trades == 0 { (open, high, low) = (micros, micros, micros) }
    high = max(high, micros)
    low = min(low, micros)
    close = micros
    volume += shares
    trades += 1
    value += Double(micros) * Double(shares)
  }
}
