import MarketModel
import Testing

@testable import FlowEngine

/// Order-flow reports, each held against all prints of the day added up anew.
@Suite struct AggregateTests {
  private static var rules: FlowConfiguration {
    var aggregates = AggregateRules()
    aggregates.institutionalPremiumMicros = 5_000_000_000
    return FlowConfiguration(aggregates: aggregates)
  }

  private static func run() -> EngineRun { EngineRun(rules, more: DayStream.symbols) }

  private static func report(_ run: EngineRun, _ underlying: InstrumentID = EngineRun.stock) -> FlowReport {
    let report = FlowReport()
    report.underlying = underlying
    run.engine.fill(report)
    return report
  }

  // MARK: Brute force

  /// The prints of the day that count, from nothing but the outputs.
  private static func prints(_ run: EngineRun, of underlying: InstrumentID) -> [LabeledPrint] {
    var day: [Int64: LabeledPrint] = [:]
    for output in run.outputs {
      switch output {
      case .sessionReset: day = [:]
      case .print(let print): day[print.number] = print
      case .cancellation(let cancellation): day[cancellation.cancelledNumber] = nil
      default: break
      }
    }
    return day.values.filter { print in
      let instrument = run.instruments[print.trade.instrument]
      return instrument.kind == .option && instrument.underlying == underlying
        && print.trade.conditions.isDisjoint(with: .noVolume)
        && TradingCalendar.tradingDay(containing: print.trade.time) == run.engine.session
    }
  }

  private static func kind(_ print: LabeledPrint) -> TradeKind {
    if print.sweepID > 0 { return .sweep }
    if print.flags.contains(.block) { return .block }
    let ids = print.trade.conditions.optionIDs
    if ids.contains(where: { OptionCondition.find($0)?.traits.isDisjoint(with: [.multiLeg, .stockTied]) == false }) {
      return .multiLeg
    }
    let offBook = OptionCondition.all.filter { !$0.traits.isDisjoint(with: [.floor, .cross, .auction, .late]) }
    return ids.contains { id in offBook.contains { $0.id == id } } ? .offBook : .single
  }

  private static func group(
    _ print: LabeledPrint, _ run: EngineRun, _ grouping: FlowGrouping, _ minutes: Int64, _ from: Timestamp,
    _ to: Timestamp
  ) -> FlowGroup {
    let instrument = run.instruments[print.trade.instrument]
    switch grouping {
    case .strike: return .strike(instrument.strike)
    case .expiry: return .expiry(instrument.expiry)
    case .type: return .kind(kind(print))
    case .side: return .side(print.side)
    case .interval:
      let length = minutes * 60_000_000_000
      let start = Timestamp(nanoseconds: print.trade.time.nanoseconds / length * length)
      return .interval(max(start, from), min(start.adding(nanoseconds: length), to))
    }
  }

  private static func cell(_ print: LabeledPrint, _ run: EngineRun) -> FlowCell {
    let instrument = run.instruments[print.trade.instrument]
    var sums = FlowSums()
    sums.prints = 1
    sums.volume = Int64(print.trade.size)
    sums.premiumMicros = print.premiumMicros
    sums.netDeltaNanos = print.netDeltaNanos
    sums.institutionalPremiumMicros = print.premiumMicros >= 5_000_000_000 ? print.premiumMicros : 0
    return FlowCell(
      start: .none, strike: instrument.strike, expiry: instrument.expiry, kind: kind(print), right: instrument.right,
      side: print.side, sums: sums)
  }

  /// - Returns: how many prints the report is about.
  @discardableResult
  private static func check(_ run: EngineRun, _ underlying: InstrumentID, _ place: Comment) -> Int {
    let report = report(run, underlying)
    let all = prints(run, of: underlying)
    #expect(report.isWindowWhole, place)
    #expect(report.lastPrint == run.outputs.prints.last?.number, place)
    for span in FlowSpan.allCases {
      let first = run.engine.streamTime.minuteStart.adding(nanoseconds: -59 * 60_000_000_000)
      let wanted = span == .session ? all : all.filter { $0.trade.time >= first }
      let (from, to) = report.bounds(of: span)
      #expect(wanted.allSatisfy { $0.trade.time >= from && $0.trade.time < to }, place)
      var total = FlowTotals()
      for print in wanted { total.add(cell(print, run)) }
      #expect(report.totals(span) == total, place)
      for grouping in FlowGrouping.allCases {
        for minutes in grouping == .interval ? [5, 10, 30] : [5] {
          var groups: [FlowGroup: FlowTotals] = [:]
          for print in wanted {
            groups[group(print, run, grouping, Int64(minutes), from, to), default: FlowTotals()].add(cell(print, run))
          }
          let rows = report.rows(span, by: grouping, intervalMinutes: minutes)
          #expect(Dictionary(uniqueKeysWithValues: rows.map { ($0.group, $0.totals) }) == groups, place)
        }
      }
    }
    return all.count
  }

  /// Two days of everything, cancellations and back-fills among it, with jumps of up to an hour.
  @Test(arguments: 0..<12 as Range<UInt64>) func equalsAllPrintsAddedUp(_ seed: UInt64) {
    var stream = DayStream(seed: seed)
    let events = stream.events(2500, from: DayTests.monday) + stream.events(700, from: DayTests.tuesday)
    let run = Self.run()
    var counted = 0
    for start in stride(from: 0, to: events.count, by: 400) {
      run.feed(Array(events[start..<min(start + 400, events.count)]))
      for underlying in [EngineRun.stock, InstrumentID(7)] {
        counted += Self.check(run, underlying, "seed \(seed), event \(start)")
      }
    }
    #expect(counted > 1000)
    #expect(run.engine.counters.cancellations > 0)
    #expect(run.outputs.prints.contains { $0.flags.contains(.backfilled) })
  }

  @Test func allKindsOccur() {
    var seen: Set<TradeKind> = []
    for seed in 0..<8 as Range<UInt64> {
      var stream = DayStream(seed: seed)
      let run = Self.run()
      run.feed(stream.events(2500, from: DayTests.monday))
      for row in Self.report(run).rows(.session, by: .type) {
        if case .kind(let kind) = row.group { seen.insert(kind) }
      }
    }
    #expect(seen == Set(TradeKind.allCases))
  }

  // MARK: What aggregates are not

  @Test(arguments: 0..<6 as Range<UInt64>) func nothingElseDependsOnThem(_ seed: UInt64) {
    var stream = DayStream(seed: seed)
    let events = stream.events(1500, from: DayTests.monday)
    let (with, without) = (Self.run(), DayStream.run())
    #expect(with.feed(events) == without.feed(events))
    #expect(with.engine.stateDigest() == without.engine.stateDigest())
    let isAggregating = without.engine.isAggregating
    #expect(!isAggregating)
    #expect(Self.report(without).day.isEmpty)
  }

  /// Saved and restored again and again: the same reports.
  @Test(arguments: 0..<6 as Range<UInt64>) func snapshotsKeepThem(_ seed: UInt64) throws {
    var stream = DayStream(seed: seed)
    let events = stream.events(1200, from: DayTests.monday) + stream.events(400, from: DayTests.tuesday)
    let whole = Self.run()
    var parts = Self.run()
    for start in stride(from: 0, to: events.count, by: 130) {
      let piece = Array(events[start..<min(start + 130, events.count)])
      whole.feed(piece)
      parts.feed(piece)
      var bytes = SnapshotBytes()
      parts.engine.save(program: "p", into: &bytes)
      let instruments = InstrumentTable(capacity: 1000)
      var restored = EngineRun(
        restored: try FlowEngine.restored(
          from: bytes, program: "p", configuration: Self.rules, instruments: instruments), instruments, like: whole)
      swap(&parts, &restored)
      let (one, other) = (Self.report(whole), Self.report(parts))
      #expect(one.day == other.day && one.minutes == other.minutes && one.intervals == other.intervals)
      #expect(one.windowStart == other.windowStart && one.dayStart == other.dayStart && one.dayEnd == other.dayEnd)
    }
  }

  @Test func aSourceThatBeginsAgainBeginsAnew() {
    var stream = DayStream(seed: 3)
    let events = stream.events(600, from: DayTests.monday)
    let (twice, once) = (Self.run(), Self.run())
    twice.feed(events)
    twice.feed(.incident(FeedIncident(kind: .restarted, time: .none)))
    #expect(Self.report(twice).day.isEmpty)
    twice.feed(events)
    once.feed(events)
    #expect(Self.report(twice).day == Self.report(once).day)
    #expect(Self.report(twice).minutes == Self.report(once).minutes)
  }

  // MARK: Definitions

  @Test func ratiosAndSentimentAsStated() throws {
    let run = Self.run()
    // Bought calls of $2,200, sold puts of $1,000, a call at the mid of $105, a put without a quote to go by.
    run.feed(quote(0, 100, 110), quote(0, 100, 110, EngineRun.put), greeks())
    run.feed(trade(1, 110, size: 20), trade(2, 100, size: 10, EngineRun.put), trade(3, 105))
    run.feed(trade(4, 90, size: 10, EngineRun.put, conditions: [232]))
    let totals = Self.report(run).totals(.session)
    #expect(totals.netPremiumMicros(.call) == 2_200_000_000)
    #expect(totals.netPremiumMicros(.put) == -1_000_000_000)
    #expect(totals.netPremiumMicros == 1_200_000_000)
    #expect(totals.directionalPremiumMicros == 3_200_000_000)
    #expect(totals.sentiment == 1)
    #expect(totals.unlabelledPremiumMicros == 1_005_000_000)
    #expect(totals.unlabelledShare == 1005.0 / 4205)
    #expect(totals.callPutPremiumRatio == 2305.0 / 1900)
    #expect(totals.callPutVolumeRatio == 21.0 / 20)
    #expect(totals.total.netDeltaNanos == run.outputs.prints.reduce(0) { $0 + $1.netDeltaNanos })
    #expect(totals.total.netDeltaNanos > 0)
    #expect(totals.institutionalShare == 0)
    let empty = FlowTotals()
    #expect(empty.sentiment == nil && empty.callPutPremiumRatio == nil && empty.callPutVolumeRatio == nil)
    #expect(empty.institutionalShare == nil && empty.unlabelledShare == nil)
  }

  @Test func sentimentIsBearishForBoughtPutsAndSoldCalls() {
    let run = Self.run()
    run.feed(quote(0, 100, 110), quote(0, 100, 110, EngineRun.put))
    run.feed(trade(1, 100, size: 30), trade(2, 110, size: 10, EngineRun.put))
    #expect(Self.report(run).totals(.session).sentiment == -1)
    run.feed(trade(3, 110, size: 10), trade(4, 110, size: 10))
    #expect(Self.report(run).totals(.session).sentiment == (2200.0 - 4100) / 6300)
  }

  /// The minute under way and the 59 before it; a print counts where its own time is, also when it comes late.
  @Test func theHourIsSixtyMinutes() {
    let run = Self.run()
    run.feed(trade(0, 100, size: 1), trade(60_000, 100, size: 2), trade(3_599_000, 100, size: 4))
    #expect(Self.report(run).totals(.hour).total.volume == 7)
    run.feed(clock(3_600_000))
    #expect(Self.report(run).totals(.hour).total.volume == 6)
    run.feed(trade(59_999, 100, size: 8), trade(60_001, 100, size: 16))
    #expect(Self.report(run).totals(.hour).total.volume == 22)
    #expect(Self.report(run).totals(.session).total.volume == 31)
    run.feed(CancellationTests.cancel(3_600_001, 100, size: 2))
    #expect(Self.report(run).totals(.hour).total.volume == 20)
    #expect(Self.report(run).windowStart == EngineRun.start.adding(nanoseconds: 60_000_000_000))
  }

  /// A ring that is too small for the window: what it has dropped is out of the window, nothing else is.
  @Test func aFullRingShortensTheWindowAndSaysSo() {
    var cells = MinuteCells(capacity: 4)
    var chain = CellChain()
    for minute in 0..<6 as Range<Int32> {
      for _ in 0..<3 {
        var sums = FlowSums()
        sums.prints = 1
        cells.add(sums, minute: 100 + minute, place: 3, streamMinute: 100 + minute, to: &chain)
      }
    }
    var found: [Int32: Int64] = [:]
    cells.forEach(chain, from: 0) { found[$0.minute, default: 0] += $0.sums.prints }
    #expect(found == [102: 3, 103: 3, 104: 3, 105: 3])
    #expect(cells.wholeFrom == 102)
    #expect(cells.newest == 6)
  }
}
