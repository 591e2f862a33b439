import MarketModel
import OptionMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Implied volatility of one expiry: a level from the variance still to come, and a smile around the forward.
struct DemoSurface {
  let forward: Double
  /// Calendar years to expiry.
  let years: Double
  /// Standard deviation of the log price at expiry.
  let deviation: Double
  private let atTheMoney: Double
  private let skew: Double

  static let rate = 0.04
  private static let curvature = 0.011
  /// What sellers of volatility earn.
  private static let premium = 1.12

  /// `sessionsAhead`: 0 for options that expire today.
  init(_ underlying: DemoUnderlying, sessionsAhead: Int, sessionGone: Double, now: Timestamp, expiry: Timestamp) {
    let listing = underlying.listing
    years = DayCount.years(from: now, to: expiry, minimumMinutes: 1)
    let days = max(DemoDayShape.sessionShare * DemoDayShape.varianceLeft(sessionGone), 0.002) + Double(sessionsAhead)
    // Shocks to volatility fade, so that near expiries move more than far ones.
    let shift = underlying.volatilityShift / (1 + 0.15 * Double(sessionsAhead))
    deviation = listing.dailyDeviation * days.squareRoot() * DemoSurface.premium * exp(shift)
    atTheMoney = deviation / years.squareRoot()
    forward = underlying.spot * exp((DemoSurface.rate - listing.dividendYield) * years)
    skew = listing.skew
  }

  /// Distance of a strike from the forward in standard deviations.
  func moneyness(_ strike: Double) -> Double { log(strike / forward) / deviation }

  func volatility(_ strike: Double) -> Double {
    // Held level far out: with this slope and curvature prices stay free of arbitrage along strikes.
    let x = max(-6, min(6, moneyness(strike)))
    return atTheMoney * (1 + skew * x + DemoSurface.curvature * x * x)
  }
}
