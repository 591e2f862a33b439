#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a trading day runs, as functions of the share of the session gone by (0...1).
enum DemoDayShape {
  /// Variance of returns per unit of the session: busy open and close; its mean is 1.
  static func varianceRate(_ x: Double) -> Double {
    let u = (2 * x - 1) * (2 * x - 1)
    return (0.6 + 1.6 * u * u) / 0.92
  }

  /// Share of the session's variance still to come.
  static func varianceLeft(_ x: Double) -> Double {
    let u = 2 * x - 1
    let gone = (0.6 * x + 0.16 * (u * u * u * u * u + 1)) / 0.92
    return max(0, min(1, 1 - gone))
  }

  /// Orders a second relative to the ordinary.
  static func activity(_ x: Double) -> Double { 0.8 + 1.5 * exp(-x / 0.05) + 0.9 * exp(-(1 - x) / 0.05) }

  /// Share of a day's variance that falls into the session; the rest is the night before.
  static let sessionShare = 0.8
}
