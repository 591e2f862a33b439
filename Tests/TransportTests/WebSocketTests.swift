import Testing

@testable import Transport

@Suite struct WebSocketTests {
  @Test func messagesGoBothWays() throws {
    let application = TestApplication()
    let opened = Mailbox<String>()
    application.onOpened = { client, request in
      client.context = Mailbox<Int>()
      opened.put("\(request.path) \(request.query("epoch") ?? "") \(client.remoteAddress)")
    }
    let server = try TestServer(application)
    let socket = try RawWebSocket(port: server.port, path: "/ws/stream?epoch=7")
    #expect(try opened.take() == "/ws/stream 7 127.0.0.1")
    for text in ["hello", "", String(repeating: "é", count: 20_000)] {
      try socket.send(text)
      #expect(try socket.receive().text == text)
    }
    try socket.send(opcode: 1, Array("in ".utf8), isFinal: false)
    try socket.send(opcode: 9, Array("ping".utf8))
    try socket.send(opcode: 0, Array("pieces".utf8))
    let frames = [try socket.receive(), try socket.receive()]
    #expect(frames.contains(.init(opcode: 10, payload: Array("ping".utf8))))
    #expect(frames.contains(.init(opcode: 1, payload: Array("in pieces".utf8))))
    #expect(server.counters.webSocketClients == 1)
    try socket.send(opcode: 8, [0x03, 0xe8])
    #expect(try socket.receive().closeCode == 1000)
    #expect(try application.closed.take() == 0)
    #expect(server.counters.webSocketClients == 0)
    #expect(server.counters.messagesSent == 4)
  }

  @Test func originDecides() throws {
    let application = TestApplication()
    application.onUpgrade = { request in
      request.header(.origin) == "http://localhost:8000"
        ? .accept : .refuse(HTTPResponse(status: 403, headers: [("X-Why", "origin")], body: Array("no".utf8)))
    }
    let server = try TestServer(application)
    _ = try RawWebSocket(port: server.port, headers: "Origin: http://localhost:8000\r\n")
    for isFirst in [true, false] {
      let refused = try server.connect()
      if !isFirst { #expect(try refused.get("/").status == 200) }
      try refused.write(RawWebSocket.handshake(headers: "Origin: http://evil.example\r\n"))
      let response = try refused.readResponse()
      #expect(response.status == 403)
      #expect(response.header("x-why") == "origin")
      #expect(response.text == "no")
      #expect(refused.isAtEnd())
    }
    #expect(server.counters.refusedRequests == 2)
  }

  @Test(arguments: [
    (RawWebSocket.handshake(version: "8"), 426),
    (RawWebSocket.handshake().replacing("Connection: keep-alive, Upgrade\r\n", with: ""), 400),
    (RawWebSocket.handshake().replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "short"), 400),
    (RawWebSocket.handshake(headers: "Sec-WebSocket-Protocol: chat\r\n"), 400),
    (RawWebSocket.handshake().replacing("GET", with: "DELETE"), 400),
  ]) func badHandshakeIsRefused(handshake: String, status: Int) throws {
    let server = try TestServer()
    let socket = try server.connect()
    try socket.write(handshake)
    #expect(try socket.readResponse().status == status)
    #expect(socket.isAtEnd())
  }

  @Test func clientsAreLimited() throws {
    let server = try TestServer { $0.maximumWebSocketClients = 1 }
    let first = try RawWebSocket(port: server.port)
    let second = try server.connect()
    try second.write(RawWebSocket.handshake())
    #expect(try second.readResponse().status == 503)
    try first.send("still here")
    #expect(try first.receive().text == "still here")
  }

  @Test func badMessagesEndTheConnection() throws {
    let server = try TestServer { $0.maximumMessageBytes = 1_000 }
    let binary = try RawWebSocket(port: server.port)
    try binary.send(opcode: 2, [1, 2, 3])
    #expect(try binary.receive().closeCode == 1003)
    let long = try RawWebSocket(port: server.port)
    try long.send(String(repeating: "x", count: 1_001))
    #expect(try long.receive().closeCode == 1009)
    // Pieces count together.
    let pieces = try RawWebSocket(port: server.port)
    try pieces.send(opcode: 1, Array(repeating: 0x20, count: 600), isFinal: false)
    try pieces.send(opcode: 0, Array(repeating: 0x20, count: 600), isFinal: false)
    #expect(try pieces.receive().closeCode == 1009)
    let broken = try RawWebSocket(port: server.port)
    try broken.send(opcode: 1, [0xff, 0xfe])
    #expect(try broken.receive().opcode == 8)
  }

  @Test func everybodyGetsABroadcast() throws {
    let application = TestApplication()
    var isDue = false
    var clients: [(client: WebSocketClient, isSome: Bool)] = []
    application.onText = { _, _ in isDue = true }
    application.onTick = { _ in
      guard isDue else { return }
      isDue = false
      let (all, some, end) = (
        OutgoingFrame(text: "to all"), OutgoingFrame(text: "to some"), OutgoingFrame(text: "end")
      )
      for (client, isSome) in clients {
        for frame in isSome ? [all, some, end] : [all, end] { client.send(frame) }
      }
    }
    application.onOpened = { client, request in clients.append((client, request.query("some") != nil)) }
    let server = try TestServer(application)
    let sockets = try (0..<10).map { try RawWebSocket(port: server.port, path: $0 < 3 ? "/ws?some=1" : "/ws") }
    try sockets[0].send("go")
    for (index, socket) in sockets.enumerated() {
      for text in index < 3 ? ["to all", "to some", "end"] : ["to all", "end"] {
        #expect(try socket.receive().text == text)
      }
    }
  }

  @Test func clientThatNeverReadsIsBoundedAndSlowsNobody() throws {
    let application = TestApplication()
    let size = 100_000
    let states = Mailbox<[Int]>()
    var sleeper: WebSocketClient?
    var clients: [WebSocketClient] = []
    var round = 0
    application.onOpened = { client, request in
      clients.append(client)
      if request.path == "/sleeper" { sleeper = client }
    }
    application.onTick = { _ in
      guard clients.count == 2, round < 200 else { return }
      round += 1
      let frame = OutgoingFrame(text: "\(round) " + String(repeating: "x", count: size))
      for client in clients { client.send(frame) }
      if round == 200, let sleeper {
        states.put([sleeper.queuedFrames, sleeper.queuedBytes, sleeper.droppedFrames, sleeper.sentFrames])
      }
    }
    let server = try TestServer(application) {
      $0.maximumQueuedFrames = 20
      $0.maximumQueuedBytes = 1_050_000
      $0.sendBufferBytes = 16_384
    }
    let asleep = try RawWebSocket(port: server.port, path: "/sleeper", receiveBufferBytes: 8_192)
    let awake = try RawWebSocket(port: server.port)
    // The one who reads gets the last frame, whatever the other does.
    var last = ""
    while last != "200" { last = String(try awake.receive().text.prefix { $0 != " " }) }
    let state = try states.take()
    #expect(state[0] == 10)
    #expect(state[1] <= 1_050_000)
    #expect(state[2] + state[3] == 190)
    #expect(state[2] > 150)
    #expect(server.counters.messagesDropped >= state[2])
    // Waking up, it finds what had gone out, then the newest in order.
    var seen: [Int] = []
    while seen.last != 200 { seen.append(try #require(Int(try asleep.receive().text.prefix { $0 != " " }))) }
    #expect(seen.count == state[3] + 10)
    #expect(seen.suffix(10).elementsEqual(191...200))
  }

  @Test func conflationLeavesTheNewest() throws {
    let application = TestApplication()
    let states = Mailbox<Int>()
    var client: WebSocketClient?
    var round = 0
    application.onOpened = { opened, _ in client = opened }
    application.onTick = { server in
      guard let client, round < 300 else { return }
      round += 1
      client.send(OutgoingFrame(text: "\(round) " + String(repeating: "x", count: 100_000)), .latest(slot: 0))
      if round == 300 { states.put(client.replacedFrames) }
    }
    let server = try TestServer(application) { $0.sendBufferBytes = 16_384 }
    let socket = try RawWebSocket(port: server.port, receiveBufferBytes: 8_192)
    let replaced = try states.take()
    #expect(replaced > 200)
    var seen: [Int] = []
    while seen.last != 300 { seen.append(try #require(Int(try socket.receive().text.prefix { $0 != " " }))) }
    #expect(seen.count == 300 - replaced)
    #expect(seen == seen.sorted())
    #expect(server.counters.messagesReplaced == replaced)
  }

  @Test func applicationClosesAClient() throws {
    let application = TestApplication()
    application.onText = { client, _ in
      client.close(code: 1008, reason: "policy")
      client.send(OutgoingFrame(text: "too late"))
      #expect(!client.isOpen)
    }
    let server = try TestServer(application)
    let socket = try RawWebSocket(port: server.port)
    try socket.send("bye")
    let frame = try socket.receive()
    #expect(frame.closeCode == 1008)
    #expect(String(decoding: frame.payload.dropFirst(2), as: UTF8.self) == "policy")
    _ = try application.closed.take()
  }
}
