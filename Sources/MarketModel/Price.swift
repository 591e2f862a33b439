/// A price per share (or per contract unit) in millionths of the currency: exact for every tick a US venue uses.
@frozen public struct Price: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Millionths of the currency.
  public var micros: Int64

  @inlinable @inline(__always) public init(micros: Int64) { self.micros = micros }
  /// From whole cents.
  @inlinable public init(cents: Int64) { micros = cents &* 10_000 }
  /// The nearest representable price; traps on values that are not finite or do not fit.
  @inlinable public init(rounding value: Double) { micros = Int64((value * 1_000_000).rounded()) }

  /// Zero; stands for "no price known" in records that have no room for an optional.
  public static let zero = Price(micros: 0)

  /// In currency units, for option mathematics and JSON only.
  @inlinable public var doubleValue: Double { Double(micros) / 1_000_000 }

  @inlinable @inline(__always) public static func < (a: Price, b: Price) -> Bool { a.micros < b.micros }
}

extension Price: CustomStringConvertible {
  /// The exact decimal without trailing zeros: `572`, `12.5`, `-0.0001`.
  public var description: String {
    let magnitude = micros.magnitude
    var text = (micros < 0 ? "-" : "") + String(magnitude / 1_000_000)
    var fraction = magnitude % 1_000_000
    guard fraction != 0 else { return text }
    var digits = 6
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    let shown = String(fraction)
    text += "." + String(repeating: "0", count: digits - shown.utf8.count) + shown
    return text
  }
}
