import MarketModel
import Testing

@testable import FlowEngine

/// A day is all there is: what was before it leaves numbers behind and nothing else.
@Suite struct DayTests {
  /// 09:30 New York of Monday 2025-12-15 and of Tuesday.
  static let monday = Timestamp(milliseconds: 1_765_809_000_000)
  static let tuesday = monday.adding(nanoseconds: 86_400_000_000_000)

  @Test(arguments: 0..<24 as Range<UInt64>) func aDayPlayedByItselfIsTheSameDay(_ seed: UInt64) throws {
    var stream = DayStream(seed: seed)
    let first = stream.events(700, from: Self.monday)
    let second = stream.events(900, from: Self.tuesday)

    let lived = DayStream.run()
    lived.feed(first, batches: 100)
    let before = lived.outputs
    let after = lived.feed(second, batches: 77)
    let reset = try #require(after.resets.first)
    #expect(reset.printsBefore == Int64(before.prints.count))
    #expect(reset.cancellationsBefore == Int64(before.cancellations.count))

    let fresh = DayStream.run(
      printsBefore: reset.printsBefore, cancellationsBefore: reset.cancellationsBefore)
    let alone = fresh.feed(second)
    let start = try #require(after.firstIndex { if case .sessionReset = $0 { true } else { false } })
    #expect(Array(after[start...]) == alone)
    #expect(lived.engine.stateDigest() == fresh.engine.stateDigest())
    #expect(alone.prints.map(\.number) == (1...Int64(alone.prints.count)).map { reset.printsBefore + $0 })

    // Without the numbers nothing else differs.
    let unaware = DayStream.run()
    let digests = unaware.feed(second).digests
    #expect(digests == alone.digests)
    #expect(unaware.outputs.prints.map { $0.number + reset.printsBefore } == alone.prints.map(\.number))
    #expect(unaware.engine.stateDigest() == fresh.engine.stateDigest())
  }

  /// The day before, too: its last digest is taken before the event that ends it.
  @Test(arguments: 0..<8 as Range<UInt64>) func aDaysLastDigestIsThatOfTheDayAlone(_ seed: UInt64) throws {
    var stream = DayStream(seed: seed)
    let first = stream.events(500, from: Self.monday)
    let lived = DayStream.run()
    lived.feed(first)
    let ending = try #require(lived.feed(stream.events(50, from: Self.tuesday)).digests.first)
    let alone = DayStream.run()
    alone.feed(first)
    #expect(alone.digestNow() == ending)
    #expect(ending.events == 500)
    #expect(ending.session == MarketDate(year: 2025, month: 12, day: 15))
    #expect(ending.prints == Int64(alone.outputs.prints.count))
    #expect(ending.digest == alone.engine.stateDigest())
  }

  /// The tests above mean something: their days have all there is.
  @Test func theStreamsHoldEverything() {
    var outputs: [FlowOutput] = []
    for seed in 0..<8 as Range<UInt64> {
      var stream = DayStream(seed: seed)
      let run = DayStream.run()
      run.feed(stream.events(900, from: Self.monday))
      outputs += run.outputs
    }
    let prints = outputs.prints
    #expect(prints.count { $0.sweepID > 1 } > 20)
    #expect(prints.count { $0.flags.contains(.block) } > 5)
    #expect(prints.count { $0.flags.contains(.backfilled) && $0.side != .unknown } > 10)
    #expect(prints.count { $0.greeksSource == .ownQuote } > 50)
    #expect(prints.count { $0.greeksSource == .vendor } > 5)
    #expect(outputs.cancellations.count { $0.cancelledNumber > 0 } > 50)
    #expect(outputs.bars.count > 100)
    #expect(outputs.openInterests.count > 50)
    #expect(outputs.digests.count > 5)
  }

  @Test func whatHasNoTimeBelongsToTheFirstDay() {
    let run = EngineRun()
    run.feed(greeks(delta: 7), .incident(FeedIncident(kind: .connected, time: .none)))
    #expect(run.outputs.resets.isEmpty && run.digestNow() == nil)
    #expect(run.outputs.incidents.isEmpty)
    let outputs = run.feed(trade(0, 100))
    #expect(outputs.resets.map(\.printsBefore) == [0])
    // Given out with the first time there is, behind the day's beginning and before the event that brings it.
    #expect(Array(outputs.dropFirst().prefix(1)).incidents == [FeedIncident(kind: .connected, time: EngineRun.start)])
    #expect(outputs.incidents.count == 1)
    #expect(outputs.prints.map(\.deltaNanos) == [7])
    #expect(run.digestNow()?.events == 3)
    // Of the next day nothing of it is left.
    run.feed(.clock(Self.tuesday))
    run.feed(
      .trade(
        Trade(time: Self.tuesday, price: Price(cents: 1), instrument: EngineRun.call, size: 1, venue: VenueID(300))))
    #expect(run.outputs.prints.last?.deltaNanos == ContractReference.unknown)
    #expect(run.digestNow()?.events == 2)
  }

  @Test func incidentsWithoutATimeWaitForTheFirst() throws {
    let kinds: [FeedIncident.Kind] = [.connected, .disconnected, .connected]
    let untimed = kinds.map { MarketEvent.incident(FeedIncident(kind: $0, time: .none, scope: .options)) }
    let whole = EngineRun()
    whole.feed(untimed)
    #expect(whole.outputs.isEmpty)
    // Another engine that goes on gives them out as well.
    var saved = SnapshotBytes()
    whole.engine.save(program: "test", into: &saved)
    let instruments = InstrumentTable(capacity: 1000)
    let restored = EngineRun(
      restored: try FlowEngine.restored(from: saved, program: "test", instruments: instruments), instruments,
      like: whole)
    for run in [whole, restored] {
      // An incident that has a time is the first that has one, too.
      let timed = FeedIncident(kind: .muted, time: EngineRun.start, scope: .options)
      run.feed(.incident(timed))
      #expect(run.outputs.resets.count == 1)
      #expect(run.outputs.incidents.map(\.kind) == kinds + [.muted])
      #expect(run.outputs.incidents.allSatisfy { $0.time == EngineRun.start && $0.scope == .options })
      #expect(run.feed(trade(5, 100)).incidents.isEmpty)
    }
    #expect(whole.engine.stateDigest() == restored.engine.stateDigest())
    // A source that begins again says it again.
    let again = EngineRun()
    again.feed(untimed + [.incident(FeedIncident(kind: .restarted, time: .none)), trade(0, 100)])
    #expect(again.outputs.incidents.map(\.kind) == [.restarted])
  }

  @Test func ofManyIncidentsWithoutATimeTheLatestAreKept() {
    let run = EngineRun()
    for number in 1...3_000 as ClosedRange<UInt32> {
      run.feed(.incident(FeedIncident(kind: .connected, time: .none, count: number)))
    }
    #expect(run.feed(trade(0, 100)).incidents.map(\.count) == Array(1_977...3_000))
  }

  /// What was doubted on the day before confirms nothing.
  @Test func doubtEndsWithTheDay() {
    let far = Self.monday.adding(nanoseconds: 400 * 86_400_000_000_000)
    let lived = EngineRun()
    lived.feed(.clock(Self.monday), .clock(far), .clock(Self.tuesday), .clock(far.adding(nanoseconds: 1)))
    let fresh = EngineRun()
    fresh.feed(.clock(Self.tuesday), .clock(far.adding(nanoseconds: 1)))
    #expect(lived.engine.streamTime == Self.tuesday && fresh.engine.streamTime == Self.tuesday)
    #expect(lived.engine.counters.doubtedTimes == 2)
    #expect(lived.engine.stateDigest() == fresh.engine.stateDigest())
  }

  @Test func digestsEveryHourByTheClockAndAtTheEnd() {
    // 10:30; the hours are 30 and 90 minutes away.
    let run = EngineRun()
    let minute: Int64 = 60_000
    run.feed(trade(0, 100), clock(1), clock(29 * minute))
    // A print reaches the hour, the clock behind it counts.
    #expect(run.feed(trade(31 * minute, 100)).digests.isEmpty)
    let hourly = run.feed(clock(31 * minute), clock(32 * minute), clock(80 * minute)).digests
    #expect(hourly.map(\.events) == [5] && hourly.map(\.prints) == [2])
    // Hours in which nothing came have none.
    #expect(run.feed(clock(30 * minute), clock(299 * minute), clock(300 * minute)).digests.map(\.events) == [9])
    let ended = run.feed(.incident(FeedIncident(kind: .ended, time: .none))).digests
    #expect(ended.map(\.digest) == [run.engine.stateDigest()])
    #expect(ended.map(\.time) == [EngineRun.start.adding(nanoseconds: 300 * 60_000_000_000)])
    let hasEnded = run.engine.hasEnded
    #expect(hasEnded)
  }

  @Test func countersGoOn() {
    var stream = DayStream(seed: 3)
    let run = DayStream.run(printsBefore: 1000, cancellationsBefore: 10)
    run.feed(stream.events(400, from: Self.monday))
    run.feed(stream.events(400, from: Self.tuesday))
    let counters = run.engine.counters
    let prints = Int64(run.outputs.prints.count)
    #expect(counters.events == 800)
    #expect(counters.sideSell + counters.sideMid + counters.sideBuy + counters.sideUnknown == prints)
    #expect(counters.cancellations == Int64(run.outputs.cancellations.count))
    #expect(counters.lastPrint == 1000 + prints && run.outputs.prints.last?.number == counters.lastPrint)
    #expect(counters.byMethod.reduce(0, +) == prints)
  }
}
