import Foundation
import Logging
import MarketModel
import Storage
import Testing

@testable import FlowEngine
@testable import Server

/// `GET /flow/{symbol}`, and the prints that its rows open to: added up, they come to the row.
@Suite struct FlowTests {
  private let market: FlowMarket
  private var fixture: Fixture { market.fixture }

  init() { market = FlowMarket(seed: 7, prints: 1600) }

  // MARK: Asking

  /// Asks, lets the engine answer, and waits for what comes.
  private func flow(_ router: Router, _ query: [String: String] = [:], symbol: String = "SPY") -> APIResponse {
    let box = AnswerBox()
    let pairs = query.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    router.answer(APIRequest(path: "/flow/" + symbol, query: pairs)) { box.put($0) }
    fixture.flow.answer { market.engine.fill($0) }
    fixture.core.tick()
    return box.wait()
  }

  private static let questions: [[String: String]] = FlowSpan.allCases.flatMap { span in
    FlowGrouping.allCases.flatMap { grouping in
      (grouping == .interval ? ["5", "10", "30"] : [""]).map {
        ["window": span.rawValue, "by": grouping.rawValue, "interval": $0]
      }
    }
  }

  /// All prints of an address, page by page.
  private func linked(_ router: Router, _ address: String, path: String = "/prints") -> [[String: Any]] {
    let parts = address.split(separator: "?", maxSplits: 1)
    #expect(parts.first == "/prints")
    var query: [String: String] = [:]
    for pair in parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      query[String(sides[0])] = String(sides[1])
    }
    query["limit"] = "300"
    var rows: [[String: Any]] = []
    while true {
      let answer = router.get(path, query)
      #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
      rows += answer.rows
      guard let next = answer.object["next"] as? String else { return rows }
      query["cursor"] = next
    }
  }

  private func micros(_ value: Any?) -> Int64 { Int64(((value as? Double ?? .nan) * 1e6).rounded()) }
  private func nanos(_ value: Any?) -> Int64 { Int64(((value as? Double ?? .nan) * 1e9).rounded()) }

  private func check(
    _ row: [String: Any], _ prints: [[String: Any]], _ institutional: [[String: Any]], _ place: Comment
  ) {
    func premium(_ member: String, _ value: String) -> Int64 {
      prints.filter { $0.text(member) == value }.reduce(0) { $0 + micros($1["premium"]) }
    }
    #expect(row.integer("trades") == Int64(prints.count), place)
    #expect(row.integer("volume") == prints.reduce(0) { $0 + $1.integer("size") }, place)
    #expect(micros(row["premium"]) == prints.reduce(0) { $0 + micros($1["premium"]) }, place)
    #expect(micros(row["call_premium"]) == premium("type", "call"), place)
    #expect(micros(row["put_premium"]) == premium("type", "put"), place)
    #expect(micros(row["buy_premium"]) == premium("side", "buy"), place)
    #expect(micros(row["sell_premium"]) == premium("side", "sell"), place)
    #expect(micros(row["unlabelled_premium"]) == premium("side", "mid") + premium("side", "unknown"), place)
    #expect(nanos(row["net_delta"]) == prints.reduce(0) { $0 + nanos($1["net_delta"]) }, place)
    #expect(micros(row["institutional_premium"]) == institutional.reduce(0) { $0 + micros($1["premium"]) }, place)
    #expect(prints.allSatisfy { $0["cancelled"] as? Bool == false }, place)
  }

  /// Every row of every question against the prints of its address.
  private func checkAll(_ router: Router, paths: [String] = ["/prints"]) {
    var rows = 0
    for question in Self.questions {
      let answer = flow(router, question).object
      for row in answer.objects("rows") + [answer["totals"] as? [String: Any] ?? [:]] {
        rows += 1
        for path in paths {
          check(
            row, linked(router, row.text("prints"), path: path),
            linked(router, row.text("institutional_prints"), path: path), "\(question) \(path): \(row.text("prints"))")
        }
      }
    }
    #expect(rows > 60)
  }

  // MARK: Rows open to their prints

  @Test func inMemory() { checkAll(fixture.router(flow: fixture.core.flow)) }

  /// Memory holds the last hundred prints only: the others come from the database.
  @Test func inTheStore() throws {
    let directory = NSTemporaryDirectory() + "server-flow-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
    let small = FlowMarket(seed: 7, prints: 700, printBase: 1 << 36, recentPrints: 100)
    let store = try Store(StoreOptions(path: directory + "/flow.duckdb"))
    let log = Log(minimumLevel: .critical)
    let writer = try store.makeWriter(instruments: small.fixture.table, log: log)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "test", resumable: false))
    #expect(small.outputs.withUnsafeBufferPointer { writer.offer($0) } == small.outputs.count)
    try writer.close(finished: true)
    let history = QueryThread(log: log) { try store.makeReader(timeLimitSeconds: 60) }
    defer { history.stop() }
    let tests = FlowTests(small)
    tests.checkAll(
      small.fixture.router(history: history, flow: small.fixture.core.flow), paths: ["/prints", "/history/flow"])
  }

  private init(_ market: FlowMarket) { self.market = market }

  /// What comes later is not behind what was told before.
  @Test func addressesStayWhatTheyWere() {
    let router = fixture.router(flow: fixture.core.flow)
    let before = flow(router, ["by": "strike"]).object.objects("rows")
    market.trade(count: 200, cancelling: false)
    for row in before {
      check(row, linked(router, row.text("prints")), linked(router, row.text("institutional_prints")), "\(row)")
    }
  }

  // MARK: The answer

  @Test func answersAreAsDescribed() {
    let router = fixture.router(flow: fixture.core.flow)
    let validator = SchemaValidator(openAPI: router.get("/openapi.json").object)
    for question in Self.questions {
      #expect(validator.errors(flow(router, question).object, against: "Flow") == [], "\(question)")
    }
  }

  @Test func nullsHaveReasons() {
    let router = fixture.router(flow: fixture.core.flow)
    let put = fixture.id(Fixture.symbol("IWM", .put, 200))
    market.feed([.trade(Trade(time: market.time, price: Price(cents: 100), instrument: put, size: 3))])
    let totals = flow(router, symbol: "IWM").object["totals"] as? [String: Any] ?? [:]
    #expect(totals["sentiment"] is NSNull && totals["call_put_premium_ratio"] as? Double == 0)
    #expect(totals["unlabelled_share"] as? Double == 1)
    #expect(totals.objects("missing").map { $0.text("field") } == ["sentiment"])
    #expect(totals.objects("missing").map { $0.text("reason") } == ["no premium is labelled buy or sell"])
  }

  @Test func refusals() {
    let router = fixture.router(flow: fixture.core.flow)
    #expect(router.get("/flow/NONE").status == 404)
    #expect(router.get("/flow/" + Fixture.symbol(.call, 672)).status == 404)
    #expect(router.get("/flow/a b").status == 400)
    #expect(router.get("/flow/SPY", ["interval": "7"]).status == 400)
    #expect(router.get("/flow/SPY", ["by": "venue"]).status == 400)
    #expect(router.get("/flow/SPY", ["window": "5m"]).status == 400)
    #expect(router.answerNow(APIRequest(method: "POST", path: "/flow/SPY")).status == 405)
    #expect(fixture.router().get("/flow/SPY").status == 409)
  }

  @Test func anEngineThatDoesNotAnswerIsNotWaitedForForEver() {
    let router = fixture.router(flow: fixture.core.flow)
    let box = AnswerBox()
    router.answer(APIRequest(path: "/flow/SPY")) { box.put($0) }
    fixture.core.tick()
    fixture.clock.advance(milliseconds: 5000)
    fixture.core.tick()
    #expect(box.wait().status == 503)
    // Its answer comes late; the next question gets a new one.
    fixture.flow.answer { market.engine.fill($0) }
    fixture.core.tick()
    fixture.clock.advance(milliseconds: 300)
    #expect(flow(router).status == 200)
  }

  /// One report serves all questions about its underlying; another underlying gets its own.
  @Test func questionsWaitForTheirOwnReport() {
    let router = fixture.router(flow: fixture.core.flow)
    let boxes = ["SPY", "QQQ", "SPY"].map { symbol in
      let box = AnswerBox()
      router.answer(APIRequest(path: "/flow/" + symbol)) { box.put($0) }
      return box
    }
    for _ in 0..<2 {
      fixture.flow.answer { market.engine.fill($0) }
      fixture.core.tick()
    }
    #expect(boxes.map { $0.wait().object.text("symbol") } == ["SPY", "QQQ", "SPY"])
  }

  @Test func printFiltersAreChecked() {
    let router = fixture.router()
    #expect(router.get("/prints", ["from": "2025-12-17", "to": "2025-12-16"]).status == 400)
    #expect(router.get("/prints", ["trade_type": "dark"]).status == 400)
    #expect(router.get("/prints", ["counted": "maybe"]).status == 400)
    #expect(router.get("/prints", ["from_id": "0"]).status == 400)
    #expect(router.get("/prints", ["min_strike": "680", "max_strike": "670"]).status == 400)
  }
}

/// An engine on an invented market, joined to a fixture: every kind of print, cancellations, prints that come late.
private final class FlowMarket {
  let fixture: Fixture
  var engine: FlowEngine
  private(set) var outputs: [FlowOutput] = []
  private(set) var time = Fixture.open
  private var random: SeededGenerator
  private var recent: [Trade] = []
  private let options: [InstrumentID]
  private let stock: InstrumentID

  init(seed: UInt64, prints: Int, printBase: Int64 = 0, recentPrints: Int = 4096) {
    fixture = Fixture(printBase: printBase, recentPrints: recentPrints)
    random = SeededGenerator(state: seed)
    stock = fixture.id("SPY")
    options = [
      Fixture.symbol(.call, 670), Fixture.symbol(.put, 670), Fixture.symbol(.call, 672), Fixture.symbol(.put, 675),
      Fixture.symbol(.call, 680, expiry: Fixture.later), Fixture.symbol("QQQ", .call, 500),
    ].map { [fixture] in fixture.id($0) }
    engine = FlowEngine(
      configuration: FlowConfiguration(aggregates: AggregateRules()), instruments: fixture.table)
    trade(count: prints, cancelling: true)
  }

  func feed(_ events: [MarketEvent]) {
    var buffer = OutputBuffer()
    events.withUnsafeBufferPointer { engine.process($0, into: &buffer) }
    outputs += Array(buffer.outputs)
    fixture.model.absorb(buffer.outputs)
    let snapshot = FlowSnapshot()
    engine.capture(into: snapshot)
    _ = fixture.model.adopt(snapshot, atNanoseconds: fixture.clock.monotonicNanoseconds)
  }

  private func number(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &random) }

  /// About six seconds from print to print, so that many hundreds fill hours.
  func trade(count: Int, cancelling: Bool) {
    var events: [MarketEvent] = []
    for _ in 0..<count {
      time = time.adding(nanoseconds: number(0...12_000) * 1_000_000)
      let option = options[Int(number(0...Int64(options.count - 1)))]
      if number(0...1) == 0 {
        events.append(
          .quote(Quote(time: time, bid: Price(cents: 300), ask: Price(cents: 310), sequence: 0, instrument: option)))
        events.append(
          .reference(
            ContractReference(
              time: time, instrument: option, deltaNanos: number(-900_000_000...900_000_000), gammaNanos: 20_000_000)))
      }
      events += prints(of: option)
      if cancelling, number(0...20) == 0, var void = recent.randomElement(using: &random) {
        void.time = time
        void.conditions = ConditionSet(vendorIDs: [201])
        void.flags = []
        events.append(.trade(void))
      }
      if number(0...30) == 0 {
        events.append(
          .trade(Trade(time: time, price: Price(cents: 67_200), instrument: stock, size: 100, venue: VenueID(4))))
      }
    }
    feed(events)
  }

  /// One print; now and then a sweep of six, or one that was missed some minutes ago.
  private func prints(of option: InstrumentID) -> [MarketEvent] {
    let conditions = [[209], [209], [209], [232], [204], [227], [219], [231], [237], [202]][Int(number(0...9))]
    let isSweep = number(0...25) == 0
    let isLate = number(0...15) == 0
    return (0..<(isSweep ? 6 : 1)).map { leg in
      let trade = Trade(
        time: isLate ? time.adding(nanoseconds: -number(0...600) * 1_000_000_000) : time,
        price: Price(cents: isSweep ? 310 : number(298...312)),
        conditions: ConditionSet(vendorIDs: isSweep ? [209] : conditions), instrument: option,
        size: UInt32(isSweep ? 60 : number(0...12) == 0 ? 2000 : number(1...90)), venue: VenueID(300 + UInt16(leg)),
        flags: isLate && number(0...1) == 0 ? .backfilled : [])
      recent.append(trade)
      if recent.count > 60 { recent.removeFirst() }
      return .trade(trade)
    }
  }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
