import MarketModel
import OptionMath
import Testing

@testable import Positioning

@Suite struct LevelTests {
  private func strike(_ level: Finding<GammaLevel>) -> Double? { level.value?.strike.doubleValue }

  @Test func wallsAreOfOneRightAndOneSideOfSpot() {
    let book = Chain.report([
      Chain.contract(98, open: 900), Chain.contract(102, open: 300), Chain.contract(104, open: 500),
      Chain.contract(96, isCall: false, open: 400), Chain.contract(94, isCall: false, open: 300),
      Chain.contract(103, isCall: false, open: 2_000),
    ]).openInterest
    #expect(strike(book.callWall) == 104)
    #expect(strike(book.putWall) == 96)
    #expect(strike(book.gammaStrike) == 103)
    #expect((book.gammaStrike.value?.gammaExposure ?? 0) < 0)
  }

  @Test func aStrikeAtTheSpotIsOnBothSides() {
    let book = Chain.report([Chain.contract(100, open: 10), Chain.contract(100, isCall: false, open: 20)]).openInterest
    #expect(strike(book.callWall) == 100)
    #expect(strike(book.putWall) == 100)
  }

  @Test func oneSideWithoutExposureHasNoWall() {
    let book = Chain.report([Chain.contract(105, open: 10)]).openInterest
    #expect(strike(book.callWall) == 105)
    #expect(book.putWall == .missing(.noExposure))
  }

  @Test func equalStrikesGiveTheLowestGammaStrike() {
    var contracts = [Chain.contract(110, open: 7), Chain.contract(90, open: 7)]
    for index in contracts.indices { contracts[index].gamma = 0.01 }
    #expect(strike(Chain.report(contracts).openInterest.gammaStrike) == 90)
  }

  /// Calls above, puts below: dealers are short gamma below and long above; between them the sign changes once.
  @Test func zeroGammaIsWhereRepricedGammaIsZero() throws {
    let contracts = [Chain.contract(108, open: 1_000), Chain.contract(92, isCall: false, open: 800)]
    let profile = Chain.report(contracts).openInterest.profile
    let zero = try #require(profile.zeroGamma.value)
    #expect(profile.crossings == 1)
    #expect(profile.contracts == 2 && profile.contractsLeftOut == 0)
    #expect((92...108).contains(zero))
    let gross = repriced(contracts, [1, 1], at: zero)
    #expect(abs(repriced(contracts, [1, -1], at: zero)) < 1e-12 * gross)
  }

  @Test func theProfileIsGammaRepricedByTheModel() {
    let contracts = Chain.wide()
    let profile = Chain.report(contracts).openInterest.profile
    let signs = contracts.map { $0.isCall ? 1.0 : -1 }
    #expect(profile.points.count == 61)
    #expect(profile.points.first.map { abs($0.spot - 85) < 1e-9 } == true)
    #expect(profile.points.last.map { abs($0.spot - 115) < 1e-9 } == true)
    for point in profile.points {
      let expected = repriced(contracts, signs, at: point.spot)
      let gross = repriced(contracts, signs.map(abs), at: point.spot)
      #expect(abs(point.gammaExposure - expected) < 1e-11 * gross, "at \(point.spot)")
    }
    // These gammas are the model's own, so at the spot the profile meets the sum.
    let sum = Chain.report(contracts).openInterest.sum(.gamma).value ?? .nan
    #expect(abs(profile.points[30].gammaExposure - sum) < 1e-9 * abs(sum))
  }

  @Test func ofSeveralZerosTheNearestCounts() throws {
    // Short, long, short along spot: two changes of sign, the upper one nearer.
    let contracts = [
      Chain.contract(88, isCall: false, open: 1_000, days: 3), Chain.contract(98, open: 1_000, days: 3),
      Chain.contract(106, isCall: false, open: 2_000, days: 3),
    ]
    let profile = Chain.report(contracts).openInterest.profile
    #expect(profile.crossings == 2)
    let zero = try #require(profile.zeroGamma.value)
    #expect((100...106).contains(zero))
    let before = repriced(contracts, [-1, 1, -1], at: zero * 0.999)
    let after = repriced(contracts, [-1, 1, -1], at: zero * 1.001)
    #expect(before > 0 && after < 0)
  }

  @Test func oneSignEverywhereHasNoZero() {
    #expect(Chain.report([Chain.contract(100, open: 5)]).openInterest.profile.zeroGamma == .missing(.noCrossing))
  }

  /// Call and put of one strike and volatility cancel to the last bit of rounding: that is no flip.
  @Test func aBalancedBookHasNoZeroMadeOfRounding() {
    let contracts = (80...120).flatMap { strike in
      [true, false].map { Chain.contract(Double(strike), isCall: $0, open: 1_000 + Int64(strike * 37 % 100)) }
    }
    let book = Chain.report(contracts).openInterest
    #expect(book.profile.crossings == 0)
    #expect(book.profile.zeroGamma == .missing(.noExposure))
    #expect(book.bias.value?.kind == .deltaHedging)  // long calls and short puts: long the stock through and through
  }

  @Test func expiredContractsAndThoseWithoutVolatilityAreLeftOut() {
    var expired = Chain.contract(100, open: 5)
    expired.yearsToExpiry = 0
    let profile = Chain.report([
      expired, Chain.contract(100, open: 5, volatility: nil), Chain.contract(100, open: 5),
      Chain.contract(100, open: 0, volatility: nil),
    ]).openInterest.profile
    #expect(profile.contracts == 1)
    #expect(profile.contractsLeftOut == 2)
  }

  @Test func biasFollowsItsThresholds() {
    func contract(_ strike: Double, isCall: Bool, gamma: Double, delta: Double, open: Int64) -> PositioningContract {
      var contract = Chain.contract(strike, isCall: isCall, open: open)
      contract.gamma = gamma
      contract.delta = delta
      return contract
    }
    func bias(_ calls: Int64, _ puts: Int64, putDelta: Double = 0.5) -> DealerBias? {
      Chain.report([
        contract(100, isCall: true, gamma: 0.01, delta: 0.5, open: calls),
        contract(100, isCall: false, gamma: 0.01, delta: putDelta, open: puts),
      ]).openInterest.bias.value
    }
    #expect(bias(1_100, 900) == DealerBias(kind: .longGamma, gammaShare: 0.1, deltaShare: 0.1))
    #expect(bias(900, 1_100)?.kind == .shortGamma)
    #expect(bias(1_099, 901)?.kind == .neutral)
    #expect(bias(1_000, 1_000, putDelta: -0.5) == DealerBias(kind: .deltaHedging, gammaShare: 0, deltaShare: 1))
  }

  private func repriced(_ contracts: [PositioningContract], _ signs: [Double], at spot: Double) -> Double {
    zip(contracts, signs).reduce(0) { sum, pair in
      let gamma = BlackScholes.valuation(
        .call, spot: spot, strike: pair.0.strike.doubleValue, years: pair.0.yearsToExpiry,
        volatility: pair.0.impliedVolatility ?? 0, rate: Chain.rate, dividendYield: Chain.dividendYield
      ).gamma
      return sum + pair.1 * gamma * Double(pair.0.openInterest ?? 0) * 100 * spot * spot * 0.01
    }
  }
}
