import MarketModel
import Testing

@testable import FlowEngine

/// Gaps in the feed, and the prints that are brought in for them later.
@Suite struct RecoveryTests {
  static func incident(
    _ kind: FeedIncident.Kind, _ milliseconds: Int64, _ scope: FeedIncident.Scope = .everything, gap: UInt32 = 0,
    from: Int64 = 0
  ) -> MarketEvent {
    .incident(
      FeedIncident(
        kind: kind, time: EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000), scope: scope, gap: gap,
        from: EngineRun.start.adding(nanoseconds: from * 1_000_000)))
  }

  static func old(
    _ milliseconds: Int64, _ cents: Int64, size: UInt32 = 1, _ instrument: InstrumentID = EngineRun.call,
    venue: UInt16 = 302, conditions: [Int] = [209]
  ) -> MarketEvent {
    trade(milliseconds, cents, size: size, instrument, venue: venue, conditions: conditions, flags: .backfilled)
  }

  static func oldQuote(
    _ milliseconds: Int64, _ bid: Int64, _ ask: Int64, _ instrument: InstrumentID = EngineRun.call
  ) -> MarketEvent {
    guard case .quote(var quote) = quote(milliseconds, bid, ask, instrument) else { preconditionFailure("no quote") }
    quote.flags = .backfilled
    return .quote(quote)
  }

  // MARK: What is not trusted

  @Test(arguments: [FeedIncident.Kind.disconnected, .muted, .gapFound], FeedIncident.Scope.allCases)
  func quotesFromBeforeAreForgotten(_ kind: FeedIncident.Kind, _ scope: FeedIncident.Scope) {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), quote(0, 57_000, 57_010, EngineRun.stock), Self.incident(kind, 10, scope, gap: 1))
    run.feed(trade(11, 110), trade(12, 57_010, EngineRun.stock, conditions: []))
    let prints = run.outputs.prints
    #expect((prints[0].method == .noQuote) == (scope != .equities))
    #expect((prints[0].side == .unknown) == (scope != .equities))
    #expect((prints[1].method == .noQuote) == (scope != .options))
    // The next quote is trusted.
    run.feed(quote(20, 100, 110), quote(20, 57_000, 57_010, EngineRun.stock))
    run.feed(trade(21, 110), trade(22, 57_010, EngineRun.stock, conditions: []))
    #expect(run.outputs.prints.suffix(2).map(\.side) == [.buy, .buy])
    #expect(run.outputs.incidents.last?.kind == kind)
  }

  /// A gap is found after the feed is back: what was quoted behind it stands.
  @Test func quotesFromBehindTheGapStand() {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), quote(0, 100, 110, EngineRun.put), quote(50, 200, 210))
    run.feed(Self.incident(.gapFound, 40, gap: 1, from: 10))
    run.feed(trade(51, 210), trade(51, 110, EngineRun.put), trade(45, 110))
    #expect(run.outputs.prints.map(\.method) == [.atOrAboveAsk, .noQuote, .noQuote])
  }

  // MARK: Labels

  @Test func backfilledPrintsAreLabelledByBackfilledQuotesOnly() throws {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), Self.incident(.gapFound, 5_000, gap: 1, from: 1000), quote(6_000, 300, 310))
    // Of the call nothing is quoted in the gap before 1.5 s.
    run.feed(Self.old(1_200, 110), Self.oldQuote(1_500, 190, 200), Self.old(1_600, 200), Self.old(1_700, 190))
    run.feed(trade(6_001, 300), Self.old(1_200, 110, EngineRun.put))
    let prints = run.outputs.prints
    #expect(prints.map(\.method) == [.noQuote, .atOrAboveAsk, .atOrBelowBid, .atOrBelowBid, .noQuote])
    #expect(prints.map { $0.flags.contains(.backfilled) } == [true, true, true, false, true])
    #expect(prints[1].bid == Price(cents: 190) && prints[3].bid == Price(cents: 300))
    // The newest quote is the live one.
    #expect(run.contract(EngineRun.call)?.ask == Price(cents: 310))
    // Closed: the quotes of the gap are gone.
    run.feed(Self.incident(.gapFilled, 7_000, gap: 1), Self.old(1_800, 200))
    #expect(run.outputs.prints.last?.method == .noQuote)
  }

  @Test func theLastOpenGapKeepsTheQuotes() {
    let run = EngineRun()
    run.feed(Self.incident(.gapFound, 5_000, gap: 1), Self.incident(.gapFound, 5_000, gap: 2))
    run.feed(Self.oldQuote(1_000, 100, 110), Self.incident(.gapUnfilled, 6_000, gap: 1), Self.old(1_100, 110))
    #expect(run.outputs.prints.last?.side == .buy)
    run.feed(Self.incident(.gapFilled, 6_000, gap: 2), Self.oldQuote(1_000, 100, 110), Self.old(1_100, 110))
    #expect(run.outputs.prints.last?.side == .unknown)
  }

  // MARK: History stays history

  @Test func theStreamIsNotMoved() throws {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), trade(5_000, 120), trade(6_000, 118))
    let time = run.engine.streamTime
    run.feed(Self.incident(.gapFound, 6_000, gap: 1, from: 1000), Self.oldQuote(1_000, 90, 130), Self.old(2_000, 99))
    #expect(run.engine.streamTime == time)
    let contract = try #require(run.contract(EngineRun.call))
    #expect(contract.lastPrice == Price(cents: 118) && contract.trades == 3 && contract.volume == 3)
    #expect(contract.lastTradeTime == time)
    #expect(run.engine.contracts[1].tickDirection == -1)
    // One that is newer than the last live print is the last price.
    run.feed(Self.old(6_500, 97))
    #expect(run.contract(EngineRun.call)?.lastPrice == Price(cents: 97))
  }

  @Test func sweepsUnderWayAreNotTouched() {
    let run = EngineRun()
    let legs = (0..<3).map { SweepTests.leg($0, venue: 300 + UInt16($0)) }
    run.feed(SweepTests.opening + legs + [Self.incident(.gapFound, 10, gap: 1), Self.oldQuote(2, 100, 110)])
    run.feed((0..<6).map { Self.old(3, 110, size: 100, venue: 305 + UInt16($0)) })
    #expect(run.outputs.prints.suffix(6).allSatisfy { $0.side == .buy && $0.sweepID == 0 })
    #expect(run.engine.sweeps.isEmpty)
  }

  // MARK: Minutes

  @Test func minutesOfTheirOwnTimeAreBuiltAgain() {
    let run = EngineRun()
    run.feed(trade(1_000, 100, size: 1), trade(50_000, 104, size: 2), trade(130_000, 108, size: 3), clock(130_000))
    #expect(run.outputs.bars == [MinuteTests.bar(0, [100, 104], [1, 2])])
    // Into a minute that is over: between, before and behind its prints.
    run.feed(Self.incident(.gapFound, 130_000, gap: 1))
    #expect(run.feed(Self.old(20_000, 90, size: 4)).bars == [MinuteTests.bar(0, [100, 90, 104], [1, 4, 2])])
    #expect(run.feed(Self.old(500, 95, size: 5)).bars == [MinuteTests.bar(0, [95, 100, 90, 104], [5, 1, 4, 2])])
    #expect(
      run.feed(Self.old(55_000, 99, size: 6)).bars == [MinuteTests.bar(0, [95, 100, 90, 104, 99], [5, 1, 4, 2, 6])])
    // Into a minute without a print so far, and into the one under way.
    #expect(run.feed(Self.old(70_000, 101, size: 7)).bars == [MinuteTests.bar(1, [101], [7])])
    #expect(run.feed(Self.old(125_000, 103, size: 8)).bars.isEmpty)
    #expect(run.feed(clock(180_000)).bars == [MinuteTests.bar(2, [103, 108], [8, 3])])
    #expect(run.underlying?.minutes.map(\.trades) == [5, 1, 2])
    #expect(run.underlying?.minutes.map(\.callVolume) == [18, 7, 11])
    #expect(run.engine.counters.unrepairedMinutes == 0)
  }

  /// Gap after gap into any minute, while the live stream goes on: a minute given out last has all its prints, in the order of their times.
  @Test(arguments: 1...20)
  func minutesOfManyGapsHaveAllTheirPrints(seed: UInt64) {
    var random = StreamGenerator(seed: seed)
    let run = EngineRun()
    var minutes: [Int64: [(time: Int64, price: Int64, size: UInt32)]] = [:]
    var bars: [Timestamp: MinuteBar] = [:]
    var now: Int64 = 0
    for gap in 1...6 {
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        now += Int64.random(in: 1...40_000, using: &random)
        minutes[now / 60_000, default: []].append((now, now % 97 + 1, UInt32(now % 13 + 1)))
        run.feed(trade(now, now % 97 + 1, size: UInt32(now % 13 + 1)))
      }
      run.feed(Self.incident(.gapFound, now, gap: UInt32(gap)))
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        let then = Int64.random(in: 0...max(1, now), using: &random)
        minutes[then / 60_000, default: []].append((then, then % 89 + 1, UInt32(then % 7 + 1)))
        run.feed(Self.old(then, then % 89 + 1, size: UInt32(then % 7 + 1)))
      }
      run.feed(Self.incident(.gapFilled, now, gap: UInt32(gap)))
    }
    run.feed(clock(now + 180_000))
    for bar in run.outputs.bars { bars[bar.minute] = bar }
    let wanted = minutes.map { minute, prints in
      // Equal times stand in the order in which they came.
      let prints = prints.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
        \.element)
      return MinuteTests.bar(minute, prints.map(\.price), prints.map { Int64($0.size) })
    }
    let differences = wanted.filter { bars[$0.minute] != $0 }
    #expect(differences.isEmpty && bars.count == wanted.count, "\(differences.map { ($0, bars[$0.minute]) })")
    #expect(run.engine.counters.unrepairedMinutes == 0)
  }

  @Test func aCancelledPrintLeavesTheRebuiltMinute() {
    let run = EngineRun()
    run.feed(trade(1_000, 100), trade(2_000, 104, size: 2), trade(130_000, 108), clock(130_000))
    run.feed(Self.incident(.gapFound, 130_000, gap: 1), Self.old(20_000, 90, size: 4))
    let bars = run.feed(CancellationTests.cancel(130_001, 104, size: 2), Self.old(30_000, 91, size: 5)).bars
    #expect(bars == [MinuteTests.bar(0, [100, 90], [1, 4]), MinuteTests.bar(0, [100, 90, 91], [1, 4, 5])])
    // The last price is that of the newest standing print by its own time.
    run.feed(CancellationTests.cancel(130_002, 108))
    #expect(run.contract(EngineRun.call)?.lastPrice == Price(cents: 91))
    #expect(run.contract(EngineRun.call)?.trades == 3)
  }

  /// A minute whose prints the ring has dropped is known from what was built; taking back a print of another one leaves it known.
  @Test func aCancelledPrintLeavesOtherMinutesKnown() {
    let run = EngineRun()
    run.feed(trade(1_000, 100), trade(130_000, 104), Self.incident(.gapFound, 130_000, gap: 1), Self.old(20_000, 90))
    run.feed((0..<Limits.rememberedPrints).map { _ in trade(131_000, 101, EngineRun.put) })
    run.feed(trade(132_000, 107), CancellationTests.cancel(132_001, 107))
    let bars = run.feed(Self.old(30_000, 91, size: 5)).bars
    #expect(bars == [MinuteTests.bar(0, [100, 90, 91], [1, 1, 5])])
  }

  /// The ring has gone round: the minute cannot be built again and stays as it was given out.
  @Test func minutesBeyondMemoryAreLeft() {
    let run = EngineRun()
    run.feed(trade(0, 100))
    run.feed((0..<Limits.rememberedPrints).map { _ in trade(61_000, 101, EngineRun.call) })
    #expect(run.feed(Self.old(500, 90)).bars.isEmpty)
    #expect(run.engine.counters.unrepairedMinutes == 1)
    #expect(run.contract(EngineRun.call)?.trades == Int64(Limits.rememberedPrints) + 2)
  }

  @Test func printsOfAnEarlierDayAreTapeOnly() {
    let run = EngineRun()
    run.feed(trade(0, 100))
    let outputs = run.feed(Self.old(-86_400_000 * 3, 90, size: 9))
    #expect(outputs.prints.count == 1 && outputs.bars.isEmpty)
    #expect(run.contract(EngineRun.call)?.volume == 1)
    #expect(run.underlying?.trades == 1)
  }

  /// Everything in order, or a stretch of it missed and brought in later: the same sums and the same minutes.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func asIfNothingHadBeenMissed(_ seed: UInt64) {
    var random = StreamGenerator(seed: seed)
    // No quotes, so that sides do not depend on when they come; no blocks, which are measured against what came before.
    let all = random.stream(400).filter { if case .quote = $0 { false } else { true } }
    var configuration = FlowConfiguration()
    configuration.block.minimumContracts = 10_000
    let whole = EngineRun(configuration)
    let broken = EngineRun(configuration)
    whole.feed(all)
    let gap = 150..<(200 + Int.random(in: 0..<50, using: &random))
    broken.feed(all.enumerated().filter { !gap.contains($0.offset) }.map(\.element))
    broken.feed(.incident(FeedIncident(kind: .gapFound, time: .none, gap: 1)))
    for case .trade(var trade) in all[gap] {
      trade.flags = .backfilled
      broken.feed(.trade(trade))
    }
    broken.feed(.incident(FeedIncident(kind: .gapFilled, time: .none, gap: 1)))
    let end = MarketEvent.incident(FeedIncident(kind: .ended, time: .none))
    func bars(_ run: EngineRun) -> [String: MinuteBar] {
      run.feed(end)
      return Dictionary(run.outputs.bars.map { ("\($0.instrument.rawValue) \($0.minute.nanoseconds)", $0) }) { $1 }
    }
    #expect(bars(broken) == bars(whole))
    #expect(broken.snapshot.contracts.map { "\($0)" } == whole.snapshot.contracts.map { "\($0)" })
    #expect(broken.snapshot.underlyings.map { "\($0)" } == whole.snapshot.underlyings.map { "\($0)" })
  }

  @Test func theDigestKnowsOfOpenGaps() {
    let events = [quote(0, 100, 110), Self.incident(.gapFound, 10, gap: 1), Self.oldQuote(1, 90, 95)]
    let open = StateTests.digest(events)
    #expect(open == StateTests.digest(events, batches: 1))
    #expect(open != StateTests.digest(Array(events.dropLast())))
    #expect(open != StateTests.digest(events + [Self.incident(.gapFilled, 10, gap: 1)]))
  }

  /// The benchmark's rules know no gaps.
  @Test func theReferenceProfileTakesThemAsTheyCome() {
    let run = EngineRun(FlowConfiguration(profile: .reference))
    run.feed(quote(0, 100, 110), Self.old(1, 110))
    #expect(run.outputs.prints.map(\.side) == [.buy])
    #expect(run.outputs.prints.map(\.flags) == [[]])
  }
}
