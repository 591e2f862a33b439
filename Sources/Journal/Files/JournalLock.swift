#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One writer a journal: a lock that ends with its process, however that ends. The file says whose it is.
final class JournalLock: Sendable {
  private let file: OpenFile

  /// - Throws: `.locked` with the holder's process id, `.file`.
  init(_ folder: JournalFolder) throws(JournalError) {
    let path = folder.lockPath
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(path, "opened") }
    file = OpenFile(descriptor: descriptor, path: path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw .file(path, "locked") }
      throw .locked(directory: folder.path, holder: try JournalLock.holder(file))
    }
    let words = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0,
      words.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == words.count
    else { throw .file(path, "written") }
  }

  private static func holder(_ file: OpenFile) throws(JournalError) -> String {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 1)
    defer { bytes.deallocate() }
    let count = try file.read(bytes, at: 0)
    let words = String(decoding: bytes[..<count], as: UTF8.self)
    guard let line = words.split(separator: "\n").first else { return "its process id is not known" }
    return "process \(line)"
  }
}
