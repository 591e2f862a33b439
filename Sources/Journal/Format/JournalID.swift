/// What makes a journal itself, wherever its folder is moved: 16 random bytes.
struct JournalID: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  static func random() -> JournalID {
    JournalID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
  }

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// From 32 hexadecimal digits.
  init?(_ text: some StringProtocol) {
    guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// 32 hexadecimal digits.
  var description: String { JournalID.digits(high) + JournalID.digits(low) }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
