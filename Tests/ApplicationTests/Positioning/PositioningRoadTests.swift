import FlowEngine
import Foundation
import Logging
import MarketModel
import Positioning
import Rings
import Server
import Storage
import Testing

@testable import Application

/// A tape through the engine's thread and the positioning thread to the routes, over real sockets.
@Suite struct PositioningRoadTests {
  private let tape = OptionsTape(InstrumentTable(capacity: 1 << 12))
  private let events = SPSCRing<MarketEvent>(capacity: 1 << 12)
  private let publisher = SPSCRing<FlowOutput>(capacity: 1 << 12)
  private let snapshots = Exchange<FlowSnapshot>()
  private let engine: EngineThread
  private let positioning: PositioningThread
  private let server: Server

  init() {
    let chains = Exchange<FlowSnapshot>()
    engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: publisher, snapshots: snapshots, positioning: chains, store: nil,
        storePatience: .endless, gauges: IngestGauges()))
    positioning = PositioningThread(
      PositioningThread.Connections(
        instruments: tape.instruments, snapshots: chains, greeks: GreeksRule(), intervalMilliseconds: 1))
    var configuration = ServerConfiguration(
      epoch: "e1",
      versions: ComponentVersions(marketflow: "0", swift: "0", duckdb: "0", libwebsockets: "0", simdjson: "0"))
    configuration.port = 0
    let positioning = positioning
    server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: tape.instruments, outputs: publisher, snapshots: snapshots,
        facts: {
          var facts = HealthFacts()
          facts.positioning = positioning.facts
          return facts
        }, positioning: { positioning.board }), log: Log(minimumLevel: .critical))
  }

  private func withRoad(_ body: (ProcessClient) throws -> Void) throws {
    try server.start()
    engine.start(FlowEngine(instruments: tape.instruments))
    positioning.start()
    defer {
      positioning.stop()
      engine.stop()
      server.stop()
    }
    try body(try ProcessClient(port: server.port))
  }

  /// Gives the tape's events from one place on to the engine.
  private func play(from start: Int = 0) {
    let pushed = tape.events[start...].withUnsafeBufferPointer { events.push($0) }
    #expect(pushed == tape.events.count - start)
    engine.bell.ring()
  }

  /// Asks until the answer is of the tape's end.
  private func answer(_ client: ProcessClient, _ target: String) throws -> [String: Any] {
    while true {
      let (status, json) = try client.request(target)
      if status == 200, json["as_of"] as? String == tape.time.rfc3339,
        json["age_seconds"] as? Double != nil
      {
        return json
      }
      #expect(status == 200 || status == 409 || status == 404, "\(json)")
    }
  }

  /// JSON readers differ in the last bit of a long number.
  private func isSame(_ read: Any?, _ value: Double?) -> Bool {
    guard let read = read as? Double, let value else { return read is NSNull && value == nil }
    return abs(read - value) <= 1e-15 * abs(value)
  }

  @Test func routesAnswerWhatPositioningSays() throws {
    tape.usual()
    tape.wait(seconds: 1)
    let report = try #require(tape.board().board.underlyings[tape.id("SPY")]).report
    try withRoad { client in
      #expect(try client.request("/positioning/SPY").status == 409)
      play()
      let answer = try answer(client, "/positioning/SPY")
      let book = try #require(answer["open_interest"] as? [String: Any])
      #expect(isSame(book["gamma_exposure"], report.openInterest.sum(.gamma).value))
      #expect(isSame(book["zero_gamma"], report.openInterest.profile.zeroGamma.value))
      #expect(book["put_wall"] as? Double == report.openInterest.putWall.value?.strike.doubleValue)
      let flow = try #require(answer["flow"] as? [String: Any])
      #expect(isSame(flow["delta_exposure"], report.flow.sum(.delta).value))
      let gex = try self.answer(client, "/gex/SPY?by=expiry")
      let rows = try #require(gex["rows"] as? [[String: Any]])
      #expect(rows.count == report.openInterest.expiries.count)
      for (row, expiry) in zip(rows, report.openInterest.expiries) {
        #expect(row["expiry"] as? String == expiry.expiry.description)
        #expect(isSame(row["net"], expiry.all.net(.gamma)))
      }
      let health = try #require(try client.health()["positioning"] as? [String: Any])
      #expect(health["underlyings"] is Int && (health["rounds"] as? Int ?? 0) > 0)
    }
  }

  @Test func withoutOpenInterestTheReasonStandsBesideNull() throws {
    tape.stock("SPY", 100)
    let call = tape.option("SPY", .call, 101)
    tape.quote(call, spot: 100, volatility: 0.2)
    tape.trade(call, 3, 10)
    tape.wait(seconds: 1)
    try withRoad { client in
      play()
      let answer = try answer(client, "/positioning/SPY")
      let book = try #require(answer["open_interest"] as? [String: Any])
      #expect(book["gamma_exposure"] is NSNull)
      let missing = try #require(book["missing"] as? [[String: Any]])
      #expect(missing.first { $0["figure"] as? String == "gamma_exposure" }?["reason"] as? String == "no_open_interest")
      #expect((answer["flow"] as? [String: Any])?["gamma_exposure"] is Double)
    }
  }

  @Test func crossingsReachWhoeverAlertsPeople() throws {
    tape.usual(spot: 99.6)
    tape.wait(seconds: 1)
    let wall = try #require(tape.board().board.underlyings[tape.id("SPY")]?.report.openInterest.callWall.value?.strike)
    try withRoad { client in
      play()
      _ = try answer(client, "/positioning/SPY")
      let played = tape.events.count
      tape.wait(seconds: 4)
      tape.stock("SPY", wall.doubleValue + 0.5)
      play(from: played)
      let answer = try answer(client, "/positioning/SPY")
      let shown = try #require(answer["crossings"] as? [[String: Any]])
      #expect(shown.contains { $0["level"] as? String == "call_wall" && $0["direction"] as? String == "up" })
      positioning.stop()
      let crossings = positioning.takeLevelCrossings()
      #expect(positioning.takeLevelCrossings() == [])
      #expect(crossings.count == shown.count)
      #expect(crossings.contains { $0.level == .callWall && $0.levelPrice == wall && $0.underlying == tape.id("SPY") })
    }
  }
}
