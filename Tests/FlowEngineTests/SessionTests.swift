import MarketModel
import Testing

@testable import FlowEngine

/// Trading days: when they change, what is forgotten and what is kept.
@Suite struct SessionTests {
  static func at(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) throws -> Timestamp {
    Timestamp(newYork: try #require(MarketDate(year: year, month: month, day: day)), hour: hour, minute: minute)
  }
  static func print(_ time: Timestamp, _ cents: Int64 = 110) -> MarketEvent {
    .trade(
      Trade(
        time: time, price: Price(micros: cents * 10_000), instrument: EngineRun.call, size: 200, venue: VenueID(300)))
  }

  @Test func dayChangesAtFourOverWeekendAndHoliday() throws {
    let run = EngineRun()
    // Friday before Martin Luther King Day 2025, the weekend, Monday (closed), Tuesday.
    let friday = try Self.at(2025, 1, 17, 15, 59)
    run.feed(Self.print(friday))
    #expect(run.engine.session == MarketDate(year: 2025, month: 1, day: 17))
    for (day, hour) in [(17, 20), (18, 12), (19, 4), (20, 12), (21, 3)] {
      run.feed(.clock(try Self.at(2025, 1, day, hour)))
    }
    #expect(run.outputs.resets.count == 1)
    #expect(run.contract(EngineRun.call)?.trades == 1)
    run.feed(.clock(try Self.at(2025, 1, 21, 4)))
    #expect(
      run.outputs.resets.map(\.session) == [
        MarketDate(year: 2025, month: 1, day: 17), MarketDate(year: 2025, month: 1, day: 21),
      ])
    #expect(run.outputs.resets.last?.time == (try Self.at(2025, 1, 21, 4)))
    #expect(run.contract(EngineRun.call) == nil)
  }

  @Test func oneStampFromTheFutureIsNotBelievedTwoAre() throws {
    let run = EngineRun()
    run.feed(Self.print(try Self.at(2025, 1, 17, 10)))
    run.feed(Self.print(try Self.at(2091, 1, 17, 10)))
    run.feed(Self.print(try Self.at(2025, 1, 17, 11)))
    #expect(run.engine.session == MarketDate(year: 2025, month: 1, day: 17))
    #expect(run.engine.counters.doubtedTimes == 1)
    #expect(run.contract(EngineRun.call)?.trades == 3)
    #expect(run.engine.streamTime == (try Self.at(2025, 1, 17, 11)))
    // A recording that goes on months later says so with every event.
    run.feed(Self.print(try Self.at(2025, 6, 2, 10)))
    run.feed(Self.print(try Self.at(2025, 6, 2, 11)))
    #expect(run.engine.session == MarketDate(year: 2025, month: 6, day: 2))
    #expect(run.contract(EngineRun.call)?.trades == 1)
  }

  @Test func everythingStartsAgainButTheNumbers() throws {
    let run = EngineRun()
    let monday = try Self.at(2025, 12, 15, 10)
    let tuesday = try Self.at(2025, 12, 16, 10)
    run.feed(
      .reference(
        ContractReference(
          time: monday, instrument: EngineRun.call, deltaNanos: 1, gammaNanos: 2, impliedVolatilityNanos: 3,
          openInterest: 4)),
      .quote(
        Quote(time: monday, bid: Price(micros: 1_000_000), ask: Price(micros: 1_100_000), instrument: EngineRun.call)))
    for venue in 300..<304 as Range<UInt16> {
      run.feed(
        .trade(
          Trade(
            time: monday, price: Price(micros: 1_100_000), instrument: EngineRun.call, size: 200, venue: VenueID(venue))
        ))
    }
    #expect(run.engine.sweeps.count == 1)
    let outputs = run.feed(Self.print(tuesday)).withoutDetections
    // The old day's minute comes before the reset, the new day's print after it and without a quote.
    #expect(outputs.bars.map(\.trades) == [4])
    guard outputs.count == 4, case .minuteBar = outputs[0], case .digest(let last) = outputs[1],
      case .sessionReset(let reset) = outputs[2], case .print(let first) = outputs[3]
    else {
      Issue.record("order of outputs: \(outputs)")
      return
    }
    #expect(first.method == .noQuote)
    #expect(first.number == 5)
    #expect(first.deltaNanos == ContractReference.unknown)
    #expect(last.session == MarketDate(year: 2025, month: 12, day: 15) && last.time == monday)
    #expect(last.events == 6 && last.prints == 4)
    #expect(reset.printsBefore == 4 && reset.cancellationsBefore == 0)
    #expect(run.engine.sweeps.isEmpty)
    let contract = try #require(run.contract(EngineRun.call))
    #expect(contract.trades == 1)
    #expect(contract.sweeps == 0)
    #expect(contract.quoteTime == .none)
    let unknown = ContractReference.unknown
    #expect(
      [contract.deltaNanos, contract.gammaNanos, contract.impliedVolatilityNanos, contract.openInterest]
        == [unknown, unknown, unknown, unknown])
    #expect(run.underlying?.minutes.count == 1)
    #expect(run.engine.counters.fiveMinuteTrades == 1)
    #expect(run.engine.counters.trades == 5)
    // Yesterday's prints cannot be cancelled.
    var void = Trade(
      time: tuesday, price: Price(micros: 1_100_000), instrument: EngineRun.call, size: 200, venue: VenueID(301))
    void.conditions = ConditionSet(vendorIDs: [201])
    #expect(run.feed(.trade(void)).cancellations.map(\.cancelledNumber) == [0])
  }

  @Test func streamTimeNeverGoesBack() throws {
    let run = EngineRun()
    #expect(run.engine.session == nil)
    run.feed(trade(1000, 100), trade(0, 100), quote(500, 1, 2))
    #expect(run.engine.streamTime == EngineRun.start.adding(nanoseconds: 1_000_000_000))
    #expect(run.outputs.resets.count == 1)
  }

  @Test func incidentsAndReferencesMoveTime() throws {
    let run = EngineRun()
    let later = EngineRun.start.adding(nanoseconds: 5)
    run.feed(.incident(FeedIncident(kind: .connected, time: EngineRun.start)))
    run.feed(.reference(ContractReference(time: later, instrument: EngineRun.call)))
    #expect(run.engine.streamTime == later)
  }

  @Test func barsGiveTheUnderlyingsPrice() throws {
    let run = EngineRun()
    func bar(_ milliseconds: Int64, _ cents: Int64, _ instrument: InstrumentID = EngineRun.stock) -> MarketEvent {
      .bar(
        Bar(
          start: EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000), open: .zero, high: .zero, low: .zero,
          close: Price(micros: cents * 10_000), volume: 1, instrument: instrument, lengthSeconds: 60))
    }
    run.feed(trade(0, 100), bar(0, 57_000), bar(0, 999, EngineRun.call))
    let underlying = try #require(run.underlying)
    #expect(underlying.lastPrice == Price(micros: 570_000_000))
    #expect(underlying.lastPriceTime == EngineRun.start.adding(nanoseconds: 60_000_000_000))
    #expect(run.contract(EngineRun.call)?.lastPrice == Price(micros: 1_000_000))
    #expect(run.feed(trade(60_001, 100)).prints.map(\.underlyingPrice) == [Price(micros: 570_000_000)])
    // Prints of the stock say it better.
    run.feed(trade(90_000, 57_100, EngineRun.stock, conditions: []), bar(60_000, 57_050))
    #expect(run.underlying?.lastPrice == Price(micros: 571_000_000))
    #expect(run.engine.counters.bars == 3)
  }
}
