#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the operating system refused to do with a file or a folder.
public struct FileError: Error, Sendable, Equatable {
  /// The file or folder.
  public var path: String
  /// What was attempted: ends the sentence that begins with "cannot be", as in "made", "listed", "written".
  public var action: String
  /// The system's number for the reason, as in `errno`.
  public var code: Int32

  /// - Parameter code: by default why the last system call of this thread failed.
  public init(path: String, action: String, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// The system's words for the reason.
  public var words: String {
    // `strerror` shares one buffer between threads.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else { return "error \(code)" }
      return String(cString: start)
    }
  }
}

extension FileError: CustomStringConvertible {
  public var description: String { "\(path) cannot be \(action): \(words)" }
}
