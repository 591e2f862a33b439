import Alerting

/// What the underlying did after all cases of one rule, over one horizon.
struct ForwardTally: Hashable, Sendable {
  /// Fewer cases than this say nothing.
  static let fewestCases = 30

  /// Returns in the case's direction: positive went its way.
  private(set) var returns: [Double] = []
  private(set) var hits = 0
  private var baselineHits = 0.0
  private var baselineReturns = 0.0

  var cases: Int { returns.count }
  var isTooFew: Bool { cases < ForwardTally.fewestCases }

  mutating func add(_ upwards: Double, _ direction: PriceDirection, _ baseline: UnderlyingDay.Baseline) {
    precondition(direction != .neither, "ForwardTally: a case without a direction")
    let sign = Double(direction.rawValue)
    returns.append(sign * upwards)
    if sign * upwards > 0 { hits += 1 }
    baselineHits += direction == .up ? baseline.upShare : baseline.downShare
    baselineReturns += sign * baseline.meanReturn
  }

  /// Share of cases that went their way; unchanged is no hit. 0 without cases; likewise the others.
  var hitShare: Double { average(Double(hits)) }
  var mean: Double { average(returns.reduce(0, +)) }
  var median: Double {
    let sorted = returns.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
  /// What all minutes of the same days and underlyings came to in the same directions.
  var baselineHitShare: Double { average(baselineHits) }
  var baselineMean: Double { average(baselineReturns) }
  /// Where the hit share lies with 95 % certainty, were the cases independent.
  var interval: ClosedRange<Double> { WilsonInterval.of(hits, among: cases) }

  private func average(_ sum: Double) -> Double { cases == 0 ? 0 : sum / Double(cases) }
}

/// The score interval of a share (Wilson 1927), at 95 %.
enum WilsonInterval {
  /// The 97.5th percentile of the normal distribution.
  private static let z = 1.959963984540054

  /// Everything is possible of no cases.
  static func of(_ hits: Int, among cases: Int) -> ClosedRange<Double> {
    guard cases > 0 else { return 0...1 }
    let n = Double(cases)
    let share = Double(hits) / n
    let square = z * z / n
    let centre = (share + square / 2) / (1 + square)
    let half = z * (share * (1 - share) / n + square / (4 * n)).squareRoot() / (1 + square)
    return max(0, centre - half)...min(1, centre + half)
  }
}
