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
