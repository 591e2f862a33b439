import Alerting
import Foundation
import Logging
import MarketModel
import Synchronization
import Testing

@testable import FlowEngine
@testable import Server

/// `/alerts` and its stream message: a real file, a real thread, real sockets.
@Suite struct AlertsTests {
  /// The alerts of a small market, on a file of their own.
  private final class Desk {
    let fixture = Fixture()
    let folder: URL
    let thread: AlertsThread
    /// 2025-12-16T15:30:00Z, for what the office takes for now.
    let now = Fixture.open

    init() throws {
      folder = URL(filePath: NSTemporaryDirectory()).appending(path: "marketflow-alerts-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      thread = AlertsThread(
        AlertsThread.Connections(instruments: fixture.table), news: AlertNews(), log: Log(minimumLevel: .critical))
      try start()
    }

    deinit {
      thread.stop()
      try? FileManager.default.removeItem(at: folder)
    }

    private func start() throws {
      let now = now
      var options = AlertOptions(run: "r1")
      options.channels = ["console", "mail"]
      let office = try AlertOffice(
        AlertDatabase(path: folder.appending(path: "alerts.duckdb").path), options: options,
        clock: { now }, news: thread.news)
      var sweep = required(office.allRules.first { $0.name == "sweep" }, "rule")
      sweep.coolDownScope = .contract
      try office.put(sweep, isNew: false, by: nil)
      thread.start(office)
    }

    /// Hands detections over as the engine does, and waits until they are stored.
    func see(_ counts: ClosedRange<UInt32>, premium: Int64 = 2_000_000) {
      let wanted = ask { $0.total } + Int64(counts.count)
      let outputs = counts.map { FlowOutput.detection(detection($0, premium: premium)) }
      outputs.withUnsafeBufferPointer { thread.offer($0) }
      while ask({ $0.total }) < wanted {}
    }

    func ask<Value: Sendable>(_ question: @escaping @Sendable (AlertOffice) -> Value) -> Value {
      let box = Mutex<Value?>(nil)
      let arrived = DispatchSemaphore(value: 0)
      _ = thread.submit { office in
        let value = question(office)
        box.withLock { $0 = value }
        arrived.signal()
      }
      arrived.wait()
      return box.withLock { required($0, "answer") }
    }

    func detection(_ count: UInt32, premium: Int64) -> Detection {
      let instrument = fixture.id(Fixture.symbol(.call, 600 + Int(count)))
      return Detection(
        id: DetectionID(session: Fixture.session, detector: .sweep, count: count), kind: .sweep, state: .closed,
        side: .buy, effect: .opening, instrument: instrument, underlying: fixture.table[instrument].underlying,
        contractCount: 1, confidencePermille: 800, firstTime: Fixture.open, lastTime: Fixture.open,
        firstPrint: Int64(count), lastPrint: Int64(count), prints: 4, size: 40, premiumMicros: premium * 1_000_000,
        netDeltaNanos: 0, underlyingPrice: Price(cents: 67_214), factors: ConfidenceFactors())
    }

    var router: Router {
      Router(
        model: fixture.model, version: "0.1.0", files: StaticFiles(directory: nil), history: nil, statements: nil,
        health: { [core = fixture.core] in core.health() }, inject: nil,
        positioning: PositioningRoute(board: nil, monotonicNanoseconds: { 0 }), alerts: thread)
    }

    func send(
      _ method: String, _ path: String, _ body: String = "{}", query: [String: String] = [:],
      headers: [String: String] = [:]
    ) -> APIResponse {
      var all = ["host": "127.0.0.1:8000", "content-type": "application/json"]
      all.merge(headers) { $1 }
      return router.answerNow(
        APIRequest(
          method: method, path: path, query: query.map { ($0.key, $0.value) }, headers: all, body: Array(body.utf8)))
    }
  }

  private let desk: Desk
  private let validator: SchemaValidator

  init() throws {
    desk = try Desk()
    validator = SchemaValidator(openAPI: desk.router.get("/openapi.json").object)
  }

  @Test func listsPageByPage() {
    desk.see(1...5)
    let first = desk.router.get("/alerts", ["limit": "2"])
    #expect(first.status == 200 && validator.errors(first.object, against: "Alerts") == [])
    #expect(first.rows.map { $0.integer("id") } == [5, 4] && first.object.text("next") == "4")
    let second = desk.router.get("/alerts", ["limit": "3", "cursor": "4"])
    #expect(second.rows.map { $0.integer("id") } == [3, 2, 1] && second.object["next"] is NSNull)
    #expect(second.rows[0].text("title") == "Sweep: SPY 2025-12-16 603 call bought, $2.00 M")
    #expect(second.rows[0].text("severity") == "MEDIUM" && second.rows[0]["premium"] as? Double == 2_000_000)
    for (query, count) in [
      (["severity": "MEDIUM"], 5), (["severity": "HIGH"], 0), (["symbol": "spy"], 5),
      (["symbol": Fixture.symbol(.call, 602)], 1), (["rule": "sweep"], 5), (["kind": "block"], 0),
      (["state": "new"], 5),
    ] {
      #expect(desk.router.get("/alerts", query).rows.count == count, "\(query)")
    }
    #expect(desk.router.get("/alerts", ["severity": "high"]).status == 400)
    #expect(desk.router.get("/alerts", ["what": "1"]).status == 400)
    #expect(desk.router.get("/alerts/nothing").status == 404)
  }

  @Test func acknowledgesAndResolves() {
    desk.see(1...1)
    let answer = desk.send("POST", "/alerts/1/acknowledge")
    #expect(answer.status == 200 && validator.errors(answer.object, against: "Alert") == [])
    #expect(answer.object.text("state") == "acknowledged" && answer.object.text("changed_by") == "owner")
    #expect(desk.send("POST", "/alerts/1/resolve").object.text("state") == "resolved")
    #expect(desk.send("POST", "/alerts/9/resolve").status == 404)
    #expect(desk.send("POST", "/alerts/x/resolve").status == 404)
    #expect(desk.send("GET", "/alerts/1/resolve").status == 405)
    for headers in [["origin": "http://evil.example"], ["host": "evil.example"]] {
      #expect(desk.send("POST", "/alerts/1/acknowledge", headers: headers).status == 403)
    }
    #expect(desk.send("POST", "/alerts/1/acknowledge", headers: ["content-type": "text/plain"]).status == 415)
  }

  @Test func rolesAreAskedFor() {
    desk.see(1...1)
    #expect(desk.send("POST", "/alerts/subscribers", #"{"name": "anna", "channels": ["mail"]}"#).status == 201)
    #expect(desk.send("POST", "/alerts/1/acknowledge", query: ["by": "anna"]).status == 403)
    #expect(desk.send("PUT", "/alerts/subscribers/anna", #"{"name": "anna", "role": "trader"}"#).status == 200)
    #expect(desk.send("POST", "/alerts/1/acknowledge", query: ["by": "anna"]).object.text("changed_by") == "anna")
    #expect(desk.send("DELETE", "/alerts/subscribers/anna", query: ["by": "anna"]).status == 403)
    let left = desk.send("DELETE", "/alerts/subscribers/anna")
    #expect(left.rows.map { $0.text("name") } == ["console"])
    #expect(validator.errors(left.object, against: "Subscribers") == [])
    #expect(desk.send("POST", "/alerts/1/acknowledge", query: ["by": "anna"]).status == 403)
  }

  @Test func rulesAreMadeSharedChangedAndDeleted() {
    let before = desk.router.get("/alerts/rules")
    #expect(
      before.rows.count == AlertRule.builtIn.count && validator.errors(before.object, against: "AlertRules") == [])
    let made = desk.send("POST", "/alerts/rules", #"{"name": "big", "source": "prints", "min_premium": 1000000.5}"#)
    #expect(made.status == 201 && validator.errors(made.object, against: "AlertRuleRow") == [])
    let token = made.object.text("token")
    #expect(made.object.text("link") == "/#rule=\(token)")
    #expect(desk.send("POST", "/alerts/rules", #"{"token": "\#(token)"}"#).status == 409)
    #expect(desk.send("PUT", "/alerts/rules/big", #"{"name": "big", "source": "prints", "min_size": 5}"#).status == 200)
    #expect(
      desk.send("PUT", "/alerts/rules/other", #"{"name": "big", "source": "prints", "min_size": 5}"#).status == 422)
    #expect(desk.send("PUT", "/alerts/rules/new", #"{"name": "new", "source": "levels"}"#).status == 404)
    #expect(desk.send("DELETE", "/alerts/rules/big").rows.count == AlertRule.builtIn.count)
    let shared = desk.send("POST", "/alerts/rules", #"{"token": "\#(token)"}"#)
    #expect(shared.status == 201 && (shared.object["rule"] as? [String: Any])?["min_premium"] as? Double == 1_000_000.5)
    for (body, member) in [
      (#"{"name": "a b", "source": "prints"}"#, "name"), (#"{"name": "a", "source": "prints", "sise": 5}"#, "sise"),
      (#"{"token": "nonsense!"}"#, "token"),
    ] {
      let answer = desk.send("POST", "/alerts/rules", body)
      #expect(answer.status == 422 && answer.object.text("parameter") == member)
      #expect(validator.errors(answer.object, against: "Problem") == [])
    }
    #expect(desk.send("POST", "/alerts/rules", "[").status == 422)
  }

  /// A typing error would make messages that are given up as soon as they are made.
  @Test func channelsThatAreNotThereAreRefused() {
    let anna = #"{"name": "anna", "channels": ["console", "mial"]}"#
    let rule = #"{"name": "big", "source": "prints", "min_size": 5, "channels": ["mial"]}"#
    for (path, body) in [("/alerts/subscribers", anna), ("/alerts/rules", rule)] {
      let answer = desk.send("POST", path, body)
      #expect(answer.status == 422 && answer.object.text("parameter") == "channels")
      #expect(answer.object.text("detail").contains("mial") && answer.object.text("detail").contains("console, mail"))
      #expect(validator.errors(answer.object, against: "Problem") == [])
      #expect(desk.send("POST", path, body.replacing("mial", with: "mail")).status == 201)
    }
    #expect(desk.send("PUT", "/alerts/subscribers/anna", anna).status == 422)
    #expect(desk.send("PUT", "/alerts/rules/big", rule).status == 422)
  }

  @Test func statisticsCount() {
    desk.see(1...3)
    desk.see(4...4, premium: 60_000_000)
    _ = desk.send("POST", "/alerts/1/resolve")
    let answer = desk.router.get("/alerts/statistics", ["hours": "48"])
    #expect(validator.errors(answer.object, against: "AlertStatistics") == [])
    func counts(_ name: String) -> [String: Int64] {
      Dictionary(uniqueKeysWithValues: answer.object.objects(name).map { ($0.text("name"), $0.integer("count")) })
    }
    #expect(answer.object.integer("alerts") == 4 && counts("by_kind") == ["sweep": 4])
    #expect(counts("by_severity") == ["MEDIUM": 3, "HIGH": 1] && counts("by_state") == ["new": 3, "resolved": 1])
    #expect(answer.object.objects("by_hour").map { $0.text("time") } == ["2025-12-16T15:00:00.000Z"])
    #expect(answer.object.objects("channels").map { $0.integer("queued") } == [4])
  }

  @Test func withoutAlertsItSaysSo() {
    let router = desk.fixture.router()
    #expect(router.get("/alerts").status == 503 && router.get("/alerts/rules").status == 503)
  }

  @Test func clientsAreToldAndToldWhatTheyMissed() {
    desk.see(1...2)
    let alerts = desk.thread.news.take().alerts
    let broadcaster = desk.fixture.core.broadcaster
    let client = FakeClient()
    broadcaster.add(client, resuming: nil)
    client.forget()
    broadcaster.broadcastAlerts(alerts, missed: 0)
    client.isBehind = true
    broadcaster.broadcastAlerts(alerts, missed: 1)
    client.isBehind = false
    broadcaster.broadcastAlerts([alerts[0]], missed: 0)
    broadcaster.broadcastAlerts([], missed: 0)
    #expect(client.messages.map { $0.integer("missed") } == [0, 3])
    for message in client.messages { #expect(validator.errors(message, against: "StreamAlerts") == []) }
  }

  @Test func overSocketsFromTheEngineToThePage() throws {
    var configuration = ServerConfiguration(epoch: "e1", versions: Fixture.identity.versions)
    configuration.port = 0
    let facts = desk.fixture.facts
    let server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: desk.fixture.table, outputs: desk.fixture.outputs, snapshots: desk.fixture.snapshots,
        facts: { facts.value }, alerts: desk.thread), log: Log(minimumLevel: .critical))
    try server.start()
    defer { server.stop() }
    let stream = try LoopbackSocket(port: server.port)
    #expect(try stream.upgrade("/ws/stream") == 101)
    _ = try stream.message("hello")
    let outputs = [FlowOutput.detection(desk.detection(7, premium: 2_000_000))]
    outputs.withUnsafeBufferPointer { desk.thread.offer($0) }
    let told = try stream.message("alerts")
    let row = try #require((told["rows"] as? [[String: Any]])?.first)
    #expect(row.text("state") == "new" && row.integer("id") == 1)
    let http = try LoopbackSocket(port: server.port)
    let json = ["Content-Type": "application/json"]
    #expect(try http.request("/alerts").rows.count == 1)
    #expect(try http.request("/alerts/1/acknowledge", method: "POST", headers: json, body: "{}").status == 200)
    #expect(((try stream.message("alerts"))["rows"] as? [[String: Any]])?.first?.text("state") == "acknowledged")
    let put = try http.request(
      "/alerts/rules/sweep", method: "PUT", headers: json,
      body: #"{"name": "sweep", "source": "detections", "kinds": ["sweep"], "enabled": false}"#)
    #expect(put.status == 200)
    #expect(try http.request("/alerts/rules/sweep", method: "DELETE").status == 200)
    #expect(try http.request("/alerts?rule=sweep&state=acknowledged").rows.count == 1)
  }
}

extension AlertOffice {
  /// Alerts that are stored.
  fileprivate var total: Int64 {
    do throws(AlertRefusal) { return try statistics(hours: 2160).alerts } catch {
      Issue.record("\(error.words)")
      return .max
    }
  }
}
