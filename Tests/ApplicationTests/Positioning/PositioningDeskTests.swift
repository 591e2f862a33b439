import FlowEngine
import MarketModel
import OptionMath
import Positioning
import Server
import Testing

@testable import Application

/// From a snapshot of the engine to a board.
@Suite struct PositioningDeskTests {
  private let tape = OptionsTape()

  private func positioning(_ symbol: String = "SPY") throws -> UnderlyingPositioning {
    try #require(tape.board().board.underlyings[tape.id(symbol)])
  }

  private func isNear(_ value: Double?, _ wanted: Double) -> Bool {
    value.map { abs($0 - wanted) <= 1e-9 * abs(wanted) } ?? false
  }

  /// Without the reading's own code: what it should have made of each contract, by the model alone.
  private func expected(_ snapshot: FlowSnapshot, spot: Double) throws -> [PositioningContract] {
    try snapshot.contracts.compactMap { contract in
      let instrument = tape.instruments[contract.instrument]
      guard instrument.kind == .option else { return nil }
      let symbol = try #require(OptionSymbol(polygon: instrument.symbol.description))
      let years = DayCount.years(from: snapshot.streamTime, to: symbol.settlementTime)
      var row = PositioningContract(
        instrument: contract.instrument, strike: symbol.strike, expiry: symbol.expiry, isCall: symbol.right == .call,
        openInterest: contract.openInterest, volume: contract.volume, premiumMicros: contract.premiumMicros,
        customerNetContracts: contract.buyVolume - contract.sellVolume,
        impliedVolatility: ImpliedVolatility.onSpot(
          symbol.right, price: 0.5 * (contract.bid.doubleValue + contract.ask.doubleValue), spot: spot,
          strike: symbol.strike.doubleValue, years: years), yearsToExpiry: years)
      row.completeGreeks(spot: spot)
      return row
    }
  }

  @Test func aReportIsThatOfTheSnapshotsFacts() throws {
    tape.usual()
    let snapshot = tape.snapshot()
    let found = try positioning()
    let contracts = try expected(snapshot, spot: 100)
    #expect(contracts.count == 44)
    let report = PositioningReport(
      PositioningInput(underlying: tape.id("SPY"), spot: 100, time: snapshot.streamTime, contracts: contracts))
    #expect(found.report == report)
    #expect(found.report.openInterest.sum(.gamma).value != nil && found.report.flow.sum(.gamma).value != nil)
    #expect(found.spot == PositioningSpot(price: 100, source: .lastPrice, time: OptionsTape.start))
    #expect(found.inputs.ownVolatilities + found.report.coverage.withoutVolatility == 44)
    #expect(found.session == OptionsTape.day)
  }

  @Test func quietContractsCountWithTheirOpenInterest() throws {
    tape.stock("SPY", 100)
    tape.say(tape.option("SPY", .call, 105), open: 700, volatility: 0.25, delta: 0.2, gamma: 0.04)
    #expect(tape.snapshot(.seenToday).contracts.allSatisfy { tape.instruments[$0.instrument].kind == .equity })
    let found = try positioning()
    #expect(found.report.coverage.contracts == 1 && found.inputs.vendorVolatilities == 1)
    // One point of gamma: 700 contracts x 100 shares x 0.04 x 100² x 1 %.
    #expect(isNear(found.report.openInterest.sum(.gamma).value, 280_000))
  }

  @Test func aVendorsVolatilityOfZeroIsNone() throws {
    tape.stock("SPY", 100)
    tape.say(tape.option("SPY", .call, 105), open: 700, volatility: 0)
    let found = try positioning()
    #expect(found.report.coverage.withoutVolatility == 1 && found.inputs.vendorVolatilities == 0)
    #expect(found.report.openInterest.sum(.gamma) == .missing(.noGreek))
  }

  /// A quote of two minutes ago was made for another price; the vendor's volatility is newer.
  @Test func anOldQuoteGivesWayToTheVendor() throws {
    let id = tape.option("SPY", .call, 105)
    tape.quote(id, spot: 100, volatility: 0.4)
    tape.wait(seconds: 120)
    tape.stock("SPY", 100)
    tape.say(id, open: 1)
    #expect(try positioning().inputs.ownVolatilities == 1)
    tape.say(id, volatility: 0.3, delta: 0.2, gamma: 0.05)
    let found = try positioning()
    #expect(found.inputs.ownVolatilities == 0 && found.inputs.vendorVolatilities == 1)
    #expect(isNear(found.report.openInterest.sum(.gamma).value, 100 * 0.05 * 100 * 100 * 0.01))
  }

  @Test func withoutAPriceThePairsOfQuotesImplyIt() throws {
    for step in -2...2 {
      for right in [OptionRight.call, .put] {
        let id = tape.option("SPY", right, 100 + Double(step))
        tape.quote(id, spot: 100.4, volatility: 0.3)
        tape.say(id, open: 10)
      }
    }
    let found = try positioning()
    let spot = try #require(found.spot)
    #expect(spot.source == .parity && abs(spot.price - 100.4) <= 0.01)
    // Of a price that is a minute old they know better; where they are silent it stays, with its time.
    tape.stock("SPY", 99)
    #expect(try positioning().spot?.source == .lastPrice)
    tape.wait(seconds: 61)
    #expect(try positioning().spot == PositioningSpot(price: 99, source: .lastPrice, time: OptionsTape.start))
    for right in [OptionRight.call, .put] {
      tape.quote(tape.option("SPY", right, 100), spot: 100.4, volatility: 0.3)
    }
    #expect(try positioning().spot?.source == .parity)
  }

  @Test func withoutAPriceOrQuotesTheReasonIsSaid() throws {
    tape.say(tape.option("SPY", .call, 105), open: 700, volatility: 0.25, delta: 0.2, gamma: 0.04)
    let found = try positioning()
    #expect(found.spot == nil)
    #expect(found.report.openInterest.sum(.gamma) == .missing(.noSpot))
    #expect(found.report.openInterest.callWall == .missing(.noSpot))
  }

  @Test func adjustedContractsAreLeftOut() throws {
    tape.usual()
    let before = try positioning().report
    tape.say(tape.option("SPY1", .call, 100), open: 5_000, volatility: 0.3)
    let found = try positioning()
    #expect(found.inputs.adjustedContracts == 1)
    #expect(found.report.openInterest == before.openInterest)
  }

  @Test func settledContractsExposeNobody() throws {
    tape.usual()
    tape.wait(seconds: 3_590)
    #expect(try positioning().inputs.settledContracts == 0)
    tape.wait(seconds: 20)
    let found = try positioning()
    #expect(found.inputs.settledContracts == 22)
    #expect(found.report.openInterest.expiries.map(\.expiry) == [OptionsTape.day, OptionsTape.later])
    #expect(found.report.openInterest.expiries[0].all.gross(.gamma) == 0)
    #expect(found.report.openInterest.expiries[0].all.contractsLeftOut(without: .gamma) == 0)
  }

  @Test func underlyingsOfWhichNothingIsKnownAreNotOnTheBoard() throws {
    tape.usual()
    tape.quote(tape.option("QQQ", .call, 500), bid: 1, ask: 1.1)
    #expect(Array(tape.board().board.underlyings.keys) == [tape.id("SPY")])
  }

  @Test func aRoundThatIsOverdueLeavesTheOthersForTheNext() throws {
    for symbol in ["AAA", "BBB", "CCC"] {
      tape.stock(symbol, 100)
      tape.say(tape.option(symbol, .call, 105), open: 10, volatility: 0.2)
    }
    tape.trade(tape.option("BBB", .call, 105), 1, 50)
    var desk = PositioningDesk(instruments: tape.instruments, greeks: GreeksRule())
    let snapshot = tape.snapshot()
    func look() -> (Int, Int, [InstrumentID]) {
      let round = desk.look(at: snapshot, captured: desk.board.rounds) { true }
      let fresh = desk.board.underlyings.filter { $0.value.capturedNanoseconds == desk.board.rounds - 1 }
      return (round.underlyings, round.skipped, fresh.keys.map { $0 })
    }
    // Who traded most comes first, then who waits.
    for symbol in ["BBB", "AAA", "CCC"] {
      let (done, skipped, fresh) = look()
      #expect(done == 1 && skipped == 2 && fresh == [tape.id(symbol)])
    }
    #expect(desk.board.underlyings.count == 3)
  }

  @Test func whereNothingHappensTheBoardStaysAndIsOfNow() throws {
    tape.usual()
    let snapshot = tape.snapshot()
    var desk = PositioningDesk(instruments: tape.instruments, greeks: GreeksRule())
    #expect(desk.look(at: snapshot, captured: 1) { false }.underlyings == 1)
    let first = desk.board.underlyings[tape.id("SPY")]
    let second = desk.look(at: snapshot, captured: 2) { false }
    #expect(second.underlyings == 0 && desk.board.rounds == 2)
    #expect(desk.board.underlyings[tape.id("SPY")]?.capturedNanoseconds == 2)
    #expect(desk.board.underlyings[tape.id("SPY")]?.report == first?.report)
  }

  @Test func gammaIsSampledByTheMinuteOfOneSession() throws {
    tape.usual()
    var desk = PositioningDesk(instruments: tape.instruments, greeks: GreeksRule())
    func minutes() -> [GammaMinute] { desk.board.underlyings[tape.id("SPY")]?.history.minutes ?? [] }
    _ = desk.look(at: tape.snapshot(), captured: 0) { false }
    let first = desk.board
    tape.wait(seconds: 30)
    tape.stock("SPY", 100.5)
    _ = desk.look(at: tape.snapshot(), captured: 1) { false }
    tape.wait(seconds: 40)
    let unchanged = tape.snapshot()
    _ = desk.look(at: unchanged, captured: 2) { false }
    _ = desk.look(at: unchanged, captured: 3) { false }
    #expect(minutes().map(\.time) == [0, 60].map { OptionsTape.start.adding(nanoseconds: $0 * 1_000_000_000) })
    #expect(minutes().map(\.spot) == [100.5, 100.5])
    #expect(minutes()[1].strikes.count == 11)
    // Who has a board has it for good.
    #expect(first.underlyings[tape.id("SPY")]?.history.minutes.map(\.spot) == [100])
    // The source begins again, at any time.
    func crossings() -> [LevelCrossing]? { desk.board.underlyings[tape.id("SPY")]?.crossings }
    let wall = try #require(desk.board.underlyings[tape.id("SPY")]?.report.openInterest.callWall.value?.strike)
    let snapshot = try crossing(wall, 0.5, &desk)
    #expect(crossings()?.isEmpty == false)
    snapshot.counters.restarts += 1
    _ = desk.look(at: snapshot, captured: 4) { false }
    #expect(minutes().count == 1 && crossings() == [])
    // So does another day.
    let later = try crossing(wall, -0.5, &desk, restarts: snapshot.counters.restarts)
    #expect(crossings()?.isEmpty == false)
    later.session = OptionsTape.later
    later.streamTime = later.streamTime.adding(nanoseconds: 60_000_000_000)
    _ = desk.look(at: later, captured: 5) { false }
    #expect(minutes().map(\.time) == [later.streamTime.minuteStart] && crossings() == [])
  }

  /// Takes the price to the other side of a level; returns what the desk saw.
  private func crossing(
    _ level: Price, _ distance: Double, _ desk: inout PositioningDesk, restarts: Int64 = 0
  ) throws -> FlowSnapshot {
    tape.wait(seconds: 5)
    tape.stock("SPY", level.doubleValue + distance)
    let snapshot = tape.snapshot()
    snapshot.counters.restarts = restarts
    _ = desk.look(at: snapshot, captured: 3) { false }
    return snapshot
  }

  @Test func crossingsAreToldOnceAndRemembered() throws {
    tape.usual(spot: 99.6)
    var desk = PositioningDesk(instruments: tape.instruments, greeks: GreeksRule())
    _ = desk.look(at: tape.snapshot(), captured: 0) { false }
    let wall = try #require(desk.board.underlyings[tape.id("SPY")]?.report.openInterest.callWall.value?.strike)
    tape.wait(seconds: 5)
    tape.stock("SPY", wall.doubleValue + 0.5)
    let round = desk.look(at: tape.snapshot(), captured: 1) { false }
    let crossing = try #require(round.crossings.first { $0.level == .callWall })
    #expect(crossing.direction == .up && crossing.levelPrice == wall && crossing.time == tape.time)
    #expect(desk.board.underlyings[tape.id("SPY")]?.crossings == round.crossings)
    tape.wait(seconds: 5)
    #expect(desk.look(at: tape.snapshot(), captured: 2) { false }.crossings.isEmpty)
    #expect(desk.board.underlyings[tape.id("SPY")]?.crossings == round.crossings)
  }
}
