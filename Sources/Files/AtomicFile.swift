#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A small file that is replaced as a whole: a reader, and a start after a kill or a loss of power, sees the old one or the new.
public enum AtomicFile {
  /// Ends the name of a file that is not whole yet. A kill may leave one behind; the next write replaces it.
  public static let unfinishedSuffix = ".tmp"

  /// Puts the bytes there and on the disk itself. When that fails, what was there before is there still, unless the error is
  /// that the folder cannot be written to the disk: then the new file is there, but may not survive a loss of power.
  /// - Parameter sync: the system call that brings an open file or folder to the disk: 0, or -1 and `errno`.
  public static func write(
    _ bytes: [UInt8], to path: String, by sync: (Int32) -> Int32 = { fsync($0) }
  ) throws(FileError) {
    let unfinished = path + unfinishedSuffix
    do throws(FileError) {
      try store(bytes, at: unfinished, sync)
      guard rename(unfinished, path) == 0 else { throw FileError(path: path, action: "put in place") }
    } catch {
      unlink(unfinished)
      throw error
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    try Folder.sync(folder, by: sync)
  }

  private static func store(_ bytes: [UInt8], at path: String, _ sync: (Int32) -> Int32) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, action: "made") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(written)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, action: "written", code: count < 0 ? errno : ENOSPC) }
      written += count
    }
    guard sync(descriptor) == 0 else { throw FileError(path: path, action: "written to the disk") }
  }
}
