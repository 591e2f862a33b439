import Logging
import Synchronization
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(10))) struct ClientLoopTests {
  @Test func workIsDoneInOrderOnTheLoopsThread() throws {
    let client = try TestClientLoop()
    let loop = client.loop
    let mailbox = Mailbox<Int>()
    #expect(!loop.isCurrentThread)
    for number in 0..<1_000 { loop.perform { mailbox.put(loop.isCurrentThread ? number : -1) } }
    for number in 0..<1_000 { #expect(try mailbox.take() == number) }
  }

  @Test func workGivenBeforeTheStartIsDone() throws {
    let loop = ClientLoop(log: Log(minimumLevel: .critical))
    let mailbox = Mailbox<Bool>()
    loop.perform { mailbox.put(true) }
    try loop.start()
    #expect(try mailbox.take())
    loop.stop()
    loop.stop()
    loop.perform { mailbox.put(false) }
    #expect(throws: TransportError.startedTwice) { try loop.start() }
  }

  @Test func scheduledCallsComeInTheOrderOfTheirTimes() throws {
    let client = try TestClientLoop()
    let loop = client.loop
    let mailbox = Mailbox<String>()
    loop.perform {
      loop.schedule(afterMilliseconds: 40) { mailbox.put("third") }
      loop.schedule(afterMilliseconds: 20) {
        mailbox.put("second")
        loop.schedule(afterMilliseconds: 40) { mailbox.put("fourth") }
      }
      let cancelled = loop.schedule(afterMilliseconds: 10) { mailbox.put("never") }
      loop.schedule(afterMilliseconds: 0) {
        mailbox.put("first")
        cancelled.cancel()
        cancelled.cancel()
      }
    }
    for word in ["first", "second", "third", "fourth"] { #expect(try mailbox.take() == word) }
  }

  @Test func stoppingEndsSocketsAndForgetsCalls() throws {
    let server = try TestServer()
    let client = try TestClientLoop()
    let loop = client.loop
    let heard = client.connect(try WebSocketEndpoint("ws://127.0.0.1:\(server.port)/"))
    #expect(try heard.take() == .opened)
    loop.perform { loop.schedule(afterMilliseconds: 3_600_000) { Issue.record("a call after the end") } }
    loop.stop()
    #expect(try heard.take() == .closed(.closedHere))
  }

  /// A handler that dials again from inside its own end.
  private final class Persistent: ClientSocketHandler {
    private let loop: ClientLoop
    private let mailbox: Mailbox<Int>
    private var dials = 1
    init(_ loop: ClientLoop, _ mailbox: Mailbox<Int>) {
      self.loop = loop
      self.mailbox = mailbox
    }
    func socketOpened(_ socket: ClientSocket) {
      mailbox.put(dials)
      socket.close()
    }
    func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64) {}
    func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason) {
      dials += 1
      loop.dial(socket.endpoint, handler: self)
    }
  }

  @Test func handlersMayDialAgain() throws {
    let server = try TestServer()
    let client = try TestClientLoop()
    let mailbox = Mailbox<Int>()
    client.loop.connect(
      try WebSocketEndpoint("ws://127.0.0.1:\(server.port)/"), handler: Persistent(client.loop, mailbox))
    for dial in 1...50 { #expect(try mailbox.take() == dial) }
  }

  @Test func schedulingFromElsewhereIsOurMistake() async {
    await #expect(processExitsWith: .failure) {
      ClientLoop(log: Log(minimumLevel: .critical)).schedule(afterMilliseconds: 1) {}
    }
  }
}

@Suite struct WebSocketEndpointTests {
  @Test(arguments: [
    ("ws://localhost", "localhost", 80, "/", "ws://localhost/"),
    ("wss://socket.example.com/options", "socket.example.com", 443, "/options", "wss://socket.example.com/options"),
    ("ws://127.0.0.1:8765/stocks?key=secret", "127.0.0.1", 8765, "/stocks?key=secret", "ws://127.0.0.1:8765/stocks"),
    ("wss://[::1]:9000/a/b", "::1", 9000, "/a/b", "wss://[::1]:9000/a/b"),
    ("wss://[::1]", "::1", 443, "/", "wss://[::1]/"),
    ("ws://host?x=1", "host", 80, "/?x=1", "ws://host/"),
  ])
  func reads(text: String, host: String, port: Int, path: String, description: String) throws {
    let endpoint = try WebSocketEndpoint(text)
    #expect(endpoint.host == host && endpoint.port == port && endpoint.path == path)
    #expect(endpoint.isSecure == text.hasPrefix("wss"))
    #expect(endpoint.description == description)
  }

  @Test(arguments: [
    ("http://host/", "does not begin with"), ("", "does not begin with"), ("ws://", "names no host"),
    ("ws://:80/", "names no host"), ("ws://host:0/", "port \"0\""), ("ws://host:65536", "port \"65536\""),
    ("ws://host:/", "port \"\""), ("ws://host:8x", "port \"8x\""), ("ws://[::1", "no closing ]"),
    ("ws://[::1]x", "text behind ]"), ("ws://ho st/", "character"), ("ws://host/#a", "character"),
    ("ws://host/ü", "character"), ("ws://user:word@host/", "carries a user name"),
  ])
  func refuses(text: String, fault: String) {
    let error = #expect(throws: WebSocketEndpointError.self) { _ = try WebSocketEndpoint(text) }
    #expect(error?.description.contains(fault) == true)
    #expect(error?.description.contains("word") == false)
  }
}
