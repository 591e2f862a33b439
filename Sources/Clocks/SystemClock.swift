#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's clocks, in nanoseconds. For the edges only: market data carry their own time, and the engine reads none.
public enum SystemClock {
  /// Never goes back; its zero means nothing.
  @inlinable public static var monotonicNanoseconds: Int64 { read(CLOCK_MONOTONIC) }
  /// Since 1970, UTC.
  @inlinable public static var wallNanoseconds: Int64 { read(CLOCK_REALTIME) }
  /// What the calling thread has had of the processor; for measuring.
  @inlinable public static var threadNanoseconds: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

  @inlinable static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
