import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How an alert's score is made: premium + confidence + count, 0 to 100.
///
/// - Premium, up to 40: nothing up to $25,000, all from $5,000,000, on a logarithmic scale between ($250,000 is 17, $1,000,000
///   is 28).
/// - Confidence, up to 40: the cause's confidence from 0 to 1 times 40; of a print that of its side (0.8 at or through the quote, 0.6
///   inside it, 0.4 by tick or at the midpoint); of levels and incidents, which are facts, 1.
/// - Count, up to 20: 4 for each doubling of prints and repeats: 0 for one, 8 for four, 20 from 32.
///
/// 70 and more is CRITICAL, 50 HIGH, 30 MEDIUM, 15 LOW, less INFO.
enum AlertScoring {
  private static let leastPremiumMicros = 25_000_000_000.0
  private static let fullPremiumMicros = 5_000_000_000_000.0

  /// Of the cause alone, without repeats.
  static func score(_ cause: AlertCause) -> AlertScore {
    AlertScore(
      premium: premium(cause.premiumMicros),
      confidence: (min(1000, max(0, cause.confidencePermille)) * 40 + 500) / 1000, count: count(prints(cause)))
  }

  /// Prints that count: those of a gap are no sign of strength.
  static func prints(_ cause: AlertCause) -> Int64 {
    if case .incident = cause.subject { 1 } else { max(1, cause.prints) }
  }

  static func premium(_ micros: Int64) -> Int {
    let premium = Double(micros)
    guard premium > leastPremiumMicros else { return 0 }
    return Int((40 * min(1, log(premium / leastPremiumMicros) / log(fullPremiumMicros / leastPremiumMicros))).rounded())
  }

  static func count(_ number: Int64) -> Int {
    guard number > 1 else { return 0 }
    return Int(min(20, 4 * log2(Double(number))).rounded())
  }
}
