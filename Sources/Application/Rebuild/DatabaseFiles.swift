#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A database as it lies in a folder: its file, and beside it the write-ahead log while that is not empty.
struct DatabaseFiles {
  let path: String

  var exists: Bool { access(path, F_OK) == 0 }
  private var log: String { path + ".wal" }

  /// Takes them away.
  func remove() throws(ServeError) {
    for file in [path, log] where unlink(file) != 0 && errno != ENOENT {
      throw ServeError("\(file) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// Gives them another name; what has that name is replaced.
  func move(to other: DatabaseFiles) throws(ServeError) {
    try other.remove()
    // The log first: without its file it means nothing, the file without it would be older than it is.
    for (from, to) in [(log, other.log), (path, other.path)] where rename(from, to) != 0 && errno != ENOENT {
      throw ServeError("\(from) cannot be renamed to \(to): \(String(cString: strerror(errno)))")
    }
  }
}
