import MarketModel
import Testing

@testable import Positioning

@Suite struct MaxPainTests {
  @Test func equalsTheDefinitionTriedAtEveryStrike() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let contracts = Chain.wide(seed: seed)
      let report = Chain.report(contracts)
      #expect(report.expiries.count == 2)
      for summary in report.expiries {
        let listed = contracts.filter { $0.expiry == summary.expiry }
        let strikes = Set(listed.map(\.strike)).sorted()
        let least = try #require(strikes.map { (payout(listed, at: $0), $0) }.min { $0.0 < $1.0 })
        #expect(summary.maxPain == .found(MaxPain(strike: least.1, payout: Double(least.0) * 1e-6)))
      }
    }
  }

  @Test func ofEqualStrikesTheLowest() {
    // Between the put and the call nobody is paid, at either end neither.
    let found = Chain.report([
      Chain.contract(95, isCall: false, open: 10), Chain.contract(100, open: 0), Chain.contract(105, open: 10),
    ]).expiries.first?.maxPain
    #expect(found == .found(MaxPain(strike: Price(rounding: 95), payout: 0)))
  }

  @Test func multipliersCount() {
    let pain = { (multiplier: Int64) in
      Chain.report([
        Chain.contract(90, open: 10, multiplier: multiplier), Chain.contract(110, isCall: false, open: 15),
      ]).expiries.first?.maxPain.value?.strike.doubleValue
    }
    #expect(pain(100) == 110)
    #expect(pain(160) == 90)
  }

  @Test func unknownOpenInterestIsNotZero() {
    let unknown = Chain.report([Chain.contract(100, open: nil), Chain.contract(101, open: nil)]).expiries
    #expect(unknown.map(\.maxPain) == [.missing(.noOpenInterest)])
    #expect(unknown.map(\.contractsWithoutOpenInterest) == [2])
    let nothing = Chain.report([Chain.contract(100), Chain.contract(101)]).expiries
    #expect(nothing.map(\.maxPain) == [.missing(.noExposure)])
    let partly = Chain.report([Chain.contract(100, open: nil), Chain.contract(101, open: 4)]).expiries
    // A strike whose open interest is unknown is still listed, so the underlying may close there.
    #expect(partly.map { $0.maxPain.value?.strike.doubleValue } == [100])
  }

  @Test func theLargestNumbersThatAreTakenDoNotOverflow() {
    let most: Int64 = 1 << 40
    let contracts = (1...50).map { strike in
      var contract = Chain.contract(Double(strike), isCall: strike % 2 == 0, open: most, multiplier: most)
      contract.strike = Price(micros: .max - 1_000_000 * Int64(50 - strike))
      contract.premiumMicros = .max
      return contract
    }
    let report = Chain.report(contracts)
    #expect(report.coverage.rejected == 0)
    #expect(report.expiries.first?.maxPain.value != nil)
    #expect(report.putCall.byPremium.value == 1)
  }

  private func payout(_ contracts: [PositioningContract], at settlement: Price) -> Int64 {
    contracts.reduce(0) { sum, contract in
      let inMoney = settlement.micros - contract.strike.micros
      return sum + (contract.openInterest ?? 0) * contract.multiplier * max(0, contract.isCall ? inMoney : -inMoney)
    }
  }
}
