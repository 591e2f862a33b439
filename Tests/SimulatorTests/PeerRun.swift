import Feeds
import Foundation
import Logging
import MarketModel
import Simulator
import Testing

/// The vendor's own Python libraries against a simulator in this process.
enum PeerRun {
  static let packages = ["massive", "polygon"]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The Python that has the vendor's libraries: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static var python: URL? {
    let path =
      ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? URL(filePath: path) : nil
  }

  static let noPython: Comment =
    "no peer: .deps/venv/bin/python not found; run scripts/setup or set MARKETFLOW_PYTHON to one with massive and polygon-api-client"

  /// A recorded sample under `../shared/data`, or what MARKETFLOW_REFERENCE_DATA names; nil when absent.
  static func sample(_ name: String) -> String? {
    let environment = ProcessInfo.processInfo.environment["MARKETFLOW_REFERENCE_DATA"].map { URL(filePath: $0) }
    let data = environment ?? root.deletingLastPathComponent().appending(path: "shared/data")
    let path = data.appending(path: name).path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a peer to its end; what it asserts is in its errors.
  /// - Returns: what it printed.
  @discardableResult
  static func run(
    _ script: String, _ package: String, _ simulator: Simulator, _ words: String...
  ) async throws -> String {
    guard let python else { throw Failure(description: "no Python") }
    let process = Process()
    process.executableURL = python
    process.arguments =
      ["-B", root.appending(path: "Tests/SimulatorTests/Peers/\(script)").path, package, "\(simulator.port)"] + words
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = await Task.detached {
      String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }.value
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw Failure(description: "\(script) with \(package): \(text)") }
    return text
  }

  /// Runs `body` with a simulator that is stopped whatever happens.
  static func withSimulator(
    _ options: SimulatorOptions, _ body: (Simulator) async throws -> Void
  ) async throws {
    let simulator = try Simulator(options: options, log: Log(minimumLevel: .warning))
    try simulator.start()
    do {
      try await body(simulator)
    } catch {
      simulator.stop()
      throw error
    }
    simulator.stop()
  }
}

/// A stretch of the demo market as a file of frames, gone with this object.
final class DemoTape {
  /// Tuesday 2025-12-16, 10:00 in New York.
  static let start = Timestamp(seconds: 1_765_897_200)
  let url = FileManager.default.temporaryDirectory.appending(path: "marketflow-tape-\(UUID().uuidString).ndjson")
  var path: String { url.path }

  static func settings(intensity: Double = 1) -> DemoSettings {
    DemoSettings(seed: 3, start: start, intensity: intensity)
  }

  /// - Parameter events: about so many, the opening quotes of all contracts on top.
  init(events: Int, intensity: Double) throws {
    var feed = DemoFeed(
      settings: DemoTape.settings(intensity: intensity), instruments: InstrumentTable(capacity: 1 << 16))
    var lines = Data()
    var remaining = events + 1_500
    while remaining > 0 {
      guard case .frame(let frame) = try feed.next() else { continue }
      lines.append(contentsOf: frame)
      lines.append(UInt8(ascii: "\n"))
      remaining -= frame.count / 110
    }
    try lines.write(to: url)
  }

  deinit {
    do { try FileManager.default.removeItem(at: url) } catch { print("left behind: \(url.path): \(error)") }
  }
}
