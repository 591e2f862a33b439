#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to do something that one process at a time may do, held until this goes or its process ends, however it ends.
/// The file holds the id of the process that has it, and is never removed: two could hold locks of one name then.
public final class FileLock: Sendable {
  /// Why there is no lock.
  public enum Refusal: Error, Sendable, Equatable {
    /// Another process has it, or another `FileLock` of this one; the process id, nil when the file does not say.
    case held(by: Int32?)
    case file(FileError)
  }

  private let descriptor: Int32

  /// Takes the lock or refuses at once.
  /// - Parameter path: the lock file, made when it is not there; its folder must be.
  public init(_ path: String) throws(Refusal) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(FileError(path: path, action: "opened")) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = FileError(path: path, action: "locked")
      defer { close(descriptor) }
      throw error.code == EWOULDBLOCK ? .held(by: FileLock.holder(descriptor)) : .file(error)
    }
    self.descriptor = descriptor
    let text = Array("\(getpid())\n".utf8)
    // Only words in somebody else's error hang on it: a full disk must not stand in the way of the lock.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    // A number without its line's end is half a number.
    guard let end = bytes[..<max(0, count)].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    return Int32(String(decoding: bytes[..<end], as: UTF8.self))
  }
}
