#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Says that somebody reads a day's folder, in this process or another: retention leaves it alone until it is let go.
final class DayLease: Sendable {
  private let descriptor: Int32

  /// For a reader; nil when there is no such folder or it is being removed. Where a file system has no such locks, reading goes
  /// on without.
  init?(reading path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK { return nil }
  }

  /// For who wants to remove the folder; nil while somebody reads it.
  init?(removing path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
