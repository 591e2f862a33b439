#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is left when a process dies while DuckDB makes a new file: nothing, or fewer than the three headers every file begins
/// with. DuckDB refuses such a file for ever, though nothing can be in it.
enum UnfinishedFile {
  /// The three headers of 4096 bytes, written before anything else.
  static let headerBytes = 3 * 4096

  /// Removes such a file, unless another process is making it just now.
  static func remove(at path: String) {
    let descriptor = open(path, O_RDWR)
    guard descriptor >= 0 else { return }
    // Closing gives up this process's locks on the file, so this must come before DuckDB opens it.
    defer { close(descriptor) }
    guard isUnfinished(descriptor) else { return }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    // The lock DuckDB takes. Whoever holds it is alive; and under it, the file may have grown since it was looked at.
    guard fcntl(descriptor, F_SETLK, &lock) == 0, isUnfinished(descriptor) else { return }
    unlink(path)
  }

  /// Short, and what there is of it is DuckDB's: a check sum, then the word DUCK.
  private static func isUnfinished(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size < headerBytes else {
      return false
    }
    if status.st_size == 0 { return true }
    var start = [UInt8](repeating: 0, count: 12)
    return pread(descriptor, &start, start.count, 0) == start.count && Array(start[8...]) == Array("DUCK".utf8)
  }
}
