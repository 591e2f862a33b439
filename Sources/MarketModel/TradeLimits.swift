/// What a print may say, whichever door it comes through: frames, flat files and prints entered by hand keep one rule.
/// The JSON decoder holds the same numbers in `decode.cpp`.
public enum TradeLimits {
  /// Prices of prints are above zero; a quote's zero means that nobody quotes.
  public static let highestPrice = Price(micros: 1_000_000_000_000_000)
  /// Contracts or shares of a print: whole, one at least. Quotes may have 0.
  public static let sizes: ClosedRange<UInt32> = 1...UInt32.max
  /// 1990 to 2100: a time outside is another unit, or the mark for "no time known".
  public static let times = Timestamp(seconds: 631_152_000)...Timestamp(seconds: 4_102_444_800)
  /// Price times size times multiplier in millionths of a USD: 10 billion USD, so that sums of a day stay far inside 63 bits.
  public static let highestPremiumMicros: Int64 = 10_000_000_000_000_000

  /// Whether a print of this price and size counts for no more than the highest premium.
  public static func admitsPremium(price: Price, size: UInt32, multiplier: UInt32) -> Bool {
    let (notional, overflowed) = price.micros.multipliedReportingOverflow(by: Int64(size))
    guard !overflowed else { return false }
    let (premium, isTooLarge) = notional.multipliedReportingOverflow(by: Int64(multiplier))
    return !isTooLarge && premium <= highestPremiumMicros
  }
}
