import Foundation
import Logging
import MarketModel
import Storage
import Synchronization
import Testing

@testable import FlowEngine
@testable import Server

/// The whole server over real sockets, with a real database where one is needed.
@Suite struct LoopbackTests {
  /// Numbers prints as the first run of a database does.
  private let fixture = Fixture(printBase: 1 << 36)
  private let spy = Fixture.symbol(.call, 672)

  private func start(
    host: String = "127.0.0.1", store: Store? = nil, recentPrints: Int = 1024, printBase: Int64 = 0,
    inject: (@Sendable (InjectedTrade) -> InjectionOutcome)? = nil, names: [String]? = nil
  ) throws -> Server {
    var configuration = ServerConfiguration(epoch: "e1", versions: Fixture.identity.versions)
    configuration.host = host
    configuration.port = 0
    configuration.names = names
    configuration.recentPrints = recentPrints
    configuration.printBase = printBase
    var openStore: (@Sendable () throws -> StoreReader)?
    if let store { openStore = { try store.makeReader() } }
    let facts = fixture.facts
    let server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: fixture.table, outputs: fixture.outputs, snapshots: fixture.snapshots,
        facts: { facts.value }, inject: inject),
      openStore: openStore, log: Log(minimumLevel: .critical))
    try server.start()
    return server
  }

  private func push(_ count: Int) { for _ in 0..<count { _ = fixture.outputs.push(.print(fixture.print(spy))) } }

  @Test func answersWithSecurityHeaders() throws {
    let server = try start()
    defer { server.stop() }
    let socket = try LoopbackSocket(port: server.port)
    for path in ["/health", "/top", "/prints?limit=5", "/openapi.json", "/docs", "/nothing", "/top?limit=x"] {
      let answer = try socket.request(path)
      #expect(answer.headers["content-security-policy"]?.contains("default-src 'self'") == true, "\(path)")
      #expect(answer.headers["x-content-type-options"] == "nosniff", "\(path)")
      #expect(answer.headers["referrer-policy"] == "no-referrer", "\(path)")
    }
    #expect(try socket.request("/top?symbol=O%3ASPY251216C00672000").status == 200)
    #expect(try socket.request("/nothing").status == 404)
    #expect(try socket.request("/top", method: "DELETE").status == 405)
    let head = try socket.request("/openapi.json", method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty)
  }

  @Test func streamsWhatTheEngineSays() throws {
    let server = try start()
    defer { server.stop() }
    let socket = try LoopbackSocket(port: server.port)
    #expect(try socket.upgrade("/ws/stream") == 101)
    #expect(try socket.message()["type"] as? String == "hello")
    push(3)
    // Batches are cut by the tick, so that the three may come in more than one.
    var ids: [Int] = []
    while ids.count < 3 {
      let batch = try socket.message("prints")
      ids += (batch["rows"] as! [[String: Any]]).map { $0["id"] as! Int }
      #expect(batch["missed"] as? Int == 0)
    }
    #expect(ids == [1, 2, 3])
    // This thread is the engine: it answers whenever the server has asked.
    let state = try socket.message("state") { message in
      fixture.snapshots.answer { fixture.fill($0) }
      return message["grid"] is [String: Any]
    }
    #expect((state["grid"] as! [String: Any])["underlying"] as? String == "SPY")
    #expect((state["top"] as! [Any]).count == Limits.stateTopRows)
    #expect((state["health"] as! [String: Any])["clients"] as? Int == 1)
    let http = try LoopbackSocket(port: server.port)
    #expect(try http.request("/prints").rows.map { $0["id"] as! Int } == [3, 2, 1])
    #expect(try http.request("/ticker/SPY").object["symbol"] as? String == "SPY")
    #expect(try http.request("/top?limit=3").rows.count == 3)
  }

  @Test func aClientSaysWhatItWatches() throws {
    let server = try start()
    defer { server.stop() }
    let socket = try LoopbackSocket(port: server.port)
    #expect(try socket.upgrade("/ws/stream?symbol=qqq") == 101)
    let other = try LoopbackSocket(port: server.port)
    #expect(try other.upgrade("/ws/stream") == 101)
    func state(_ socket: LoopbackSocket, of underlying: String) throws -> [String: Any] {
      try socket.message("state") { message in
        fixture.snapshots.answer { fixture.fill($0) }
        return (message["grid"] as? [String: Any])?.text("underlying") == underlying
      }
    }
    #expect(try state(socket, of: "QQQ").text("watched") == "QQQ")
    try socket.send(text: #"{"type":"watch","symbol":"SPY"}"#)
    #expect(try state(socket, of: "SPY").text("watched") == "SPY")
    try socket.send(text: #"{"type":"watch","symbol":null}"#)
    #expect(try socket.message("state") { $0["watched"] is NSNull }.objects("minutes").count == 1)
    try socket.send(text: "{")
    #expect(try socket.message("error").text("detail").contains("not JSON"))
    try socket.send(text: String(repeating: " ", count: 600))
    #expect(try socket.message("error").text("detail").contains("wanted at most 512"))
    _ = try socket.message("state")
    #expect(try state(other, of: "SPY")["watched"] is NSNull)
    let http = try LoopbackSocket(port: server.port)
    let stream = try http.request("/health").object["stream"] as? [String: Any]
    #expect(stream?.integer("messages_refused") == 2)
    #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream?symbol=no%20symbol") == 400)
    #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream?symbol=O%3ASPY251216C00672000") == 400)
    // What is longer by far ends the connection: it would be kept until it is whole.
    try socket.send(text: String(repeating: " ", count: Limits.clientRequestHardBytes + 1))
    #expect(throws: LoopbackSocket.Failure.self) { while true { _ = try socket.message() } }
  }

  @Test func resumesAfterALostConnection() throws {
    let server = try start()
    defer { server.stop() }
    push(5)
    let first = try LoopbackSocket(port: server.port)
    #expect(try first.upgrade("/ws/stream?epoch=e1&after=0") == 101)
    var ids: [Int] = []
    while ids.count < 5 { ids += (try first.message("prints")["rows"] as! [[String: Any]]).map { $0["id"] as! Int } }
    let second = try LoopbackSocket(port: server.port)
    #expect(try second.upgrade("/ws/stream?epoch=e1&after=3") == 101)
    #expect(try second.message("hello")["resumed"] as? Bool == true)
    #expect((try second.message("prints")["rows"] as! [[String: Any]]).map { $0["id"] as! Int } == [4, 5])
    let other = try LoopbackSocket(port: server.port)
    #expect(try other.upgrade("/ws/stream?epoch=e0&after=3") == 101)
    #expect(try other.message("hello")["resumed"] as? Bool == false)
  }

  @Test func refusesForeignPagesAtTheDoor() throws {
    let server = try start()
    defer { server.stop() }
    func status(_ target: String, _ headers: [String: String] = [:]) throws -> Int {
      try LoopbackSocket(port: server.port).upgrade(target, headers: headers)
    }
    #expect(try status("/ws/stream", ["Origin": "http://evil.example"]) == 403)
    #expect(try status("/ws/stream", ["Origin": "http://127.0.0.1:\(server.port)"]) == 101)
    #expect(try status("/ws/other") == 404)
    #expect(try status("/ws/stream?after=x") == 400)
  }

  /// A name of somebody else's that was pointed at this machine: to the browser it is one and the same origin.
  @Test func refusesNamesThatArePointedHere() throws {
    let server = try start()
    defer { server.stop() }
    for name in [
      "evil.example", "evil.example:\(server.port)", "127.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
    ] {
      let headers = ["Host": name, "Origin": "http://\(name)"]
      for path in ["/health", "/prints", "/openapi.json", "/nothing", "/"] {
        let answer = try LoopbackSocket(port: server.port).request(path, headers: headers)
        #expect(answer.status == 403, "\(name) \(path)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        #expect(answer.object.text("detail").contains("wanted localhost"))
        #expect(answer.headers["x-content-type-options"] == "nosniff")
      }
      #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: headers) == 403, "\(name)")
      #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: ["Host": name]) == 403, "\(name)")
    }
    for name in ["localhost:\(server.port)", "127.0.0.1", "127.8.9.10:80", "[::1]:9000", "LOCALHOST"] {
      let headers = ["Host": name, "Origin": "http://\(name)"]
      #expect(try LoopbackSocket(port: server.port).request("/top", headers: headers).status == 200, "\(name)")
      #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: headers) == 101, "\(name)")
    }
  }

  @Test func onTheNetworkAnyNameWillDo() throws {
    let server = try start(host: "0.0.0.0")
    defer { server.stop() }
    let headers = ["Host": "desk.lan:\(server.port)", "Origin": "http://desk.lan:\(server.port)"]
    #expect(try LoopbackSocket(port: server.port).request("/top", headers: headers).status == 200)
    #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: headers) == 101)
    let foreign = ["Host": "desk.lan:\(server.port)", "Origin": "http://evil.example"]
    #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: foreign) == 403)
  }

  @Test func theRuleFollowsTheAddress() {
    for address in ["127.0.0.1", "localhost", "::1", "127.0.0.9"] {
      #expect(HostRule(listeningOn: address, names: nil) == .names([]))
    }
    for address in ["0.0.0.0", "::", "192.168.1.5"] {
      #expect(HostRule(listeningOn: address, names: nil) == .anyName)
      #expect(HostRule(listeningOn: address, names: ["desk.lan"]) == .names(["desk.lan"]))
    }
  }

  /// In a container, whose port is published on this machine alone.
  @Test func onTheNetworkOtherNamesThanThoseThatAreGivenAreRefused() throws {
    let server = try start(host: "0.0.0.0", names: ["desk.lan", "[fe80::1]"])
    defer { server.stop() }
    for name in ["desk.lan", "DESK.lan:\(server.port)", "[fe80::1]:80", "127.0.0.1:8000", "localhost"] {
      #expect(try LoopbackSocket(port: server.port).request("/top", headers: ["Host": name]).status == 200, "\(name)")
      #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: ["Host": name]) == 101, "\(name)")
    }
    for name in ["evil.example", "desk.lan.evil.example", "desk.lan:x", "[fe80::1", "10.0.0.1"] {
      let answer = try LoopbackSocket(port: server.port).request("/health", headers: ["Host": name])
      #expect(answer.status == 403, "\(name)")
      #expect(answer.object.text("detail").contains("wanted localhost, 127.0.0.1, desk.lan, [fe80::1] or [::1]"))
      #expect(try LoopbackSocket(port: server.port).upgrade("/ws/stream", headers: ["Host": name]) == 403, "\(name)")
    }
  }

  @Test func injectsOverTheSocket() throws {
    let inbox = SharedInbox()
    let server = try start(inject: { trade in
      inbox.trades.withLock { $0.append(trade) }
      return .accepted
    })
    defer { server.stop() }
    let socket = try LoopbackSocket(port: server.port)
    let body = #"{"symbol": "SPY", "price": 672.25, "size": 100}"#
    let type = ["Content-Type": "application/json"]
    #expect(try socket.request("/trades", method: "POST", headers: type, body: body).status == 202)
    #expect(inbox.trades.withLock { $0.map(\.price) } == [Price(cents: 67_225)])
    let foreign = type.merging(["Host": "evil.example"]) { $1 }
    #expect(
      try LoopbackSocket(port: server.port).request("/trades", method: "POST", headers: foreign, body: body).status
        == 403)
    #expect(inbox.trades.withLock { $0.count } == 1)
  }

  private final class SharedInbox: Sendable {
    let trades = Mutex<[InjectedTrade]>([])
  }

  // MARK: The database

  /// A store that holds `prints`, all of them on disk.
  private func store(_ prints: [LabeledPrint], at path: String) throws -> (Store, base: Int64) {
    let store = try Store(StoreOptions(path: path))
    let writer = try store.makeWriter(instruments: fixture.table, log: Log(minimumLevel: .critical))
    let run = try writer.begin(IngestSource(source: "test", fingerprint: UUID().uuidString, resumable: false))
    let outputs = prints.map { FlowOutput.print($0) }
    let taken = outputs.withUnsafeBufferPointer { writer.offer($0) }
    #expect(taken == outputs.count)
    try writer.close(finished: true)
    return (store, run.firstPrintID - 1)
  }

  private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "server-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
    try body(directory)
  }

  @Test func aRowReadsTheSameFromMemoryAndFromTheStore() throws {
    try withDirectory { directory in
      var prints: [LabeledPrint] = []
      for side in AggressorSide.allCases {
        prints.append(
          fixture.print(
            spy, price: 0.01, side: side, flags: [.block, .injected, .auction], conditions: ConditionSet(vendorID: 219))
        )
        prints.append(
          fixture.print("AAPL", size: 3, side: side, conditions: ConditionSet(vendorID: 37), hasQuote: false))
      }
      for print in prints { fixture.model.absorb(.print(print)) }
      let (store, base) = try store(prints, at: directory + "/flow.duckdb")
      #expect(base == fixture.model.printBase)
      let stored = try store.makeReader().prints(matching: HistoryFilter(), before: .max, limit: 100)
      let page = PrintsPage.schema.encode(PrintsPage(rows: stored, next: nil, source: .memory))
      #expect(
        String(decoding: page, as: UTF8.self) == String(decoding: fixture.router().get("/prints").body, as: UTF8.self))
      #expect(stored.count == prints.count)
    }
  }

  @Test func pagesRunFromMemoryIntoTheDatabase() throws {
    try withDirectory { directory in
      let prints = (1...60).map { _ in fixture.print(spy) }
      let (store, base) = try store(prints, at: directory + "/flow.duckdb")
      let server = try start(store: store, recentPrints: 16, printBase: base)
      defer { server.stop() }
      for print in prints { _ = fixture.outputs.push(.print(print)) }
      let stream = try LoopbackSocket(port: server.port)
      #expect(try stream.upgrade("/ws/stream?epoch=e1&after=\(base)") == 101)
      // Once the stream has the last print, memory has it too.
      _ = try stream.message("prints") { ($0["rows"] as! [[String: Any]]).last?["id"] as? Int == Int(base) + 60 }
      let socket = try LoopbackSocket(port: server.port)
      for limit in [7, 16, 17, 60] {
        var ids: [Int] = []
        var sources: [String] = []
        var cursor = ""
        while true {
          let answer = try socket.request("/prints?symbol=SPY&limit=\(limit)" + cursor)
          #expect(answer.status == 200)
          ids += answer.rows.map { $0["id"] as! Int - Int(base) }
          sources.append(answer.object["source"] as! String)
          guard let next = answer.object["next"] as? String else { break }
          cursor = "&cursor=\(next)"
        }
        #expect(ids == Array((1...60).reversed()), "limit \(limit)")
        #expect(sources.last == "store")
      }
    }
  }
}
