#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where a listing goes on: the question as it was asked, and what the last page ended with. Opaque to clients.
struct PageCursor: Equatable {
  var parameters: [String: String]
  var after: String

  private static let placeName = "after"

  init(parameters: [String: String], after: String) {
    self.parameters = parameters
    self.after = after
  }

  /// Nil when it is none of ours.
  init?(_ text: String) {
    let standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: padded), let plain = String(validating: data, as: UTF8.self) else {
      return nil
    }
    var parameters: [String: String] = [:]
    for line in plain.split(separator: "\n") {
      guard let split = line.firstIndex(of: "=") else { return nil }
      parameters[String(line[..<split])] = String(line[line.index(after: split)...])
    }
    guard let after = parameters.removeValue(forKey: PageCursor.placeName) else { return nil }
    self.init(parameters: parameters, after: after)
  }

  var text: String {
    var lines = parameters.filter { !$0.key.contains("\n") && !$0.value.contains("\n") }.map { "\($0.key)=\($0.value)" }
    lines.sort()
    lines.append("\(PageCursor.placeName)=\(after)")
    let encoded = Data(lines.joined(separator: "\n").utf8).base64EncodedString()
    return String(encoded.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }
}
