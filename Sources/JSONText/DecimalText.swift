/// Decimal numbers read without a detour over binary fractions.
public enum DecimalText {
  /// Millionths of a plain decimal such as `-12.345678`; nil for anything else, for more than six decimals that are not
  /// zero, and for amounts above 9e12 minus one unit.
  public static func micros(_ text: String) -> Int64? {
    var bytes = Array(text.utf8)[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative { bytes = bytes.dropFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, whole.count <= 12 else { return nil }
    let fraction = parts.count > 1 ? parts[1] : []
    guard parts.count == 1 || !fraction.isEmpty, (whole + fraction).allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    guard fraction.dropFirst(6).allSatisfy({ $0 == 48 }) else { return nil }
    var micros: Int64 = 0
    for byte in whole { micros = micros * 10 + Int64(byte - 48) }
    var decimals = fraction.prefix(6)
    for _ in 0..<6 { micros = micros * 10 + Int64((decimals.popFirst() ?? 48) - 48) }
    return negative ? -micros : micros
  }
}
