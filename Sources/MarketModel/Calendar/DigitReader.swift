/// Reads fixed-width decimal fields from the front of some ASCII text.
struct DigitReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

  var isAtEnd: Bool { position == bytes.count }

  /// The next byte, not consumed; nil at the end.
  var next: UInt8? { isAtEnd ? nil : bytes[position] }

  /// Consumes one of these ASCII characters; false when something else, or nothing, is there.
  mutating func skip(_ choices: String) -> Bool {
    guard let next, choices.utf8.contains(next) else { return false }
    position += 1
    return true
  }

  /// Exactly this many decimal digits as a number.
  mutating func number(digits: Int) -> Int? {
    guard bytes.count - position >= digits else { return nil }
    var value = 0
    for byte in bytes[position..<position + digits] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    position += digits
    return value
  }

  /// The run of decimal digits that follows, as a fraction in units of 10^-places; nil for no digit or more than `places`.
  mutating func fraction(places: Int) -> Int? {
    var value = 0
    var count = 0
    while count < places, let digit = number(digits: 1) {
      value = value * 10 + digit
      count += 1
    }
    guard count > 0, number(digits: 1) == nil else { return nil }
    for _ in count..<places { value *= 10 }
    return value
  }
}
