import MarketModel
import Testing

@testable import FlowEngine

/// Sweeps: window edges, venues, joins, gaps and losses.
@Suite struct SweepTests {
  /// A print at the ask worth 10,000 dollars and more.
  static func leg(
    _ milliseconds: Int64, venue: UInt16 = 302, _ instrument: InstrumentID = EngineRun.call, cents: Int64 = 110,
    size: UInt32 = 100, conditions: [Int] = [209]
  ) -> MarketEvent {
    trade(milliseconds, cents, size: size, instrument, venue: venue, conditions: conditions)
  }
  /// A quote whose ask is the legs' price.
  static let opening: [MarketEvent] = [quote(0, 100, 110), quote(0, 100, 110, EngineRun.put)]

  /// Sweep ids of the prints that the legs became.
  static func ids(_ legs: [MarketEvent], _ run: EngineRun = EngineRun()) -> [UInt32] {
    run.feed(opening + legs).prints.map(\.sweepID)
  }

  @Test func fourLegsOnTwoVenuesWithinTheWindow() throws {
    let run = EngineRun()
    let ids = Self.ids(
      [Self.leg(0), Self.leg(500, venue: 303), Self.leg(1000), Self.leg(2000), Self.leg(4000), Self.leg(6001)], run)
    #expect(ids == [0, 0, 0, 1, 1, 0])
    #expect(
      run.engine.sweeps == [
        Sweep(
          instrument: EngineRun.call, side: .buy, firstTime: EngineRun.start,
          lastTime: EngineRun.start.adding(nanoseconds: 4_000_000_000), legs: 5, premiumMicros: 5 * 11_000_000_000)
      ])
    #expect(try #require(run.contract(EngineRun.call)).sweeps == 1)
    #expect(run.engine.counters.sweeps == 1)
  }

  @Test func windowEdges() {
    #expect(Self.ids([Self.leg(0), Self.leg(1, venue: 303), Self.leg(2), Self.leg(2000)]) == [0, 0, 0, 1])
    #expect(Self.ids([Self.leg(0), Self.leg(1, venue: 303), Self.leg(2), Self.leg(2001)]) == [0, 0, 0, 0])
  }

  @Test func venuesLegsSidesAndPremium() {
    #expect(Self.ids((0..<6).map { Self.leg($0) }) == [0, 0, 0, 0, 0, 0])
    #expect(Self.ids((0..<3).map { Self.leg($0, venue: 300 + UInt16($0)) }) == [0, 0, 0])
    // 9,999 dollars do not count, 10,000 do.
    func four(_ cents: Int64, _ size: UInt32) -> [UInt32] {
      let run = EngineRun()
      return run.feed(
        [quote(0, 1, cents)] + (0..<4).map { Self.leg($0, venue: 300 + UInt16($0), cents: cents, size: size) }
      )
      .prints.map(\.sweepID)
    }
    #expect(four(9_999, 1) == [0, 0, 0, 0])
    #expect(four(10_000, 1) == [0, 0, 0, 1])
    // Two buys and two sells are no sweep, nor are prints inside the quote, nor of two contracts.
    #expect(
      Self.ids([Self.leg(0), Self.leg(1, venue: 303), Self.leg(2, cents: 100), Self.leg(3, venue: 303, cents: 100)])
        == [0, 0, 0, 0])
    #expect(Self.ids((0..<4).map { Self.leg($0, venue: 300 + UInt16($0), cents: 109) }) == [0, 0, 0, 0])
    #expect(
      Self.ids([
        Self.leg(0), Self.leg(1, venue: 303), Self.leg(2, EngineRun.put), Self.leg(3, venue: 303, EngineRun.put),
      ])
        == [0, 0, 0, 0])
    #expect(Self.ids((0..<4).map { Self.leg($0, venue: 300 + UInt16($0), conditions: [232]) }) == [0, 0, 0, 0])
  }

  @Test func sellSweepsAndSideBySide() {
    let run = EngineRun()
    let legs = (0..<4).flatMap { i in
      [Self.leg(Int64(i), venue: 300 + UInt16(i)), Self.leg(Int64(i), venue: 300 + UInt16(i), cents: 100)]
    }
    #expect(Self.ids(legs, run) == [0, 0, 0, 0, 0, 0, 1, 2])
    #expect(run.engine.sweeps.map(\.side) == [.buy, .sell])
  }

  @Test func afterAGapANewOneOpens() {
    let run = EngineRun()
    let burst = { (start: Int64) in (0..<4).map { Self.leg(start + Int64($0), venue: 300 + UInt16($0)) } }
    #expect(Self.ids(burst(0) + burst(2004) + burst(4003 + 5), run) == [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3])
    #expect(run.engine.sweeps.map(\.legs) == [4, 4, 4])
  }

  /// Against the definition, leg by leg over the whole history, in random streams dense around the window.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func randomStreams(_ seed: UInt64) {
    var random = StreamGenerator(seed: seed)
    var time: Int64 = 0
    var history: [(time: Int64, venue: UInt16)] = []
    var expected: [UInt32] = []
    var active: UInt32 = 0
    var opened: UInt32 = 0
    let legs = (0..<400).map { _ in
      time += [0, 1, 300, 700, 1999, 2000, 2001].randomElement(using: &random) ?? 0
      let venue = UInt16.random(in: 300...301, using: &random)
      let isJoining = active != 0 && time - (history.last?.time ?? 0) <= 2000
      history.append((time, venue))
      if !isJoining {
        let window = history.filter { $0.time >= time - 2000 }
        active = 0
        if window.count >= 4, Set(window.map(\.venue)).count >= 2 {
          opened += 1
          active = opened
        }
      }
      expected.append(active)
      return Self.leg(time, venue: venue)
    }
    let run = EngineRun(FlowConfiguration(staleQuoteNanoseconds: .max))
    #expect(Self.ids(legs, run) == expected)
    #expect(run.engine.sweeps.count == Int(opened))
  }

  @Test func windowHoldsTheNewestLegsOnly() throws {
    let run = EngineRun()
    // All on one venue: no sweep opens while the window runs over.
    let legs = (0..<Limits.sweepWindowLegs + 10).map { Self.leg(Int64($0) / 2) }
    #expect(Self.ids(legs + [Self.leg(600, venue: 303)], run).max() == 1)
    let sweep = try #require(run.engine.sweeps.first)
    #expect(sweep.legs == Int64(Limits.sweepWindowLegs))
    #expect(sweep.firstTime == EngineRun.start.adding(nanoseconds: 5_000_000))
  }

  @Test func manyContractsAndSweeps() {
    let more = (0..<200).map { "O:SPY251216C00\(600 + $0)000" }
    let run = EngineRun(more: more)
    var events: [MarketEvent] = []
    for contract in 3..<203 as Range<UInt32> {
      let id = InstrumentID(contract)
      events.append(quote(0, 100, 110, id))
      events += (0..<4).map { Self.leg(1, venue: 300 + UInt16($0), id) }
    }
    run.feed(events)
    #expect(run.engine.sweeps.map(\.instrument.rawValue) == Array(3..<203))
    #expect(run.engine.sweeps.allSatisfy { $0.legs == 4 })
  }

  @Test func sessionHasRoomForSoMany() {
    var detector = SweepDetector(rule: SweepRule())
    var results: [UInt32] = []
    for i in 0...Limits.sweeps {
      for leg in 0..<4 {
        let (id, _) = detector.add(
          instrument: InstrumentID(0), side: .buy, time: Timestamp(seconds: Int64(i) * 10), venue: VenueID(UInt16(leg)),
          premiumMicros: 1)
        if leg == 3 { results.append(id) }
      }
    }
    #expect(results.last == 0)
    #expect(results.dropLast().last == UInt32(Limits.sweeps))
    let refused = detector.refused
    #expect(refused == 1)
  }

  @Test func ruleMustMakeSense() async {
    await #expect(processExitsWith: .failure) {
      var rule = SweepRule()
      rule.minimumLegs = 0
      _ = SweepDetector(rule: rule)
    }
  }
}

@Suite struct BlockTests {
  static func isBlock(_ size: Int64, dollars: Int64, _ count: Int64, _ sum: Int64) -> Bool {
    BlockDetector(rule: BlockRule()).isBlock(
      size: size, premiumMicros: dollars * 1_000_000, priorCount: count, priorSize: sum)
  }

  @Test func edges() {
    #expect(Self.isBlock(100, dollars: 100_000, 1, 10))
    #expect(!Self.isBlock(99, dollars: 100_000, 1, 9))
    #expect(!Self.isBlock(100, dollars: 99_999, 1, 10))
    #expect(!Self.isBlock(100, dollars: 100_000, 1, 11))
    #expect(!Self.isBlock(100, dollars: 100_000, 0, 0))
    // Ten times an average of 10.5.
    #expect(Self.isBlock(105, dollars: 100_000, 2, 21))
    #expect(!Self.isBlock(104, dollars: 100_000, 2, 21))
  }

  @Test func measuredAgainstThePrintsBefore() throws {
    let run = EngineRun()
    let prints = run.feed(
      trade(0, 1000, size: 500), trade(1, 1000, size: 10), trade(2, 1000, size: 10, EngineRun.put),
      trade(3, 1000, size: 2000), trade(4, 1000, size: 2000, conditions: [204]),
      trade(5, 1000, size: 9000, EngineRun.stock, conditions: [])
    ).prints
    // The first has no predecessor; the fourth is ten times 173 and more; late prints do not count, stocks have no blocks.
    #expect(prints.map { $0.flags.contains(.block) } == [false, false, false, true, false, false])
    #expect(run.engine.counters.blocks == 1)
    #expect(try #require(run.contract(EngineRun.call)).blocks == 1)
  }
}
