import FlowEngine
import Foundation
import Logging
import MarketModel
import Testing

@testable import Application

@Suite struct ServeRunTests {
  private func settings(_ words: [String]) throws -> Settings {
    let program = Program(
      name: "marketflow", version: "0", summary: "",
      commands: [Command("serve", summary: "", options: SettingKey.options(SettingKey.allCases))])
    guard case .run(let command) = try program.parse(["serve"] + words) else { preconditionFailure("no command") }
    return try Settings(command: command, environment: [:], file: nil)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "marketflow-serve-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    try body(folder)
  }

  /// A port of this machine that somebody listens on.
  private func withBusyPort(_ body: (UInt16) throws -> Void) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + listen(descriptor, 1) + getsockname(descriptor, $0, &length)
      }
    }
    #expect(status == 0)
    try body(UInt16(bigEndian: address.sin_port))
  }

  private let log = Log(minimumLevel: .critical)

  @Test func aBusyPortLeavesNothingRunning() throws {
    try withFolder { folder in
      try withBusyPort { port in
        let settings = try settings(["--port", "\(port)", "--data-dir", folder])
        // A writer left behind would still own the file the second time.
        for _ in 1...2 {
          let run = try ServeRun(settings: settings, pageDirectory: nil, log: log)
          #expect(throws: (any Error).self) { try run.start() }
        }
      }
    }
  }

  @Test func theDemoAndRecordingsHaveFilesOfTheirOwn() throws {
    try withFolder { folder in
      _ = try ServeRun(settings: try settings(["--data-dir", folder]), pageDirectory: nil, log: log)
      #expect(FileManager.default.fileExists(atPath: folder + "/demo.duckdb"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/marketflow.duckdb"))
      let replay = try settings(["--data-dir", folder, "--replay", BenchTests.path("small.ndjson.gz")])
      _ = try ServeRun(settings: replay, pageDirectory: nil, log: log)
      #expect(FileManager.default.fileExists(atPath: folder + "/marketflow.duckdb"))
    }
  }

  @Test func anotherRuleIsAnotherRecording() throws {
    let settings = try settings(["--replay", BenchTests.path("small.ndjson.gz")])
    func fingerprint(_ rules: FlowConfiguration) throws -> String {
      try ServeSource(settings: settings, lastStoredTime: nil, now: Timestamp(seconds: 1_750_000_000))
        .ingestSource(configuration: rules).fingerprint
    }
    let usual = try fingerprint(FlowConfiguration())
    #expect(try fingerprint(FlowConfiguration()) == usual)
    #expect(usual.contains(marketFlowVersion))
    #expect(try fingerprint(FlowConfiguration(optionSideRule: .leeReady)) != usual)
    var longer = FlowConfiguration()
    longer.sweep.windowNanoseconds += 1
    #expect(try fingerprint(longer) != usual)
    // Detectors change no print: nothing is stored a second time for their sake.
    var other = FlowConfiguration()
    other.detectors?.offBook.minimumContracts = 1
    #expect(try fingerprint(other) == usual)
    #expect(try fingerprint(FlowConfiguration(detectors: nil)) == usual)
    #expect(!usual.contains("etector"))
  }
}
