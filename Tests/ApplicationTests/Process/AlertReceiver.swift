import Foundation
import Testing

/// A receiver of alerts on this machine, as a child: it tells messages by their keys.
final class AlertReceiver {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python =
    ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
  static let hasPython = FileManager.default.isExecutableFile(atPath: python)
  static let missing: Comment = "no receivers: .deps/venv/bin/python not found; run scripts/setup --test"

  let port: Int
  private let process = Process()
  private let input = Pipe()

  init() throws {
    process.executableURL = URL(filePath: Self.python)
    process.arguments = [Self.root.appending(path: "Tests/AlertingTests/Peers/receivers.py").path]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    var line: [UInt8] = []
    while line.last != 0x0A, let byte = try output.fileHandleForReading.read(upToCount: 1)?.first { line.append(byte) }
    port = try #require(Int(String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)), "no receiver")
  }

  deinit {
    do { try input.fileHandleForWriting.close() } catch { print("the receiver is not told to end: \(error)") }
    process.waitUntilExit()
  }

  /// How often each message was taken, by its key.
  /// - Parameter requests: waits until so many requests have come.
  func keys(afterRequests requests: Int = 0) throws -> [String: Int] {
    struct Report: Decodable { var taken: [String: [String: Int]] }
    let address = try #require(URL(string: "http://127.0.0.1:\(port)/report?requests=\(requests)"))
    return try JSONDecoder().decode(Report.self, from: Data(contentsOf: address)).taken["/keys"] ?? [:]
  }

  /// A file with one webhook channel.
  /// - Parameter path: `/keys`, or `/status/404` for one that refuses everything.
  func writeChannels(to file: URL, name: String, path: String) throws {
    try """
    [{"name": "\(name)", "kind": "webhook", "url": "http://127.0.0.1:\(port)\(path)", "signing_key": "key of the tests",
      "allow_private_address": true, "per_second": 5000, "burst": 5000, "concurrent": \(Self.concurrent), "retry_seconds": 0.05},
     {"name": "console", "kind": "console"}]
    """.write(to: file, atomically: true, encoding: .utf8)
  }

  /// Messages that are under way at once.
  static let concurrent = 4
}
