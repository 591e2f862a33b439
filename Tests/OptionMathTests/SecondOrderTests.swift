import Foundation
import MarketModel
import OptionMath
import Testing

@Suite struct SecondOrderTests {
  private typealias Terms = (
    spot: Double, strike: Double, years: Double, volatility: Double, rate: Double, yield: Double
  )

  /// `BlackScholesTests.cases`, and the last minutes before expiry.
  private static let cases: [Terms] =
    BlackScholesTests.cases + [
      (600, 600.5, DayCount.years(minutes: 5), 0.3, 0.045, 0.012),
      (600, 599, DayCount.years(minutes: 390), 0.15, 0.045, 0), (600, 600, DayCount.years(minutes: 1), 0.2, 0, 0),
    ]

  /// S = 100, K = 105, 91 days, 3 %, 20 %: closed forms worked out by hand with two independent programs.
  @Test func agreesWithWorkedExample() {
    let found = BlackScholes.secondOrder(
      .call, spot: 100, strike: 105, years: 91.0 / 365, volatility: 0.2, rate: 0.03)
    #expect(abs(found.vanna - 0.86556224) < 1e-8)
    #expect(abs(found.charm * 365 - -0.45935119) < 1e-8)
  }

  @Test(arguments: cases.indices, [OptionRight.call, .put])
  func onSpotEqualsFiniteDifferencesOfDelta(index: Int, right: OptionRight) {
    let c = Self.cases[index]
    func delta(years: Double, volatility: Double) -> Double {
      BlackScholes.valuation(
        right, spot: c.spot, strike: c.strike, years: years, volatility: volatility, rate: c.rate,
        dividendYield: c.yield
      ).delta
    }
    let found = BlackScholes.secondOrder(
      right, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
      dividendYield: c.yield)
    expectSlopes(found, years: c.years, volatility: c.volatility, of: delta)
  }

  @Test(arguments: cases.indices, [OptionRight.call, .put])
  func onForwardEqualsFiniteDifferencesOfDelta(index: Int, right: OptionRight) {
    let c = Self.cases[index]
    func delta(years: Double, volatility: Double) -> Double {
      Black76.valuation(
        right, forward: c.spot, strike: c.strike, years: years, volatility: volatility, rate: c.rate
      ).delta
    }
    let found = Black76.secondOrder(
      right, forward: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate)
    expectSlopes(found, years: c.years, volatility: c.volatility, of: delta)
  }

  /// Vanna is also the slope of vega along spot, which rests on other lines of code.
  @Test(arguments: cases.indices) func vannaIsTheSlopeOfVega(index: Int) {
    let c = Self.cases[index]
    func vega(_ spot: Double) -> Double {
      BlackScholes.valuation(
        .put, spot: spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
        dividendYield: c.yield
      ).vega
    }
    let found = BlackScholes.secondOrder(
      .put, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
      dividendYield: c.yield)
    let step = c.spot * c.volatility * c.years.squareRoot() * 1e-4
    let slope = (vega(c.spot + step) - vega(c.spot - step)) / (2 * step)
    #expect(abs(found.vanna - slope) < 1e-6 * max(1, abs(slope)), "\(found) and \(slope)")
  }

  @Test(arguments: cases.indices) func parityHolds(index: Int) {
    let c = Self.cases[index]
    func greeks(_ right: OptionRight) -> SecondOrderGreeks {
      BlackScholes.secondOrder(
        right, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
        dividendYield: c.yield)
    }
    let (call, put) = (greeks(.call), greeks(.put))
    #expect(call.vanna == put.vanna)
    // Call delta less put delta is exp(-yield x years), whose slope in time is all that differs.
    let difference = c.yield * exp(-c.yield * c.years) / 365
    #expect(abs(call.charm - put.charm - difference) < 1e-12 * max(1, abs(call.charm)))
  }

  @Test func withoutTimeOrVolatilityNothingMoves() {
    for (years, volatility) in [(0.0, 0.2), (0.5, 0.0), (-1.0, 0.2), (0.5, -0.2), (1e-300, 0.2)] {
      for strike in [95.0, 100, 105] {
        let found = BlackScholes.secondOrder(
          .call, spot: 100, strike: strike, years: years, volatility: volatility, rate: 0.03)
        #expect(found == SecondOrderGreeks(vanna: 0, charm: 0))
      }
    }
  }

  @Test func extremesStayFinite() {
    for right in [OptionRight.call, .put] {
      for moneyness in [0, 1e-12, 1e-3, 0.5, 1, 1.0001, 2, 1e3, 1e9] {
        for years in [0, 1e-300, 1e-15, 1e-9, 1e-6, 1e-3, 1, 50] {
          for volatility in [0, 1e-12, 1e-6, 0.01, 0.3, 5, 100, 1e160] {
            let found = [
              BlackScholes.secondOrder(
                right, spot: 100 * moneyness, strike: 100, years: years, volatility: volatility, rate: 0.04,
                dividendYield: 0.01),
              Black76.secondOrder(
                right, forward: 100 * moneyness, strike: 100, years: years, volatility: volatility, rate: 0.04),
            ]
            for greeks in found {
              #expect(
                greeks.vanna.isFinite && greeks.charm.isFinite,
                "\(right) \(moneyness) \(years) \(volatility): \(greeks)")
            }
          }
        }
      }
    }
  }

  /// Fourth order differences, steps in proportion; what is compared is the change over a tenth of volatility and of time.
  private func expectSlopes(
    _ found: SecondOrderGreeks, years: Double, volatility: Double, of delta: (Double, Double) -> Double,
    at location: SourceLocation = #_sourceLocation
  ) {
    func slope(_ function: (Double) -> Double) -> Double {
      let step = 1e-3
      return (8 * (function(step) - function(-step)) - (function(2 * step) - function(-2 * step))) / (12 * step)
    }
    let byVolatility = slope { delta(years, volatility * (1 + $0)) }
    let byYears = slope { delta(years * (1 + $0), volatility) }
    #expect(
      abs(found.vanna * volatility - byVolatility) < 1e-8, "\(found) and \(byVolatility / volatility)",
      sourceLocation: location)
    #expect(
      abs(found.charm * 365 * years + byYears) < 1e-8, "\(found) and \(-byYears / years / 365)",
      sourceLocation: location)
  }
}
