import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that somebody else writes, gone with this object.
final class ScratchFile {
  let path: String
  private static let numbers = Atomic(0)

  init(directory: String) {
    let number = ScratchFile.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    path = "\(directory)/answer-\(getpid())-\(number).parquet"
  }

  deinit { unlink(path) }

  /// Nil when it is not there.
  func read() -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0 else { return nil }
    return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, file)
    }
  }
}
