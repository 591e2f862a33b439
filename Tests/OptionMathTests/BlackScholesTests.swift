import Foundation
import MarketModel
import OptionMath
import Testing

@Suite struct BlackScholesTests {
  /// py_vollib 1.0.12; vega there is per volatility point.
  @Test func agreesWithPublishedReference() {
    let value = BlackScholes.valuation(.call, spot: 100, strike: 105, years: 0.25, volatility: 0.2, rate: 0.03)
    #expect(abs(value.price - 2.3059920838728716) < 1e-13)
    #expect(abs(value.delta - 0.3583391801704341) < 1e-15)
    #expect(abs(value.gamma - 0.03735186532172634) < 1e-16)
    #expect(abs(value.vega / 100 - 0.18675932660863173) < 1e-15)
  }

  /// QuantLib 1.44, AnalyticEuropeanEngine.
  @Test func agreesWithQuantLibAtNinetyOneDays() {
    let value = BlackScholes.valuation(.call, spot: 100, strike: 105, years: 91.0 / 365, volatility: 0.2, rate: 0.03)
    #expect(abs(value.price - 2.300183995156864) < 1e-13)
    #expect(abs(value.gamma - 0.03739170955015803) < 1e-16)
  }

  static let cases: [(spot: Double, strike: Double, years: Double, volatility: Double, rate: Double, yield: Double)] = [
    (100, 105, 0.25, 0.2, 0.03, 0), (672, 670, 0.003, 0.14, 0.04, 0.012), (480, 400, 1.5, 0.55, 0.04, 0),
    (50, 80, 0.1, 0.3, -0.01, 0.06), (178, 177.5, 0.02, 0.4, 0, 0), (100, 100, 2, 0.9, 0.1, 0.1),
  ]

  @Test(arguments: cases.indices) func putCallParityHolds(index: Int) {
    let c = BlackScholesTests.cases[index]
    func value(_ right: OptionRight) -> OptionValuation {
      BlackScholes.valuation(
        right, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
        dividendYield: c.yield)
    }
    let (call, put) = (value(.call), value(.put))
    let forward = c.spot * exp(-c.yield * c.years) - c.strike * exp(-c.rate * c.years)
    #expect(abs(call.price - put.price - forward) < 1e-11)
    #expect(abs(call.delta - put.delta - exp(-c.yield * c.years)) < 1e-14)
    #expect(call.gamma == put.gamma)
    #expect(call.vega == put.vega)
    #expect(
      call.price
        == BlackScholes.price(
          .call, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
          dividendYield: c.yield))
  }

  @Test(arguments: cases.indices, [OptionRight.call, .put])
  func sensitivitiesEqualFiniteDifferences(index: Int, right: OptionRight) {
    let c = BlackScholesTests.cases[index]
    func value(spot: Double = 0, years: Double = 0, volatility: Double = 0, rate: Double = 0) -> OptionValuation {
      BlackScholes.valuation(
        right, spot: c.spot + spot, strike: c.strike, years: c.years + years, volatility: c.volatility + volatility,
        rate: c.rate + rate, dividendYield: c.yield)
    }
    let at = value()
    expectClose(at.delta, slope(c.spot * 1e-5) { value(spot: $0).price })
    expectClose(at.gamma, slope(c.spot * 1e-5) { value(spot: $0).delta })
    expectClose(at.vega, slope(1e-5) { value(volatility: $0).price })
    expectClose(at.theta, -slope(c.years * 1e-4) { value(years: $0).price })
    expectClose(at.rho, slope(1e-5) { value(rate: $0).price })
  }

  @Test(arguments: cases.indices, [OptionRight.call, .put])
  func black76IsBlackScholesOnTheForward(index: Int, right: OptionRight) {
    let c = BlackScholesTests.cases[index]
    let forward = c.spot * exp((c.rate - c.yield) * c.years)
    func value(forward shift: Double = 0, years: Double = 0, volatility: Double = 0, rate: Double = 0)
      -> OptionValuation
    {
      Black76.valuation(
        right, forward: forward + shift, strike: c.strike, years: c.years + years,
        volatility: c.volatility + volatility,
        rate: c.rate + rate)
    }
    let at = value()
    let spotPrice = BlackScholes.price(
      right, spot: c.spot, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate,
      dividendYield: c.yield)
    expectClose(at.price, spotPrice, 1e-12)
    #expect(
      at.price
        == Black76.price(
          right, forward: forward, strike: c.strike, years: c.years, volatility: c.volatility, rate: c.rate))
    expectClose(at.delta, slope(forward * 1e-5) { value(forward: $0).price })
    expectClose(at.gamma, slope(forward * 1e-5) { value(forward: $0).delta })
    expectClose(at.vega, slope(1e-5) { value(volatility: $0).price })
    expectClose(at.theta, -slope(c.years * 1e-4) { value(years: $0).price })
    expectClose(at.rho, slope(1e-5) { value(rate: $0).price })
  }

  @Test func withoutTimeOrVolatilityThePriceIsIntrinsic() {
    for (years, volatility) in [(0.0, 0.2), (0.5, 0.0), (-1.0, 0.2), (0.5, -0.2), (1e-300, 0.2)] {
      let inMoney = BlackScholes.valuation(.call, spot: 105, strike: 100, years: years, volatility: volatility)
      #expect(inMoney == OptionValuation(price: 5, delta: 1, gamma: 0, vega: 0, theta: 0, rho: 100 * max(years, 0)))
      let outOfMoney = BlackScholes.valuation(.put, spot: 105, strike: 100, years: years, volatility: volatility)
      #expect(outOfMoney.price == 0 && outOfMoney.delta == 0 && outOfMoney.rho == 0)
      let atMoney = BlackScholes.valuation(.put, spot: 100, strike: 100, years: years, volatility: volatility)
      #expect(atMoney.price == 0 && atMoney.delta == -0.5 && atMoney.gamma == 0)
    }
  }

  /// Every combination of extremes stays a number within the bounds that no model may leave.
  @Test func extremesStayFiniteAndInBounds() {
    let scales = [0, 1e-12, 1e-3, 0.5, 1, 1.0001, 2, 1e3, 1e9]
    for right in [OptionRight.call, .put] {
      for moneyness in scales {
        for years in [0, 1e-15, 1e-9, 1e-6, 1e-3, 1, 50] {
          for volatility in [0, 1e-12, 1e-6, 0.01, 0.3, 5, 100] {
            let value = BlackScholes.valuation(
              right, spot: 100 * moneyness, strike: 100, years: years, volatility: volatility, rate: 0.04,
              dividendYield: 0.01)
            let numbers = [value.price, value.delta, value.gamma, value.vega, value.theta, value.rho]
            let place = Comment("\(right) \(moneyness) \(years) \(volatility): \(value)")
            let finite = numbers.allSatisfy { $0.isFinite }
            #expect(finite, place)
            #expect(value.price >= 0 && value.gamma >= 0 && value.vega >= 0, place)
            #expect(abs(value.delta) <= 1, place)
            #expect(value.price <= (right == .call ? 100 * moneyness : 100), place)
          }
        }
      }
    }
  }

  private func slope(_ step: Double, _ function: (Double) -> Double) -> Double {
    (function(step) - function(-step)) / (2 * step)
  }

  private func expectClose(
    _ a: Double, _ b: Double, _ tolerance: Double = 2e-6, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(a - b) <= tolerance * max(1, abs(a), abs(b)), "\(a) and \(b)", sourceLocation: location)
  }
}
