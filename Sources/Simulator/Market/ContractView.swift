import MarketModel
import OptionMath

/// What a snapshot tells of one contract: copied out of the market, so that nobody waits while it is written.
struct ContractView: Sendable {
  var symbol: String
  var record: Instrument
  var lastTrade: Trade?
  var lastQuote: Quote?
  var midpoint: Double?
  var reference: ContractReference?
  var today: PriceFigures
  var previousDay: PriceFigures?

  init(_ history: InstrumentHistory) {
    symbol = history.symbol
    record = history.record
    lastTrade = history.lastTrade
    lastQuote = history.lastQuote
    midpoint = history.midpoint
    reference = history.reference
    today = history.today
    previousDay = history.previousDay
  }

  var breakEven: Double? {
    guard let price = midpoint ?? lastTrade?.price.doubleValue else { return nil }
    return record.strike.doubleValue + (record.right == .call ? price : -price)
  }
}

/// Implied volatility and greeks as the simulated vendor reckons them: Black-Scholes with one rate.
struct ContractGreeks: Sendable {
  var volatility: Double
  var valuation: OptionValuation

  static let rate = 0.04
  private static let highestVolatility = 10.0

  /// From the source's own volatility where it has one, else from the middle of the market; nil when neither says anything.
  init?(_ contract: ContractView, spot: Double, now: Timestamp) {
    guard let symbol = OptionSymbol(polygon: contract.symbol), spot > 0 else { return nil }
    let years = DayCount.years(from: now, to: symbol.settlementTime, minimumMinutes: 1)
    let strike = contract.record.strike.doubleValue
    let known = contract.reference?.impliedVolatilityNanos ?? ContractReference.unknown
    if known > 0 {
      volatility = Double(known) / 1e9
    } else {
      guard let price = contract.midpoint,
        let solved = ContractGreeks.volatility(
          contract.record.right, price: price, spot: spot, strike: strike, years: years)
      else { return nil }
      volatility = solved
    }
    valuation = BlackScholes.valuation(
      contract.record.right, spot: spot, strike: strike, years: years, volatility: volatility,
      rate: ContractGreeks.rate)
  }

  /// By bisection, which cannot fail where there is an answer; nil when the price lies outside what any volatility gives.
  static func volatility(
    _ right: OptionRight, price: Double, spot: Double, strike: Double, years: Double
  ) -> Double? {
    func worth(_ volatility: Double) -> Double {
      BlackScholes.price(right, spot: spot, strike: strike, years: years, volatility: volatility, rate: rate)
    }
    var (low, high) = (0.0, highestVolatility)
    guard price > worth(0) + 1e-6, price < worth(high) else { return nil }
    for _ in 0..<48 {
      let middle = (low + high) / 2
      if worth(middle) < price { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
