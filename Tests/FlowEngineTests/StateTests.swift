import MarketModel
import Testing

@testable import FlowEngine

/// Digest, numbering, greeks, snapshots, room for more.
@Suite struct StateTests {
  static func digest(
    _ events: [MarketEvent], batches: Int = .max, _ configuration: FlowConfiguration = FlowConfiguration()
  ) -> UInt64 {
    let run = EngineRun(configuration)
    run.feed(events, batches: batches)
    return run.engine.stateDigest()
  }

  @Test func sameStreamSameDigestHoweverItIsCut() {
    var random = StreamGenerator(seed: 1)
    let events = random.stream(500, cents: 20_000)
    let whole = Self.digest(events)
    for batches in [1, 2, 7, 499] { #expect(Self.digest(events, batches: batches) == whole) }
    // Looking on changes nothing.
    let watched = EngineRun()
    for event in events {
      watched.feed(event)
      _ = watched.snapshot
      _ = watched.engine.stateDigest()
    }
    #expect(watched.engine.stateDigest() == whole)
  }

  @Test func anyChangeChangesTheDigest() {
    var random = StreamGenerator(seed: 2)
    let events = random.stream(120, cents: 20_000)
    let whole = Self.digest(events)
    var seen: Set<UInt64> = [whole]
    for i in events.indices {
      var changed = events
      switch events[i] {
      case .trade(var trade):
        trade.size += 1
        changed[i] = .trade(trade)
      case .quote: changed.remove(at: i)
      default: continue
      }
      #expect(Self.digest(changed) != whole, "event \(i)")
      seen.insert(Self.digest(changed))
    }
    // Equal states have equal digests: one more contract in either of two equal prints is the same.
    #expect(seen.count > 40)
    #expect(Self.digest(Array(events.dropLast())) != whole)
    #expect(Self.digest(events + [greeks()]) != whole)
    #expect(Self.digest(events + [greeks(delta: 1)]) != Self.digest(events + [greeks(delta: 2)]))
  }

  @Test func printsAreNumberedInOrder() {
    var random = StreamGenerator(seed: 3)
    let run = EngineRun()
    run.feed(random.stream(400, conditions: [[209], [232], [204], [201]]))
    #expect(run.outputs.prints.map(\.number) == Array(1...Int64(run.outputs.prints.count)))
    #expect(run.outputs.cancellations.allSatisfy { $0.cancelledNumber <= Int64(run.outputs.prints.count) })
  }

  /// Every counter against a count of the outputs.
  @Test func countersAreTheSumOfOutputs() {
    var random = StreamGenerator(seed: 4)
    let run = EngineRun()
    let events = random.stream(600, conditions: [[209], [232], [204], [201], [227], [219]], cents: 20_000)
    run.feed(events)
    let counters = run.engine.counters
    let prints = run.outputs.prints
    #expect(counters.events == 600)
    #expect(counters.trades == Int64(prints.count + run.outputs.cancellations.count))
    #expect(counters.quotes == Int64(events.count { if case .quote = $0 { true } else { false } }))
    #expect(
      [counters.sideSell, counters.sideMid, counters.sideBuy, counters.sideUnknown]
        == [-1, 0, 1, 2].map { (side: Int8) in
          Int64(prints.count { $0.side.rawValue == side })
        })
    for method in LabelMethod.allCases {
      #expect(counters.byMethod[Int(method.rawValue)] == Int64(prints.count { $0.method == method }))
    }
    #expect(counters.blocks == Int64(prints.count { $0.flags.contains(.block) }))
    #expect(counters.sweeps == Int64(run.engine.sweeps.count))
    #expect(counters.cancellations == Int64(run.outputs.cancellations.count))
    #expect(counters.unmatchedCancellations == Int64(run.outputs.cancellations.count { $0.cancelledNumber == 0 }))
  }

  @Test func greeksAreExactIntegers() throws {
    let run = EngineRun()
    run.feed(
      quote(0, 100, 110), trade(0, 110, size: 7), greeks(delta: 333_333_333, gamma: 1),
      trade(1, 110, size: 4_000_000_000))
    run.feed(trade(2, 100, size: 3), trade(3, 105, size: 9), trade(4, 110, size: 5, conditions: [232]))
    let contract = try #require(run.contract(EngineRun.call))
    #expect(contract.netDeltaNanos == 333_333_333 * (4_000_000_000 - 3))
    #expect(contract.netGammaNanos == 4_000_000_000 - 3)
    #expect(run.underlying?.netDeltaNanos == contract.netDeltaNanos)
    let prints = run.outputs.prints
    #expect(prints.map(\.netDeltaNanos) == [0, 333_333_333 * 4_000_000_000, -999_999_999, 0, 0])
    #expect(prints[0].deltaNanos == ContractReference.unknown)
    #expect(prints[1].premiumMicros == 440_000_000_000 * 1_000_000)
  }

  @Test func referencesFillInWhatTheyKnow() throws {
    let run = EngineRun()
    func reference(
      delta: Int64 = ContractReference.unknown, volatility: Int64 = ContractReference.unknown,
      open: Int64 = ContractReference.unknown
    ) -> MarketEvent {
      .reference(
        ContractReference(
          time: EngineRun.start, instrument: EngineRun.call, deltaNanos: delta, impliedVolatilityNanos: volatility,
          openInterest: open))
    }
    run.feed(
      quote(0, 1, 2), reference(delta: 5, open: 700), reference(volatility: 9), reference(open: 700),
      reference(open: 701))
    let contract = try #require(run.contract(EngineRun.call))
    #expect(
      [contract.deltaNanos, contract.gammaNanos, contract.impliedVolatilityNanos] == [5, ContractReference.unknown, 9])
    #expect(run.outputs.openInterests.map(\.contracts) == [700, 701])
    #expect(contract.openInterest == 701)
  }

  @Test func snapshotsHoldWhatWasSeenToday() throws {
    let run = EngineRun(more: ["O:QQQ251216P00505000"])
    let snapshot = FlowSnapshot()
    run.engine.capture(into: snapshot)
    #expect(snapshot.contracts.isEmpty)
    #expect(snapshot.session == nil)
    run.feed(
      quote(0, 100, 110, InstrumentID(4)), trade(1, 57_000, EngineRun.stock, conditions: []), quote(2, 100, 110),
      trade(3, 110, size: 2))
    run.engine.capture(into: snapshot)
    #expect(snapshot.contracts.map(\.instrument.rawValue) == [0, 1, 4])
    #expect(snapshot.underlyings.map(\.instrument.rawValue) == [0, 3])
    #expect(snapshot.streamTime == EngineRun.start.adding(nanoseconds: 3_000_000))
    #expect(snapshot.session == MarketDate(year: 2025, month: 12, day: 15))
    #expect(snapshot.counters.trades == 2)
    let underlying = try #require(snapshot.underlyings.first)
    #expect(underlying.lastPrice == Price(micros: 570_000_000))
    #expect(underlying.lastPriceTime == EngineRun.start.adding(nanoseconds: 1_000_000))
    #expect(underlying.callVolume == 2)
    #expect(underlying.callPremiumMicros == 220_000_000)
    #expect(underlying.putVolume == 0)
    let contract = try #require(snapshot.contracts.dropFirst().first)
    #expect(contract.buyVolume == 2)
    #expect(contract.lastPrice == Price(micros: 1_100_000))
    #expect([contract.bid.micros, contract.ask.micros] == [1_000_000, 1_100_000])
    // Filled again, not added to.
    run.engine.capture(into: snapshot)
    #expect(snapshot.contracts.count == 3)
  }

  @Test func roomForManyContractsAndUnderlyings() {
    let symbols = (0..<1200).map {
      "O:\(["A", "B", "C", "D", "E"][$0 % 5])\(["A", "B", "C", "D", "E", "F", "G"][$0 / 5 % 7])251216C\(String(String(100_000_000 + $0 * 1000).dropFirst()))"
    }
    .filter { !$0.hasSuffix("C00000000") }
    let run = EngineRun(more: symbols)
    let count = run.instruments.count
    // The newest first: all before it are made with it.
    run.feed(quote(0, 1, 2, InstrumentID(UInt32(count - 1))))
    for id in 0..<count where run.instruments[InstrumentID(UInt32(id))].kind == .option {
      run.feed(trade(1, 100, InstrumentID(UInt32(id))))
    }
    let snapshot = run.snapshot
    #expect(count > 1200)
    #expect(snapshot.underlyings.count == 36)
    #expect(snapshot.contracts.reduce(0) { $0 + $1.trades } == Int64(symbols.count + 2))
    #expect(snapshot.underlyings.reduce(0) { $0 + $1.trades } == Int64(symbols.count + 2))
  }

  @Test func outputBufferGrows() {
    var buffer = OutputBuffer(capacity: 1)
    for i in 0..<100 as Range<Int64> {
      buffer.append(.incident(FeedIncident(kind: .ended, time: Timestamp(seconds: i))))
    }
    #expect(Array(buffer.outputs).incidents.map(\.time.milliseconds) == (0..<100).map { Int64($0) * 1000 })
    buffer.removeAll()
    #expect(buffer.outputs.isEmpty)
  }

  @Test func outputBufferNeedsRoom() async {
    await #expect(processExitsWith: .failure) { _ = OutputBuffer(capacity: 0) }
  }

  /// Excluded prints touch no state in the reference profile.
  @Test func referenceProfileLeavesExcludedPrintsOut() {
    let configuration = FlowConfiguration(profile: .reference)
    let run = EngineRun(configuration)
    run.feed(trade(0, 100), quote(5, 100, 110), trade(1, 110), trade(6, 120, conditions: [201]), trade(7, 105))
    #expect(run.outputs.prints.map(\.method) == [.tickWithoutQuote, .atOrAboveAsk, .tick])
    #expect(run.engine.counters.excludedTrades == 1)
    #expect(run.engine.counters.cancellations == 0)
  }
}
