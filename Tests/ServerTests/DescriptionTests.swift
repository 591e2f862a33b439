import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

/// What is served is what is described, and what is described is served.
@Suite struct DescriptionTests {
  private let fixture = Fixture()
  private let router: Router
  private let openAPI: [String: Any]
  private let validator: SchemaValidator

  init() {
    fixture.adoptMarket()
    let spy = Fixture.symbol(.call, 672)
    for side in AggressorSide.allCases {
      fixture.model.absorb(.print(fixture.print(spy, side: side, flags: PrintFlags(rawValue: 2047))))
      fixture.model.absorb(.print(fixture.print("AAPL", side: side, hasQuote: false)))
    }
    fixture.model.absorb(.detection(fixture.detection(1, [fixture.print(spy)], confidence: 600)))
    router = fixture.router()
    openAPI = router.get("/openapi.json").object
    validator = SchemaValidator(openAPI: openAPI)
  }

  @Test func everyAnswerIsAsDescribed() {
    for (path, schema) in [
      ("/health", "Health"), ("/top", "Top"), ("/prints", "Prints"), ("/ticker/SPY", "Ticker"),
      ("/ticker/QQQ", "Ticker"), ("/nothing", "Problem"),
      ("/detections", "Detections"), ("/detections/20251216-sweep-1", "DetectionWithLegs"),
    ] {
      #expect(validator.errors(router.get(path).object, against: schema) == [], "\(path)")
    }
    #expect(validator.errors(router.get("/top", ["limt": "1"]).object, against: "Problem") == [])
    let empty = Fixture().router()
    for (path, schema) in [("/health", "Health"), ("/top", "Top"), ("/prints", "Prints"), ("/ticker/SPY", "Problem")] {
      #expect(validator.errors(empty.get(path).object, against: schema) == [], "\(path) before the first event")
    }
  }

  @Test func everyMessageIsAsDescribed() {
    let client = FakeClient()
    fixture.core.broadcaster.add(client, resuming: nil)
    let trade = fixture.model.prints[1].trade
    fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: 1, trade: trade)))
    fixture.core.tick()
    fixture.core.broadcaster.broadcastState(health: fixture.core.health(), wallTime: fixture.clock.time)
    fixture.core.receive(Array(#"{"type":"watch","symbol":"QQQ"}"#.utf8), from: client)
    fixture.core.receive(Array("not JSON".utf8), from: client)
    #expect(Set(client.types) == ["hello", "prints", "state", "detections", "error"])
    for message in client.messages {
      let name = [
        "hello": "StreamHello", "prints": "StreamPrints", "state": "StreamState", "detections": "StreamDetections",
        "error": "StreamError",
      ][message["type"] as! String]!
      #expect(validator.errors(message, against: name) == [])
    }
  }

  @Test func theValidatorCanFail() {
    var row = router.get("/prints").object
    #expect(validator.errors(row, against: "Prints") == [])
    row["source"] = "disk"
    row["extra"] = 1
    row["next"] = nil
    var rows = row["rows"] as! [[String: Any]]
    rows[0]["size"] = 1.5
    rows[0]["time"] = "noon"
    row["rows"] = rows
    #expect(validator.errors(row, against: "Prints").count == 5)
  }

  @Test func everyPathIsDescribedAndAnswers() {
    let paths = openAPI["paths"] as! [String: [String: Any]]
    #expect(
      Set(paths.keys)
        == [
          "/health", "/top", "/prints", "/history/flow", "/history/rollups", "/history/totals", "/query",
          "/detections", "/detections/{id}",
          "/ticker/{symbol}", "/flow/{symbol}", "/positioning/{symbol}", "/gex/{symbol}",
          "/gex/{symbol}/history", "/trades", "/replay", "/replay/days",
          "/ws/stream", "/openapi.json", "/docs",
          "/alerts", "/alerts/{id}/acknowledge", "/alerts/{id}/resolve", "/alerts/statistics", "/alerts/rules",
          "/alerts/rules/{name}", "/alerts/subscribers", "/alerts/subscribers/{name}", "/alerts/deliveries/resend",
        ])
    for (path, methods) in paths {
      for (method, operation) in methods {
        let answer = router.answerNow(
          APIRequest(
            method: method.uppercased(),
            path: path.replacingOccurrences(of: "{symbol}", with: "SPY").replacingOccurrences(
              of: "{id}", with: "20251216-sweep-1")))
        #expect(answer.status != 404 && answer.status != 405, "\(method) \(path)")
        let responses = (operation as! [String: Any])["responses"] as! [String: Any]
        #expect(
          responses["\(answer.status)"] != nil || answer.status == 426, "\(method) \(path) answered \(answer.status)")
      }
    }
  }

  @Test func everyDescribedParameterIsTaken() {
    let samples = [
      "symbol": "SPY", "expiry": "2025-12-16", "type": "call", "side": "buy", "min_premium": "1", "limit": "1",
      "cursor": "5", "by": "count", "from": "2025-12-16", "to": "2025-12-16", "min_strike": "600", "max_strike": "700",
      "trade_type": "block", "counted": "true", "from_id": "1",
    ]
    let paths = openAPI["paths"] as! [String: [String: [String: Any]]]
    for path in ["/top", "/prints", "/ticker/{symbol}"] {
      let parameters = (paths[path]!["get"]!["parameters"] as! [[String: Any]]).filter {
        $0["in"] as? String == "query"
      }
      #expect(!parameters.isEmpty)
      for parameter in parameters {
        let name = parameter["name"] as! String
        let answer = router.get(path.replacingOccurrences(of: "{symbol}", with: "SPY"), [name: samples[name]!])
        #expect(answer.status == 200, "\(path)?\(name)")
      }
    }
  }

  @Test func docsNameEverythingAndCarryNoScript() {
    let page = String(decoding: router.get("/docs").body, as: UTF8.self)
    for endpoint in Endpoints.all { #expect(page.contains("id=\"\(endpoint.operation)\"")) }
    for record in OpenAPIDocument.records(Endpoints.all, Endpoints.messages) {
      #expect(page.contains("id=\"record-\(record.name)\""))
    }
    for kind in Problem.Kind.allCases { #expect(page.contains("id=\"problem-\(kind.rawValue)\"")) }
    #expect(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"))
    #expect(router.get("/docs.css").contentType.hasPrefix("text/css"))
  }
}
