import Alerting
import Foundation
import MarketModel
import Storage
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Alerts of the real program, to a receiver of its own.
@Suite(.serialized, .enabled(if: AlertReceiver.hasPython, AlertReceiver.missing))
struct ProcessAlertsTests {
  private let folder: ProcessFolder
  private let receiver: AlertReceiver
  private var channels: URL { folder.url.appending(path: "channels.json") }

  init() throws {
    folder = try ProcessFolder()
    receiver = try AlertReceiver()
  }

  // MARK: Kills

  /// Prints of a market that plays now, whatever day it is: an alert that is older than a quarter of an hour is told nobody.
  private func writeTape(_ count: Int) throws -> String {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let day = MarketDate(daysSinceEpoch: Int32(now / 86_400_000) + 14)
    let (year, month, date) = day.components
    let expiry = String(format: "%02d%02d%02d", year % 100, month, date)
    let lines = (0..<count).map { number in
      let symbol = "O:SPY\(expiry)C\(String(format: "%08d", (590 + number % 20) * 1000))"
      return """
        [{"ev":"T","sym":"\(symbol)","x":302,"p":1.25,"s":\(1 + number % 9),"c":[209],"t":\(now + Int64(number) * 10),\
        "q":\(number + 1)}]
        """
    }
    let path = folder.path("tape.ndjson")
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Every print is an alert.
  private func makeRule() throws {
    try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
    let office = try office()
    var rule = AlertRule(name: "all", source: .prints)
    rule.filter.minimumSize = 1
    rule.severityFloor = .info
    rule.coolDownSeconds = 0
    rule.channels = ["hook"]
    try office.put(rule, isNew: true, by: nil)
  }

  private func office() throws -> AlertOffice {
    try AlertOffice(
      AlertDatabase(path: folder.path("data/alerts.duckdb")), options: AlertOptions(run: "of the tests"),
      clock: { Timestamp(nanoseconds: 0) }, news: AlertNews())
  }

  private func serve(_ vendor: Int) throws -> ProcessProgram {
    try ProcessProgram(
      ["serve", "--provider", "polygon", "--endpoint", "http://127.0.0.1:\(vendor)", "--port", "0"]
        + ["--data-dir", folder.path("data"), "--alert-channels", channels.path], in: folder)
  }

  @Test func aKillLosesNoAlertAndDoublesNone() throws {
    let tape = try writeTape(1_200)
    let vendor = try ProcessProgram(["simulate", "--port", "0", "--tape", tape], in: folder)
    let vendorPort = try vendor.port()
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    try makeRule()
    for life in 1...2 {
      let product = try serve(vendorPort)
      _ = try product.port()
      _ = try receiver.keys(afterRequests: 250 * life)
      product.signal(SIGKILL)
      #expect(throws: ProcessProgram.Failure.self) { try product.outcome() }
    }
    let product = try serve(vendorPort)
    try waitUntilCalm(product, vendor: vendorPort, prints: 1_200)
    product.signal(SIGTERM)
    let outcome = try product.outcome()
    #expect(outcome.code == 0, "\(outcome.errors)")
    vendor.signal(SIGTERM)
    #expect(try vendor.outcome().code == 0)
    // What was under way at the end.
    #expect(
      try ProcessProgram.run(
        "alerts", "send", "--data-dir", folder.path("data"), "--alert-channels", channels.path, in: folder
      ).code == 0)
    try checkAlerts()
  }

  /// Until the tape is over, gaps are filled, and nothing waits.
  private func waitUntilCalm(_ product: ProcessProgram, vendor: Int, prints: Int) throws {
    let port = try product.port()
    let stream = try ProcessClient(port: port)
    try stream.listen()
    let reader = try ProcessClient(port: port)
    try stream.state { _ in
      let health = try reader.health()
      guard let alerts = health["alerts"] as? [String: Any], let live = health["live"] as? [String: Any],
        (live["gaps"] as? [String: Any])?["open"] as? Int == 0, alerts["pending"] as? Int == 0,
        (alerts["queue"] as? [String: Any])?["depth"] as? Int == 0, alerts["messages_waiting"] as? Int == 0
      else { return false }
      #expect(alerts["running"] as? Bool == true)
      return try PlayedPrint.all(at: vendor).count == prints
    }
  }

  private func checkAlerts() throws {
    let stored = try PlayedPrint.stored(at: folder.path("data/marketflow.duckdb")).count
    #expect(stored > 800)
    var filter = AlertFilter()
    filter.rule = "all"
    let alerts = try office().alerts(filter, limit: 10_000)
    #expect(alerts.count == stored && alerts.allSatisfy { $0.occurrences == 1 })
    #expect(Set(alerts.map(\.subject)).count == stored)
    let session = try SQLSession(file: folder.path("data/alerts.duckdb"), memoryLimitMegabytes: 64)
    let rows = try session.rows("SELECT idempotency_key, state, alert_id FROM deliveries WHERE channel = 'hook'")
    #expect(rows.count == stored && rows.allSatisfy { $0[1].text == "delivered" })
    #expect(Set(rows.compactMap { $0[2].integer }) == Set(alerts.map(\.id)))
    let taken = try receiver.keys()
    #expect(taken.count == stored)
    // Sent again is only what a kill found on its way.
    #expect(taken.values.reduce(0) { $0 + $1 - 1 } <= 2 * AlertReceiver.concurrent)
  }

  // MARK: Commands

  private func alerts(_ words: String...) throws -> ProcessProgram.Outcome {
    try ProcessProgram(
      ["alerts"] + words + ["--demo", "--data-dir", folder.path("data"), "--alert-channels", channels.path], in: folder
    ).outcome()
  }

  @Test func alertsAreListedAndAnsweredFromTheCommandLine() throws {
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    let refused = try alerts("list")
    #expect(refused.code == 4 && refused.errors.contains("no server of the data folder"))
    let product = try demo()
    let port = try product.port()
    try wait(port) { ($0["new"] as? Int ?? 0) > 5 }
    let list = try alerts("list", "--limit", "3")
    #expect(list.code == 0 && list.output.split(separator: "\n").count == 3)
    let page = try #require(try alerts("list", "--json").json() as? [String: Any])
    let first = try #require((page["rows"] as? [[String: Any]])?.first)
    let id = "\(try #require(first["id"] as? Int))"
    let seen = try alerts("acknowledge", id)
    #expect(seen.code == 0 && seen.output.hasPrefix("\(id)  ") && seen.output.contains("  acknowledged  "))
    let done = try #require(try alerts("resolve", id, "--json").json() as? [String: Any])
    #expect(done["state"] as? String == "resolved" && done["changed_by"] as? String == "owner")
    let unknown = try alerts("resolve", "999999")
    #expect(unknown.code == 4 && unknown.errors.contains("alert 999999 is not there"))
    #expect(try alerts("resolve", "seven").code == 2)
    let rules = try alerts("rules")
    #expect(rules.code == 0 && rules.output.contains("sweep  on  built-in  detections  from "))
    product.signal(SIGTERM)
    #expect(try product.outcome().code == 0)
  }

  @Test func whatWasGivenUpIsSaidAndSentAgain() throws {
    try receiver.writeChannels(to: channels, name: "hook", path: "/status/404")
    let product = try demo()
    let port = try product.port()
    let body = #"{"name": "ops", "channels": ["hook"], "min_severity": "LOW", "messages_a_minute": 600}"#
    #expect(try ProcessClient(port: port).request("/alerts/subscribers", post: body).status == 201)
    try wait(port) { $0["messages_dead"] as? Int ?? 0 > 0 }
    let health = try ProcessClient(port: port).health()
    let reasons = health["reasons"] as? [String] ?? []
    #expect(health["status"] as? String == "degraded")
    #expect(reasons.contains { $0.contains("alerts: channel hook: ") && $0.contains("the receiver answered 404") })
    // The server is asked, tries again, and gives up again.
    let served = try alerts("resend", "--channel", "hook")
    #expect(served.code == 0 && served.output.contains("messages are queued again"))
    #expect(!served.output.contains("the next serve"))
    #expect(try alerts("resend", "--channel", "other").output.hasPrefix("0 messages"))
    product.signal(SIGTERM)
    #expect(try product.outcome().code == 0)

    // Without a server.
    #expect(try alerts("send").code == 4)
    let queued = try #require(try alerts("resend", "--json").json() as? [String: Any])
    let count = try #require(queued["queued"] as? Int)
    #expect(count > 0)
    let lost = try alerts("send")
    #expect(lost.code == 4 && lost.output.contains("\(count) given up: the receiver answered 404"))
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    #expect(try alerts("resend").output.contains("the next serve sends them, or `marketflow alerts send` now"))
    let sent = try alerts("send")
    #expect(sent.code == 0 && sent.output.contains("hook: \(count) delivered"))
    #expect(try receiver.keys().count == count)
  }

  @Test func aChannelIsTried() throws {
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    let good = try alerts("test", "hook")
    #expect(good.code == 0 && good.output == "channel hook (webhook) took the message\n")
    #expect(try receiver.keys().count == 1)
    try receiver.writeChannels(to: channels, name: "hook", path: "/status/404")
    let bad = try alerts("test", "hook")
    #expect(bad.code == 4 && bad.errors.contains("channel hook: the receiver answered 404"))
    let unknown = try alerts("test", "desk")
    #expect(unknown.code == 3 && unknown.errors.contains("there is no channel desk; there are hook, console"))
    #expect(try alerts("test").code == 2)
    #expect(try alerts("send").errors.contains("there are no alerts at"))
  }

  /// Neither waits for ever nor makes a file anew that it does not understand.
  @Test func anOutboxThatCannotBeUsedIsSaid() throws {
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
    let path = folder.path("data/demo-alerts.duckdb")
    try "no database".write(toFile: path, atomically: true, encoding: .utf8)
    for action in ["send", "resend"] {
      let refused = try alerts(action)
      #expect(refused.code == 1 && refused.errors.contains("demo-alerts.duckdb cannot be opened"), "\(refused.errors)")
    }
    try FileManager.default.removeItem(atPath: path)
    do {
      let database = try AlertDatabase(path: path)
      try database.session.execute("UPDATE alert_schema SET version = 99")
    }
    for action in ["send", "resend"] {
      let refused = try alerts(action)
      #expect(refused.code == 1 && refused.errors.contains("has schema version 99"), "\(refused.errors)")
    }
    do {
      let session = try SQLSession(file: path, memoryLimitMegabytes: 64)
      try session.execute("UPDATE alert_schema SET version = 2; DROP TABLE deliveries")
    }
    let refused = try alerts("send")
    #expect(refused.code == 1 && refused.errors.contains("DuckDB refused"), "\(refused.errors)")
  }

  /// A start that fails has told nobody anything.
  @Test func aServerWithoutItsPortSendsNothing() throws {
    try receiver.writeChannels(to: channels, name: "hook", path: "/keys")
    try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
    do {
      let database = try AlertDatabase(path: folder.path("data/demo-alerts.duckdb"))
      try DeliveryTable.insert(
        [
          Delivery(
            idempotencyKey: "waits/hook", alertID: 0, channel: "hook",
            message: OutboundMessage(severity: .high, title: "t", text: "", fields: [], time: Timestamp(seconds: 1)))
        ], on: database.session)
    }
    let product = try ProcessProgram(
      ["serve", "--port", "\(receiver.port)", "--data-dir", folder.path("data"), "--alert-channels", channels.path],
      in: folder)
    let outcome = try product.outcome()
    #expect(outcome.code == 1 && outcome.errors.contains("\(receiver.port)"), "\(outcome.errors)")
    #expect(try receiver.keys().isEmpty)
    #expect(try alerts("send").code == 0)
    #expect(try receiver.keys().count == 1)
  }

  private func demo() throws -> ProcessProgram {
    try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", folder.path("data"), "--alert-channels", channels.path], in: folder)
  }

  /// Until `/health` says something of the alerts.
  private func wait(_ port: Int, until isWanted: ([String: Any]) -> Bool) throws {
    let stream = try ProcessClient(port: port)
    try stream.listen()
    let reader = try ProcessClient(port: port)
    try stream.state { _ in (try reader.health()["alerts"] as? [String: Any]).map(isWanted) ?? false }
  }
}
