import MarketModel
import Testing

@testable import FlowEngine

/// Sweeps as detections: opened with all their legs, grown, closed, withdrawn.
@Suite struct DetectionSweepTests {
  /// Four legs on four venues, a print inside the quote and one of another contract between them.
  private static let burst: [MarketEvent] = [
    SweepTests.leg(100, venue: 300), trade(150, 105), SweepTests.leg(200, venue: 301),
    SweepTests.leg(250, EngineRun.put),
    SweepTests.leg(300, venue: 302, conditions: [219]), SweepTests.leg(400, venue: 303, size: 200),
  ]

  @Test func openedWithTheLegsFromBefore() throws {
    let run = EngineRun(printsBefore: 1000)
    run.feed([greeks()] + SweepTests.opening)
    let outputs = run.feed(Self.burst)
    let sweep = try #require(outputs.detections.first { $0.kind == .sweep })
    #expect(sweep.id == DetectionID(session: try #require(run.snapshot.session), detector: .sweep, count: 1))
    #expect(sweep.state == .open)
    #expect(sweep.side == .buy)
    #expect(sweep.instrument == EngineRun.call)
    #expect(sweep.underlying == EngineRun.stock)
    #expect(sweep.prints == 4)
    #expect(sweep.size == 500)
    #expect(sweep.premiumMicros == 5 * 11_000_000_000)
    let legs = outputs.prints.filter { [1001, 1003, 1005, 1006].contains($0.number) }
    #expect(sweep.netDeltaNanos == legs.reduce(0) { $0 + $1.netDeltaNanos })
    #expect(sweep.firstTime == EngineRun.start.adding(nanoseconds: 100_000_000))
    #expect(sweep.lastTime == EngineRun.start.adding(nanoseconds: 400_000_000))
    #expect([sweep.firstPrint, sweep.lastPrint] == [1001, 1006])
    #expect(outputs.legs.filter { $0.detection == sweep.id }.map(\.print) == [1001, 1003, 1005, 1006])
    #expect(sweep.factors[4].value == 1)
    // Not the engine's own reckoning: what the prints say.
    let engine = try #require(run.engine.sweeps.first)
    #expect(engine.legs == sweep.prints && engine.premiumMicros == sweep.premiumMicros)
    #expect(engine.firstTime == sweep.firstTime && engine.lastTime == sweep.lastTime)
  }

  @Test func growsAndIsClosedAWindowLater() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening + Self.burst)
    let grown = run.feed(SweepTests.leg(1400, venue: 304)).standing(.sweep)
    #expect(grown.map(\.prints) == [5])
    #expect(grown.map(\.state) == [.open])
    // The window's last moment is still within.
    #expect(run.feed(clock(3400)).standing(.sweep).isEmpty)
    let closed = run.feed(clock(4400)).standing(.sweep)
    #expect(closed.map(\.state) == [.closed])
    #expect(closed.map(\.prints) == [5])
    #expect(run.feed(clock(9400)).standing(.sweep).isEmpty)
  }

  @Test func closedWithTheDayAndWithTheSource() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening + Self.burst)
    let ended = run.feed(.incident(FeedIncident(kind: .ended, time: .none))).standing(.sweep)
    #expect(ended.map(\.state) == [.closed])
    // Something entered by hand after the end opens it again.
    #expect(run.feed(SweepTests.leg(500, venue: 305)).standing(.sweep).map(\.state) == [.open])
    let nextDay = run.feed(clock(86_400_000))
    #expect(nextDay.standing(.sweep).map(\.state) == [.closed])
    guard case .sessionReset = nextDay.last else {
      Issue.record("the day's detections are closed before the next day begins")
      return
    }
    // The next day counts from one again.
    let day = EngineRun.start.adding(nanoseconds: 86_400_000_000_000)
    let again = (SweepTests.opening + Self.burst).map { $0.moved(to: day) }
    let sweeps = run.feed(again).standing(.sweep)
    #expect(sweeps.map(\.id.count) == [1])
    #expect(sweeps.first?.id.session == run.snapshot.session)
  }

  @Test func legsTakenBack() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening + Self.burst + [SweepTests.leg(500, venue: 300)])
    let sweep = try #require(run.outputs.standing(.sweep).first)
    #expect(sweep.prints == 5)
    let void = run.feed(CancellationTests.cancel(600, 110, size: 100, venue: 301))
    #expect(void.legs == [DetectionLeg(detection: sweep.id, print: 3, instrument: EngineRun.call, isVoid: true)])
    #expect(void.detections.map(\.prints) == [4])
    #expect(void.detections.map(\.state) == [.open])
    #expect(void.detections.first?.factors[1].value == 3)
    // Three are none.
    let withdrawn = run.feed(CancellationTests.cancel(700, 110, size: 200, venue: 303))
    #expect(withdrawn.detections.map(\.state) == [.withdrawn])
    #expect(withdrawn.detections.map(\.premiumMicros) == [3 * 11_000_000_000])
    #expect(run.outputs.standingLegs(of: sweep.id) == [1, 5, 7])
    #expect(run.feed(clock(9000)).standing(.sweep).isEmpty)
  }

  @Test func firstAndLastLegTakenBack() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening + Self.burst + [SweepTests.leg(500, venue: 304), SweepTests.leg(600, venue: 305)])
    let first = try #require(run.feed(CancellationTests.cancel(700, 110, size: 100, venue: 300)).detections.first)
    #expect(first.firstPrint == 3)
    let last = try #require(run.feed(CancellationTests.cancel(800, 110, size: 100, venue: 305)).detections.first)
    #expect(last.lastPrint == 7)
    #expect(last.lastTime == EngineRun.start.adding(nanoseconds: 500_000_000))
  }

  /// Each sweep of random streams has exactly the legs and sums that the engine counts.
  @Test(arguments: 1...6 as ClosedRange<UInt64>) func asTheEngineCounts(_ seed: UInt64) throws {
    var stream = DayStream(seed: seed)
    let run = EngineRun(more: DayStream.symbols)
    run.feed(stream.events(6000, from: DayTests.monday))
    #expect(run.outputs.standing(.sweep).count > 3)
    let session = try #require(run.snapshot.session)
    let found = run.outputs.standing(.sweep).filter { $0.id.session == session }
    #expect(found.count == run.engine.sweeps.count)
    for (detection, sweep) in zip(found, run.engine.sweeps) {
      #expect(detection.prints == sweep.legs)
      #expect(detection.premiumMicros == sweep.premiumMicros)
      #expect(detection.instrument == sweep.instrument && detection.side == sweep.side)
      #expect(run.outputs.standingLegs(of: detection.id).count == Int(sweep.legs))
    }
    // What joined later carries the sweep's number, what was there before carries none.
    let legs = Set(
      run.outputs.legs.filter { $0.detection.detector == .sweep }.map { [$0.print, Int64($0.detection.count)] })
    #expect(run.outputs.prints.allSatisfy { $0.sweepID == 0 || legs.contains([$0.number, Int64($0.sweepID)]) })
  }

  @Test func numbersOutOfOrderAreAFault() {
    let run = EngineRun()
    run.feed(SweepTests.opening + Self.burst)
    run.engine.detection.sweep.trip(DetectorFault(words: "a drill", value: 7))
    #expect(run.feed(SweepTests.leg(900, venue: 306)).standing(.sweep).isEmpty)
    #expect(run.snapshot.detectors.first { $0.detector == .sweep }?.fault == "a drill; seen 7")
  }
}

extension MarketEvent {
  /// The same at another day's hour.
  func moved(to start: Timestamp) -> MarketEvent {
    let shift = start - EngineRun.start
    switch self {
    case .trade(var trade):
      trade.time = trade.time.adding(nanoseconds: shift)
      return .trade(trade)
    case .quote(var quote):
      quote.time = quote.time.adding(nanoseconds: shift)
      return .quote(quote)
    default: return self
    }
  }
}
