/// The assignments of a `.env` file.
///
/// Understands `NAME=value`, `export NAME=value`, comments, `'literal'` and `"escaped\n"` values (both may span lines), and CRLF.
/// An unquoted value ends at ` #`. Nothing is substituted: `$` is a character like any other.
public struct DotEnv: Sendable, Equatable {
  public struct Assignment: Sendable, Equatable {
    public let value: String
    /// Counted from one.
    public let line: Int
  }

  /// The file's name as messages show it.
  public let file: String
  /// The last assignment of a name counts.
  public private(set) var assignments: [String: Assignment] = [:]

  public init(file: String, text: String) throws(SettingsError) {
    self.file = file
    var reader = DotEnvReader(text)
    while let statement = try reader.next(file: file) {
      assignments[statement.name] = Assignment(value: statement.value, line: statement.line)
    }
  }
}

/// Walks over the text, statement by statement.
private struct DotEnvReader {
  private var rest: Substring
  private var line = 1

  init(_ text: String) {
    // Swift takes CR LF as one character; one kind of line end keeps the rules short.
    let unix = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    rest = Substring(String(unix.map { $0 == "\r\n" ? "\n" : $0 }))
  }

  mutating func next(file: String) throws(SettingsError) -> (name: String, value: String, line: Int)? {
    skipBlankLinesAndComments()
    guard !rest.isEmpty else { return nil }
    let start = line
    func problem(_ words: String) -> SettingsError { SettingsError("\(file):\(start): \(words)") }

    let statement = rest.prefix { $0 != "\n" }
    guard let equals = statement.firstIndex(of: "=") else {
      throw problem("\"\(statement.trimmed.prefix(20))\" has no =, wanted NAME=value")
    }
    var name = statement[..<equals].trimmed
    if name.hasPrefix("export "), !name.dropFirst(7).isEmpty { name = name.dropFirst(7).trimmed }
    guard Self.isName(name) else {
      throw problem("\"\(name.prefix(40))\" is no name, wanted letters, digits and _ before the =")
    }
    rest = rest[rest.index(after: equals)...]
    rest = rest.drop { $0 == " " || $0 == "\t" }

    let value: String
    if let quote = rest.first, quote == "\"" || quote == "'" {
      guard let quoted = quotedValue(quote) else { throw problem("\(name) has no closing \(quote)") }
      let tail = rest.prefix { $0 != "\n" }.trimmed
      guard tail.isEmpty || tail.hasPrefix("#") else { throw problem("\(name) has text after its closing \(quote)") }
      value = quoted
    } else {
      value = bareValue()
    }
    rest = rest.drop { $0 != "\n" }
    return (String(name), value, start)
  }

  private mutating func skipBlankLinesAndComments() {
    while let first = rest.first {
      if first == "\n" {
        line += 1
        rest = rest.dropFirst()
      } else if first == "#" {
        rest = rest.drop { $0 != "\n" }
      } else if first.isWhitespace {
        rest = rest.dropFirst()
      } else {
        return
      }
    }
  }

  private mutating func bareValue() -> String {
    let value = rest.prefix { $0 != "\n" }
    var end = value.startIndex
    var wasSpace = true
    for index in value.indices {
      if value[index] == "#", wasSpace { break }
      wasSpace = value[index].isWhitespace
      end = value.index(after: index)
    }
    rest = rest[value.endIndex...]
    return String(value[..<end].trimmed)
  }

  private mutating func quotedValue(_ quote: Character) -> String? {
    rest = rest.dropFirst()
    var value = ""
    while let character = rest.first {
      rest = rest.dropFirst()
      if character == quote { return value }
      if character == "\n" { line += 1 }
      guard character == "\\", quote == "\"", let escaped = rest.first else {
        value.append(character)
        continue
      }
      rest = rest.dropFirst()
      switch escaped {
      case "n": value.append("\n")
      case "r": value.append("\r")
      case "t": value.append("\t")
      case "\"", "\\", "$", "`": value.append(escaped)
      default: value += "\\\(escaped)"
      }
    }
    return nil
  }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.unicodeScalars.allSatisfy {
      $0 == "_" || ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0)
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start.prefix(0) }
    return start[...last]
  }
}
