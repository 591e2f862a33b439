import Foundation
import Logging
import Synchronization
import Testing

@testable import Transport

/// A WebSocket server in a process of its own: `Peers/web_socket_peer.py`.
final class ClientPeer {
  let port: Int
  /// Sockets by hand, for what a good server never does.
  let rawPort: Int
  private let process = Process()
  private let input = Pipe()

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// The Python that has `websockets`: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static let python =
    ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
  static let hasPython = FileManager.default.isExecutableFile(atPath: python)
  static let missing: Comment = "no peer: .deps/venv/bin/python not found; run scripts/setup or set MARKETFLOW_PYTHON"

  /// - Parameter pause: see the peer's `--pause`.
  init(certificate: String? = nil, key: String? = nil, pause: String? = nil) throws {
    process.executableURL = URL(filePath: ClientPeer.python)
    process.arguments = [ClientPeer.root.appending(path: "Tests/TransportTests/Peers/web_socket_peer.py").path]
    if let certificate, let key { process.arguments?.append(contentsOf: ["--certificate", certificate, "--key", key]) }
    if let pause { process.arguments?.append(contentsOf: ["--pause", pause]) }
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    var line: [UInt8] = []
    while line.last != 0x0A, let byte = try output.fileHandleForReading.read(upToCount: 1)?.first { line.append(byte) }
    let ports = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
    try #require(ports.count == 2, "the peer did not start")
    port = ports[0]
    rawPort = ports[1]
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func endpoint(_ path: String) throws -> WebSocketEndpoint { try WebSocketEndpoint("ws://127.0.0.1:\(port)\(path)") }
  func rawEndpoint(_ path: String) throws -> WebSocketEndpoint {
    try WebSocketEndpoint("ws://127.0.0.1:\(rawPort)\(path)")
  }
}

/// A client loop that runs as long as the test.
final class TestClientLoop {
  let loop: ClientLoop

  init(adjust: (inout ClientLoopConfiguration) -> Void = { _ in }) throws {
    var configuration = ClientLoopConfiguration()
    adjust(&configuration)
    loop = ClientLoop(configuration: configuration, log: Log(minimumLevel: .critical))
    try loop.start()
  }

  deinit { loop.stop() }

  /// Connects and tells what happens.
  func connect(_ endpoint: WebSocketEndpoint, onOpen: @escaping @Sendable (ClientSocket) -> Void = { _ in }) -> Mailbox<
    Heard
  > {
    let mailbox = Mailbox<Heard>()
    loop.connect(endpoint, handler: TellingHandler(mailbox, onOpen))
    return mailbox
  }
}

/// What a handler heard.
enum Heard: Equatable, Sendable {
  case opened
  case received(String)
  case closed(SocketCloseReason)

  var closeReason: SocketCloseReason? { if case .closed(let reason) = self { reason } else { nil } }
  var unreachableWords: String {
    if case .closed(.unreachable(let words)) = self { words } else { "not unreachable: \(self)" }
  }
  var lostWords: String { if case .closed(.lost(let words)) = self { words } else { "not lost: \(self)" } }
}

/// Puts everything it hears into a mailbox.
final class TellingHandler: ClientSocketHandler {
  private let mailbox: Mailbox<Heard>
  private let onOpen: (ClientSocket) -> Void

  init(_ mailbox: Mailbox<Heard>, _ onOpen: @escaping (ClientSocket) -> Void) {
    self.mailbox = mailbox
    self.onOpen = onOpen
  }

  func socketOpened(_ socket: ClientSocket) {
    mailbox.put(.opened)
    onOpen(socket)
  }
  func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64) {
    mailbox.put(.received(String(decoding: bytes, as: UTF8.self)))
  }
  func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason) { mailbox.put(.closed(reason)) }
}
