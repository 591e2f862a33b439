import Testing

@testable import Transport

/// Requests the server answers itself; none reaches the application, each closes the connection.
@Suite struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    let status: Int
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "unknown method", bytes: "PROPFIND / HTTP/1.1\r\nHost: l\r\n\r\n", status: 501),
    Case(name: "CONNECT", bytes: "CONNECT l:80 HTTP/1.1\r\nHost: l\r\n\r\n", status: 501),
    Case(name: "TLS hello", bytes: "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", status: 400),
    Case(name: "words", bytes: "hello there\r\n\r\n", status: 400),
    Case(name: "no host", bytes: "GET / HTTP/1.1\r\n\r\n", status: 400),
    Case(name: "HTTP/2", bytes: "GET / HTTP/2.0\r\nHost: l\r\n\r\n", status: 400),
    Case(name: "path not UTF-8", bytes: "GET /%ff HTTP/1.1\r\nHost: l\r\n\r\n", status: 400),
    Case(name: "query not UTF-8", bytes: "GET /?a=%ff HTTP/1.1\r\nHost: l\r\n\r\n", status: 400),
    Case(
      name: "chunked", bytes: "POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
      status: 411),
    Case(name: "no length", bytes: "POST / HTTP/1.1\r\nHost: l\r\n\r\n", status: 411),
    Case(name: "bad length", bytes: "POST / HTTP/1.1\r\nHost: l\r\nContent-Length: -1\r\n\r\n", status: 400),
    Case(
      name: "length twice", bytes: "POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
      status: 400),
    Case(name: "huge length", bytes: "POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 99999999999\r\n\r\nx", status: 413),
    Case(
      name: "huge header",
      bytes: "GET / HTTP/1.1\r\nHost: l\r\nCookie: \(String(repeating: "x", count: 20_000))\r\n\r\n",
      status: 431),
    Case(
      name: "huge path", bytes: "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: l\r\n\r\n", status: 431
    ),
  ]

  @Test(arguments: cases) func isAnswered(_ refused: Case) throws {
    let application = TestApplication()
    application.onRequest = { request, reply in
      #expect(request.path == "/before")
      reply.send(TestApplication.echo(request))
    }
    let server = try TestServer(application)
    // First thing on a connection, and after a good request.
    for isFirst in [true, false] {
      let socket = try server.connect()
      if !isFirst { #expect(try socket.get("/before").status == 200) }
      try socket.write(refused.bytes)
      let response = try socket.readResponse()
      #expect(response.status == refused.status)
      #expect(response.header("connection") == "close")
      #expect(response.header("content-type") == "application/problem+json")
      #expect(response.text.contains("\"status\":\(refused.status)"))
      #expect(socket.isAtEnd())
    }
    #expect(server.counters.refusedRequests == 2)
  }

  /// The library itself refuses or closes these; whatever it says, the application never sees them.
  @Test(arguments: [
    "GET /%zz HTTP/1.1\r\nHost: l\r\n\r\n", "GET /a%00b HTTP/1.1\r\nHost: l\r\n\r\n",
    "GET /?a=%00b HTTP/1.1\r\nHost: l\r\n\r\n", "GET / HTTP/1.1\r\nHost: l\r\nUpgrade: foo\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: l\r\nX-Big: \(String(repeating: "x", count: 80_000))\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: l\r\n\((0..<9_000).map { "X-\($0): y\r\n" }.joined())\r\n",
    "GET /?\(String(repeating: "a&", count: 500)) HTTP/1.1\r\nHost: l\r\n\r\n",
  ])
  func neverReachesTheApplication(request: String) throws {
    let application = TestApplication()
    application.onRequest = { request, reply in
      #expect(request.path == "/before")
      reply.send(TestApplication.echo(request))
    }
    let server = try TestServer(application)
    for isFirst in [true, false] {
      let socket = try server.connect()
      if !isFirst { #expect(try socket.get("/before").status == 200) }
      do {
        try socket.write(request)
        let response = try socket.readResponse()
        #expect((400...499).contains(response.status))
      } catch is RawSocket.Closed {}
      #expect(socket.isAtEnd())
    }
    #expect(try server.connect().get("/before").status == 200)
  }

  @Test(arguments: ["/../etc/passwd", "/a/../../etc", "/a/%2e%2e/%2e%2e/etc", "/..", "/a/..", "//..//etc"])
  func noPathLeadsUpwards(target: String) throws {
    let server = try TestServer()
    let response = try server.connect().get(target)
    let path = response.status == 200 ? response.text.split(separator: " ")[1] : ""
    #expect(!path.contains(".."), "\(target) arrived as \(path)")
  }

  @Test func applicationWordsRefusals() throws {
    final class Worded: ServerApplication {
      func respond(to request: HTTPRequest, reply: Reply) { reply.send(HTTPResponse(status: 200)) }
      func refusal(status: Int, detail: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("X-Content-Type-Options", "nosniff")], body: Array(detail.utf8))
      }
    }
    let server = HTTPServer(configuration: .init(), application: Worded(), log: .init(minimumLevel: .critical))
    try server.start()
    defer { server.stop() }
    let socket = try RawSocket(port: server.port)
    try socket.write("POST / HTTP/1.1\r\nHost: l\r\n\r\n")
    let response = try socket.readResponse()
    #expect(response.status == 411)
    #expect(response.header("x-content-type-options") == "nosniff")
    #expect(response.text == "POST needs a Content-Length.")
    // And without a WebSocket of its own it refuses upgrades.
    let upgrade = try RawSocket(port: server.port)
    try upgrade.write(RawWebSocket.handshake())
    #expect(try upgrade.readResponse().status == 404)
  }

  @Test func connectionsAreLimited() throws {
    let server = try TestServer { $0.maximumConnections = 2 }
    let first = try server.connect()
    let second = try server.connect()
    #expect(try first.get("/").status == 200)
    #expect(try second.get("/").status == 200)
    let third = try server.connect()
    #expect(try third.readResponse().status == 503)
    #expect(third.isAtEnd())
    #expect(try first.get("/").status == 200)
    #expect(server.counters.connections == 2)
  }
}
