#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's clocks, in nanoseconds. Only the store's own bookkeeping reads them; market data carry their own time.
enum Clock {
  /// Never goes back; its zero means nothing.
  static var monotonicNanoseconds: Int64 { read(CLOCK_MONOTONIC) }
  /// Since 1970, UTC.
  static var wallNanoseconds: Int64 { read(CLOCK_REALTIME) }
  static var wallSQL: String { "make_timestamp_ns(\(wallNanoseconds))" }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
