import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

@Suite struct GridTests {
  private let fixture = Fixture()

  private func leading() -> StrikeGrid? {
    StrikeGrid.leader(in: fixture.model).flatMap { StrikeGrid(of: $0, in: fixture.model) }
  }

  @Test func showsTheStrikesAroundTheMoneyOfTheLeader() throws {
    fixture.adoptMarket()
    let grid = try #require(leading())
    #expect(grid.underlying == "SPY")
    #expect(grid.expiry == Fixture.session)
    #expect(grid.atmStrike == Price(cents: 67_200))
    #expect(grid.rows.map { $0.strike.micros / 1_000_000 } == Array((665...679).reversed()))
    #expect(grid.rows[7].call != nil && grid.rows[7].put != nil)
    #expect(grid.rows[6].put == nil)
  }

  @Test func anEdgeOfTheChainShortensIt() throws {
    let snapshot = fixture.market()
    let position = snapshot.underlyings.firstIndex { fixture.table[$0.instrument].symbol.description == "SPY" }!
    snapshot.underlyings[position].lastPrice = Price(cents: 65_120)
    _ = fixture.model.adopt(snapshot, atNanoseconds: fixture.clock.monotonicNanoseconds)
    let grid = try #require(leading())
    #expect(grid.atmStrike == Price(cents: 65_100))
    #expect(grid.rows.map { $0.strike.micros / 1_000_000 } == Array((650...658).reversed()))
  }

  @Test func withoutASpotTheMiddleIsShownAndNoStrikeIsAtTheMoney() throws {
    let snapshot = fixture.market()
    for i in snapshot.underlyings.indices { snapshot.underlyings[i].lastPrice = .zero }
    _ = fixture.model.adopt(snapshot, atNanoseconds: fixture.clock.monotonicNanoseconds)
    let grid = try #require(leading())
    #expect(grid.atmStrike == nil)
    #expect(grid.rows.count == 15)
  }

  @Test func theNextExpiryFollowsWhenTheFirstIsOver() throws {
    let snapshot = fixture.market()
    snapshot.session = MarketDate(year: 2025, month: 12, day: 17)
    _ = fixture.model.adopt(snapshot, atNanoseconds: fixture.clock.monotonicNanoseconds)
    #expect(leading()?.expiry == Fixture.later)
  }

  @Test func nothingIsShownWithoutContracts() { #expect(leading() == nil) }
}
