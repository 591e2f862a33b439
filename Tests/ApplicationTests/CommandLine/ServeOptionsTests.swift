import Foundation
import Testing

@testable import Application

/// Options that would do nothing beside the others are refused: whoever gives one expects something of it.
@Suite struct ServeOptionsTests {
  private static let live = ["--provider", "polygon", "--endpoint", "http://127.0.0.1:9"]

  private func complaint(_ words: [String], _ environment: [String: String] = [:]) throws -> String? {
    guard case .run(let command) = try MarketFlowProgram.declaration.parse(["serve"] + words) else {
      preconditionFailure("no command")
    }
    let settings = try Settings(command: command, environment: environment, file: nil)
    do {
      try ServeOptions.check(command, settings)
      return nil
    } catch {
      return error.message
    }
  }

  @Test(arguments: [
    ["--replay-from", "09:30"], ["--replay-to", "10:00"], ["--replay-speed", "max"], ["--from-cache"],
    ["--replay", "tape", "--from-cache"], ["--replay", "tape", "--symbols", "SPY"],
    ["--replay", "tape", "--provider", "polygon"],
    ["--replay", "2025-12-16", "--lake", "on"], ["--replay", "2025-12-16", "--lake-flush-rows", "5"],
    ["--replay", "tape", "--demo-seed", "4"], ["--replay", "tape", "--demo-mode", "on"],
    ["--replay", "tape", "--no-store", "--lake", "on"],
    ["--replay", "tape", "--lake", "off", "--lake-flush-seconds", "9"],
    ["--replay", "tape", "--s3-region", "x"], ["--lake-part-megabytes", "9"], ["--strikes", "4"],
    ["--feed", "delayed"],
    ["--no-stocks-stream"], ["--journal-keep-days", "3"], ["--demo-mode", "on", "--provider", "polygon"],
    live + ["--demo-speed", "2"], live + ["--no-journal", "--journal-commit-ms", "7"], live + ["--replay-speed", "2"],
    live + ["--s3-endpoint", "http://127.0.0.1:1"],
  ])
  func whatWouldBeIgnoredIsRefused(_ words: [String]) throws {
    let message = try #require(try complaint(words), "\(words)")
    #expect(words.contains { $0.hasPrefix("--") && message.hasPrefix("\($0) ") }, "\(message)")
  }

  @Test(arguments: [
    [], ["--demo-seed", "4", "--symbols", "SPY"], ["--lake", "on", "--lake-flush-rows", "5"], ["--no-store"],
    ["--lake", "off"],
    ["--replay", "tape", "--replay-from", "09:30", "--lake", "on", "--lake-flush-rows", "5"], ["--no-journal"],
    ["--replay", "2025-12-16", "--from-cache", "--replay-speed", "max", "--no-store", "--lake", "off"],
    live + ["--demo-mode", "off", "--strikes", "4", "--journal-keep-days", "3", "--symbols", "SPY"],
  ])
  func whatDoesSomethingIsTaken(_ words: [String]) throws {
    #expect(try complaint(words) == nil)
  }

  /// An environment may hold settings for every kind of start.
  @Test func anEnvironmentIsNotWeighed() throws {
    #expect(try complaint([], ["MARKETFLOW_REPLAY_FROM": "09:30", "MARKETFLOW_STRIKES": "4"]) == nil)
    #expect(
      try complaint(["--s3-region", "x"] + Self.live, ["S3_BUCKET": "b", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s"])
        == nil)
  }

  @Test func theProgramEndsWithCodeTwo() throws {
    let folder = try ProcessFolder()
    for words in [
      ["serve", "--replay-from", "09:30"], ["replay", "x", "--from-cache"], ["replay", "x", "--data-dir", "y"],
      ["replay", "--date", "2025-12-16", "--market-hours", "--from", "09:30", "--to", "10:00"],
    ] {
      let outcome = try ProcessProgram(words, in: folder).outcome()
      #expect(outcome.code == 2, "\(words): \(outcome.errors)")
    }
  }
}
