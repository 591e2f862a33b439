#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The clock that messages are stamped with.
enum MonotonicTime {
  /// Nanoseconds of CLOCK_MONOTONIC.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
