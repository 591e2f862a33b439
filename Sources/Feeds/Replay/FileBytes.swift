#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes in order, whatever they were packed in.
protocol ReplayBytes: AnyObject {
  /// Fills at most `buffer.count` bytes from its start; 0 only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReplayFileError) -> Int
  /// Bytes of the file itself that have been used, before unpacking.
  var fileOffset: Int { get }
}

/// The bytes of a regular file as they lie on the disk.
final class FileBytes: ReplayBytes {
  let path: String
  /// Length of the file in bytes when it was opened.
  let size: Int
  private(set) var fileOffset = 0
  private let descriptor: Int32

  init(path: String) throws(ReplayFileError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      if errno == ENOENT { throw ReplayFileError(.missing, "replay file \(path): no such file; check the path") }
      throw ReplayFileError(.unreadable, "replay file \(path): cannot be opened: \(reason); check its permissions")
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw ReplayFileError(.unreadable, "replay file \(path): cannot be examined: \(reason)")
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let seen = information.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file"
      throw ReplayFileError(.notAFile, "replay file \(path): \(seen); name a file of recorded frames")
    }
    size = Int(information.st_size)
    guard size > 0 else {
      close(descriptor)
      throw ReplayFileError(.empty, "replay file \(path): is empty (0 bytes); name a file of recorded frames")
    }
  }

  deinit { close(descriptor) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReplayFileError) -> Int {
    let count = try transfer(into: buffer, at: fileOffset)
    fileOffset += count
    return count
  }

  /// Bytes from any place, without moving the reading position.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ReplayFileError) -> Int {
    try transfer(into: buffer, at: offset)
  }

  private func transfer(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ReplayFileError) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else {
        let reason = String(cString: strerror(errno))
        throw ReplayFileError(
          .unreadable, "replay file \(path): reading stopped at byte \(offset) of \(size): \(reason)")
      }
    }
  }
}
