import Dispatch
import Foundation
import Logging
import MarketModel
import Rings
import Synchronization
import Testing
import Transport

@testable import Feeds

/// The vendor as an independent server in a process of its own, `SessionPeers/vendor.py`, and our connection to it.
final class SessionPeer {
  /// What the vendor saw: one line of its output.
  struct Seen: Decodable, Sendable {
    struct Message: Decodable, Sendable {
      var action: String
      var params: String
    }
    var connection: Int
    var path: String?
    var heard: Message?
    var closed: Int?

    /// `2 subscribe T.*`, `1 closed 1000`.
    var text: String {
      if let heard { return "\(connection) \(heard.action) \(heard.params)" }
      return closed.map { "\(connection) closed \($0)" } ?? "\(connection) path \(path ?? "")"
    }
  }

  let connection: PolygonConnection
  let port: Int
  private let events = SessionQueue<SessionEvent>()
  private let seen = SessionQueue<Seen>()
  /// What the log said.
  let lines = SessionQueue<String>()
  private let frames: FrameRing
  private let bell = Doorbell()
  private let loop: ClientLoop
  private let process = Process()
  private let input = Pipe()

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// The Python that has `websockets`: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static let python =
    ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
  static let hasPython = FileManager.default.isExecutableFile(atPath: python)
  static let missing: Comment = "no peer: .deps/venv/bin/python not found; run scripts/setup or set MARKETFLOW_PYTHON"

  init(_ scenario: String, key: String = "test-key", ringBytes: Int = 1 << 16, endpoint: String? = nil) throws {
    process.executableURL = URL(filePath: SessionPeer.python)
    process.arguments = [SessionPeer.root.appending(path: "Tests/FeedsTests/SessionPeers/vendor.py").path, scenario]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    let file = output.fileHandleForReading
    port = try #require(Int(SessionPeer.line(file) ?? ""), "the peer did not start")
    let seen = seen
    Thread.detachNewThread {
      while let line = SessionPeer.line(file) {
        if let found = try? JSONDecoder().decode(Seen.self, from: Data(line.utf8)) { seen.put(found) }
      }
    }
    frames = FrameRing(capacity: ringBytes)
    let lines = lines
    let log = Log(minimumLevel: .debug, sink: .function { lines.put($0) })
    loop = ClientLoop(log: log)
    try loop.start()
    let events = events
    connection = PolygonConnection(
      PolygonConnection.Configuration(
        scope: .options, endpoint: try WebSocketEndpoint(endpoint ?? "ws://127.0.0.1:\(port)/options"),
        key: Secret(key)),
      loop: loop, frames: frames, bell: bell, log: log, onEvent: { events.put($0) })
  }

  deinit {
    loop.stop()
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// The next event; notices are passed over.
  func event() throws -> SessionEvent {
    while true {
      let event = try events.take()
      if case .notice = event { continue }
      return event
    }
  }

  /// What the vendor saw next, its connections' paths aside.
  func saw() throws -> String {
    while true {
      let next = try seen.take()
      if next.path == nil { return next.text }
    }
  }

  /// The next frame that is handed on.
  func frame() throws -> String {
    while true {
      if let frame = frames.front() {
        defer { frames.pop() }
        #expect(frame.tag == FeedIncident.Scope.options.rawValue && frame.receivedNanoseconds > 0)
        return String(decoding: frame.bytes, as: UTF8.self)
      }
      bell.wait(milliseconds: 20_000) { !frames.isEmpty }
      try #require(!frames.isEmpty, "no frame came")
    }
  }

  private static func line(_ file: FileHandle) -> String? {
    var line: [UInt8] = []
    while let byte = try? file.read(upToCount: 1)?.first {
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }
}

/// Hands values from other threads to a test that waits for them.
final class SessionQueue<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  private let semaphore = DispatchSemaphore(value: 0)

  func put(_ value: Value) {
    values.withLock { $0.append(value) }
    semaphore.signal()
  }

  func take() throws -> Value {
    try #require(semaphore.wait(timeout: .now() + 30) == .success, "nothing came")
    return values.withLock { $0.removeFirst() }
  }

  /// Everything that waits.
  var all: [Value] { values.withLock { $0 } }
}
