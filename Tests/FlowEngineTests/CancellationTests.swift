import MarketModel
import Testing

@testable import FlowEngine

/// A cancelled print leaves no trace in any sum.
@Suite struct CancellationTests {
  static func cancel(
    _ milliseconds: Int64, _ cents: Int64, size: UInt32 = 1, _ instrument: InstrumentID = EngineRun.call,
    venue: UInt16 = 302
  )
    -> MarketEvent
  {
    trade(milliseconds, cents, size: size, instrument, venue: venue, conditions: [201])
  }

  @Test func allSumsAreRestored() throws {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), greeks(), trade(0, 105, size: 2), trade(1, 110, size: 5))
    let outputs = run.feed(Self.cancel(2, 110, size: 5))
    #expect(outputs.cancellations.map(\.cancelledNumber) == [2])
    #expect(outputs.cancellations.map(\.trade.size) == [5])
    let contract = try #require(run.contract(EngineRun.call))
    #expect(contract.trades == 1)
    #expect(contract.volume == 2)
    #expect(contract.premiumMicros == 210_000_000)
    #expect(contract.buyVolume == 0)
    #expect(contract.netDeltaNanos == 0)
    #expect(contract.netGammaNanos == 0)
    #expect(contract.lastPrice == Price(micros: 1_050_000))
    #expect(contract.lastTradeTime == EngineRun.start)
    #expect(run.underlying?.trades == 1)
    #expect(run.underlying?.buyPremiumMicros == 0)
    #expect(run.underlying?.fiveMinuteTrades == 1)
    #expect(run.engine.counters.cancellations == 1)
    #expect(run.engine.counters.unmatchedCancellations == 0)
    // The minute, too.
    #expect(run.feed(clock(60_000)).bars == [MinuteTests.bar(0, [105], [2])])
  }

  @Test(arguments: [201, 203, 205, 207]) func everyKindOfCancellation(_ condition: Int) {
    let run = EngineRun()
    run.feed(trade(0, 100), trade(1, 100, conditions: [condition]))
    #expect(run.contract(EngineRun.call)?.trades == nil)
    #expect(run.outputs.cancellations.map(\.cancelledNumber) == [1])
  }

  @Test func newestEqualPrintGoesAndEachOnlyOnce() {
    let run = EngineRun()
    run.feed(trade(0, 100), trade(1, 100), trade(2, 100, venue: 303), trade(3, 100, size: 2), trade(4, 101))
    run.feed(Self.cancel(5, 100), Self.cancel(6, 100), Self.cancel(7, 100))
    #expect(run.outputs.cancellations.map(\.cancelledNumber) == [2, 1, 0])
    #expect(run.engine.counters.unmatchedCancellations == 1)
    #expect(run.contract(EngineRun.call)?.trades == 3)
  }

  @Test func withoutItsPrintNothingMoves() {
    let run = EngineRun()
    run.feed(trade(0, 100), quote(1, 100, 110))
    let before = run.contract(EngineRun.call)
    for cancellation in [
      Self.cancel(2, 101), Self.cancel(2, 100, size: 2), Self.cancel(2, 100, venue: 1),
      Self.cancel(2, 100, EngineRun.put),
    ] {
      #expect(run.feed(cancellation).cancellations.map(\.cancelledNumber) == [0])
    }
    #expect(run.contract(EngineRun.call)?.trades == before?.trades)
    #expect(run.contract(EngineRun.call)?.premiumMicros == before?.premiumMicros)
    #expect(run.engine.counters.excludedTrades == 4)
  }

  @Test func onlySoFarBackIsSearched() {
    let run = EngineRun()
    run.feed([trade(0, 50)] + (1..<Limits.cancellationSearch).map { trade(Int64($0), 100) })
    #expect(run.feed(Self.cancel(9000, 50)).cancellations.map(\.cancelledNumber) == [1])
    let far = EngineRun()
    far.feed([trade(0, 50)] + (0..<Limits.cancellationSearch).map { trade(Int64($0), 100) })
    #expect(far.feed(Self.cancel(9000, 50)).cancellations.map(\.cancelledNumber) == [0])
  }

  /// The ring of remembered prints has gone round: the minute's beginning is lost.
  @Test func minuteBeyondMemoryIsLeftAsItWas() {
    let run = EngineRun()
    run.feed(trade(0, 100))
    run.feed((0..<Limits.rememberedPrints).map { _ in trade(1, 101, EngineRun.put) })
    #expect(run.feed(Self.cancel(2, 100)).cancellations.map(\.cancelledNumber) == [0])
    // Its newest print is remembered, those at the minute's start are not.
    #expect(
      run.feed(Self.cancel(2, 101, EngineRun.put)).cancellations.map(\.cancelledNumber) == [
        Int64(Limits.rememberedPrints) + 1
      ])
    #expect(run.engine.tally.unrepairedMinutes == 0)
    run.feed(trade(3, 100))
    #expect(
      run.feed(Self.cancel(4, 101, EngineRun.put)).cancellations.map(\.cancelledNumber) == [
        Int64(Limits.rememberedPrints)
      ])
    #expect(run.engine.tally.unrepairedMinutes == 1)
    let bars = run.feed(clock(60_000)).bars.filter { $0.instrument == EngineRun.put }
    #expect(bars.map(\.trades) == [Int64(Limits.rememberedPrints) - 1])
  }

  /// When no standing print is within reach, the last price stays.
  @Test func lastPriceBeyondMemory() {
    let run = EngineRun()
    run.feed(trade(0, 90), trade(1, 100))
    run.feed((0..<Limits.rememberedPrints - 1).map { _ in trade(2, 101, EngineRun.put) })
    run.feed(Self.cancel(3, 100))
    #expect(run.outputs.cancellations.map(\.cancelledNumber) == [2])
    #expect(run.contract(EngineRun.call)?.lastPrice == Price(micros: 1_000_000))
  }

  @Test func closedMinutesAreGivenOutAgain() {
    let run = EngineRun()
    run.feed(
      quote(0, 100, 110), trade(0, 105, size: 1), trade(1, 99, size: 2), trade(2, 111, size: 3), trade(60_000, 100))
    let bars = run.feed(Self.cancel(60_001, 111, size: 3)).bars
    #expect(bars == [MinuteTests.bar(0, [105, 99], [1, 2], sell: 2)])
    #expect(run.underlying?.minutes.map(\.trades) == [2, 1])
    let empty = run.feed(Self.cancel(60_002, 105), Self.cancel(60_002, 99, size: 2)).bars
    #expect(empty.last?.trades == 0)
    #expect(run.underlying?.minutes.map(\.trades) == [1])
  }

  @Test func blocksAreTakenBack() {
    let run = EngineRun()
    run.feed(trade(0, 1000, size: 1), trade(1, 1000, size: 1000))
    #expect(run.contract(EngineRun.call)?.blocks == 1)
    run.feed(Self.cancel(2, 1000, size: 1000))
    #expect(run.contract(EngineRun.call)?.blocks == 0)
  }

  @Test func legsLeaveTheirSweep() throws {
    let run = EngineRun()
    let legs = (0..<6).map { SweepTests.leg($0, venue: 300 + UInt16($0)) }
    run.feed(SweepTests.opening + legs)
    let whole = try #require(run.engine.sweeps.first)
    #expect(whole.legs == 6)
    // One that the sweep took over when it was recognised, and one that joined it.
    run.feed(Self.cancel(10, 110, size: 100, venue: 301))
    #expect(run.engine.sweeps.first?.legs == 5)
    run.feed(Self.cancel(11, 110, size: 100, venue: 305))
    #expect(run.engine.sweeps.first?.legs == 4)
    #expect(run.engine.sweeps.first?.premiumMicros == whole.premiumMicros / 6 * 4)
  }

  @Test func cancelledLegsOpenNoSweep() {
    let run = EngineRun()
    run.feed(SweepTests.opening + (0..<3).map { SweepTests.leg($0, venue: 300 + UInt16($0)) })
    run.feed(Self.cancel(3, 110, size: 100, venue: 301))
    run.feed(SweepTests.leg(4, venue: 304))
    #expect(run.engine.sweeps.isEmpty)
    run.feed(SweepTests.leg(5, venue: 305))
    #expect(run.engine.sweeps.map(\.legs) == [4])
    // Legs that have left the window are only taken out of their sweep.
    run.feed(SweepTests.leg(5000), Self.cancel(5001, 110, size: 100, venue: 305))
    #expect(run.engine.sweeps.map(\.legs) == [3])
    run.feed(SweepTests.leg(9000, venue: 306), Self.cancel(9001, 110, size: 100, venue: 306))
    run.feed(SweepTests.leg(9002, venue: 307))
    #expect(run.engine.sweeps.map(\.legs) == [3])
  }

  /// With every print cancelled right after it, and without any of these prints: the same sums.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func asIfThePrintHadNeverBeen(_ seed: UInt64) {
    var random = StreamGenerator(seed: seed)
    let base = random.stream(
      300, conditions: [[209], [209], [227], [232], [248], []], cents: seed % 2 == 0 ? 400 : 9_000)
    // A block is judged by the prints before it, also by those that are cancelled later: none here.
    var configuration = FlowConfiguration()
    configuration.block.minimumContracts = 10_000
    let with = EngineRun(configuration)
    let without = EngineRun(configuration)
    for run in [with, without] { run.feed(greeks(), greeks(EngineRun.put, delta: -400_000_000)) }
    var pending: (left: Int, cancellation: MarketEvent)?
    for event in base {
      with.feed(event)
      without.feed(event)
      if let due = pending, due.left == 0 {
        with.feed(due.cancellation)
        pending = nil
      } else if let waiting = pending {
        pending = (waiting.left - 1, waiting.cancellation)
      } else if case .trade(let trade) = event, Bool.random(using: &random) {
        // A venue of its own, so that nothing else equals it; below 10,000 dollars, so neither leg nor block.
        var extra = trade
        extra.venue = VenueID(399)
        extra.size = 1
        var cancellation = extra
        cancellation.conditions = ConditionSet(vendorIDs: [201])
        cancellation.time = with.engine.streamTime
        with.feed(.trade(extra))
        pending = (Int.random(in: 0...5, using: &random), .trade(cancellation))
      }
    }
    if let pending { with.feed(pending.cancellation) }
    let end = MarketEvent.incident(FeedIncident(kind: .ended, time: .none))
    // The last bar of a minute is the one that counts; one without prints says that there is none.
    func bars(_ run: EngineRun) -> [String: MinuteBar] {
      run.feed(end)
      let last = Dictionary(run.outputs.bars.map { ("\($0.instrument.rawValue) \($0.minute.nanoseconds)", $0) }) { $1 }
      return last.filter { $0.value.trades != 0 }
    }
    #expect(with.engine.counters.unmatchedCancellations == 0)
    #expect(with.engine.counters.cancellations > 10)
    #expect(with.snapshot.contracts.map { "\($0)" } == without.snapshot.contracts.map { "\($0)" })
    #expect(with.snapshot.underlyings.map { "\($0)" } == without.snapshot.underlyings.map { "\($0)" })
    #expect(with.engine.sweeps == without.engine.sweeps)
    #expect(with.engine.counters.fiveMinuteTrades == without.engine.counters.fiveMinuteTrades)
    #expect(bars(with) == bars(without))
  }

  @Test func stocksToo() {
    let run = EngineRun()
    run.feed(trade(0, 100, EngineRun.stock, conditions: []))
    // The stock tapes have no cancelling condition: 1 (of 201's bit) is an acquisition.
    run.feed(trade(1, 100, EngineRun.stock, conditions: [1]))
    #expect(run.engine.counters.cancellations == 0)
  }

  @Test func memoryMustBeAPowerOfTwo() async {
    await #expect(processExitsWith: .failure) { _ = RememberedPrints(capacity: 3) }
  }
}
