import Foundation
import Testing

/// Runs `Oracles/positioning.py` and reads the names and values it prints.
enum PythonOracle {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let absent: Comment =
    "no oracle: .deps/venv/bin/python not found; run scripts/setup --test or set MARKETFLOW_PYTHON to one with numpy and scipy"

  static var python: URL? {
    let path =
      ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? package.appending(path: ".deps/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? URL(filePath: path) : nil
  }

  static func values(_ universe: LeanUniverse) throws -> [String: Double] {
    let process = Process()
    let python: URL = try #require(python)
    process.executableURL = python
    process.arguments = [
      package.appending(path: "Tests/PositioningTests/Oracles/positioning.py").path, universe.path, "\(universe.day)",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try #require(try output.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    var values: [String: Double] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let comma = try #require(line.lastIndex(of: ","))
      let value: Double = try #require(Double(line[line.index(after: comma)...]), "\(line)")
      values[String(line[..<comma])] = value
    }
    return values
  }
}
