import Foundation
import Logging
import Synchronization
import Testing

@testable import Feeds

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The Python server of `RESTPeers/vendor.py` as a child.
final class RESTVendorPeer {
  static let key = "k3y/With+odd=characters"
  private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Any Python 3 does: the server needs its standard library only.
  static let python: URL? = {
    let named = ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"]
    let candidates: [String?] = [named, package.appending(path: ".deps/venv/bin/python").path, "/usr/bin/python3"]
    let found = candidates.compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    return found.map { URL(filePath: $0) }
  }()

  private let process = Process()
  private let input = Pipe()
  let port: Int

  struct Failure: Error { var text: String }

  init() throws {
    guard let python = Self.python else { throw Failure(text: "no Python; run scripts/setup or set MARKETFLOW_PYTHON") }
    let output = Pipe()
    process.executableURL = python
    process.arguments = ["-u", Self.package.appending(path: "Tests/FeedsTests/RESTPeers/vendor.py").path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // The first bytes are the whole line: it is written at once.
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let number = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure(text: "the peer said \"\(line)\", a port wanted")
    }
    port = number
  }

  deinit {
    // The end of its input is the end of the peer.
    input.fileHandleForWriting.closeFile()
  }

  var endpoint: String { "http://127.0.0.1:\(port)" }

  private func address(_ path: String) throws -> URL { try #require(URL(string: endpoint + path)) }

  /// Sets parts of the peer's state; see `vendor.py`.
  func control(_ state: [String: Any]) async throws {
    var request = URLRequest(url: try address("/control"))
    request.httpMethod = "POST"
    request.httpBody = try JSONSerialization.data(withJSONObject: state)
    _ = try await URLSession.shared.data(for: request)
  }

  struct Asked: Decodable {
    var path: String
    var authorization: String
  }
  private struct Log: Decodable { var log: [Asked] }

  /// What it was asked so far.
  func log() async throws -> [Asked] {
    let (data, _) = try await URLSession.shared.data(from: try address("/log"))
    return try JSONDecoder().decode(Log.self, from: data).log
  }

  /// A client of this peer.
  func client(
    key: String = RESTVendorPeer.key, clock: TestClock = TestClock(),
    change: (inout PolygonRESTSettings) -> Void = { _ in }
  ) -> PolygonREST {
    var settings = PolygonRESTSettings(key: Secret(key), endpoint: endpoint)
    change(&settings)
    guard let client = PolygonREST(settings: settings, clock: clock.clock) else {
      preconditionFailure("RESTVendorPeer: endpoint \(endpoint) was refused")
    }
    return client
  }
}

/// A clock on which every wait is over at once: time is what was waited for.
final class TestClock: Sendable {
  static let start: Int64 = 1_000_000_000_000
  /// 2025-12-16T14:30:00Z.
  static let wallStart: Int64 = 1_765_895_400_000_000_000
  private let time = Mutex(TestClock.start)
  private let log = Mutex<[Int64]>([])
  private let chance: Double

  init(chance: Double = 1) { self.chance = chance }

  var now: Int64 { time.withLock { $0 } }
  var elapsed: Int64 { now - Self.start }
  /// Lengths of all waits above 0, in order.
  var waits: [Int64] { log.withLock { $0 } }

  func advance(_ nanoseconds: Int64) { time.withLock { $0 += nanoseconds } }

  var clock: RESTClock {
    RESTClock(
      now: { self.now }, wallNow: { Self.wallStart + self.elapsed },
      sleepUntil: { moment in
        try Task.checkCancellation()
        let wait = self.time.withLock { time in
          defer { time = max(time, moment) }
          return moment - time
        }
        if wait > 0 { self.log.withLock { $0.append(wait) } }
        await Task.yield()
      }, random: { self.chance })
  }
}

/// Collects what closures deliver and lets a test wait for it.
final class Collected<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  private let stream: AsyncStream<Item>
  private let feed: AsyncStream<Item>.Continuation

  init() { (stream, feed) = AsyncStream.makeStream() }

  func add(_ item: Item) {
    items.withLock { $0.append(item) }
    feed.yield(item)
  }

  var all: [Item] { items.withLock { $0 } }

  /// Returns with the first item that fits, or any before it.
  func first(where fits: (Item) -> Bool) async -> Item? {
    for await item in stream where fits(item) { return item }
    return nil
  }
}
