import Testing

@testable import Transport

@Suite struct HTTPTests {
  @Test func requestArrivesDecoded() throws {
    let application = TestApplication()
    let requests = Mailbox<HTTPRequest>()
    application.onRequest = { request, reply in
      requests.put(request)
      reply.send(TestApplication.echo(request))
    }
    let server = try TestServer(application)
    let response = try server.connect().get(
      "/a%20b/%C3%A9?x=1&name=a%26b%3Dc&empty=&flag&plus=a+b",
      headers:
        "Origin: http://localhost:8000\r\nUser-Agent: test\r\nX-Requested-With: fetch\r\nIf-None-Match: \"e\"\r\n"
        + "Accept-Encoding: gzip, br\r\n")
    #expect(response.status == 200)
    #expect(response.text == "GET /a b/é [x=1|name=a&b=c|empty=|flag=|plus=a b] ")
    #expect(response.header("content-type") == "text/plain")
    #expect(response.header("date")?.hasSuffix("GMT") == true)
    let request = try requests.take()
    #expect(request.header(.host) == "localhost")
    #expect(request.header(.origin) == "http://localhost:8000")
    #expect(request.header(.ifNoneMatch) == "\"e\"")
    #expect(request.header(.acceptEncoding) == "gzip, br")
    #expect(request.header(.contentType) == nil)
    #expect(request.query("name") == "a&b=c")
    #expect(request.remoteAddress == "127.0.0.1")
  }

  @Test func connectionIsKeptAndPipelined() throws {
    let server = try TestServer()
    let socket = try server.connect()
    for index in 0..<20 { #expect(try socket.get("/\(index)").text == "GET /\(index) [] ") }
    try socket.write(
      "POST /1 HTTP/1.1\r\nHost: l\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: l\r\n\r\n"
        + "PUT /3 HTTP/1.1\r\nHost: l\r\nContent-Length: 0\r\n\r\nPOST /4 HTTP/1.1\r\nHost: l\r\nContent-Length: 0\r\n\r\n"
        + "DELETE /5 HTTP/1.1\r\nHost: l\r\n\r\nOPTIONS /6 HTTP/1.1\r\nHost: l\r\n\r\n"
        + "HEAD /7 HTTP/1.1\r\nHost: l\r\n\r\n")
    let expected = [
      "POST /1 [] hello", "GET /2 [] ", "PUT /3 [] ", "POST /4 [] ", "DELETE /5 [] ", "OPTIONS /6 [] ",
    ]
    for text in expected { #expect(try socket.readResponse().text == text) }
    #expect(try socket.readResponse(hasBody: false).status == 200)
    #expect(server.counters.connections == 1)
    #expect(server.counters.requests == 27)
    #expect(server.counters.bytesReceived == 5)
    #expect(server.counters.bytesSent > 27 * 60)
  }

  /// The library would take its head for its body: refused rather than misread.
  @Test func bodyBehindAnotherRequestIsNotMisread() throws {
    let server = try TestServer()
    let socket = try server.connect()
    try socket.write(
      "GET /1 HTTP/1.1\r\nHost: l\r\n\r\nPOST /2 HTTP/1.1\r\nHost: l\r\nContent-Length: 5\r\n\r\nhello")
    #expect(try socket.readResponse().text == "GET /1 [] ")
    #expect(try socket.readResponse().status == 400)
    #expect(socket.isAtEnd())
    let patient = try server.connect()
    #expect(try patient.get("/1").status == 200)
    try patient.write("POST /2 HTTP/1.1\r\nHost: l\r\nContent-Length: 5\r\n\r\nhello")
    #expect(try patient.readResponse().text == "POST /2 [] hello")
  }

  @Test func bytesMayArriveOneByOne() throws {
    let server = try TestServer()
    let socket = try server.connect()
    let body = String(repeating: "0123456789", count: 20)
    for byte in "POST /p?q=%41 HTTP/1.1\r\nHost: l\r\nContent-Length: 200\r\n\r\n\(body)".utf8 {
      try socket.write([byte])
    }
    #expect(try socket.readResponse().text == "POST /p [q=A] \(body)")
  }

  @Test func bodyUpToTheLimitAndBeyond() throws {
    let server = try TestServer { $0.maximumBodyBytes = 1_000 }
    let socket = try server.connect()
    let body = String(repeating: "x", count: 1_000)
    try socket.write("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 1000\r\n\r\n\(body)")
    #expect(try socket.readResponse().text == "POST / [] \(body)")
    try socket.write("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 1001\r\n\r\n\(body)y")
    let refused = try socket.readResponse()
    #expect(refused.status == 413)
    #expect(refused.header("content-type") == "application/problem+json")
    #expect(refused.text.contains("The body has 1001 bytes; at most 1000 are taken."))
    #expect(socket.isAtEnd())
    #expect(server.counters.refusedRequests == 1)
  }

  @Test func curlIsToldToContinue() throws {
    let server = try TestServer()
    let socket = try server.connect()
    try socket.write("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    #expect(try socket.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
    try socket.write("ok")
    #expect(try socket.readResponse().text == "POST / [] ok")
  }

  @Test func headIsGetWithoutBody() throws {
    let server = try TestServer()
    let socket = try server.connect()
    try socket.write("HEAD /abc HTTP/1.1\r\nHost: l\r\n\r\n")
    let response = try socket.readResponse(hasBody: false)
    #expect(response.status == 200)
    #expect(response.header("content-length") == "13")
    #expect(try socket.get("/next").text == "GET /next [] ")
  }

  @Test(arguments: [204, 304]) func someStatusesHaveNoBody(status: Int) throws {
    let application = TestApplication()
    application.onRequest = { request, reply in
      reply.send(
        request.path == "/empty"
          ? HTTPResponse(status: status, headers: [("ETag", "\"v\"")], body: [1, 2, 3]) : TestApplication.echo(request))
    }
    let server = try TestServer(application)
    let socket = try server.connect()
    let response = try socket.get("/empty")
    #expect(response.status == status)
    #expect(response.header("content-length") == nil)
    #expect(response.header("etag") == "\"v\"")
    #expect(try socket.get("/next").text == "GET /next [] ")
  }

  @Test func largeResponseArrivesWholeWithARequestBehindIt() throws {
    let application = TestApplication()
    let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    application.onRequest = { request, reply in
      reply.send(request.path == "/large" ? HTTPResponse(status: 200, body: large) : TestApplication.echo(request))
    }
    let server = try TestServer(application)
    let socket = try RawSocket(port: server.port, receiveBufferBytes: 8_192)
    try socket.write("GET /large HTTP/1.1\r\nHost: l\r\n\r\nGET /next HTTP/1.1\r\nHost: l\r\n\r\n")
    #expect(try socket.readResponse().body == large)
    #expect(try socket.readResponse().text == "GET /next [] ")
  }

  @Test func connectionClosesWhenAsked() throws {
    let server = try TestServer()
    let close = try server.connect()
    let response = try close.get("/", headers: "Connection: close\r\n")
    #expect(response.header("connection") == "close")
    #expect(close.isAtEnd())
    let old = try server.connect()
    try old.write("GET /old HTTP/1.0\r\n\r\n")
    #expect(try old.readResponse().text == "GET /old [] ")
    #expect(old.isAtEnd())
    let kept = try server.connect()
    for _ in 0..<2 {
      try kept.write("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try kept.readResponse().header("connection") == "keep-alive")
    }
    let half = try server.connect()
    try half.write("GET /half HTTP/1.1\r\nHost: l\r\n\r\n")
    half.finishWriting()
    #expect(try half.readResponse().text == "GET /half [] ")
  }

  @Test func plainTextUpgradeToHTTP2IsIgnored() throws {
    let server = try TestServer()
    let socket = try server.connect()
    let response = try socket.get(
      "/", headers: "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n")
    #expect(response.status == 200)
  }
}
