import JSONText

/// How a line is written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: `2026-11-21T09:14:03.120Z INFO     storage  opened data/flow.duckdb  schema=1`
  case text
  /// For programs: one JSON object a line with `time`, `level`, `subject`, `message` and, if there are any, `fields`.
  case json
}

/// One line before it is text.
struct LogLine {
  var nanoseconds: Int64
  var level: LogLevel
  var subject: String
  var message: String
  var fields: KeyValuePairs<String, String> = [:]

  /// The line as UTF-8, with its newline.
  func rendered(as format: LogFormat, colored: Bool) -> [UInt8] {
    switch format {
    case .text: text(colored: colored)
    case .json: json()
    }
  }

  private func json() -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("time", UTCTime.text(nanoseconds: nanoseconds))
      $0.field("level", level.name)
      $0.field("subject", subject)
      $0.field("message", LogLimits.cut(message, to: LogLimits.messageBytes))
      if !fields.isEmpty {
        $0.key("fields")
        $0.object { object in
          for (name, value) in fields { object.field(name, LogLimits.cut(value, to: LogLimits.fieldBytes)) }
        }
      }
    }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  private func text(colored: Bool) -> [UInt8] {
    var line = UTCTime.text(nanoseconds: nanoseconds)
    let name = level.name.uppercased()
    let padding = String(repeating: " ", count: Self.levelWidth - name.utf8.count)
    line += colored ? " \(color)\(name)\(Self.plain)\(padding)" : " \(name)\(padding)"
    line += " \(subject)\(String(repeating: " ", count: max(0, Self.subjectWidth - subject.utf8.count))) "
    line += Self.printable(LogLimits.cut(message, to: LogLimits.messageBytes))
    for (index, field) in fields.enumerated() {
      let value = Self.fieldText(LogLimits.cut(field.value, to: LogLimits.fieldBytes))
      let name = colored ? "\(Self.dim)\(field.key)=\(Self.plain)" : "\(field.key)="
      line += (index == 0 ? "  " : " ") + name + value
    }
    return Array((line + "\n").utf8)
  }

  // MARK: Text

  private static let levelWidth = "CRITICAL".utf8.count
  private static let subjectWidth = 9
  private static let plain = "\u{1B}[0m"
  private static let dim = "\u{1B}[2m"

  private var color: String {
    switch level {
    case .debug: Self.dim
    case .info: "\u{1B}[32m"
    case .warning: "\u{1B}[33m"
    case .error: "\u{1B}[31m"
    case .critical: "\u{1B}[1;31m"
    }
  }

  /// Control characters come from data and would forge lines or drive the terminal: they are spelled out.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    var clean = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": clean += "\\n"
      case "\r": clean += "\\r"
      case "\t": clean += "\\t"
      default:
        if scalar.properties.generalCategory == .control {
          clean += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          clean.unicodeScalars.append(scalar)
        }
      }
    }
    return clean
  }

  /// Quoted where a reader could not tell where the value ends.
  private static func fieldText(_ value: String) -> String {
    let clean = printable(value)
    guard clean.isEmpty || clean.contains(where: { " \"=".contains($0) }) else { return clean }
    let escaped = clean.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    return "\"\(escaped)\""
  }
}

/// The bounds of a line and of the limiter's memory.
enum LogLimits {
  static let messageBytes = 2_000
  static let fieldBytes = 500
  /// Different messages that the limiter remembers at once.
  static let repeatedMessages = 256

  /// The text, or its beginning and how much is missing.
  static func cut(_ text: String, to bytes: Int) -> String {
    let count = text.utf8.count
    guard count > bytes else { return text }
    return String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "… (\(count - bytes) more bytes)"
  }
}
