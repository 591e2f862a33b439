/// How often and when a message is tried again.
public struct RetryPolicy: Sendable, Equatable {
  /// Tries after which it is dead.
  public var attempts = 8
  /// Before the second try; twice as long before each further one.
  public var firstDelayNanoseconds: Int64 = 1_000_000_000
  public var longestDelayNanoseconds: Int64 = 300_000_000_000
  /// Most that a receiver can make us wait.
  public var longestRetryAfterNanoseconds: Int64 = 900_000_000_000
  /// Age at which a message that did not get through is dead, however few tries it had.
  public var giveUpNanoseconds: Int64 = 3_600_000_000_000

  public init() {}

  /// - Parameters:
  ///   - attempts: tries so far, at least one.
  ///   - random: 0 to 1. Half of the delay is left to it, so that what failed together does not come back together.
  func delay(afterAttempts attempts: Int, retryAfterNanoseconds: Int64?, random: Double) -> Int64 {
    let doublings = min(max(0, attempts - 1), 40)
    let grown = Double(firstDelayNanoseconds) * Double(1 << doublings)
    let delay = min(grown, Double(longestDelayNanoseconds))
    let own = Int64(delay * (0.5 + 0.5 * min(max(random, 0), 1)))
    guard let retryAfterNanoseconds else { return own }
    return max(own, min(retryAfterNanoseconds, longestRetryAfterNanoseconds))
  }
}
