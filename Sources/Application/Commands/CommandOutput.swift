#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the data of a command go: standard output, or a file that appears under its name when it is whole.
final class CommandOutput {
  /// Who puts the bytes into the file.
  enum Writer {
    /// `write`.
    case command
    /// DuckDB, by the file's path.
    case database
  }

  /// The file while it is written; nil for standard output.
  let path: String?
  private let subject: String
  private let name: String?
  private var descriptor: Int32

  /// - Parameters:
  ///   - name: nil for standard output.
  ///   - subject: the command, for its errors.
  init(_ name: String?, subject: String, writer: Writer) throws(ServeError) {
    self.name = name
    self.subject = subject
    path = name.map { $0 + ".partial" }
    descriptor = STDOUT_FILENO
    guard let path, let name else { return }
    var status = stat()
    guard stat(name, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
      throw ServeError("\(subject): \(name) is a folder; name a file with --output")
    }
    unlink(path)
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("made") }
    guard writer == .database else { return }
    // The folder takes files; this one the database makes itself.
    _ = closeFile()
    unlink(path)
  }

  func write(_ bytes: [UInt8]) throws(ServeError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { put(descriptor, $0) }
      guard count > 0 || errno == EINTR else { throw failure("written") }
      written += max(0, count)
    }
  }

  /// Everything is written.
  func finish() throws(ServeError) {
    guard let path, let name else { return }
    guard closeFile() == 0 else { throw failure("written") }
    guard rename(path, name) == 0 else { throw failure("named") }
  }

  /// Nothing of it is to stay.
  func discard() {
    _ = closeFile()
    if let path { unlink(path) }
  }

  private func closeFile() -> Int32 {
    guard descriptor > STDERR_FILENO else { return 0 }
    defer { descriptor = -1 }
    return close(descriptor)
  }

  private func failure(_ what: String) -> ServeError {
    let reason = String(cString: strerror(errno))
    guard let name else { return ServeError("\(subject): standard output cannot be written: \(reason)") }
    let folder = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "."
    let advice = access(folder.isEmpty ? "/" : folder, F_OK) == 0 ? "" : "; make the folder \(folder) first"
    return ServeError("\(subject): \(name) cannot be \(what): \(reason)\(advice)")
  }
}

/// Outside of the class's own `write`.
private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
