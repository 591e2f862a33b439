import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the delta of a European option moves when the underlying does not, per unit of the underlying.
@frozen public struct SecondOrderGreeks: Hashable, Sendable, BitwiseCopyable {
  /// Change of delta per 1.00 of volatility (100 points): times 0.01 for a point. The same for call and put.
  public var vanna: Double
  /// Change of delta per calendar day that passes (a 365th of the derivative by years).
  public var charm: Double

  @inlinable public init(vanna: Double, charm: Double) {
    self.vanna = vanna
    self.charm = charm
  }

  /// From the forward, per unit of the underlying's price, which stays where it is. `carry` as in `OptionGreeks`.
  public static func onForward(
    _ right: OptionRight, forward: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    carry: Double = 0
  ) -> SecondOrderGreeks {
    BlackScholes.secondOrder(
      right, spot: forward * exp(-carry * max(years, 0)), strike: strike, years: years, volatility: volatility,
      rate: rate, dividendYield: rate - carry)
  }
}
