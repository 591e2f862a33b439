import MarketModel
import Positioning
import Testing

@Suite struct PropertyTests {
  private func expectClose(
    _ a: DealerBook, _ b: DealerBook, times factor: Double = 1, at location: SourceLocation = #_sourceLocation
  ) {
    for greek in Greek.allCases {
      let (found, wanted) = (a.total.net(greek), b.total.net(greek) * factor)
      let scale = a.total.gross(greek)
      #expect(abs(found - wanted) <= 1e-12 * scale, "\(greek): \(found), wanted \(wanted)", sourceLocation: location)
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>) func theOtherSignsGiveTheOppositeBook(seed: UInt64) {
    let contracts = Chain.wide(seed: seed)
    var rule = PositioningRule()
    (rule.callSign, rule.putSign) = (-rule.callSign, -rule.putSign)
    let (one, other) = (Chain.report(contracts), Chain.report(contracts, rule: rule))
    expectClose(other.openInterest, one.openInterest, times: -1)
    #expect(other.openInterest.gammaStrike.value?.strike == one.openInterest.gammaStrike.value?.strike)
    #expect(other.openInterest.profile.zeroGamma == one.openInterest.profile.zeroGamma)
    #expect(other.flow == one.flow)
    #expect(other.expiries == one.expiries && other.putCall == one.putCall)

    var inverted = contracts
    for index in inverted.indices { inverted[index].customerNetContracts.negate() }
    let flow = Chain.report(inverted)
    expectClose(flow.flow, one.flow, times: -1)
    #expect(flow.openInterest == one.openInterest)
    #expect(flow.flow.profile.zeroGamma == one.flow.profile.zeroGamma)
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>) func doubleTheSizesIsDoubleTheExposure(seed: UInt64) throws {
    let contracts = Chain.wide(seed: seed)
    var doubled = contracts
    for index in doubled.indices {
      doubled[index].openInterest = doubled[index].openInterest.map { $0 * 2 }
      doubled[index].customerNetContracts *= 2
    }
    let (one, two) = (Chain.report(contracts), Chain.report(doubled))
    for basis in PositionBasis.allCases {
      expectClose(two[basis], one[basis], times: 2)
      #expect(two[basis].profile.zeroGamma == one[basis].profile.zeroGamma)
      #expect(two[basis].bias == one[basis].bias)
      #expect(two[basis].callWall.value?.strike == one[basis].callWall.value?.strike)
      let shares = try #require(one[basis].hedgePressure.value?.sharesPerPercentRise)
      #expect(two[basis].hedgePressure.value?.sharesPerPercentRise == shares * 2)
    }
    #expect(zip(two.expiries, one.expiries).allSatisfy { $0.maxPain.value?.strike == $1.maxPain.value?.strike })
  }

  /// A listing split in two of half the size, or of half the multiplier and the same size twice, is the same book.
  @Test func splitsAddUp() {
    var contracts = Chain.wide()
    for index in contracts.indices {
      contracts[index].openInterest = contracts[index].openInterest.map { $0 * 2 }
      contracts[index].customerNetContracts *= 2
    }
    let halves = contracts.flatMap { whole in
      var half = whole
      half.openInterest = whole.openInterest.map { $0 / 2 }
      half.customerNetContracts = whole.customerNetContracts / 2
      return [half, half]
    }
    let (whole, split) = (Chain.report(contracts), Chain.report(halves))
    for basis in PositionBasis.allCases { expectClose(split[basis], whole[basis]) }
    #expect(split.expiries.map(\.maxPain) == whole.expiries.map(\.maxPain))
  }

  @Test func partsOfTheChainAddUpToTheWhole() {
    let contracts = Chain.wide()
    let whole = Chain.report(contracts)
    for basis in PositionBasis.allCases {
      let book = whole[basis]
      let halves = [0, 1].map { half in
        Chain.report(contracts.enumerated().filter { $0.offset % 2 == half }.map(\.element))[basis].total
      }
      let sums = [
        halves[0] + halves[1], book.strikes.map(\.all).reduce(.none, +), book.expiries.map(\.all).reduce(.none, +),
      ]
      for greek in Greek.allCases {
        for sum in sums {
          #expect(abs(sum.net(greek) - book.total.net(greek)) <= 1e-12 * book.total.gross(greek))
          #expect(sum.contracts(with: greek) == book.total.contracts(with: greek))
        }
      }
      #expect(book.strikes.map(\.strike) == book.strikes.map(\.strike).sorted())
      #expect(book.strikes.count == 41 && book.expiries.count == 2)
    }
  }

  @Test func theOrderOfContractsDoesNotMatter() {
    let contracts = Chain.wide()
    let (one, other) = (Chain.report(contracts), Chain.report(contracts.reversed()))
    #expect(other.expiries == one.expiries)
    #expect(other.putCall == one.putCall)
    for basis in PositionBasis.allCases {
      expectClose(other[basis], one[basis])
      #expect(other[basis].gammaStrike.value?.strike == one[basis].gammaStrike.value?.strike)
      let (a, b) = (other[basis].profile.zeroGamma.value ?? 0, one[basis].profile.zeroGamma.value ?? 0)
      #expect(abs(a - b) <= 1e-11 * b)
    }
  }

  /// One number that cannot be puts the whole contract aside, and nothing else.
  @Test func contractsWithImpossibleNumbersAreRejected() {
    let changes: [(inout PositioningContract) -> Void] = [
      { $0.gamma = .nan }, { $0.delta = .infinity }, { $0.vega = -.infinity }, { $0.theta = .nan },
      { $0.vanna = .nan }, { $0.charm = 1e200 }, { $0.impliedVolatility = .nan }, { $0.impliedVolatility = 0 },
      { $0.impliedVolatility = -0.2 }, { $0.impliedVolatility = .infinity }, { $0.yearsToExpiry = .nan },
      { $0.yearsToExpiry = -0.1 }, { $0.yearsToExpiry = .infinity }, { $0.openInterest = -1 },
      { $0.openInterest = .max }, { $0.volume = -1 }, { $0.premiumMicros = -1 }, { $0.multiplier = 0 },
      { $0.customerNetContracts = .min }, { $0.strike = .zero },
    ]
    let sound = Chain.wide()
    let expected = Chain.report(sound)
    for (index, change) in changes.enumerated() {
      var spoilt = sound[index]
      spoilt.openInterest = 1_000_000
      spoilt.strike = Price(rounding: 101)
      change(&spoilt)
      var report = Chain.report(sound + [spoilt])
      #expect(report.coverage.rejected == 1, "change \(index)")
      report.coverage.rejected = 0
      #expect(report == expected, "change \(index)")
    }
  }

  @Test func theSameInputGivesTheSameReport() {
    let input = Chain.input(Chain.wide())
    #expect(PositioningReport(input) == PositioningReport(input))
  }
}
