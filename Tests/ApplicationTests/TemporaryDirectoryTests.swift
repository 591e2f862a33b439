import Foundation
import Testing

@testable import Application

@Suite struct TemporaryDirectoryTests {
  /// A benchmark with a journal and a lake leaves folders behind.
  @Test func nothingOfItStays() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.path + "/journal/2026-11-20", withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(filePath: directory.path + "/journal/2026-11-20/000001.mfj"))
    try Data("x".utf8).write(to: URL(filePath: directory.path + "/bench.duckdb"))
    directory.remove()
    #expect(!FileManager.default.fileExists(atPath: directory.path))
  }
}
