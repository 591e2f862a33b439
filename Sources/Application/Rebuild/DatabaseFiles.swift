import Storage

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

  /// - Throws: when the file cannot be made because its folder is not there.
  func checkFolder() throws(ServeError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var status = stat()
    guard folder.isEmpty || (stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR) else {
      throw ServeError("\(path) cannot be made: there is no folder \(folder); make it, or name another file")
    }
  }

  /// Takes them away.
  func remove() throws(ServeError) {
    for file in [path, log] where unlink(file) != 0 && errno != ENOENT {
      throw ServeError("\(file) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// Takes the place of another database, which is held and may be kept under another name. At no moment is there no file of the
  /// other's name: who comes meanwhile meets the old one, which is locked, or the new one.
  func replace(_ hold: borrowing DatabaseHold, keeping kept: DatabaseFiles?) throws(ServeError) {
    let old = hold.files
    if let kept {
      guard link(old.path, kept.path) == 0 else {
        throw ServeError("\(old.path) cannot be kept as \(kept.path): \(String(cString: strerror(errno)))")
      }
      try DatabaseFiles.move(old.log, to: kept.log)
    } else if unlink(old.log) != 0, errno != ENOENT {
      throw ServeError("\(old.log) cannot be removed: \(String(cString: strerror(errno)))")
    }
    // The log first: without its file it means nothing, the file without it would be older than it is.
    try DatabaseFiles.move(log, to: old.log)
    try DatabaseFiles.move(path, to: old.path)
  }

  private static func move(_ from: String, to: String) throws(ServeError) {
    guard rename(from, to) == 0 || errno == ENOENT else {
      throw ServeError("\(from) cannot be renamed to \(to): \(String(cString: strerror(errno)))")
    }
  }
}

/// The place of a database, held while another file is made for it: who wants to open or make it meanwhile is refused, as if the
/// database were in use. It is DuckDB's own lock, so that also a file that DuckDB cannot read is held. It is the process's: who
/// has it must not open the file.
struct DatabaseHold: ~Copyable {
  let files: DatabaseFiles
  /// There was no database; what stands in its place is empty.
  let isNew: Bool
  private let descriptor: Int32

  /// - Throws: `StorageError.locked` when another process has the file open.
  init(_ files: DatabaseFiles) throws {
    self.files = files
    isNew = !files.exists
    let descriptor = open(files.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ServeError("\(files.path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    guard fcntl(descriptor, F_SETLK, &lock) == 0 else {
      var holder = lock
      let isKnown = fcntl(descriptor, F_GETLK, &holder) == 0 && holder.l_type != Int16(F_UNLCK)
      close(descriptor)
      throw StorageError.locked(
        path: files.path, holder: isKnown ? "PID \(holder.l_pid)" : "its process id is not known")
    }
    self.descriptor = descriptor
  }

  deinit {
    // Nobody has put anything in the place of the empty file.
    var (held, there) = (stat(), stat())
    if isNew, fstat(descriptor, &held) == 0, stat(files.path, &there) == 0, held.st_ino == there.st_ino,
      held.st_dev == there.st_dev, held.st_size == 0
    {
      unlink(files.path)
    }
    close(descriptor)
  }
}
