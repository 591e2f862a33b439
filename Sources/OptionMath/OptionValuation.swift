/// The price of a European option and its first sensitivities, per unit of the underlying (times 100 for a standard contract).
@frozen public struct OptionValuation: Hashable, Sendable, BitwiseCopyable {
  /// In units of the underlying's currency.
  public var price: Double
  /// Change of the price per 1.00 of the underlying.
  public var delta: Double
  /// Change of delta per 1.00 of the underlying.
  public var gamma: Double
  /// Change of the price per 1.00 of volatility (100 points): divide by 100 for the vendors' figure.
  public var vega: Double
  /// Change of the price per year that passes: divide by 365 for the vendors' figure per calendar day.
  public var theta: Double
  /// Change of the price per 1.00 of the interest rate: divide by 100 for the vendors' figure.
  public var rho: Double

  public init(price: Double, delta: Double, gamma: Double, vega: Double, theta: Double, rho: Double) {
    self.price = price
    self.delta = delta
    self.gamma = gamma
    self.vega = vega
    self.theta = theta
    self.rho = rho
  }
}
