/// A small JSON document taken apart, for request bodies and rules. Strict RFC 8259; numbers keep their text, so that money is read
/// exactly; a member that comes twice is an error.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case flag(Bool)
  /// As written.
  case number(String)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// What it is, in words.
  public var kind: String {
    switch self {
    case .null: "null"
    case .flag(let value): value ? "true" : "false"
    case .number(let text): text
    case .text(let text): "\"\(text)\""
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// Why a text is not JSON, and where.
  public struct Malformed: Error, CustomStringConvertible {
    public var offset: Int
    public var reason: String
    public var description: String { "byte \(offset): \(reason)" }
  }

  public static func parse(_ bytes: [UInt8]) throws(Malformed) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    return try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  /// Nesting deeper than any body of ours.
  static let deepest = 16

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONValue.Malformed) -> JSONValue {
    let value = try self.value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw malformed("nothing may follow the value") }
    return value
  }

  private func malformed(_ reason: String) -> JSONValue.Malformed { .init(offset: position, reason: reason) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
    guard depth < JSONParser.deepest else { throw malformed("more than \(JSONParser.deepest) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
    case .some: throw malformed("wanted a value")
    case .none: throw malformed("the text ends where a value is wanted")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONValue.Malformed) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw malformed("wanted \(word)") }
    position += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
    position += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw malformed("wanted a member name in quotes") }
      let name = try text()
      guard members[name] == nil else { throw malformed("member \"\(name)\" comes twice") }
      skipSpace()
      guard take(":") else { throw malformed("wanted : after a member name") }
      members[name] = try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    guard take("}") else { throw malformed("wanted , or } after a member") }
    return .object(members)
  }

  private mutating func list(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .list(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw malformed("wanted , or ] after an element") }
    return .list(elements)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (48...57).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSONValue.Malformed) -> JSONValue {
    let start = position
    _ = take("-")
    let leadsWithZero = next == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !leadsWithZero || whole == 1 else { throw malformed("not a number") }
    if take("."), digits() == 0 { throw malformed("wanted a digit after the point") }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard digits() > 0 else { throw malformed("wanted a digit in the exponent") }
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func text() throws(JSONValue.Malformed) -> String {
    position += 1
    var out: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: out, as: UTF8.self) else { throw malformed("text is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(into: &out)
      case 0..<0x20: throw malformed("control character in a text")
      default: out.append(byte)
      }
    }
    throw malformed("text without a closing quote")
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONValue.Malformed) {
    guard let byte = next else { throw malformed("text without a closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"): try out.append(contentsOf: String(scalar()).utf8)
    default: throw malformed("unknown escape")
    }
  }

  private mutating func scalar() throws(JSONValue.Malformed) -> Character {
    let first = try codeUnit()
    var code = UInt32(first)
    if (0xD800..<0xDC00).contains(first) {
      guard take("\\"), take("u") else { throw malformed("half of a surrogate pair") }
      let second = try codeUnit()
      guard (0xDC00..<0xE000).contains(second) else { throw malformed("half of a surrogate pair") }
      code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("half of a surrogate pair") }
    return Character(scalar)
  }

  private mutating func codeUnit() throws(JSONValue.Malformed) -> UInt16 {
    let digits = bytes[position..<min(position + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ $0 != 43 && $0 != 45 }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("wanted four hexadecimal digits") }
    position += 4
    return unit
  }
}
