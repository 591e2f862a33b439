import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

@Suite struct RoundTripTests {
  @Test func everyColumnComesBack() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    let run = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    #expect(run == IngestRun(runID: 1, firstPrintID: OutputStream.firstID(ofRun: 1)))
    let first = run.firstPrintID
    let print = stream.print(11)
    var bare = stream.print(12)
    bare.bid = .zero
    bare.ask = .zero
    bare.quoteTime = .none
    bare.deltaNanos = ContractReference.unknown
    bare.gammaNanos = ContractReference.unknown
    bare.underlyingPrice = .zero
    writer.offerAll([.print(print), .print(bare)])
    try writer.close(finished: true)

    let rows = try store.makeReader().prints(limit: 10)
    #expect(rows.map(\.printID) == [first + 11, first + 10])
    let full = rows[1]
    #expect(
      full
        == StoredPrint(
          printID: first + 10, time: print.trade.time, sequence: 110, symbol: "O:QQQ240621C00440500", underlying: "QQQ",
          expiry: MarketDate(year: 2024, month: 6, day: 21), right: .call, strike: Price(micros: 440_500_000),
          price: print.trade.price, size: 12, premiumMicros: print.premiumMicros, venue: VenueID(302),
          conditions: ConditionSet(vendorID: 209), side: print.side, method: .atOrAboveAsk, bid: print.bid,
          ask: print.ask,
          quoteTime: print.quoteTime, deltaNanos: 512_345_678, gammaNanos: 12_345_678,
          netDeltaNanos: print.netDeltaNanos,
          underlyingPrice: print.underlyingPrice, sweepID: 3, flags: [], isCancelled: false, runID: 1))
    let empty = rows[0]
    #expect(empty.bid == nil && empty.ask == nil && empty.quoteTime == nil)
    #expect(
      empty.deltaNanos == nil && empty.gammaNanos == nil && empty.underlyingPrice == nil && empty.netDeltaNanos == 0)
  }

  @Test func volatilityItsSourceAndBackfillComeBack() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    var prints = (1...4 as ClosedRange<Int64>).map { stream.print($0) }
    for (i, source) in GreeksSource.allCases.enumerated() {
      prints[i].greeksSource = source
      if source != .none { prints[i].impliedVolatilityNanos = Int64(i) * 100_000_001 }
    }
    prints[3].flags.insert(.backfilled)
    writer.offerAll(prints.map { .print($0) })
    try writer.close(finished: true)
    let rows = try store.makeReader().prints(limit: 10)
    #expect(rows.map(\.greeksSource) == [.vendorStale, .vendor, .ownQuote, .none])
    #expect(rows.map(\.impliedVolatilityNanos) == [300_000_003, 200_000_002, 100_000_001, nil])
    #expect(rows.map { $0.flags.contains(.backfilled) } == [true, false, false, false])
    #expect(
      try store.rows("SELECT implied_volatility, greeks_source, backfilled FROM trades_labeled ORDER BY print_id") == [
        "false", "0.100000001|own_quote|false", "0.200000002|vendor|false", "0.300000003|vendor_stale|true",
      ])
  }

  @Test func gapsAreRowsOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    func incident(
      _ kind: FeedIncident.Kind, _ seconds: Int64, _ scope: FeedIncident.Scope, gap: UInt32 = 0, from: Int64? = nil,
      count: UInt32 = 0
    ) -> FlowOutput {
      let time = { (seconds: Int64) in OutputStream.open.adding(nanoseconds: seconds * 1_000_000_000) }
      return .incident(
        FeedIncident(
          kind: kind, time: time(seconds), scope: scope, gap: gap, from: from.map(time) ?? .none, count: count))
    }
    // Two gaps found in one moment are two.
    writer.offerAll([
      incident(.disconnected, 10, .options), incident(.connected, 20, .options),
      incident(.gapFound, 20, .options, gap: 1, from: 10), incident(.gapFound, 20, .equities, gap: 2, from: 15),
    ])
    _ = writer.drain(timeoutMilliseconds: 10_000)
    writer.offerAll([
      incident(.gapFound, 40, .everything, gap: 3, from: 30),
      incident(.gapFilled, 20, .options, gap: 1, from: 10, count: 57),
      incident(.gapUnfilled, 20, .equities, gap: 2, from: 15),
    ])
    try writer.close(finished: true)
    #expect(
      try store.rows(
        """
        SELECT number, scope, gap_start, gap_end, state, recovered, found_at IS NULL, closed_at IS NULL, \
        coalesce(closed_at >= found_at, true) FROM feed_gaps ORDER BY number
        """) == [
          "1|options|2024-06-14 13:30:10|2024-06-14 13:30:20|filled|57|false|false|true",
          "2|equities|2024-06-14 13:30:15|2024-06-14 13:30:20|unfilled|0|false|false|true",
          "3|everything|2024-06-14 13:30:30|2024-06-14 13:30:40|open|0|false|true|true",
        ])
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 7)
  }

  @Test func peopleReadNamesDollarsAndUTC() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    let first = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false)).firstPrintID
    writer.offerAll([
      .print(stream.print(10)), .minuteBar(stream.bar(0)),
      .openInterest(OpenInterest(instrument: stream.contracts[1], time: OutputStream.open, contracts: 4321)),
      .cancellation(Cancellation(cancelledNumber: 0, trade: stream.print(3).trade)),
    ])
    try writer.close(finished: true)
    // print(10): contract 10 % 3, side [sell, mid, buy, unknown][10 % 4].
    #expect(
      try store.rows(
        """
        SELECT print_id, ts, seq, ticker, underlying, expiry, strike, type, exchange, price, size, side, method, bid, ask, \
        quote_time, premium, delta, gamma, net_delta, underlying_price, sweep_id, block, injected, cancelled, conditions, run_id \
        FROM trades_labeled
        """)
        == [
          """
          \(first + 9)|2024-06-14 13:30:00.01000001|100|O:SPY240621P00500000|SPY|2024-06-21|500.000000|put|302|1.230010|11|\
          buy|at_or_above_ask|1.200000|1.300000|2024-06-14 13:30:00.00500001|\
          1353.011000|0.512345678|0.012345678|5.635802458|543.210000|2|true|false|false|[209]|1
          """
        ])
    #expect(
      try store.rows("SELECT print_id, ticker, bid, ask, quote_age_ns FROM nbbo_at_trade")
        == ["\(first + 9)|O:SPY240621P00500000|1.200000|1.300000|5000000"])
    #expect(
      try store.rows("SELECT message, ts, ticker, price, size, conditions, injected FROM trades_raw ORDER BY message")
        == [
          "print|2024-06-14 13:30:00.01000001|O:SPY240621P00500000|1.230010|11|[209]|false",
          "cancel|2024-06-14 13:30:00.003000003|O:SPY240621C00500000|1.230003|4|[209]|false",
        ])
    #expect(
      try store.rows(
        "SELECT ticker, minute, open, high, low, close, trades, volume, premium, buy_volume FROM rollups_min")
        == ["O:SPY240621C00500000|2024-06-14 13:30:00|1.230000|1.300000|1.200000|1.250000|3|7|875.000000|4"])
    #expect(
      try store.rows("SELECT ticker, reported_on, open_interest FROM open_interest_eod")
        == ["O:SPY240621P00500000|2024-06-14|4321"])
    #expect(writer.counters.unmatchedCancellations == 1)
  }

  @Test func aBatchIsCommittedByCountAndByAge() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    var options = StoreOptions(path: folder.file)
    // By count only: the age never comes.
    options.flushMilliseconds = 1_000_000
    options.flushPrints = 100
    options.flushPrintsUnderLoad = 100
    let store = try Store(options)
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.reserve(IngestSource(source: "test", fingerprint: "a", resumable: false))
    // Nobody has looked into the queue yet: what lies there is behind all the same.
    writer.offerAll((1...1000).map { .print(stream.print($0)) })
    #expect(writer.lagMilliseconds == 1)
    writer.start()
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    #expect(writer.counters.flushes == 10)
    #expect(writer.counters.rowsWritten == 1000)
    #expect(writer.lagMilliseconds == 0)
    #expect(writer.counters.lastFlushNanoseconds != nil)
    #expect(writer.queueDepth == 0)
    // Another connection sees committed rows while the writer lives.
    #expect(try store.integer("SELECT count(*) FROM trades_labeled") == 1000)
    try writer.close(finished: true)
  }

  @Test func aLongQueueMakesLargerBatches() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    var options = StoreOptions(path: folder.file)
    options.flushMilliseconds = 1_000_000
    options.flushPrints = 100
    options.flushPrintsUnderLoad = 400
    let store = try Store(options)
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.reserve(IngestSource(source: "test", fingerprint: "a", resumable: false))
    writer.offerAll((1...1000).map { .print(stream.print($0)) })
    writer.start()
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    // 400 twice, then what is left is no more than two ordinary batches.
    #expect(writer.counters.flushes == 4)
    #expect(try store.integer("SELECT count(DISTINCT print_id) FROM trades_labeled") == 1000)
    try writer.close(finished: true)
  }

  @Test func anOldBatchIsCommittedWithoutMore() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    writer.offerAll([.print(stream.print(1))])
    // Nobody drains: the batch's age alone has to do it.
    while writer.counters.rowsWritten == 0 { sched_yield() }
    #expect(try store.integer("SELECT count(*) FROM trades_labeled") == 1)
    try writer.close(finished: true)
  }

  @Test func aCancellationMarksThePrintInTheBatchAndOnTheDisk() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    let first = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false)).firstPrintID
    func cancel(_ number: Int64) -> FlowOutput {
      .cancellation(Cancellation(cancelledNumber: number, trade: stream.print(number).trade))
    }
    writer.offerAll([.print(stream.print(1)), .print(stream.print(2)), .print(stream.print(3)), cancel(2)])
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    writer.offerAll([.print(stream.print(4)), cancel(3), cancel(99)])
    try writer.close(finished: true)
    #expect(
      try store.rows("SELECT print_id FROM trades_labeled WHERE cancelled ORDER BY print_id")
        == ["\(first + 1)", "\(first + 2)"])
    #expect(
      try store.rows("SELECT coalesce(print_id, -1) FROM trades_raw WHERE message = 'cancel' ORDER BY 1")
        == ["-1", "\(first + 1)", "\(first + 2)"])
    #expect(try store.makeReader().prints(limit: 10).map(\.isCancelled) == [false, true, true, false])
    #expect(writer.counters.unmatchedCancellations == 1)
  }

  @Test func aCorrectedMinuteReplacesTheEarlierOne() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    writer.offerAll([
      .minuteBar(stream.bar(0, volume: 1)), .minuteBar(stream.bar(0, volume: 2)), .minuteBar(stream.bar(1, volume: 5)),
    ])
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    #expect(try store.rows("SELECT volume FROM rollups_min ORDER BY minute") == ["2", "5"])
    writer.offerAll([.minuteBar(stream.bar(0, volume: 3))])
    try writer.close(finished: true)
    #expect(try store.rows("SELECT volume FROM rollups_min ORDER BY minute") == ["3", "5"])
  }

  /// Also by a writer that did not write the earlier one, and one that no earlier one has.
  @Test func aRunThatGoesOnReplacesItsMinutes() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let source = IngestSource(source: "test", fingerprint: "a", resumable: true)
    func play(_ bars: [MinuteBar], finished: Bool) throws {
      let writer = try Store(StoreOptions(path: folder.file)).makeWriter(instruments: stream.instruments)
      _ = try writer.begin(source)
      writer.offerAll(bars.map { .minuteBar($0) })
      try writer.close(finished: finished)
    }
    try play([stream.bar(0), stream.bar(2), stream.bar(0, contract: 2), stream.bar(5)], finished: false)
    try play(
      [
        stream.bar(0, volume: 11), stream.bar(1, volume: 12), stream.bar(2, volume: 13), stream.bar(6),
        stream.bar(0, contract: 1),
      ], finished: true)
    let store = try Store(StoreOptions(path: folder.file))
    #expect(
      try store.rows("SELECT instrument, minute::TIME, volume FROM base.rollups_min ORDER BY ALL")
        == [
          "1|13:30:00|11", "1|13:31:00|12", "1|13:32:00|13", "1|13:35:00|7", "1|13:36:00|7", "2|13:30:00|7",
          "3|13:30:00|7",
        ])
  }

  @Test func theReferenceProfileKeepsSeventeenColumns() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    var options = StoreOptions(path: folder.file)
    options.profile = .reference
    let store = try Store(options)
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: true))
    writer.offerAll([.print(stream.print(1)), .minuteBar(stream.bar(0))])
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == 0)
    writer.offerAll([.print(stream.print(10)), .minuteBar(stream.bar(1))])
    try writer.close(finished: true)
    // Ticker, strike and type stand in `instruments`.
    #expect(ReferenceTables.labeled.columns.count == 15)
    #expect(
      try store.rows(
        """
        SELECT ts, seq, ticker, strike, type, exchange, price, size, side, bid, ask, premium, delta, gamma, net_delta, \
        sweep_id, block FROM trades_labeled WHERE seq = 100
        """)
        == [
          """
          2024-06-14 13:30:00.01000001|100|O:SPY240621P00500000|500.000000|put|302|1.2300|11|buy|1.2000|1.3000|\
          1353.011000|0.51234567|0.01234567|5.635802458|2|true
          """
        ])
    #expect(try store.integer("SELECT count(*) FROM trades_labeled") == 2)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == 2)
    #expect(try store.makeReader().rowCounts().rollups == 2)
  }
}
