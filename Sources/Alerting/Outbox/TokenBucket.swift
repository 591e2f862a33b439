/// Lets so many messages a second through, and a few at once after a pause.
struct TokenBucket {
  private let perNanosecond: Double
  private let capacity: Double
  private var tokens: Double
  private var lastNanoseconds: Int64

  init(_ pace: ChannelPace, now: Int64) {
    precondition(
      pace.perSecond > 0 && pace.burst >= 1, "TokenBucket: a pace above zero and a burst of at least one wanted")
    perNanosecond = pace.perSecond / 1e9
    capacity = pace.burst
    tokens = pace.burst
    lastNanoseconds = now
  }

  /// - Parameter now: monotonic.
  mutating func take(now: Int64) -> Bool {
    tokens = min(capacity, tokens + Double(max(0, now - lastNanoseconds)) * perNanosecond)
    lastNanoseconds = max(now, lastNanoseconds)
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  /// When there is a token again.
  func nextToken(after now: Int64) -> Int64 {
    let missing = 1 - tokens - Double(max(0, now - lastNanoseconds)) * perNanosecond
    return missing <= 0 ? now : now + Int64((missing / perNanosecond).rounded(.up))
  }
}
