import Foundation
import MarketModel
import Testing

/// Other people's implementations, run as Python scripts that print CSV.
enum Oracle {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The Python that has the oracles' packages: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static var python: URL? {
    let path =
      ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? URL(filePath: path) : nil
  }

  static let noPython: Comment =
    "no oracle: .deps/venv/bin/python not found; run scripts/setup or set MARKETFLOW_PYTHON to one with vollib and QuantLib"

  struct Row {
    var right: OptionRight
    /// In the order of the script's columns; nil where the library found nothing.
    var numbers: [Double?]

    subscript(column: Int) -> Double { numbers[column] ?? .nan }
  }

  static func rows(_ script: String) throws -> [Row] {
    let process = Process()
    let python: URL = try #require(Oracle.python)
    process.executableURL = python
    process.arguments = [root.appending(path: "Tests/OptionMathTests/Oracles/\(script)").path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try #require(try output.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return Row(right: fields[0] == "c" ? .call : .put, numbers: fields.dropFirst().map { Double($0) })
    }
  }
}
