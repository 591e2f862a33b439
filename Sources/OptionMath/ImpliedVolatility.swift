import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The volatility that makes Black's formula give a price.
///
/// Nil wherever there is none: a price at or below the intrinsic value, at or above what the option can be worth at most, no
/// time left, a strike or forward that is not above zero, anything not finite. A price so close to one of these bounds that a
/// Double cannot tell them apart gives a volatility whose price is the same, and that is all that can be said of it.
///
/// The method is that of P. Jaeckel, "Let's Be Rational" (Wilmott 2015(75), 40-53): exact to the last digits the price holds,
/// in the wings as well as at the money.
public enum ImpliedVolatility {
  /// From the forward of the underlying.
  /// - Parameters:
  ///   - price: of the option today, in the currency of the strike.
  ///   - rate: continuously compounded, a year.
  /// - Returns: volatility a year as a fraction (0.2 = 20 %), or nil.
  public static func onForward(
    _ right: OptionRight, price: Double, forward: Double, strike: Double, years: Double, rate: Double = 0
  ) -> Double? {
    guard years > 0, years.isFinite else { return nil }
    return deviation(right, undiscounted: price * exp(rate * years), forward: forward, strike: strike)
      .flatMap { deviation in
        let volatility = deviation / years.squareRoot()
        return volatility.isFinite ? volatility : nil
      }
  }

  /// From the price of the underlying; the forward is spot x exp((rate - dividendYield) x years).
  public static func onSpot(
    _ right: OptionRight, price: Double, spot: Double, strike: Double, years: Double, rate: Double = 0,
    dividendYield: Double = 0
  ) -> Double? {
    onForward(
      right, price: price, forward: spot * exp((rate - dividendYield) * years), strike: strike, years: years, rate: rate
    )
  }

  /// The standard deviation of the log price at expiry: volatility x sqrt(years).
  /// - Parameter undiscounted: what the option's price grows to until expiry.
  static func deviation(_ right: OptionRight, undiscounted: Double, forward: Double, strike: Double) -> Double? {
    guard undiscounted.isFinite, forward > 0, strike > 0, forward.isFinite, strike.isFinite else { return nil }
    let sign: Double = right == .call ? 1 : -1
    // The part of an in-the-money price that is not intrinsic is the price of the opposite right, by parity.
    let timeValue = undiscounted - max(0, sign * (forward - strike))
    guard timeValue > 0 else { return nil }
    // Near the money the quotient would round the difference away.
    let difference = forward - strike
    let moneyness = abs(difference) < 0.25 * strike ? log1p(difference / strike) : log(forward / strike)
    return NormalisedVolatility.solve(
      x: -abs(moneyness), price: timeValue / (forward.squareRoot() * strike.squareRoot()))
  }
}
