import Foundation
import Lake
import MarketModel
import Storage
import Testing

@testable import Application

@Suite struct CompactCommandTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "marketflow-compact-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    try body(folder)
  }

  private func run(_ words: String...) -> ExitCode { MarketFlowProgram.run(["compact"] + words) }

  @Test func withoutALakeThereIsNothingToDo() throws {
    try withFolder { folder in
      #expect(run("--data-dir", folder) == .failure)
      // Looking for a lake makes none.
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.isEmpty)
      #expect(run("yesterday", "--data-dir", folder) == .usage)
      #expect(run("2026-02-30", "--data-dir", folder) == .usage)
    }
  }

  @Test func aDayThatIsNotThereIsRefusedAndAnEmptyLakeIsCompact() throws {
    try withFolder { folder in
      _ = try LakeCompactor(LakeOptions(directory: folder + "/raw/flow"), store: nil)
      #expect(run("--data-dir", folder, "--json") == .ok)
      #expect(run("2026-11-20", "--data-dir", folder) == .failure)
    }
  }
}
