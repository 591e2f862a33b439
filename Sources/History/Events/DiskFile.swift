import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One open file of the cache. Whole reads and whole writes, errors in words.
final class DiskFile {
  let path: String
  private let descriptor: Int32

  /// - Throws: `.damaged` when a file that must be there is not, `.system` for all else.
  init(reading path: String) throws(HistoryError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw DiskFile.failure(path, "opened") }
      throw HistoryError(
        .damaged,
        "cache file \(path): is gone, though the manifest names it; delete the folder of the day and fetch it again")
    }
  }

  /// Makes the file, or goes on with it behind `length` bytes; what lies behind them is cut off.
  init(writing path: String, keeping length: Int64) throws(HistoryError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DiskFile.failure(path, "written") }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size >= length else {
      close(descriptor)
      throw HistoryError(
        .damaged,
        "cache file \(path): has \(size) bytes, \(length) wanted; delete the folder of the day and fetch it again")
    }
    guard ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, off_t(length), SEEK_SET) == length else {
      let error = DiskFile.failure(path, "cut to \(length) bytes")
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Length in bytes.
  func size() throws(HistoryError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DiskFile.failure(path, "examined") }
    return Int64(status.st_size)
  }

  /// Fills the buffer as far as the file reaches.
  /// - Returns: bytes read; fewer than asked for only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(HistoryError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + done)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskFile.failure(path, "read at byte \(offset)")
      }
      done += count
    }
    return done
  }

  /// Writes behind what was written.
  func write(_ bytes: UnsafeRawBufferPointer) throws(HistoryError) {
    var done = 0
    while done < bytes.count {
      let count = Self.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskFile.failure(path, "written")
      }
      done += count
    }
  }

  /// What was written is on the disk itself.
  func sync() throws(HistoryError) {
    guard fsync(descriptor) == 0 else { throw DiskFile.failure(path, "brought to the disk") }
  }

  #if canImport(Glibc)
    private static let write = Glibc.write
  #else
    private static let write = Darwin.write
  #endif

  /// With the reason of the last system call.
  private static func failure(_ path: String, _ action: String) -> HistoryError {
    HistoryError(FileError(path: path, action: action))
  }
}
