import MarketModel
import OptionMath
import Testing

@testable import Positioning

/// Exposures are what dealers' books gain: held against re-pricing the whole book a little further on.
@Suite struct ExposureTests {
  private struct World {
    var spot = Chain.spot
    var volatility = 0.0
    var days = 0.0
  }

  /// Value of the book in a world moved by that much.
  private func value(_ contracts: [PositioningContract], _ positions: [Int64], _ world: World) -> Double {
    sum(contracts, positions, world) { $0.price }
  }

  /// Value of the shares the book behaves like, spot held for valuing them.
  private func dollarDelta(_ contracts: [PositioningContract], _ positions: [Int64], _ world: World) -> Double {
    sum(contracts, positions, world) { $0.delta } * Chain.spot
  }

  private func sum(
    _ contracts: [PositioningContract], _ positions: [Int64], _ world: World, _ figure: (OptionValuation) -> Double
  ) -> Double {
    zip(contracts, positions).reduce(0) { sum, pair in
      let valuation = BlackScholes.valuation(
        pair.0.isCall ? .call : .put, spot: world.spot, strike: pair.0.strike.doubleValue,
        years: pair.0.yearsToExpiry - world.days / 365,
        volatility: (pair.0.impliedVolatility ?? 0) + world.volatility, rate: Chain.rate,
        dividendYield: Chain.dividendYield)
      return sum + figure(valuation) * Double(pair.1 * pair.0.multiplier)
    }
  }

  private func slope(_ step: Double, _ function: (Double) -> Double) -> Double {
    (8 * (function(step) - function(-step)) - (function(2 * step) - function(-2 * step))) / (12 * step)
  }

  @Test(arguments: PositionBasis.allCases) func sumsEqualFiniteDifferences(basis: PositionBasis) throws {
    let contracts = Chain.wide()
    let report = Chain.report(contracts)
    let book = report[basis]
    let held = try report.positions.map { try #require(basis == .flow ? $0.fromFlow : $0.fromOpenInterest) }
    func expect(_ greek: Greek, _ expected: Double, at location: SourceLocation = #_sourceLocation) {
      let found = book.sum(greek).value ?? .nan
      #expect(
        abs(found - expected) < 1e-6 * book.total.gross(greek), "\(greek): \(found), wanted \(expected)",
        sourceLocation: location)
    }
    expect(.delta, slope(0.01) { value(contracts, held, World(spot: Chain.spot + $0)) } * Chain.spot)
    // A percent of spot, in percents: the slope is per 1.00 of it.
    expect(.gamma, slope(0.01) { dollarDelta(contracts, held, World(spot: Chain.spot + $0)) } * Chain.spot / 100)
    expect(.vega, slope(0.001) { value(contracts, held, World(volatility: $0)) } / 100)
    expect(.theta, slope(0.002) { value(contracts, held, World(days: $0)) })
    expect(.vanna, slope(0.001) { dollarDelta(contracts, held, World(volatility: $0)) } / 100)
    expect(.charm, slope(0.002) { dollarDelta(contracts, held, World(days: $0)) })
  }

  @Test func oneContractByHand() throws {
    var contract = Chain.contract(100, open: 10, net: 4)
    contract.gamma = 0.02
    contract.delta = 0.5
    let report = Chain.report([contract])
    // 0.02 x 10 x 100 x 100² x 0.01
    #expect(report.openInterest.sum(.gamma) == .found(2_000))
    #expect(report.openInterest.sum(.delta) == .found(50_000))
    #expect(report.flow.sum(.gamma) == .found(-800))
    // Long gamma of $2,000 a percent: 20 shares to sell into a rise of 1 %.
    #expect(
      report.openInterest.hedgePressure
        == .found(HedgePressure(sharesPerPercentRise: -20, direction: .againstMove)))
    #expect(
      report.flow.hedgePressure == .found(HedgePressure(sharesPerPercentRise: 8, direction: .withMove)))
    #expect(report.positions.map(\.fromOpenInterest) == [10])
    #expect(report.positions.map(\.fromFlow) == [-4])
  }

  @Test func dealersAreShortPutsByConvention() {
    let put = Chain.contract(95, isCall: false, open: 10)
    #expect(Chain.report([put]).positions[0].fromOpenInterest == -10)
    #expect((Chain.report([put]).openInterest.sum(.gamma).value ?? 0) < 0)
    var rule = PositioningRule()
    rule.putSign = 1
    #expect(Chain.report([put], rule: rule).positions[0].fromOpenInterest == 10)
    #expect(Chain.report([put], rule: rule).rule == rule)
  }

  @Test func missingGreeksAreWorkedOutFromTheVolatilityAndNothingElse() {
    var contract = Chain.contract(105, volatility: nil)
    #expect(contract.delta == nil && contract.charm == nil)
    contract.impliedVolatility = 0.25
    contract.gamma = 0.5  // the vendor's stays
    contract.completeGreeks(spot: 100, rate: 0.04, dividendYield: 0.01)
    let greeks = OptionGreeks.onSpot(
      .call, spot: 100, strike: 105, years: 30.0 / 365, volatility: 0.25, rate: 0.04, dividendYield: 0.01)
    let second = BlackScholes.secondOrder(
      .call, spot: 100, strike: 105, years: 30.0 / 365, volatility: 0.25, rate: 0.04, dividendYield: 0.01)
    #expect(contract.gamma == 0.5)
    #expect(contract.delta == greeks.delta && contract.vega == greeks.vega && contract.theta == greeks.theta)
    #expect(contract.vanna == second.vanna && contract.charm == second.charm)
    var expired = Chain.contract(105, volatility: nil)
    expired.impliedVolatility = 0.25
    expired.yearsToExpiry = 0
    expired.completeGreeks(spot: 100)
    #expect(expired.gamma == nil)
  }
}
