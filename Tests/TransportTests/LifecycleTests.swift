import Dispatch
import Logging
import Synchronization
import Testing

@testable import Transport

@Suite struct LifecycleTests {
  @Test func busyPortIsNamed() throws {
    let first = try TestServer()
    let second = HTTPServer(
      configuration: .init(port: first.port), application: TestApplication(), log: Log(minimumLevel: .critical))
    #expect(throws: TransportError.portBusy(host: "127.0.0.1", port: first.port)) { try second.start() }
    #expect(
      TransportError.portBusy(host: "127.0.0.1", port: 8000).description.contains("port 8000 on 127.0.0.1 is in use"))
    second.stop()
    #expect(try first.connect().get("/").status == 200)
  }

  @Test(arguments: [
    ("nowhere.example", TransportError.hostInvalid(host: "nowhere.example")),
    ("192.0.2.1", TransportError.hostUnavailable(host: "192.0.2.1")),
  ]) func badHostIsNamed(host: String, error: TransportError) {
    let server = HTTPServer(
      configuration: .init(host: host), application: TestApplication(), log: Log(minimumLevel: .critical))
    #expect(throws: error) { try server.start() }
  }

  @Test func startsOnce() throws {
    let server = try TestServer()
    #expect(throws: TransportError.startedTwice) { try server.server.start() }
    #expect(server.server.url == "http://127.0.0.1:\(server.port)")
  }

  @Test func stopTakesLeave() throws {
    let application = TestApplication()
    let replies = Mailbox<Reply>()
    application.onRequest = { _, reply in replies.put(reply) }
    let server = try TestServer(application)
    let port = server.port
    let socket = try RawWebSocket(port: port)
    let silent = try RawWebSocket(port: port)
    let waiting = try server.connect()
    try waiting.write("GET / HTTP/1.1\r\nHost: l\r\n\r\n")
    let reply = try replies.take()
    server.server.stop()
    server.server.stop()
    let farewell = try socket.receive()
    #expect(farewell.opcode == 8)
    #expect(farewell.closeCode == 1001)
    #expect(try silent.receive().closeCode == 1001)
    for _ in 0..<2 { _ = try application.closed.take() }
    #expect(waiting.isAtEnd())
    // An answer after the end reaches nobody and harms nothing.
    reply.send(HTTPResponse(status: 200))
    #expect(throws: RawSocket.Closed.self) { try RawSocket(port: port) }
    // The port is free again at once.
    let next = try TestServer { $0.port = port }
    #expect(try next.connect().get("/").status == 200)
  }

  /// Frames that wait in the library and in the queue do not keep a connection: the application hears of its end, and nothing of
  /// it is left.
  @Test func stopCutsOffWhoeverNeverReads() throws {
    let application = TestApplication()
    let blocked = Mailbox<Int>()
    var client: WebSocketClient?
    weak var seen: WebSocketClient?
    application.onOpened = { opened, _ in client = opened }
    application.onTick = { _ in
      guard let opened = client else { return }
      opened.send(OutgoingFrame(text: String(repeating: "x", count: 100_000)))
      // Two frames wait: the one before them is stuck half-way.
      guard opened.queuedFrames >= 2, opened.sentFrames > 0 else { return }
      seen = opened
      client = nil
      blocked.put(opened.sentFrames)
    }
    let server = try TestServer(application) { $0.sendBufferBytes = 16_384 }
    let sleeper = try RawWebSocket(port: server.port, receiveBufferBytes: 8_192)
    #expect(try blocked.take() > 0)
    server.server.stop()
    _ = try application.closed.take()
    #expect(server.counters.webSocketClients == 0)
    #expect(server.counters.connections == 0)
    #expect(seen == nil)
    withExtendedLifetime(sleeper) {}
  }

  @Test func repliesComeFromOtherThreads() throws {
    let application = TestApplication()
    application.onRequest = { request, reply in
      if request.path == "/now" { return reply.send(TestApplication.echo(request)) }
      DispatchQueue.global().async { reply.send(TestApplication.echo(request)) }
    }
    let server = try TestServer(application)
    let sockets = try (0..<8).map { _ in try server.connect() }
    for round in 0..<25 {
      for (index, socket) in sockets.enumerated() {
        try socket.write("GET /\(index)/\(round) HTTP/1.1\r\nHost: l\r\n\r\nGET /now HTTP/1.1\r\nHost: l\r\n\r\n")
      }
      for (index, socket) in sockets.enumerated() {
        #expect(try socket.readResponse().text == "GET /\(index)/\(round) [] ")
        #expect(try socket.readResponse().text == "GET /now [] ")
      }
    }
    let socket = sockets[0]
    try socket.write("POST /late HTTP/1.1\r\nHost: l\r\nContent-Length: 2\r\n\r\nhi")
    #expect(try socket.readResponse().text == "POST /late [] hi")
    #expect(try socket.get("/now").status == 200)
  }

  @Test func clientMayLeaveBeforeItsReply() throws {
    let application = TestApplication()
    let replies = Mailbox<Reply>()
    application.onRequest = { request, reply in
      if request.path == "/now" { reply.send(TestApplication.echo(request)) } else { replies.put(reply) }
    }
    let server = try TestServer(application)
    for isAbrupt in [true, false] {
      let socket = try server.connect()
      try socket.write("GET /late HTTP/1.1\r\nHost: l\r\n\r\n")
      let reply = try replies.take()
      if isAbrupt { socket.reset() } else { socket.finishWriting() }
      reply.send(TestApplication.text("too late"))
    }
    #expect(try server.connect().get("/now").status == 200)
  }

  @Test func forgottenReplyIsAnError() throws {
    let application = TestApplication()
    application.onRequest = { _, _ in }
    let server = try TestServer(application)
    let response = try server.connect().get("/")
    #expect(response.status == 500)
    #expect(response.header("content-type") == "application/problem+json")
  }
}

@Suite struct LibraryMemoryTests {
  @Test func anAnswerIsOfferedToTheKernelWhole() {
    let memory = LibraryMemory(configuration: HTTPServerConfiguration())
    // The library's own choice, 0, means sends of 4 KB.
    #expect(memory.protocols[0].tx_packet_size >= ServerLoop.scratchBytes)
    #expect(memory.protocols[0].tx_packet_size >= HTTPServerConfiguration().maximumQueuedBytes)
  }
}
