/// Numbers as a CSV field writes them, read exactly.
enum DecimalText {
  /// A whole number with an optional minus; nil when anything else is there or it does not fit.
  static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    var rest = text[...]
    let negative = rest.first == UInt8(ascii: "-")
    if negative { rest = rest.dropFirst() }
    guard !rest.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in rest {
      guard let sum = appending(byte, to: value) else { return nil }
      value = sum
    }
    return negative ? -value : value
  }

  /// A decimal number in millionths, rounded half away from zero beyond six places; `1.5e2` is understood. Nil when it is not
  /// a number or does not fit.
  static func micros(_ text: UnsafeBufferPointer<UInt8>) -> Int64? { decimal(text, places: 6)?.value }

  /// A whole number however it is written: `100`, `100.0`, `1e2`. Nil when it has a fraction, is no number or does not fit.
  static func whole(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let number = decimal(text, places: 0), number.isExact else { return nil }
    return number.value
  }

  private static func decimal(
    _ text: UnsafeBufferPointer<UInt8>, places: Int
  ) -> (value: Int64, isExact: Bool)? {
    var value: Int64 = 0
    var isExact = true
    // Power of ten that makes `value` the number.
    var exponent = 0
    var digits = 0
    var seenPoint = false
    var index = 0
    let negative = text.first == UInt8(ascii: "-")
    if negative { index = 1 }
    scan: while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "."):
        guard !seenPoint else { return nil }
        seenPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
      default:
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        digits += 1
        // Eighteen significant digits are more than any price has: decimals beyond are dropped, whole digits overflow.
        if value < 100_000_000_000_000_000 || !seenPoint {
          guard let sum = appending(byte, to: value) else { return nil }
          value = sum
          if seenPoint { exponent -= 1 }
        } else if byte != UInt8(ascii: "0") {
          isExact = false
        }
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    if index < text.count {
      guard let shift = exponentValue(UnsafeBufferPointer(rebasing: text[(index + 1)...])) else { return nil }
      exponent += shift
    }
    guard let scaled = scale(value, byPowerOfTen: exponent + places) else { return nil }
    return (negative ? -scaled.value : scaled.value, isExact && scaled.isExact)
  }

  private static func exponentValue(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    let digits = text.first == UInt8(ascii: "+") ? UnsafeBufferPointer(rebasing: text.dropFirst()) : text
    guard let value = integer(digits), abs(value) < 100 else { return nil }
    return Int(value)
  }

  private static func appending(_ byte: UInt8, to value: Int64) -> Int64? {
    guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
    let (sum, carried) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
    return overflowed || carried ? nil : sum
  }

  private static func scale(_ value: Int64, byPowerOfTen power: Int) -> (value: Int64, isExact: Bool)? {
    var result = value
    if power >= 0 {
      for _ in 0..<power where result != 0 {
        let (product, overflowed) = result.multipliedReportingOverflow(by: 10)
        if overflowed { return nil }
        result = product
      }
      return (result, true)
    }
    var isExact = true
    for _ in 0..<(-power - 1) {
      isExact = isExact && result % 10 == 0
      result /= 10
    }
    return (result / 10 + (result % 10 >= 5 ? 1 : 0), isExact && result % 10 == 0)
  }
}
