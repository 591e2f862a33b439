/// The `name=value` pairs of a query, decoded as forms are.
enum QueryString {
  static func pairs(_ query: String) throws(Problem) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for part in query.utf8.split(separator: UInt8(ascii: "&")) {
      let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try decode(Array(sides[0]))
      pairs.append((name, sides.count > 1 ? try decode(Array(sides[1])) : ""))
    }
    return pairs
  }

  private static func decode(_ bytes: [UInt8]) throws(Problem) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      switch bytes[i] {
      case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard i + 2 < bytes.count, let high = hex(bytes[i + 1]), let low = hex(bytes[i + 2]) else {
          let text = String(decoding: bytes, as: UTF8.self)
          throw .badParameter("query", seen: text, wanted: "two hexadecimal digits after each %")
        }
        out.append(high << 4 | low)
        i += 2
      case let byte: out.append(byte)
      }
      i += 1
    }
    guard let text = String(validating: out, as: UTF8.self) else {
      throw .badParameter("query", seen: String(decoding: out, as: UTF8.self), wanted: "UTF-8")
    }
    return text
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
