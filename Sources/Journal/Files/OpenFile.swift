#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open file; closed when nobody holds it any more, so that no thread meets another file under its number.
final class OpenFile: Sendable {
  let descriptor: Int32
  let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Opens for reading; nil when there is no such file.
  convenience init?(reading path: String) throws(JournalError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path, "opened")
    }
    self.init(descriptor: descriptor, path: path)
  }

  /// Makes a file, or empties the one that is there.
  convenience init(making path: String) throws(JournalError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(path, "made") }
    self.init(descriptor: descriptor, path: path)
  }

  deinit { close(descriptor) }

  func size() throws(JournalError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path, "examined") }
    return Int64(status.st_size)
  }

  /// As many bytes as there are from the offset on, at most the buffer's.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(JournalError) -> Int {
    var count = 0
    while count < buffer.count {
      let got = pread(
        descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(offset) + off_t(count))
      if got == 0 { break }
      guard got > 0 else {
        if errno == EINTR { continue }
        throw .file(path, "read")
      }
      count += got
    }
    return count
  }

  /// All of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(JournalError) {
    var count = 0
    while count < bytes.count {
      let put = pwrite(
        descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count, off_t(offset) + off_t(count))
      guard put > 0 else {
        if put < 0 && errno == EINTR { continue }
        throw .file(path, "written")
      }
      count += put
    }
  }
}
