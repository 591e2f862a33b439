/// When to dial again: at once the first time, then exponentially later with full jitter (a uniform draw from zero to the
/// bound, AWS Architecture Blog, "Exponential Backoff And Jitter"), never more than one dial a second.
///
/// A connection that streamed for a while ends a series of failures. One that was let in and dropped early keeps the waits
/// short, since somebody is there; the long waits are for dials that lead nowhere.
struct ReconnectBackoff {
  /// What the wait depends on.
  enum Cause {
    /// A dial that led nowhere, or a connection that broke.
    case broken
    /// Another connection of the account is open; ours would only push it out, or be pushed out again.
    case occupied
    /// The vendor said no, and will until a person acts.
    case refused
  }

  /// Full jitter draws from zero to this, doubled with each failure.
  static let firstBoundNanoseconds: Int64 = 1_000_000_000
  static let longestBoundNanoseconds: Int64 = 30_000_000_000
  /// The longest bound while connections come about and are dropped soon after.
  static let droppedBoundNanoseconds: Int64 = 4_000_000_000
  /// A connection that streamed for so long ends the series.
  static let provenNanoseconds: Int64 = 30_000_000_000
  static let occupiedNanoseconds: ClosedRange<Int64> = 10_000_000_000...30_000_000_000
  static let refusedNanoseconds: ClosedRange<Int64> = 60_000_000_000...66_000_000_000
  /// Between two dials, whatever happened.
  static let dialSpacingNanoseconds: Int64 = 1_000_000_000

  /// Dials in a row whose connection did not last.
  private(set) var failures = 0
  private var lastDialNanoseconds: Int64?

  init() {}

  mutating func dialled(at now: Int64) { lastDialNanoseconds = now }

  /// - Parameters:
  ///   - streamedNanoseconds: how long the connection streamed; nil when it never did.
  ///   - now: monotonic.
  /// - Returns: when to dial, monotonic.
  mutating func nextDial(
    after cause: Cause, streamedNanoseconds: Int64?, at now: Int64, using generator: inout some RandomNumberGenerator
  ) -> Int64 {
    if let streamedNanoseconds, streamedNanoseconds >= ReconnectBackoff.provenNanoseconds { failures = 0 }
    let wait: Int64
    switch cause {
    case .occupied: wait = Int64.random(in: ReconnectBackoff.occupiedNanoseconds, using: &generator)
    case .refused: wait = Int64.random(in: ReconnectBackoff.refusedNanoseconds, using: &generator)
    case .broken where failures == 0: wait = 0
    case .broken: wait = Int64.random(in: 0...bound(hasStreamed: streamedNanoseconds != nil), using: &generator)
    }
    failures += 1
    let earliest = lastDialNanoseconds.map { $0 + ReconnectBackoff.dialSpacingNanoseconds } ?? now
    return max(now + wait, earliest)
  }

  private func bound(hasStreamed: Bool) -> Int64 {
    let longest =
      hasStreamed ? ReconnectBackoff.droppedBoundNanoseconds : ReconnectBackoff.longestBoundNanoseconds
    // Five doublings pass the longest bound.
    return min(longest, ReconnectBackoff.firstBoundNanoseconds << Int64(min(failures - 1, 5)))
  }
}
