import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How an alert's score is made: premium + confidence + count, 0 to 100.
///
/// - Premium, up to 40: nothing up to $500,000, all from $50,000,000, on a logarithmic scale between (6 for each doubling: $1,000,000
///   is 6, $5,000,000 is 20).
/// - Confidence, up to 40: a detector is 0.5 sure of what just meets its rule, which earns nothing; 0.75 is 20, 1 is 40. Of a print
///   its side's confidence times 40 (0.8 at or through the quote, 0.6 inside it, 0.4 by tick or at the midpoint); levels and
///   incidents are facts, 40.
/// - Count, up to 20: 2 for each doubling of the prints beyond four: 2 for eight, 6 for 32, 20 from 4,096. Repeats do not count:
///   they are other causes, each too weak to be an alert of its own.
///
/// 70 and more is CRITICAL, 50 HIGH, 30 MEDIUM, 15 LOW, less INFO.
enum AlertScoring {
  private static let leastPremiumMicros = 500_000_000_000.0
  private static let fullPremiumMicros = 50_000_000_000_000.0
  private static let leastPrints: Int64 = 4

  static func score(_ cause: AlertCause) -> AlertScore {
    AlertScore(premium: premium(cause.premiumMicros), confidence: confidence(cause), count: count(prints(cause)))
  }

  /// Prints that count. Those of a gap are no sign of strength, and those of a contract's whole day none of this moment.
  static func prints(_ cause: AlertCause) -> Int64 {
    switch cause.subject {
    case .incident, .detection(_, .unusualVolume): 1
    case .detection, .print, .level: max(1, cause.prints)
    }
  }

  static func premium(_ micros: Int64) -> Int {
    let premium = Double(micros)
    guard premium > leastPremiumMicros else { return 0 }
    return Int((40 * min(1, log(premium / leastPremiumMicros) / log(fullPremiumMicros / leastPremiumMicros))).rounded())
  }

  private static func confidence(_ cause: AlertCause) -> Int {
    let permille = min(1000, max(0, cause.confidencePermille))
    return if case .detection = cause.subject {
      (max(0, permille - 500) * 80 + 500) / 1000
    } else {
      (permille * 40 + 500) / 1000
    }
  }

  static func count(_ prints: Int64) -> Int {
    guard prints > leastPrints else { return 0 }
    return Int(min(20, 2 * log2(Double(prints) / Double(leastPrints))).rounded())
  }
}
