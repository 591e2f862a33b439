import Foundation
import Testing

@testable import Transport

/// Connections that do not come up say why.
@Suite(.enabled(if: ClientPeer.hasPython, ClientPeer.missing), .timeLimit(.minutes(10))) struct ClientFailureTests {
  @Test func refused() throws {
    let client = try TestClientLoop()
    // A port that was just free.
    let port = try TestServer().port
    let words = try client.connect(try WebSocketEndpoint("ws://127.0.0.1:\(port)/options")).take().unreachableWords
    #expect(
      words
        == "ws://127.0.0.1:\(port)/options: the connection to 127.0.0.1 port \(port) was refused: nothing listens there"
    )
  }

  @Test func refusedByName() throws {
    let client = try TestClientLoop()
    let port = try TestServer().port
    let words = try client.connect(try WebSocketEndpoint("ws://localhost:\(port)")).take().unreachableWords
    #expect(words.hasPrefix("ws://localhost:\(port)/: ") && words.contains("was refused"))
  }

  @Test func nameNotFound() throws {
    let client = try TestClientLoop()
    let words = try client.connect(try WebSocketEndpoint("wss://nowhere.invalid/options")).take().unreachableWords
    #expect(words.hasPrefix("wss://nowhere.invalid/options: host nowhere.invalid was not found ("))
  }

  @Test func connectsByName() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try WebSocketEndpoint("ws://localhost:\(peer.port)/echo")) { $0.send("by name") }
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received("by name"))
  }

  @Test func noWebSocketThere() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let words = try client.connect(try peer.endpoint("/nothing")).take().unreachableWords
    #expect(words == "ws://127.0.0.1:\(peer.port)/nothing: HTTP status 404 came instead of a WebSocket")
  }

  @Test func noHTTPThere() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let words = try client.connect(try peer.rawEndpoint("/garbage")).take().unreachableWords
    #expect(words.contains("no WebSocket handshake"))
  }

  @Test func noAnswer() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.connectSeconds = 1 }
    let words = try client.connect(try peer.rawEndpoint("/hang")).take().unreachableWords
    #expect(words.hasSuffix("no answer to the WebSocket handshake from 127.0.0.1 within 1 s"))
  }

  @Test func givingUpWhileConnecting() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let mailbox = Mailbox<Heard>()
    let endpoint = try peer.rawEndpoint("/hang")
    let loop = client.loop
    loop.perform {
      let socket = loop.dial(endpoint, handler: TellingHandler(mailbox) { _ in })
      loop.schedule(afterMilliseconds: 50) { socket.close() }
    }
    #expect(try mailbox.take() == .closed(.closedHere))
  }

  // MARK: TLS

  /// Certificates made for the test: an authority, and a certificate for `localhost` signed by it.
  private final class Certificates {
    let directory = FileManager.default.temporaryDirectory.appending(path: "marketflow-tls-\(UUID().uuidString)")
    var authority: String { directory.appending(path: "ca.pem").path }
    var certificate: String { directory.appending(path: "server.pem").path }
    var key: String { directory.appending(path: "server.key").path }

    init() throws {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      try Data("subjectAltName=DNS:localhost\n".utf8).write(to: directory.appending(path: "names"))
      let elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
      try run(
        ["req", "-x509"] + elliptic + ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test", "-days", "1"])
      try run(["req"] + elliptic + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"])
      try run([
        "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
        "server.pem", "-days", "1", "-extfile", "names",
      ])
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private func run(_ arguments: [String]) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments
      process.currentDirectoryURL = directory
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "openssl \(arguments.first ?? "") failed")
    }
  }

  @Test func privateAuthorityIsAcceptedWhenNamed() throws {
    let certificates = try Certificates()
    let peer = try ClientPeer(certificate: certificates.certificate, key: certificates.key)
    let client = try TestClientLoop { $0.caFile = certificates.authority }
    let endpoint = try WebSocketEndpoint("wss://localhost:\(peer.port)/fragments?bytes=3145728&step=1000000")
    let heard = client.connect(endpoint)
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received(ClientSocketTests.pattern(3_145_728)))
    let again = client.connect(try WebSocketEndpoint("wss://localhost:\(peer.port)/echo")) { $0.send("over TLS") }
    #expect(try again.take() == .opened)
    #expect(try again.take() == .received("over TLS"))
  }

  /// The library numbers its TLS data anew with each context that prepares TLS; a certificate looked at just then found no
  /// owner and was refused.
  @Test func anotherLoopBegunDuringTheHandshakeDisturbsNothing() throws {
    let certificates = try Certificates()
    let pause = certificates.directory.appending(path: "pause").path
    for end in [".begun", ".go"] { try #require(mkfifo(pause + end, 0o600) == 0) }
    let peer = try ClientPeer(certificate: certificates.certificate, key: certificates.key, pause: pause)
    let client = try TestClientLoop { $0.caFile = certificates.authority }
    let heard = client.connect(try WebSocketEndpoint("wss://localhost:\(peer.port)/echo")) { $0.send("over TLS") }
    // A pipe opens when its other end does.
    try #require(FileHandle(forReadingAtPath: pause + ".begun") != nil)
    let other = try TestClientLoop()
    try #require(FileHandle(forWritingAtPath: pause + ".go") != nil)
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received("over TLS"))
    other.loop.stop()
  }

  @Test func wrongHostIsRefused() throws {
    let certificates = try Certificates()
    let peer = try ClientPeer(certificate: certificates.certificate, key: certificates.key)
    let client = try TestClientLoop { $0.caFile = certificates.authority }
    let words = try client.connect(try WebSocketEndpoint("wss://127.0.0.1:\(peer.port)/echo")).take().unreachableWords
    #expect(words.contains("the certificate was not accepted: it is not for host 127.0.0.1"))
  }

  @Test func unknownAuthorityIsRefused() throws {
    let certificates = try Certificates()
    let peer = try ClientPeer(certificate: certificates.certificate, key: certificates.key)
    let client = try TestClientLoop()
    let words = try client.connect(try WebSocketEndpoint("wss://localhost:\(peer.port)/echo")).take().unreachableWords
    #expect(words.contains("the certificate was not accepted: nobody this computer trusts has signed it"))
  }

  @Test func plainServerIsNoTLSServer() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let words = try client.connect(try WebSocketEndpoint("wss://localhost:\(peer.port)/echo")).take().unreachableWords
    #expect(words.contains("TLS could not be set up"))
  }

  @Test func unreadableAuthorityFileIsNamed() throws {
    #expect(throws: TransportError.caFileUnreadable(path: "/nowhere/ca.pem")) {
      _ = try TestClientLoop { $0.caFile = "/nowhere/ca.pem" }
    }
  }
}
