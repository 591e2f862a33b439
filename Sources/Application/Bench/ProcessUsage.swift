#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the operating system has charged to this process so far.
struct ProcessUsage {
  /// User and system time of all threads.
  var cpuSeconds: Double
  /// Largest resident set so far.
  var peakResidentBytes: Int

  static func now() -> ProcessUsage {
    var usage = rusage()
    #if os(Linux)
      let status = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      let unitBytes = 1024
    #else
      let status = getrusage(RUSAGE_SELF, &usage)
      let unitBytes = 1
    #endif
    precondition(status == 0, "getrusage failed (errno \(errno))")
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return ProcessUsage(
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakResidentBytes: Int(usage.ru_maxrss) * unitBytes
    )
  }
}
