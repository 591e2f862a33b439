#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to write one day's folder: one process at a time has it. The lock file lies beside the lake, not in the day's
/// folder: polars refuses to scan a folder with other files in it. It holds the process id of its owner and is never removed.
final class DayLock: Sendable {
  private let descriptor: Int32

  /// - Parameters:
  ///   - file: the lock file, made when it is not there.
  ///   - folder: the day's folder, for the words.
  /// - Throws: `.dayLocked`, `.file`.
  init(file: String, folder: String) throws(LakeError) {
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DiskFolder.failure(file, "opened") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let failure = DiskFolder.failure(file, "locked")
      defer { close(descriptor) }
      throw isTaken ? .dayLocked(path: folder, holder: DayLock.holder(descriptor)) : failure
    }
    self.descriptor = descriptor
    let text = Array("\(getpid())\n".utf8)
    // Only words in somebody else's error hang on it: a full disk must not stand in the way of the lock.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int32 {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes[..<max(0, count)].prefix { $0 != 10 }, as: UTF8.self)) ?? 0
  }
}
