import Foundation

/// Places that tests read beside the code.
enum Checkout {
  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Vendor reference data: `MARKETFLOW_REFERENCE_DATA`, else `../shared/data` beside the package.
  static var referenceData: URL {
    ProcessInfo.processInfo.environment["MARKETFLOW_REFERENCE_DATA"].map { URL(filePath: $0) }
      ?? root.deletingLastPathComponent().appending(path: "shared/data")
  }

  /// The Python that has the oracles' packages: `MARKETFLOW_PYTHON`, else the venv that `scripts/setup` makes.
  static var python: URL? {
    let path =
      ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? URL(filePath: path) : nil
  }

  static func hasReference(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: referenceData.appending(path: path).path)
  }

  /// The rows under `results` of a REST answer.
  static func results<Row: Decodable>(_ path: String, as row: Row.Type) throws -> [Row] {
    let data = try Data(contentsOf: referenceData.appending(path: path))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer<Row>.self, from: data).results
  }
}

private struct Answer<Row: Decodable>: Decodable {
  var results: [Row]
}
