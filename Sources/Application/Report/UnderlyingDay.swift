import MarketModel
import Storage

/// How far ahead a report looks.
enum Horizon: String, Hashable, Sendable, CaseIterable {
  case fiveMinutes = "5 min"
  case thirtyMinutes = "30 min"
  /// To the last price of the trading day.
  case endOfDay = "end of day"

  /// Nil for the day's end.
  var minutes: Int? {
    switch self {
    case .fiveMinutes: 5
    case .thirtyMinutes: 30
    case .endOfDay: nil
    }
  }
}

/// The prices of one underlying on one trading day, minute by minute: what forward returns are measured with.
///
/// A minute's price is its last one; a minute without a print has that of the last five, else none.
struct UnderlyingDay: Sendable {
  /// What all minutes of the day came to over a horizon: who had entered at random.
  struct Baseline: Hashable, Sendable {
    var minutes = 0
    /// Shares of the minutes after which the price was higher, or lower; the rest was unchanged.
    var upShare = 0.0
    var downShare = 0.0
    /// Average return upwards.
    var meanReturn = 0.0
  }

  private static let longestFillMinutes = 5

  /// Minutes since 1970.
  private let first: Int64
  /// Millionths, 0 for none.
  private let prices: [Int64]
  private let baselines: [Horizon: Baseline]

  /// - Parameter minutes: of this underlying and day, in any order; at least one.
  init(_ minutes: [UnderlyingMinute]) {
    let known = minutes.map { (minute: $0.minute.nanoseconds / 60_000_000_000, price: $0.price.micros) }
    guard let first = known.map(\.minute).min(), let last = known.map(\.minute).max() else {
      preconditionFailure("UnderlyingDay: a day without a minute")
    }
    var prices = [Int64](repeating: 0, count: Int(last - first) + 1)
    for one in known { prices[Int(one.minute - first)] = one.price }
    var age = 0
    for index in prices.indices.dropFirst() {
      age = prices[index] == 0 ? age + 1 : 0
      if age > 0, age <= UnderlyingDay.longestFillMinutes { prices[index] = prices[index - 1] }
    }
    self.first = first
    self.prices = prices
    var baselines: [Horizon: Baseline] = [:]
    for horizon in Horizon.allCases { baselines[horizon] = UnderlyingDay.baseline(prices, horizon) }
    self.baselines = baselines
  }

  func baseline(_ horizon: Horizon) -> Baseline { baselines[horizon] ?? Baseline() }

  /// Whether the minute that holds the moment has a price.
  func hasPrice(at time: Timestamp) -> Bool { index(of: time).map { prices[$0] != 0 } ?? false }

  /// From the end of the minute that holds the moment to the horizon; nil where the day has no price at either.
  func forwardReturn(from time: Timestamp, _ horizon: Horizon) -> Double? {
    index(of: time).flatMap { UnderlyingDay.forwardReturn(prices, $0, horizon) }
  }

  private func index(of time: Timestamp) -> Int? {
    let index = Int(time.nanoseconds / 60_000_000_000 - first)
    return prices.indices.contains(index) ? index : nil
  }

  private static func forwardReturn(_ prices: [Int64], _ index: Int, _ horizon: Horizon) -> Double? {
    let end = horizon.minutes.map { index + $0 } ?? prices.count - 1
    guard end > index, end < prices.count, prices[index] != 0, prices[end] != 0 else { return nil }
    return Double(prices[end]) / Double(prices[index]) - 1
  }

  private static func baseline(_ prices: [Int64], _ horizon: Horizon) -> Baseline {
    let returns = prices.indices.compactMap { forwardReturn(prices, $0, horizon) }
    guard !returns.isEmpty else { return Baseline() }
    let count = Double(returns.count)
    return Baseline(
      minutes: returns.count, upShare: Double(returns.count { $0 > 0 }) / count,
      downShare: Double(returns.count { $0 < 0 }) / count, meanReturn: returns.reduce(0, +) / count)
  }
}
