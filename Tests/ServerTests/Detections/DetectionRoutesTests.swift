import Foundation
import Logging
import MarketModel
import Storage
import Testing

@testable import FlowEngine
@testable import Server

/// `/detections` and `/detections/{id}` from memory and from a store that holds the same and more.
@Suite struct DetectionRoutesTests {
  private let fixture = Fixture(printBase: 1 << 36)
  private let spy = Fixture.symbol(.call, 672)
  private let qqq = Fixture.symbol("QQQ", .put, 500)

  /// Detections of two prints each, and what they consist of.
  private func outputs(_ count: Int) -> [FlowOutput] {
    (1...count).flatMap { number -> [FlowOutput] in
      let symbol = number % 2 == 0 ? spy : qqq
      let prints = [0, 1].map { _ in fixture.print(symbol, size: UInt32(number), side: number % 3 == 0 ? .sell : .buy) }
      let found = fixture.detection(UInt32(number), prints, confidence: UInt16(number * 10))
      return prints.map { .print($0) } + [.detection(found)]
        + prints.map { print in
          .detectionLeg(DetectionLeg(detection: found.id, print: print.number, instrument: print.trade.instrument))
        }
    }
  }

  private func store(_ outputs: [FlowOutput], _ body: (QueryThread) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "server-detections-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
    let store = try Store(StoreOptions(path: directory + "/flow.duckdb"))
    let writer = try store.makeWriter(instruments: fixture.table, log: Log(minimumLevel: .critical))
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "test", resumable: false))
    #expect(outputs.withUnsafeBufferPointer { writer.offer($0) } == outputs.count)
    try writer.close(finished: true)
    let thread = QueryThread(log: Log(minimumLevel: .critical)) { try store.makeReader(timeLimitSeconds: 60) }
    defer { thread.stop() }
    try body(thread)
  }

  private func ids(_ answer: APIResponse) -> [Int] {
    answer.rows.compactMap { Int($0.text("id").split(separator: "-").last ?? "") }
  }

  /// Follows `next` to the end.
  private func walk(_ router: Router, _ query: [String: String] = [:]) -> (ids: [Int], sources: [String]) {
    var (ids, sources, query): ([Int], [String], [String: String]) = ([], [], query)
    while true {
      let answer = router.get("/detections", query)
      #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
      ids += self.ids(answer)
      sources.append(answer.object.text("source"))
      guard let next = answer.object["next"] as? String else { return (ids, sources) }
      query["cursor"] = next
    }
  }

  @Test func aRowSaysWhatWasFound() {
    for output in outputs(3) { fixture.model.absorb(output) }
    let row = fixture.router().get("/detections", ["limit": "1"]).rows[0]
    #expect(row.text("id") == "20251216-sweep-3" && row.integer("run") == 1)
    #expect(row.text("kind") == "sweep" && row.text("state") == "closed" && row.text("side") == "sell")
    #expect(row.text("effect") == "likely_opening")
    #expect(row.text("symbol") == qqq && row.text("underlying") == "QQQ" && row.text("type") == "put")
    #expect(row["strike"] as? Double == 500 && row["confidence"] as? Double == 0.03)
    #expect(row.integer("prints") == 2 && row.integer("size") == 6 && row["premium"] as? Double == 1500)
    #expect(row.integer("first_print_id") == 1 << 36 + 5 && row.integer("last_print_id") == 1 << 36 + 6)
    let breakdown = row.objects("breakdown")
    #expect(breakdown.map { $0.text("factor") } == ["legs", "premium"])
    #expect(breakdown.map { $0["weight"] as? Double } == [0.6, 0.4])
    #expect(breakdown.map { $0["score"] as? Double } == [0.05, 0])
    #expect(breakdown.map { $0.text("unit") } == ["prints", "USD"])
  }

  @Test func memoryAndStoreGiveTheSamePages() throws {
    let all = outputs(40)
    try store(all) { history in
      let fromStore = Fixture.empty(like: fixture).router(history: history)
      // Memory holds what came behind the twentieth.
      let model = ReadModel(
        instruments: fixture.table, printBase: 1 << 36, before: OutputsBefore(lastPrint: 40))
      for output in all[100...] { model.absorb(output) }
      let fromBoth = fixture.router(history: history, model: model)
      for output in all { fixture.model.absorb(output) }
      let fromMemory = fixture.router()
      let queries: [[String: String]] = [
        [:], ["symbol": "SPY"], ["symbol": qqq, "side": "buy"], ["min_confidence": "0.105"], ["min_premium": "2000.50"],
        ["side": "mid"], ["kind": "sweep", "state": "closed"], ["kind": "block"],
        ["from": "2025-12-16T15:30:00.020Z", "to": "2025-12-16T15:30:00.051Z"], ["to": "2025-12-15"],
      ]
      for query in queries {
        for limit in ["1", "7", "20", "100"] {
          let query = query.merging(["limit": limit]) { $1 }
          let wanted = walk(fromMemory, query).ids
          #expect(walk(fromStore, query).ids == wanted, "\(query)")
          let both = walk(fromBoth, query)
          #expect(both.ids == wanted, "\(query)")
          if query == ["limit": "7"] { #expect(Set(both.sources) == ["memory", "store"]) }
        }
      }
      #expect(walk(fromMemory).ids == (1...40).reversed())
      #expect(walk(fromMemory, ["min_confidence": "0.105"]).ids == (11...40).reversed())
      #expect(
        walk(fromMemory, ["from": "2025-12-16T15:30:00.020Z", "to": "2025-12-16T15:30:00.051Z"]).ids
          == (10...25).reversed())
    }
  }

  /// One whose prints memory has in part, one that memory does not have, one of another run.
  @Test func oneWithItsPrints() throws {
    let all = outputs(20)
    try store(all) { history in
      let model = ReadModel(
        instruments: fixture.table, printBase: 1 << 36, recentPrints: 6, before: OutputsBefore(lastPrint: 0))
      for output in all { model.absorb(output) }
      let router = fixture.router(history: history, model: model)
      for number in [1, 18, 20] {
        let answer = router.get("/detections/20251216-sweep-\(number)")
        #expect(answer.status == 200)
        #expect(answer.object.integer("prints") == 2 && answer.object.integer("legs_left_out") == 0)
        #expect(
          answer.object.objects("legs").map { $0.integer("id") - 1 << 36 } == [
            Int64(number * 2 - 1), Int64(number * 2),
          ])
      }
      let other = Fixture.empty(like: fixture).router(history: history)
      #expect(other.get("/detections/20251216-sweep-5").object.integer("run") == 1)
      #expect(other.get("/detections/20251216-sweep-5", ["run": "1"]).object.objects("legs").count == 2)
      let unknown = other.get("/detections/20251216-sweep-5", ["run": "9"])
      #expect(unknown.status == 404 && unknown.object.text("detail").contains("in run 9"))
      #expect(other.get("/detections/20251216-sweep-21").status == 404)
    }
    for output in all { fixture.model.absorb(output) }
    #expect(fixture.router().get("/detections/20251216-sweep-5").object.objects("legs").count == 2)
    #expect(fixture.router().get("/detections/20251216-sweep-21").status == 404)
  }

  @Test func whatCannotBeMeantIsRefused() {
    let router = fixture.router()
    let refused: [(query: [String: String], words: String)] = [
      (["kind": "sweeps"], "sweep, intermarket_sweep"), (["state": "shut"], "open, closed, withdrawn"),
      (["min_confidence": "80"], "from 0 to 1"), (["min_premium": "-1"], "USD"), (["cursor": "x"], "next"),
      (["cursor": "5~20251216-swoop-1"], "next"), (["symbol": "no such"], "SPY"), (["limit": "0"], "from 1 to 1000"),
      (["from": "2025-12-17", "to": "2025-12-16"], "after from"), (["minconfidence": "1"], "min_confidence"),
    ]
    for (query, words) in refused {
      let answer = router.get("/detections", query)
      #expect(answer.status == 400, "\(query)")
      #expect(answer.object.text("detail").contains(words), "\(answer.object.text("detail"))")
    }
    let malformed = router.get("/detections/17")
    #expect(malformed.status == 404 && malformed.object.text("detail").contains("20261120-sweep-17"))
    #expect(router.get("/detections/20251216-sweep-1", ["run": "x"]).status == 400)
    #expect(router.answerNow(APIRequest(method: "POST", path: "/detections")).status == 405)
  }

  // MARK: Memory

  @Test func theNewestRecordStandsAndMovesToTheFront() {
    let all = outputs(3)
    for output in all { fixture.model.absorb(output) }
    let print = fixture.print(qqq)
    fixture.model.absorb(.print(print))
    var changed = required(fixture.model.detections[fixture.detectionID(1)], "detection").detection
    (changed.lastPrint, changed.prints, changed.state) = (print.number, 3, .open)
    fixture.model.absorb(.detection(changed))
    fixture.model.absorb(
      .detectionLeg(DetectionLeg(detection: changed.id, print: print.number, instrument: changed.instrument)))
    #expect(ids(fixture.router().get("/detections")) == [1, 3, 2])
    #expect(ids(fixture.router().get("/detections", ["state": "open"])) == [1])
    #expect(fixture.router().get("/detections/20251216-sweep-1").object.objects("legs").count == 3)
    // A print is taken back.
    (changed.lastPrint, changed.prints) = (2, 2)
    fixture.model.absorb(
      .detectionLeg(
        DetectionLeg(detection: changed.id, print: print.number, instrument: changed.instrument, isVoid: true)))
    fixture.model.absorb(.detection(changed))
    #expect(ids(fixture.router().get("/detections")) == [3, 2, 1])
    #expect(fixture.router().get("/detections/20251216-sweep-1").object.objects("legs").count == 2)
    // Without a store what memory has not got is left out, and said.
    fixture.model.absorb(.detection(fixture.detection(9, [fixture.print(spy)], confidence: 1)))
    #expect(fixture.router().get("/detections/20251216-sweep-9").object.integer("legs_left_out") == 1)
  }

  @Test func memoryIsBounded() {
    var recent = RecentDetections(capacity: 3)
    for number in 1...5 {
      recent.note(fixture.detection(UInt32(number), [fixture.print(spy)], confidence: 1))
    }
    #expect(recent.newestFirst.map(\.detection.id.count) == [5, 4, 3])
    #expect(recent.reach == 2 && recent.counts == [.sweep: 5])
    // One that changes is no second one.
    recent.note(fixture.detection(3, [fixture.print(spy)], confidence: 2))
    #expect(recent.newestFirst.map(\.detection.id.count) == [3, 5, 4])
    for number in 1...(Int64(Limits.detectionLegs) + 5) {
      recent.note(DetectionLeg(detection: fixture.detectionID(3), print: number, instrument: fixture.id(spy)))
    }
    #expect(recent[fixture.detectionID(3)]?.legs.count == Limits.detectionLegs)
  }

  /// What was lost on the way to memory is looked for in the store.
  @Test func memoryKnowsThatItMissedSomething() {
    let model = fixture.model
    for output in outputs(2) { model.absorb(output) }
    #expect(model.detections.reach == 0)
    model.note(skippedOutputs: 1)
    #expect(model.detections.reach == 4)
    model.note(skippedOutputs: 1)
    model.absorb(.print(fixture.print(spy)))
    model.note(skippedOutputs: 1)
    #expect(model.detections.reach == 4)
    model.absorb(.print(fixture.print(spy, number: 9)))
    #expect(model.detections.reach == 8)
    model.absorb(.incident(FeedIncident(kind: .restarted, time: .none)))
    #expect(model.detections.reach == 0 && model.detections[fixture.detectionID(1)] == nil)
  }
}
