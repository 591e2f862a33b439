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
  static func micros(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    var value: Int64 = 0
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
        }
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    if index < text.count {
      guard let shift = exponentValue(UnsafeBufferPointer(rebasing: text[(index + 1)...])) else { return nil }
      exponent += shift
    }
    guard let scaled = scale(value, byPowerOfTen: exponent + 6) else { return nil }
    return negative ? -scaled : scaled
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

  private static func scale(_ value: Int64, byPowerOfTen power: Int) -> Int64? {
    var result = value
    if power >= 0 {
      for _ in 0..<power where result != 0 {
        let (product, overflowed) = result.multipliedReportingOverflow(by: 10)
        if overflowed { return nil }
        result = product
      }
      return result
    }
    for _ in 0..<(-power - 1) { result /= 10 }
    return result / 10 + (result % 10 >= 5 ? 1 : 0)
  }
}
