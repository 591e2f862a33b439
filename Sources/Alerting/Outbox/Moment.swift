import Clocks

/// A moment by both clocks of the machine. Waits are by the monotonic one, which nobody sets; what the outbox keeps, so that it
/// outlasts the process, is by the wall's.
struct Moment: Sendable, Equatable {
  var monotonicNanoseconds: Int64
  /// Since 1970, UTC.
  var wallNanoseconds: Int64

  static var now: Moment {
    Moment(
      monotonicNanoseconds: SystemClock.monotonicNanoseconds, wallNanoseconds: SystemClock.wallNanoseconds)
  }

  /// When the wall's clock will show this, if nobody sets it.
  func monotonic(atWall nanoseconds: Int64) -> Int64 { monotonicNanoseconds + (nanoseconds - wallNanoseconds) }
}

/// Sees that the wall's clock went another way than time: somebody set it, or the machine slept.
struct ClockWatch {
  struct Jump: Equatable {
    /// Positive when the clock went forward.
    var nanoseconds: Int64
    /// What the clock has shown since the jump: times of what was written then are right as they are.
    var shown: ClosedRange<Int64>
  }

  private var last: Moment
  /// What drifts less is followed without being looked at.
  static let leastNanoseconds: Int64 = 60_000_000_000

  init(_ moment: Moment) { last = moment }

  /// - Returns: what has happened since the moment that was noted last; nil for nothing.
  func jump(at now: Moment) -> Jump? {
    let passed = now.monotonicNanoseconds - last.monotonicNanoseconds
    let jump = now.wallNanoseconds - last.wallNanoseconds - passed
    guard abs(jump) > ClockWatch.leastNanoseconds else { return nil }
    return Jump(nanoseconds: jump, shown: now.wallNanoseconds - max(0, passed)...now.wallNanoseconds)
  }

  mutating func note(_ moment: Moment) { last = moment }
}
