import MarketModel
import Testing

@testable import Positioning

/// What is missing has a reason, and only what needs it is missing.
@Suite struct GapTests {
  @Test(arguments: [nil, 0, -5, Double.nan, .infinity] as [Double?]) func withoutSpot(spot: Double?) {
    let report = Chain.report(Chain.wide(), spot: spot)
    #expect(report.spot == nil)
    for basis in PositionBasis.allCases {
      let book = report[basis]
      for greek in Greek.allCases {
        #expect(book.sum(greek).gap == (greek == .vega || greek == .theta ? nil : .noSpot), "\(greek)")
      }
      #expect(book.gammaStrike.gap == .noSpot && book.callWall.gap == .noSpot && book.putWall.gap == .noSpot)
      #expect(book.profile.zeroGamma == .missing(.noSpot))
      #expect(book.hedgePressure.gap == .noSpot && book.bias.gap == .noSpot)
    }
    #expect(report.expiries.allSatisfy { $0.maxPain.value != nil })
    #expect(report.putCall.byVolume.value != nil)
  }

  @Test func withoutOpenInterest() {
    var contracts = Chain.wide()
    for index in contracts.indices { contracts[index].openInterest = nil }
    let report = Chain.report(contracts)
    #expect(report.coverage.withoutOpenInterest == contracts.count)
    #expect(report.openInterest.sum(.gamma) == .missing(.noOpenInterest))
    #expect(report.openInterest.profile.zeroGamma == .missing(.noOpenInterest))
    #expect(report.openInterest.bias.gap == .noOpenInterest)
    #expect(report.putCall.byOpenInterest == .missing(.noOpenInterest))
    #expect(report.expiries.allSatisfy { $0.maxPain == .missing(.noOpenInterest) })
    #expect(report.positions.allSatisfy { $0.fromOpenInterest == nil })
    #expect(report.flow.sum(.gamma).value != nil)
  }

  @Test func beforeTheFirstTrade() {
    let report = Chain.report([Chain.contract(100, open: 10)])
    #expect(report.flow.sum(.delta) == .missing(.noFlow))
    #expect(report.flow.profile.zeroGamma == .missing(.noFlow))
    #expect(report.putCall.byVolume == .missing(.noFlow))
    #expect(report.putCall.byPremium == .missing(.noFlow))
    #expect(report.openInterest.sum(.delta).value != nil)
  }

  /// Trades that cancel out are known to be nothing, which is not the same as unknown.
  @Test func aBalancedSessionIsZero() {
    let report = Chain.report([Chain.contract(100, open: nil, volume: 10, net: 0)])
    #expect(report.flow.sum(.gamma) == .found(0))
    #expect(report.flow.gammaStrike == .missing(.noExposure))
    #expect(report.flow.profile.zeroGamma == .missing(.noExposure))
    #expect(report.flow.hedgePressure == .found(HedgePressure(sharesPerPercentRise: 0, direction: .none)))
    #expect(report.flow.bias.value?.kind == .neutral)
  }

  @Test func withoutVolatilityGivenGreeksStillCount() {
    var contract = Chain.contract(100, open: 10, volatility: nil)
    contract.gamma = 0.02
    let report = Chain.report([contract])
    #expect(report.openInterest.sum(.gamma) == .found(2_000))
    #expect(report.openInterest.sum(.vanna) == .missing(.noGreek))
    #expect(report.openInterest.profile.zeroGamma == .missing(.noVolatility))
    #expect(report.openInterest.bias.value?.kind == .longGamma)
    #expect(report.openInterest.bias.value?.deltaShare == nil)
    #expect(report.coverage.withoutVolatility == 1)
  }

  @Test func contractsWithoutGammaAreCounted() {
    var contracts = [Chain.contract(100, open: 10), Chain.contract(105, open: 10), Chain.contract(110, open: 0)]
    contracts[1].gamma = nil
    contracts[2].gamma = nil
    let report = Chain.report(contracts)
    #expect(report.coverage.withoutGamma == 2)
    #expect(report.openInterest.total.contracts(with: .gamma) == 1)
    // Of the third nothing is open: it is missing from no sum.
    #expect(report.openInterest.total.contractsLeftOut(without: .gamma) == 1)
    #expect(report.openInterest.sum(.gamma, of: report.openInterest.strikes[1].all) == .missing(.noGreek))
    #expect(report.openInterest.sum(.gamma) == Chain.report([contracts[0]]).openInterest.sum(.gamma))
  }

  @Test func balancedGammaWithoutDeltaHasNoBias() {
    var contracts = [Chain.contract(100, open: 10), Chain.contract(100, isCall: false, open: 10)]
    for index in contracts.indices { contracts[index].delta = nil }
    #expect(Chain.report(contracts).openInterest.bias == .missing(.noGreek))
  }

  @Test func ratiosWithoutCalls() {
    let puts = Chain.report([Chain.contract(100, isCall: false, open: 3, volume: 5)]).putCall
    #expect(puts.byVolume == .missing(.noCalls))
    #expect(puts.byOpenInterest == .missing(.noCalls))
    #expect(puts.byPremium == .missing(.noCalls))
    let calls = Chain.report([Chain.contract(100, open: 3, volume: 5)]).putCall
    #expect(calls.byVolume == .found(0) && calls.byOpenInterest == .found(0) && calls.byPremium == .found(0))
  }

  @Test func anEmptyChainSaysNothing() {
    let report = Chain.report([])
    for basis in PositionBasis.allCases {
      let book = report[basis]
      #expect(Greek.allCases.allSatisfy { book.sum($0) == .missing(.noContracts) })
      #expect(book.gammaStrike.gap == .noContracts && book.callWall.gap == .noContracts)
      #expect(book.profile.zeroGamma == .missing(.noContracts))
      #expect(book.hedgePressure.gap == .noContracts && book.bias.gap == .noContracts)
      #expect(book.strikes.isEmpty && book.expiries.isEmpty)
    }
    #expect(report.expiries.isEmpty && report.positions.isEmpty)
    #expect(report.putCall.byVolume == .missing(.noFlow))
  }
}
