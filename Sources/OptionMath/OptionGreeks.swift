import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sensitivities in the units that vendors and traders use, per unit of the underlying.
@frozen public struct OptionGreeks: Hashable, Sendable, BitwiseCopyable {
  /// Change of the price per 1.00 of the underlying's price (not of its forward).
  public var delta: Double
  /// Change of delta per 1.00 of the underlying's price.
  public var gamma: Double
  /// Change of the price per calendar day that passes.
  public var theta: Double
  /// Change of the price per point (0.01) of volatility.
  public var vega: Double

  public init(_ valuation: OptionValuation) {
    delta = valuation.delta
    gamma = valuation.gamma
    theta = valuation.theta / 365
    vega = valuation.vega / 100
  }

  /// From the underlying's price; rate and dividend yield a year, continuously compounded.
  public static func onSpot(
    _ right: OptionRight, spot: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    dividendYield: Double = 0
  ) -> OptionGreeks {
    OptionGreeks(
      BlackScholes.valuation(
        right, spot: spot, strike: strike, years: years, volatility: volatility, rate: rate,
        dividendYield: dividendYield))
  }

  /// From the forward. `carry` is what the underlying's price grows by on its way there, a year (rate less dividend yield):
  /// spot = forward x exp(-carry x years).
  public static func onForward(
    _ right: OptionRight, forward: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    carry: Double = 0
  ) -> OptionGreeks {
    onSpot(
      right, spot: forward * exp(-carry * max(years, 0)), strike: strike, years: years, volatility: volatility,
      rate: rate, dividendYield: rate - carry)
  }
}
