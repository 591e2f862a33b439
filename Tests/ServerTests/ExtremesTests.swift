import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

/// No number that a tape can bring about stops the process, and no sum has the wrong sign.
@Suite struct ExtremesTests {
  private let fixture = Fixture()
  private let validator: SchemaValidator

  init() { validator = SchemaValidator(openAPI: Fixture().router().get("/openapi.json").object) }

  /// The market with every number at one end of its range.
  private func extreme(_ value: Int64) -> FlowSnapshot {
    let snapshot = fixture.market()
    for position in snapshot.contracts.indices {
      snapshot.contracts[position] = extreme(snapshot.contracts[position].instrument, value)
    }
    for position in snapshot.underlyings.indices {
      snapshot.underlyings[position] = extremeUnderlying(snapshot.underlyings[position].instrument, value)
    }
    snapshot.streamTime = Timestamp(nanoseconds: value)
    snapshot.counters.events = value
    snapshot.counters.trades = value
    snapshot.counters.quotes = value
    snapshot.counters.sideSell = value
    snapshot.counters.lastPrint = value
    snapshot.counters.sideMid = value
    snapshot.counters.sideBuy = value
    snapshot.counters.sideUnknown = value
    snapshot.counters.byMethod = snapshot.counters.byMethod.map { _ in value }
    snapshot.counters.sweeps = value
    snapshot.counters.blocks = value
    snapshot.counters.cancellations = value
    snapshot.counters.unmatchedCancellations = value
    snapshot.counters.doubtedTimes = value
    snapshot.counters.unrepairedMinutes = value
    snapshot.counters.refusedSweeps = value
    snapshot.counters.fiveMinuteTrades = value
    return snapshot
  }

  private func extreme(_ id: InstrumentID, _ value: Int64) -> ContractSnapshot {
    ContractSnapshot(
      instrument: id, trades: .max, volume: value, premiumMicros: value, buyVolume: value, sellVolume: ~value,
      netDeltaNanos: value, netGammaNanos: value, lastPrice: Price(micros: value),
      lastTradeTime: Timestamp(nanoseconds: value), bid: Price(micros: value), ask: Price(micros: value),
      quoteTime: Timestamp(nanoseconds: value), deltaNanos: value, gammaNanos: value, impliedVolatilityNanos: value,
      openInterest: value, sweeps: .max, blocks: .max)
  }

  private func extremeUnderlying(_ id: InstrumentID, _ value: Int64) -> UnderlyingSnapshot {
    let minute = UnderlyingMinute(
      minute: Timestamp(nanoseconds: value), trades: value, callVolume: value, putVolume: value,
      callPremiumMicros: value, putPremiumMicros: value, buyPremiumMicros: value, sellPremiumMicros: ~value,
      underlyingPrice: Price(micros: value), underlyingOpen: Price(micros: value), underlyingHigh: Price(micros: value),
      underlyingLow: Price(micros: value), underlyingClose: Price(micros: value))
    return UnderlyingSnapshot(
      instrument: id, lastPrice: Price(micros: value), lastPriceTime: Timestamp(nanoseconds: value), trades: value,
      callVolume: value, putVolume: value, callPremiumMicros: value, putPremiumMicros: value, buyPremiumMicros: value,
      sellPremiumMicros: ~value, netDeltaNanos: value, fiveMinuteTrades: value, fiveMinutePremiumMicros: value,
      minutes: [minute, minute])
  }

  private func extremePrint(_ value: Int64) -> LabeledPrint {
    var print = fixture.print(Fixture.symbol(.call, 672))
    print.trade.price = Price(micros: value)
    print.trade.size = .max
    print.trade.time = Timestamp(nanoseconds: value)
    print.bid = Price(micros: value)
    print.ask = Price(micros: value)
    print.quoteTime = Timestamp(nanoseconds: ~value)
    print.premiumMicros = value
    print.deltaNanos = value
    print.gammaNanos = value
    print.underlyingPrice = Price(micros: value)
    print.sweepID = .max
    return print
  }

  private func extremeFacts(_ value: Int64) -> HealthFacts {
    let (time, queue) = (Timestamp(nanoseconds: value), HealthFacts.Queue(depth: .max, capacity: 1))
    return HealthFacts(
      ingest: .init(
        status: .streaming, lastReceived: time, quietUntil: Timestamp(nanoseconds: ~value), frames: value,
        badFrames: value, badEvents: value, unknownEvents: value, reparsedFrames: value, waits: value,
        refusedLines: value, correctedRows: value),
      events: queue, storageQueue: queue, publisher: queue, publisherSkipped: value,
      storage: .init(
        enabled: true, schemaVersion: .max, rowsWritten: value, lagMilliseconds: value, lastFlush: time,
        flushes: value, dropped: value, storedBefore: value, waits: value))
  }

  @Test(arguments: [Int64.max, .min, .min + 1, .max / 2 + 1])
  func everyRouteAndTheStreamAnswer(value: Int64) {
    let client = FakeClient()
    fixture.core.broadcaster.add(client, resuming: nil)
    fixture.facts.value = extremeFacts(value)
    fixture.core.tick()
    fixture.snapshots.answer { filled in
      let snapshot = extreme(value)
      (filled.contracts, filled.underlyings) = (snapshot.contracts, snapshot.underlyings)
      (filled.streamTime, filled.session, filled.counters) = (snapshot.streamTime, snapshot.session, snapshot.counters)
    }
    for _ in 0..<3 { _ = fixture.outputs.push(.print(extremePrint(value))) }
    fixture.clock.advance(milliseconds: 250)
    fixture.core.tick()
    fixture.snapshots.answer { $0.counters.events = ~value }
    fixture.clock.advance(milliseconds: 250)
    let router = fixture.router()
    for (path, query, schema) in [
      ("/health", [:], "Health"), ("/top", [:], "Top"), ("/top", ["by": "volume", "side": "buy"], "Top"),
      ("/top", ["by": "count", "side": "sell", "min_premium": "0"], "Top"), ("/prints", [:], "Prints"),
      ("/prints", ["cursor": "\(Int64.max)"], "Prints"), ("/ticker/SPY", [:], "Ticker"),
      ("/ticker/SPY", ["expiry": "2025-12-19"], "Ticker"), ("/ticker/QQQ", [:], "Ticker"),
    ] as [(String, [String: String], String)] {
      #expect(validator.errors(router.get(path, query).object, against: schema) == [], "\(path) \(query) at \(value)")
    }
    fixture.core.broadcaster.add(FakeClient(), resuming: ResumePoint(epoch: "e1", after: .max))
    fixture.core.broadcaster.add(FakeClient(), resuming: ResumePoint(epoch: "e1", after: .min))
    fixture.core.tick()
    #expect(Set(client.types) == ["hello", "prints", "state"])
    for message in client.messages where message.text("type") == "state" {
      #expect(validator.errors(message, against: "StreamState") == [])
    }
  }

  @Test func sumsStopAtTheEndOfTheRange() {
    _ = fixture.model.adopt(extreme(.max), atNanoseconds: 0)
    let ticker = fixture.router().get("/ticker/SPY").object
    // To the cent: JSON readers differ in the last bit of a number of this length.
    func isHighest(_ value: Any?) -> Bool {
      (value as? Double).map { abs($0 - Double(Int64.max) / 1e6) < 0.01 } ?? false
    }
    let totals = ticker["totals"] as! [String: Any]
    #expect(isHighest(totals["premium"]))
    #expect(isHighest(totals["net_premium"]))
    #expect(ticker.objects("by_expiry").allSatisfy { isHighest($0["put_premium"]) })
    #expect(fixture.router().get("/top", ["side": "sell"]).rows.isEmpty)
  }

  @Test func saturatingSums() {
    #expect(Int64.max.addingSaturating(1) == .max)
    #expect(Int64.min.addingSaturating(-1) == .min)
    #expect(Int64(-2).subtractingSaturating(.max) == .min)
    #expect(Int64(0).subtractingSaturating(.min) == .max)
    #expect(Int64.max.multipliedSaturating(by: -2) == .min)
    #expect(Int64.min.multipliedSaturating(by: -1) == .max)
    #expect(Int64(3).addingSaturating(4) == 7 && Int64(3).subtractingSaturating(4) == -1)
    #expect(Int64(3).multipliedSaturating(by: -4) == -12)
  }
}
