/// How often and when a failed request is sent again: exponential backoff with full jitter, bounded.
public struct RetryPolicy: Hashable, Sendable {
  /// Sendings of one request, the first included.
  public var attempts: Int
  public var firstNanoseconds: Int64
  public var longestNanoseconds: Int64
  /// A longer `Retry-After` is not waited for within a request.
  public var longestRetryAfterNanoseconds: Int64

  public init(
    attempts: Int = 4, firstNanoseconds: Int64 = 500_000_000, longestNanoseconds: Int64 = 8_000_000_000,
    longestRetryAfterNanoseconds: Int64 = 120_000_000_000
  ) {
    precondition(attempts > 0, "RetryPolicy: \(attempts) attempts, at least 1 wanted")
    self.attempts = attempts
    self.firstNanoseconds = firstNanoseconds
    self.longestNanoseconds = longestNanoseconds
    self.longestRetryAfterNanoseconds = longestRetryAfterNanoseconds
  }

  /// Upper end of the wait after this many failures, from 1.
  public func ceilingNanoseconds(afterFailures failures: Int) -> Int64 {
    let doublings = min(max(failures - 1, 0), 30)
    let (wait, isTooLong) = firstNanoseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
    return isTooLong ? longestNanoseconds : min(wait, longestNanoseconds)
  }

  /// - Parameter chance: from 0 up to, not including, 1: clients that failed together do not come back together.
  public func waitNanoseconds(afterFailures failures: Int, chance: Double) -> Int64 {
    Int64(Double(ceilingNanoseconds(afterFailures: failures)) * chance)
  }
}
