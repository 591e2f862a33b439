import Foundation
import Testing

@testable import Application

/// What somebody types wrongly ends with the code for it, whatever the command, and before any work begins.
@Suite struct UsageTests {
  private static let bare = [
    "serve", "replay", "verify", "rebuild", "export", "fetch", "cache", "query", "compact", "simulate", "bench",
    "bench-socket", "bench-positioning", "alerts", "report",
    "doctor", "config",
  ]

  private static let mistakes: [[String]] = [
    ["sevre"], ["--json"], ["serve", "--port", "http"], ["serve", "extra"],
    ["replay"], ["replay", "a.ndjson", "--date", "2026-11-20"], ["replay", "a.ndjson", "--speed", "fast"],
    ["replay", "--date", "2026-13-01"], ["replay", "--date", "2026-11-20", "--contracts", "c.json"],
    ["replay", "a.ndjson", "--from", "11:00", "--to", "10:00"], ["replay", "a.ndjson", "--underlying", "O:SPY"],
    ["verify", "yesterday"], ["verify", "2026-11-20", "2026-11-21"],
    ["rebuild"], ["rebuild", "--all", "--date", "2026-11-20"], ["rebuild", "--date", "20.11.2026"],
    ["export"], ["export", "--date", "2026-11-20"], ["export", "--date", "2026-11-20", "--format", "xml"],
    ["export", "--date", "2026-11-20", "--format", "parquet"], ["export", "--date", "2025-12-25", "--format", "csv"],
    ["export", "--date", "2026-11-21", "--format", "csv"], ["export", "--date", "2026-02-30", "--format", "csv"],
    ["fetch"], ["fetch", "--date", "yesterday", "--underlying", "SPY"], ["fetch", "--date", "2025-12-16"],
    ["fetch", "--underlying", "SPY"], ["fetch", "--date", "2025-12-25", "--underlying", "SPY"],
    ["fetch", "--date", "2025-12-16", "--underlying", "S P Y"],
    ["fetch", "--date", "2025-12-16", "--underlying", "O:SPY251216C00680000"],
    ["fetch", "--date", "2025-12-16", "--contracts", "SPY"],
    ["fetch", "--date", "2025-12-17", "--contracts", "O:SPY251216C00680000"],
    ["fetch", "--date", "2025-12-16", "--underlying", "SPY", "--quotes", "--no-quotes"],
    ["fetch", "--file", "a.csv", "--no-quotes"], ["fetch", "--file", "a.csv", "--contracts", "O:SPY251216C00680000"],
    ["fetch", "--file", "a.csv", "--date", "2025-12-25"], ["fetch", "--file", "a.csv", "--underlying", "O:SPY"],
    ["cache", "verfiy"], ["cache", "--date", "x"], ["cache", "verify", "--date", "2026-02-30"],
    ["query"], ["query", "SELECT 1", "SELECT 2"], ["query", "SELECT 1", "--format", "xml"],
    ["query", "SELECT 1", "--format", "parquet"], ["query", "SELECT 1", "--limit", "0"],
    ["query", "SELECT 1", "--timeout", "forever"], ["query", "SELECT 1", "--memory", "1"],
    ["query", "SELECT 1", "--url", "ftp://x"], ["query", "SELECT 1", "--url", "127.0.0.1:8000"],
    ["query", "SELECT 1", "--url", "http://"], ["query", "SELECT 1", "--url", "http://127.0.0.1:8000", "--demo"],
    ["compact", "yesterday"], ["compact", "2026-02-30"], ["compact", "2026-11-20", "extra"],
    ["simulate", "--demo", "--tape", "a.ndjson"], ["simulate", "--start", "ten"], ["simulate", "--malformed", "2"],
    ["bench", "--runs", "none"], ["doctor", "--offline=yes"], ["config", "extra", "words"],
  ]

  @Test(arguments: mistakes) func mistakesEndWithTheCodeForThem(_ words: [String]) {
    #expect(MarketFlowProgram.run(words) == .usage, "\(words)")
  }

  @Test func everyCommandRefusesWhatItDoesNotKnow() {
    #expect(MarketFlowProgram.declaration.commands.map(\.name).sorted() == Self.bare.sorted())
    for name in Self.bare {
      #expect(MarketFlowProgram.run([name, "--no-such-option"]) == .usage, "\(name)")
      // Only where it takes a value can one be missing.
      let option = MarketFlowProgram.declaration.command(named: name)?.options.first { $0.valueType != nil }
      if let option { #expect(MarketFlowProgram.run([name, "--\(option.name)"]) == .usage, "\(name) \(option.name)") }
    }
  }

  /// Words that are right, about something that cannot be done.
  @Test func whatCannotBeDoneIsNoMistakeOfTheWords() throws {
    let folder = NSTemporaryDirectory() + "marketflow-usage-\(UUID().uuidString)"
    for (words, code) in [
      (["replay", "\(folder)/nothing.ndjson"], ExitCode.failure),
      (["export", "--date", "2026-11-20", "--format", "csv", "--data-dir", folder], .failure),
      (["fetch", "--file", "\(folder)/nothing.csv", "--data-dir", folder], .failure),
      (["compact", "--data-dir", folder], .failure),
      (["cache", "verify", "--date", "2025-12-16", "--data-dir", folder], .failure),
      (["cache", "verify", "--data-dir", folder], .ok),
      (["cache", "--data-dir", ""], .usage),
    ] {
      #expect(MarketFlowProgram.run(words) == code, "\(words)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
