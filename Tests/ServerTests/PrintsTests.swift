import Foundation
import Logging
import MarketModel
import Storage
import Testing

@testable import FlowEngine
@testable import Server

/// A store that holds prints 1...count of the fixture's contract.
private final class FakeHistory: FlowHistory, @unchecked Sendable {
  let all: [PrintRow]
  var error: Failure?
  struct Failure: Error {}

  init(_ rows: [PrintRow]) { all = rows.sorted { $0.id > $1.id } }

  func steps(
    _ filter: HistoryFilter, of subject: StepSubject, minutes: Int, after: FlowStep.Place?, limit: Int
  ) throws -> [FlowStep] { [] }

  func totals(_ filter: HistoryFilter, by dimensions: [FlowDimension], limit: Int) throws -> [FlowTotal] { [] }

  func detections(matching filter: DetectionFilter, before: DetectionPlace, limit: Int) throws -> [DetectionRow] { [] }

  func detection(_ id: DetectionID, runID: Int32?) throws -> DetectionRow? { nil }

  func legs(of id: DetectionID, runID: Int32, limit: Int) throws -> [PrintRow] { [] }

  func prints(matching filter: HistoryFilter, before: Int64, limit: Int) throws -> [PrintRow] {
    if let error { throw error }
    let filter = filter.prints
    let wanted = all.filter { row in
      row.id < before && (filter.symbol == nil || filter.symbol == row.underlying || filter.symbol == row.symbol)
        && (filter.side == nil || filter.side == row.side)
    }
    return Array(wanted.prefix(limit))
  }
}

@Suite struct PrintsTests {
  private let spy = Fixture.symbol(.call, 672)
  private let qqq = Fixture.symbol("QQQ", .put, 500)

  private func ids(_ answer: APIResponse) -> [Int64] { answer.rows.map { $0.integer("id") } }

  /// Follows `next` to the end.
  private func walk(_ router: Router, _ query: [String: String]) -> (ids: [Int64], sources: [String]) {
    var ids: [Int64] = []
    var sources: [String] = []
    var query = query
    while true {
      let answer = router.get("/prints", query)
      ids += self.ids(answer)
      sources.append(answer.object.text("source"))
      guard let next = answer.object["next"] as? String else { return (ids, sources) }
      query["cursor"] = next
    }
  }

  @Test func newestFirstWithIdsFromTheBase() {
    let fixture = Fixture(printBase: 5000)
    fixture.absorb(spy, count: 5)
    let answer = fixture.router().get("/prints", ["limit": "3"])
    #expect(ids(answer) == [5005, 5004, 5003])
    #expect(answer.object["source"] as? String == "memory")
    #expect(answer.object["next"] as? String == "5003")
  }

  @Test func writesEveryFact() {
    let fixture = Fixture()
    fixture.model.absorb(
      .print(
        fixture.print(
          spy, price: 2.5, size: 40, side: .sell, flags: [.block, .floor, .injected],
          conditions: [ConditionSet(vendorID: 209), ConditionSet(vendorID: 231)])))
    let row = fixture.router().get("/prints").rows[0]
    #expect(row["symbol"] as? String == "O:SPY251216C00672000")
    #expect(row["underlying"] as? String == "SPY")
    #expect(row["expiry"] as? String == "2025-12-16")
    #expect(row["type"] as? String == "call")
    #expect(row["strike"] as? Double == 672)
    #expect(row["premium"] as? Double == 10_000)
    #expect(row["conditions"] as? [Int] == [209, 231])
    #expect((row["condition_names"] as? [String])?.count == 2)
    #expect(row["side"] as? String == "sell")
    #expect(row["method"] as? String == "at_or_below_bid")
    #expect(row["quote_age_ms"] as? Double == 1.5)
    #expect(row["net_delta"] as? Double == -20)
    #expect(row["sweep_id"] as? Int == 7)
    #expect(row["flags"] as? [String] == ["block", "floor"])
    #expect(row["injected"] as? Bool == true)
    #expect(row["cancelled"] as? Bool == false)
    #expect(row["time"] as? String == "2025-12-16T15:30:00.001Z")
  }

  @Test func anEquityHasNoContract() {
    let fixture = Fixture()
    fixture.model.absorb(.print(fixture.print("AAPL", side: .unknown, hasQuote: false)))
    let row = fixture.router().get("/prints", ["symbol": "AAPL"]).rows[0]
    for name in ["expiry", "type", "strike", "bid", "ask", "quote_age_ms", "delta", "underlying_price", "sweep_id"] {
      #expect(row[name] is NSNull, "\(name)")
    }
    #expect(row["net_delta"] as? Double == 0)
  }

  @Test func filters() {
    let fixture = Fixture()
    fixture.absorb(spy, count: 2, price: 1, size: 1, side: .buy)
    fixture.absorb(qqq, count: 3, price: 2, size: 1, side: .sell)
    fixture.absorb("SPY", count: 1, price: 1, size: 5, side: .unknown)
    let router = fixture.router()
    #expect(ids(router.get("/prints", ["symbol": "SPY"])) == [6, 2, 1])
    #expect(ids(router.get("/prints", ["symbol": spy])) == [2, 1])
    #expect(ids(router.get("/prints", ["symbol": "TSLA"])) == [])
    #expect(ids(router.get("/prints", ["type": "put"])) == [5, 4, 3])
    #expect(ids(router.get("/prints", ["type": "call"])) == [2, 1])
    #expect(ids(router.get("/prints", ["expiry": "2025-12-16", "limit": "2"])) == [5, 4])
    #expect(ids(router.get("/prints", ["side": "sell"])) == [5, 4, 3])
    #expect(ids(router.get("/prints", ["side": "unknown"])) == [6])
    #expect(ids(router.get("/prints", ["min_premium": "150"])) == [5, 4, 3])
    #expect(ids(router.get("/prints", ["cursor": "4"])) == [3, 2, 1])
    #expect(ids(router.get("/prints", ["cursor": "900"])).count == 6)
  }

  @Test func pagesThroughMemoryAndStoreWithoutLossOrRepetition() {
    let fixture = Fixture(recentPrints: 10)
    fixture.absorb(spy, count: 25)
    // Memory: 16...25. Store: 1...25 but the writer is behind: 1...20.
    let store = FakeHistory((1...20).map { fixture.storedRow($0, spy) })
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { store }
    defer { thread.stop() }
    let router = fixture.router(history: thread)
    for limit in [1, 3, 4, 7, 10, 11, 24, 25, 26] {
      let (ids, sources) = walk(router, ["limit": "\(limit)"])
      #expect(ids == Array((1...25).reversed()), "limit \(limit)")
      #expect(sources == sources.sorted(), "limit \(limit): memory first, then the store")
    }
  }

  @Test func aGapInMemoryIsFilledFromTheStore() {
    let fixture = Fixture(recentPrints: 10)
    fixture.absorb(spy, count: 5)
    // 6, 7 and 8 found the publisher ring full, 12 too, and nothing came after it.
    fixture.model.absorb(.print(fixture.print(spy, number: 9)))
    fixture.absorb(spy, count: 2)
    let store = FakeHistory((1...12).map { fixture.storedRow($0, spy) })
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { store }
    defer { thread.stop() }
    let router = fixture.router(history: thread)
    for limit in [1, 3, 4, 20] {
      #expect(walk(router, ["limit": "\(limit)"]).ids == Array((1...11).reversed()), "limit \(limit)")
    }
    let snapshot = FlowSnapshot()
    snapshot.counters.lastPrint = 12
    _ = fixture.model.adopt(snapshot, atNanoseconds: 0)
    fixture.model.reconcile()
    for limit in [1, 5, 20] {
      #expect(walk(router, ["limit": "\(limit)"]).ids == Array((1...12).reversed()), "limit \(limit)")
    }
  }

  @Test func pagesThroughTheStoreWithAFilter() {
    let fixture = Fixture(recentPrints: 4)
    let store = FakeHistory((1...30).map { fixture.storedRow($0, $0 % 3 == 0 ? qqq : spy) })
    for number in Int64(27)...30 {
      fixture.model.absorb(.print(fixture.print(number % 3 == 0 ? qqq : spy, number: number)))
    }
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { store }
    defer { thread.stop() }
    let router = fixture.router(history: thread)
    let (ids, _) = walk(router, ["symbol": "QQQ", "limit": "4"])
    #expect(ids == stride(from: Int64(30), through: 3, by: -3).map { $0 })
  }

  @Test func oldRunsAreReachedBelowTheBase() {
    let fixture = Fixture(printBase: 100)
    fixture.absorb(spy, count: 2)
    let store = FakeHistory((90...100).map { fixture.storedRow($0, spy) })
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { store }
    defer { thread.stop() }
    let router = fixture.router(history: thread)
    #expect(walk(router, ["limit": "5"]).ids == Array((90...102).reversed()))
  }

  @Test func aStoreThatCannotBeReadIsAProblemAndMemoryStillAnswers() {
    let fixture = Fixture(recentPrints: 4)
    fixture.absorb(spy, count: 9)
    let store = FakeHistory([])
    store.error = .init()
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { store }
    defer { thread.stop() }
    let router = fixture.router(history: thread)
    let broken = router.get("/prints", ["limit": "5"])
    #expect(broken.status == 503)
    #expect(broken.object["type"] as? String == "/docs#problem-store-unavailable")
    #expect(ids(router.get("/prints", ["limit": "4"])) == [9, 8, 7, 6])
  }

  @Test func withoutAStoreMemoryIsAll() {
    let fixture = Fixture(recentPrints: 4)
    fixture.absorb(spy, count: 9)
    #expect(walk(fixture.router(), ["limit": "3"]).ids == [9, 8, 7, 6])
  }

  @Test func tooManyQuestionsAreRefused() {
    let fixture = Fixture(recentPrints: 1)
    fixture.absorb(spy, count: 2)
    let gate = DispatchSemaphore(value: 0)
    let isBusy = DispatchSemaphore(value: 0)
    let store = FakeHistory([])
    let thread = QueryThread(capacity: 1, log: Log(minimumLevel: .critical)) {
      isBusy.signal()
      gate.wait()
      return store
    }
    let router = fixture.router(history: thread)
    let first = AnswerBox()
    router.answer(APIRequest(path: "/prints")) { first.put($0) }
    isBusy.wait()
    let second = AnswerBox()
    router.answer(APIRequest(path: "/prints")) { second.put($0) }
    let third = router.get("/prints")
    #expect(third.status == 503)
    #expect(third.header("Retry-After") == "1")
    gate.signal()
    #expect(first.wait().status == 200)
    #expect(second.wait().status == 200)
    thread.stop()
  }

  @Test func cancellationsMarkThePrint() {
    let fixture = Fixture(recentPrints: 4)
    fixture.absorb(spy, count: 6)
    let trade = fixture.model.prints[5].trade
    fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: 5, trade: trade)))
    fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: 1, trade: trade)))
    fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: 0, trade: trade)))
    let rows = fixture.router().get("/prints").rows
    #expect(rows.map { $0["cancelled"] as! Bool } == [false, true, false, false])
    #expect(fixture.model.takeCancellations().ids == [5, 1])
  }

  @Test func aGapRestartsTheRingAndIsCounted() {
    let fixture = Fixture(recentPrints: 8)
    fixture.absorb(spy, count: 5)
    fixture.model.absorb(.print(fixture.print(spy, number: 9)))
    fixture.absorb(spy, count: 2)
    #expect(fixture.model.missingPrints == 3)
    #expect(ids(fixture.router().get("/prints")) == [11, 10, 9])
    // The ring wraps as before.
    fixture.absorb(spy, count: 20)
    #expect(ids(fixture.router().get("/prints")) == Array((24...31).reversed()))
  }
}

extension Fixture {
  func storedRow(_ number: Int64, _ symbol: String) -> PrintRow {
    PrintRow(print(symbol, number: number), id: number, entry: model.directory[id(symbol)], isCancelled: false)
  }
}
