import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// European options on a stock, index or currency: Black-Scholes-Merton with a continuous dividend yield as carry.
///
/// Rates, yield and volatility are per year as fractions (0.2 = 20 %), continuously compounded. Inputs must be finite; time and
/// volatility below zero count as zero. No input in that range gives NaN or infinity: without time or volatility the
/// price is the discounted intrinsic value, gamma and vega are 0 and delta is a step.
public enum BlackScholes {
  public static func price(
    _ right: OptionRight, spot: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    dividendYield: Double = 0
  ) -> Double {
    let terms = LognormalTerms(
      asset: spot * exp(-dividendYield * max(years, 0)), strike: strike * exp(-rate * max(years, 0)), years: years,
      volatility: volatility)
    return terms.price(right)
  }

  /// Price and sensitivities at once; `rho` holds the dividend yield fixed.
  public static func valuation(
    _ right: OptionRight, spot: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    dividendYield: Double = 0
  ) -> OptionValuation {
    let years = max(years, 0)
    let yieldDiscount = exp(-dividendYield * years)
    let terms = LognormalTerms(
      asset: spot * yieldDiscount, strike: strike * exp(-rate * years), years: years, volatility: volatility)
    let sign = terms.sign(right)
    let exercise = terms.strikeProbability(right)
    let assetShare = terms.assetProbability(right)
    let decay = terms.timeDecay
    return OptionValuation(
      price: terms.price(right),
      delta: sign * yieldDiscount * assetShare,
      gamma: terms.gamma(spot: spot),
      vega: terms.vega,
      theta: decay + sign * (dividendYield * terms.asset * assetShare - rate * terms.strike * exercise),
      rho: sign * terms.strike * years * exercise)
  }

  /// How delta moves with volatility and time, the spot staying where it is.
  public static func secondOrder(
    _ right: OptionRight, spot: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0,
    dividendYield: Double = 0
  ) -> SecondOrderGreeks {
    let years = max(years, 0)
    let yieldDiscount = exp(-dividendYield * years)
    let terms = LognormalTerms(
      asset: spot * yieldDiscount, strike: strike * exp(-rate * years), years: years, volatility: volatility)
    return terms.secondOrder(
      right, discount: yieldDiscount, discountRate: dividendYield, drift: rate - dividendYield)
  }
}

/// European options on a future or forward. Conventions as in `BlackScholes`.
public enum Black76 {
  public static func price(
    _ right: OptionRight, forward: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0
  ) -> Double {
    let discount = exp(-rate * max(years, 0))
    return LognormalTerms(asset: forward * discount, strike: strike * discount, years: years, volatility: volatility)
      .price(right)
  }

  /// Price and sensitivities at once; delta and gamma are per unit of the forward, `rho` holds the forward fixed.
  public static func valuation(
    _ right: OptionRight, forward: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0
  ) -> OptionValuation {
    let years = max(years, 0)
    let discount = exp(-rate * years)
    let terms = LognormalTerms(
      asset: forward * discount, strike: strike * discount, years: years, volatility: volatility)
    let price = terms.price(right)
    return OptionValuation(
      price: price,
      delta: terms.sign(right) * discount * terms.assetProbability(right),
      gamma: terms.gamma(spot: forward),
      vega: terms.vega,
      theta: terms.timeDecay + rate * price,
      rho: -years * price)
  }

  /// How delta moves with volatility and time, per unit of the forward, which stays where it is.
  public static func secondOrder(
    _ right: OptionRight, forward: Double, strike: Double, years: Double, volatility: Double, rate: Double = 0
  ) -> SecondOrderGreeks {
    let years = max(years, 0)
    let discount = exp(-rate * years)
    let terms = LognormalTerms(
      asset: forward * discount, strike: strike * discount, years: years, volatility: volatility)
    return terms.secondOrder(right, discount: discount, discountRate: rate, drift: 0)
  }
}

/// What both formulas share once asset and strike are discounted: one is exchanged for the other at expiry.
private struct LognormalTerms {
  /// Present value of the asset delivered at expiry.
  let asset: Double
  /// Present value of the strike.
  let strike: Double
  let rootYears: Double
  let volatility: Double
  /// Standard deviation of the log price at expiry; 0 means that the outcome is known.
  let deviation: Double
  let d1: Double
  let d2: Double

  /// Below this the option is its intrinsic value to the last bit, while gamma at the money would overflow.
  private static let leastDeviation = 1e-12

  init(asset: Double, strike: Double, years: Double, volatility: Double) {
    self.asset = asset
    self.strike = strike
    self.volatility = max(volatility, 0)
    rootYears = max(years, 0).squareRoot()
    let deviation = self.volatility * rootYears
    if deviation >= LognormalTerms.leastDeviation, asset > 0, strike > 0 {
      self.deviation = deviation
      let distance = log(asset / strike) / deviation
      d1 = distance + deviation / 2
      d2 = distance - deviation / 2
    } else {
      self.deviation = 0
      d1 = asset > strike ? .infinity : asset < strike ? -.infinity : 0
      d2 = d1
    }
  }

  func sign(_ right: OptionRight) -> Double { right == .call ? 1 : -1 }
  /// Probability of exercise with the asset as the unit of account; its size is the undiscounted delta.
  func assetProbability(_ right: OptionRight) -> Double { NormalDistribution.cumulative(sign(right) * d1) }
  /// Probability of exercise with money as the unit of account.
  func strikeProbability(_ right: OptionRight) -> Double { NormalDistribution.cumulative(sign(right) * d2) }

  func price(_ right: OptionRight) -> Double {
    // Far out of the money two tiny numbers cancel: rounding must not leave a price below zero.
    max(0, sign(right) * (asset * assetProbability(right) - strike * strikeProbability(right)))
  }

  func gamma(spot: Double) -> Double {
    deviation > 0 ? asset / spot * NormalDistribution.density(d1) / (spot * deviation) : 0
  }

  var vega: Double { deviation > 0 ? asset * NormalDistribution.density(d1) * rootYears : 0 }

  /// The part of theta that comes from uncertainty running out.
  var timeDecay: Double {
    deviation > 0 ? -asset * NormalDistribution.density(d1) * volatility / (2 * rootYears) : 0
  }
  /// Vanna and charm of a delta of `discount` x N(d1): `discountRate` is what its discount grows by a year, `drift` what
  /// the asset grows by on the way to expiry.
  func secondOrder(_ right: OptionRight, discount: Double, discountRate: Double, drift: Double) -> SecondOrderGreeks {
    let carried = sign(right) * discountRate * discount * assetProbability(right)
    let density = deviation > 0 ? discount * NormalDistribution.density(d1) : 0
    // Far from the strike nothing moves, whatever the quotients below would overflow to.
    guard density > 0 else { return SecondOrderGreeks(vanna: 0, charm: carried / 365) }
    let years = rootYears * rootYears
    return SecondOrderGreeks(
      vanna: -density * d2 / volatility,
      charm: (carried + density * (d2 / (2 * years) - drift / deviation)) / 365)
  }
}
