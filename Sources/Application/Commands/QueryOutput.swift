import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where an answer goes: standard output, or a file that appears under its name when it is whole.
final class QueryOutput {
  /// The file while it is written; nil for standard output.
  let path: String?
  private let name: String?
  private var descriptor: Int32

  /// - Parameter name: nil for standard output.
  init(_ name: String?, format: SQLQuestion.Format) throws(ServeError) {
    self.name = name
    path = name.map { $0 + ".partial" }
    descriptor = STDOUT_FILENO
    guard let path else {
      guard format != .parquet else { throw ServeError("query: --format parquet needs a file; give --output") }
      return
    }
    unlink(path)
    guard format != .parquet else { return }
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("made") }
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
    ServeError("\(name ?? "standard output") cannot be \(what): \(String(cString: strerror(errno)))")
  }
}

/// Outside of the class's own `write`.
private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
