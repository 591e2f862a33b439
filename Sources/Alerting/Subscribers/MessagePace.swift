import MarketModel

/// How many messages a subscriber had within the last minute of the machine's clock.
struct MessagePace {
  private var times: [Timestamp] = []
  static let windowNanoseconds: Int64 = 60_000_000_000

  /// Counts a message.
  /// - Returns: false when it would be more than `limit` within a minute; then it does not count.
  mutating func take(at now: Timestamp, limit: Int) -> Bool {
    // A clock that was set back forgets what lies ahead of it.
    times.removeAll { now - $0 >= MessagePace.windowNanoseconds || $0 > now }
    guard times.count < limit else { return false }
    times.append(now)
    return true
  }
}
