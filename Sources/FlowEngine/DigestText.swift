/// A digest as 16 hexadecimal digits, alike wherever it is shown or kept: JSON and most notebooks do not hold 64-bit numbers
/// exactly.
public enum DigestText {
  public static func text(_ digest: UInt64) -> String {
    let digits = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Nil for what is no digest.
  public static func digest(_ text: String) -> UInt64? { UInt64(text, radix: 16) }
}
