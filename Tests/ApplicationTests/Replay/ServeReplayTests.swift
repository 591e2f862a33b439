import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Application

/// `serve --replay DATE`, driven over its API.
@Suite(.serialized) struct ServeReplayTests {
  private let live: LiveSession
  init() throws { live = try LiveSession() }

  private func serve(_ words: String...) throws -> ProcessProgram {
    try ProcessProgram(["serve", "--port", "0", "--data-dir", live.directory.path] + words, in: live.folder)
  }

  /// Asks until the player is in a state.
  private func player(_ client: ProcessClient, _ state: String) throws -> [String: Any] {
    while true {
      let player = try client.request("/replay").json
      if player["state"] as? String == state { return player }
    }
  }

  private func digest(_ client: ProcessClient) throws -> String {
    while true {
      if let digest = try client.health()["digest"] as? String { return digest }
    }
  }

  @Test func aRecordedDayIsPlayedAgainAndDrivenFromOutside() throws {
    let wanted = DigestText.text(try #require(live.last[LiveSession.second]).digest)
    // Another process has the store open all the while: nothing is stored a second time.
    let served = try serve("--replay", "2025-12-17", "--replay-speed", "max")
    let client = try ProcessClient(port: served.port())
    #expect(try digest(client) == wanted)
    let ended = try player(client, "ended")
    #expect(ended["date"] as? String == "2025-12-17" && ended["speed"] as? String == "max")
    let health = try client.health()
    #expect(health["mode"] as? String == "replay")
    #expect((health["storage"] as? [String: Any])?["enabled"] as? Bool == false)
    let epoch = try #require(health["epoch"] as? String)

    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    #expect(try stream.message()["epoch"] as? String == epoch)
    let back = try client.request(
      "/replay", post: #"{"paused": true, "speed": 2.5, "position": "2025-12-17T14:30:05Z"}"#)
    #expect(back.status == 202 && back.json["paused"] as? Bool == true)
    let paused = try player(client, "paused")
    #expect(paused["position"] as? String == "2025-12-17T14:30:05.000Z" && paused["speed"] as? Double == 2.5)
    // Whoever listens is told to start anew.
    var hello: [String: Any] = [:]
    while hello["type"] as? String != "hello" { hello = try stream.message() }
    #expect(hello["epoch"] as? String == epoch + ".1" && hello["resumed"] as? Bool == false)

    #expect(try client.request("/replay", post: #"{"paused": false, "speed": "max"}"#).status == 202)
    #expect(try digest(client) == wanted)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  /// Asks until a day has been played to its end, and the engine has said what came of it.
  private func played(_ client: ProcessClient, _ date: String, _ source: String) throws -> String {
    while true {
      let player = try client.request("/replay").json
      guard player["state"] as? String == "ended", player["date"] as? String == date else { continue }
      let health = try client.health()
      guard (health["ingest"] as? [String: Any])?["source"] as? String == source else { continue }
      if let digest = health["digest"] as? String { return digest }
    }
  }

  private func trades(_ client: ProcessClient) throws -> Int? {
    (try client.health()["ingest"] as? [String: Any])?["trades"] as? Int
  }

  /// How many alerts a rule has made, once everything that was played has been looked at.
  private func alerts(_ client: ProcessClient, of rule: String) throws -> Int {
    while true {
      let health = try #require(try client.health()["alerts"] as? [String: Any])
      let depth = (health["queue"] as? [String: Any])?["depth"] as? Int
      #expect(health["missed"] as? Int == 0)
      if depth == 0, health["pending"] as? Int == 0 { break }
    }
    let rules = try client.request("/alerts/statistics").json["by_rule"] as? [[String: Any]]
    return try #require(rules?.first { $0["name"] as? String == rule }?["count"] as? Int)
  }

  @Test(.timeLimit(.minutes(5)))
  func aDayThatCannotBePlayedIsLeftForAnother() throws {
    try live.damage(LiveSession.first)
    let served = try serve("--replay", "2025-12-17", "--replay-speed", "max")
    let client = try ProcessClient(port: served.port())
    let whole = DigestText.text(try #require(live.last[LiveSession.second]).digest)
    #expect(try played(client, "2025-12-17", "journal 2025-12-17") == whole)
    let chosen = try client.request("/replay", post: #"{"day": "2025-12-16"}"#)
    #expect(chosen.status == 202 && chosen.json["position"] is NSNull && chosen.json["date"] is NSNull)
    var answer = try client.request("/replay")
    while answer.status == 200 { answer = try client.request("/replay") }
    let words = "/replay: journal 2025-12-16 cannot be played: "
    #expect(answer.status == 409 && (answer.json["detail"] as? String)?.hasPrefix(words) == true, "\(answer.json)")
    #expect(try client.request("/replay", post: #"{"paused": true}"#).status == 409)
    #expect(try client.request("/trades", post: #"{"symbol": "SPY", "price": 600, "size": 1}"#).status == 422)
    let ingest = try #require(try client.health()["ingest"] as? [String: Any])
    #expect(ingest["status"] as? String == "failed")
    #expect(try client.request("/replay", post: #"{"day": "2025-12-17"}"#).status == 202)
    #expect(try played(client, "2025-12-17", "journal 2025-12-17") == whole)
    #expect(try client.request("/replay", post: #"{"paused": true}"#).status == 202)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  @Test(.timeLimit(.minutes(5)))
  func anotherDayIsPlayedWithoutARestart() throws {
    let tape = live.folder.path("trades.csv")
    try ReplayHistoryTests.trades.write(to: URL(filePath: tape))
    let fetched = try ProcessProgram.run("fetch", "--file", tape, "--data-dir", live.directory.path, in: live.folder)
    #expect(fetched.code == 0, "\(fetched.errors)")
    let served = try serve("--replay", "2025-12-17", "--replay-speed", "max")
    let client = try ProcessClient(port: served.port())
    let newer = DigestText.text(try #require(live.last[LiveSession.second]).digest)
    let older = DigestText.text(try #require(live.last[LiveSession.first]).digest)
    #expect(try played(client, "2025-12-17", "journal 2025-12-17") == newer)
    let epoch = try #require(try client.health()["epoch"] as? String)

    let rule = #"{"name": "every", "source": "prints", "min_size": 1, "cool_down_seconds": 0}"#
    #expect(try client.request("/alerts/rules", post: rule).status == 201)
    // The next answer comes from a turn of the alerts' thread that knows of it.
    #expect(try client.request("/alerts/statistics").status == 200)

    let days = try #require(try client.request("/replay/days").json["days"] as? [[String: Any]])
    #expect(days.map { $0["date"] as? String } == ["2025-12-17", "2025-12-16", "2025-12-16"])
    #expect(days.map { $0["source"] as? String } == ["journal", "journal", "cache"])
    #expect(days[2]["trades"] as? Int == 240 && days[2]["first"] as? String == "2025-12-16T14:30:00.000Z")
    #expect(try days.allSatisfy { try #require($0["bytes"] as? Int) > 0 })

    // An earlier day, as it was live; then the same as it was fetched, from a moment on, standing still there.
    #expect(try client.request("/replay", post: #"{"day": "2025-12-16"}"#).status == 202)
    #expect(try played(client, "2025-12-16", "journal 2025-12-16") == older)
    let body = #"{"day": "2025-12-16", "source": "cache", "from": "09:31", "to": "09:31:30", "paused": true}"#
    #expect(try client.request("/replay", post: body).status == 202)
    var paused = try player(client, "paused")
    while paused["position"] as? String != "2025-12-16T14:31:00.000Z" { paused = try player(client, "paused") }
    #expect(paused["from"] as? String == "2025-12-16T14:31:00.000Z")
    #expect(paused["to"] as? String == "2025-12-16T14:31:30.000Z" && paused["speed"] as? String == "max")
    #expect(try client.request("/replay", post: #"{"paused": false}"#).status == 202)
    _ = try played(client, "2025-12-16", "cache 2025-12-16")
    // All of it, and nothing of the days before.
    #expect(try client.request("/replay", post: #"{"day": "2025-12-16", "source": "cache"}"#).status == 202)
    while try trades(client) != 240 { _ = try played(client, "2025-12-16", "cache 2025-12-16") }
    let last = try client.request("/prints?limit=1").json["rows"] as? [[String: Any]]
    #expect(last?.first?["time"] as? String == "2025-12-16T14:31:59.000Z" && last?.first?["id"] as? Int == 240)
    // And back to the newer one.
    #expect(try client.request("/replay", post: #"{"day": "2025-12-17", "source": "journal"}"#).status == 202)
    #expect(try played(client, "2025-12-17", "journal 2025-12-17") == newer)
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    #expect(try stream.message()["epoch"] as? String == epoch + ".4")
    // Each print of each of them is an alert of its own, those that were played twice as well as the others.
    let prints = try #require(live.prints[LiveSession.first]) + #require(live.prints[LiveSession.second]) + 240
    let made = try alerts(client, of: "every")
    #expect(made == Int(prints))

    for body in [#"{"day": "2025-12-24"}"#, #"{"day": "2025-12-24", "source": "journal"}"#] {
      let missing = try client.request("/replay", post: body)
      #expect(missing.status == 404)
      #expect((missing.json["detail"] as? String)?.contains("2025-12-16, 2025-12-17") == true, "\(missing.json)")
    }
    #expect(try client.request("/replay", post: #"{"day": "2025-12-17", "source": "cache"}"#).status == 404)
    // Nothing came of those.
    #expect(try player(client, "ended")["date"] as? String == "2025-12-17")
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  @Test func whatPlaysNoDaySaysWhatToType() throws {
    let directory = live.directory.path
    let file = ["--replay", BenchTests.path("small.ndjson.gz"), "--no-store"]
    for words in [[], file] {
      let served = try ProcessProgram(
        ["serve", "--port", "0", "--data-dir", directory] + words, in: live.folder)
      let client = try ProcessClient(port: served.port())
      let days = try #require(try client.request("/replay/days").json["days"] as? [[String: Any]])
      #expect(days.map { $0["date"] as? String } == ["2025-12-17", "2025-12-16"])
      let refused = try client.request("/replay", post: #"{"day": "2025-12-17"}"#)
      #expect(refused.status == 409)
      let wanted = "type marketflow serve --replay 2025-12-17 --data-dir \"\(directory)\" --port 0"
      #expect((refused.json["detail"] as? String)?.hasSuffix(wanted) == true, "\(refused.json)")
      served.signal(SIGTERM)
      #expect(try served.outcome().code == 0)
    }
  }

  @Test func aFileGoesBackWithoutStoringAnythingTwice() throws {
    let tape = BenchTests.path("small.ndjson.gz")
    let data = live.folder.path("tapes")
    let served = try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", data, "--replay", tape, "--replay-speed", "max"], in: live.folder)
    let client = try ProcessClient(port: served.port())
    let first = try digest(client)
    for position in ["2025-12-16T16:00:00Z", "2025-12-16T15:00:00Z"] {
      #expect(try client.request("/replay", post: #"{"position": "\#(position)"}"#).status == 202)
      #expect(try digest(client) == first)
    }
    // A print that is not played again would move the places of all that follow.
    let trade = #"{"symbol": "SPY", "price": 600, "size": 1}"#
    let refused = try client.request("/trades", post: trade)
    #expect(refused.status == 422 && (refused.json["detail"] as? String)?.contains("--no-store") == true)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
    let export = try ProcessProgram.run(
      "export", "--date", "2025-12-16", "--format", "csv", "--data-dir", data, in: live.folder)
    let lines = export.output.split(separator: "\n").dropFirst()
    #expect(lines.count == 9992)
    #expect(Set(lines.map { $0.prefix { $0 != "," } }).count == 9992)
  }

  @Test func aStoredRunWithTradesByHandStaysWhereItIs() throws {
    let served = try ProcessProgram(
      [
        "serve", "--port", "0", "--data-dir", live.folder.path("tapes"), "--replay", BenchTests.path("small.ndjson.gz"),
        "--replay-speed", "max",
      ], in: live.folder)
    let client = try ProcessClient(port: served.port())
    _ = try digest(client)
    #expect(try client.request("/trades", post: #"{"symbol": "SPY", "price": 600, "size": 1}"#).status == 202)
    let answer = try client.request("/replay", post: #"{"position": "2025-12-16T16:00:00Z"}"#)
    #expect(answer.status == 409 && (answer.json["detail"] as? String)?.contains("--no-store") == true)
    #expect(try client.request("/replay", post: #"{"paused": true}"#).status == 202)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  @Test func wrongWordsAreNamed() throws {
    let served = try serve("--replay", "2025-12-17", "--replay-from", "09:30:04", "--replay-speed", "1")
    let client = try ProcessClient(port: served.port())
    #expect(try client.request("/replay", post: #"{"paused": true}"#).status == 202)
    #expect(try player(client, "paused")["from"] as? String == "2025-12-17T14:30:04.000Z")
    for (body, parameter) in [
      (#"{"speed": 0}"#, "speed"), (#"{"speed": "fast"}"#, "speed"), (#"{"paused": 1}"#, "paused"),
      (#"{"position": "noon"}"#, "position"), (#"{"position": "2025-12-17T14:30:03Z"}"#, "position"),
      (#"{"pause": true}"#, "pause"),
    ] {
      let answer = try client.request("/replay", post: body)
      #expect(answer.status == 422 && answer.json["parameter"] as? String == parameter, "\(body)")
    }
    #expect(try client.request("/replay", post: "{}").status == 422)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  @Test func aDayThatIsNotThereEndsTheProgram() throws {
    let outcome = try serve("--replay", "2025-12-24").outcome()
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("2025-12-24 is not recorded"), "\(outcome.errors)")
    #expect(try serve("--replay", "2025-12-17", "--replay-from", "noon").outcome().code == 2)
  }
}
