import Clocks

/// Time and chance as the REST side uses them; tests hand in their own and never sleep.
public struct RESTClock: Sendable {
  /// Monotonic nanoseconds.
  public var now: @Sendable () -> Int64
  /// Nanoseconds since 1970 UTC, for HTTP dates.
  public var wallNow: @Sendable () -> Int64
  /// Returns when `now()` has reached the moment; throws when the task is cancelled.
  public var sleepUntil: @Sendable (Int64) async throws -> Void
  /// From 0 up to, not including, 1.
  public var random: @Sendable () -> Double

  public init(
    now: @escaping @Sendable () -> Int64, wallNow: @escaping @Sendable () -> Int64,
    sleepUntil: @escaping @Sendable (Int64) async throws -> Void, random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.wallNow = wallNow
    self.sleepUntil = sleepUntil
    self.random = random
  }

  /// The machine's.
  public static let system = RESTClock(
    now: { SystemClock.monotonicNanoseconds }, wallNow: { SystemClock.wallNanoseconds },
    sleepUntil: { moment in
      let wait = moment - SystemClock.monotonicNanoseconds
      if wait > 0 { try await Task.sleep(nanoseconds: UInt64(wait)) }
    }, random: { Double.random(in: 0..<1) })
}
