import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the files of one day lie.
struct DayFolder: Hashable, Sendable {
  let date: MarketDate
  let path: String

  /// - Parameter cache: folder of the cache.
  init(cache: String, date: MarketDate) {
    self.date = date
    path = "\(cache)/\(date)"
  }

  var manifest: String { "\(path)/manifest.json" }
  private var lock: String { "\(path)/lock" }
  private var streams: String { "\(path)/contracts" }

  /// The file of one contract's trades or quotes.
  func stream(_ ticker: String, _ content: HistoryManifest.Content) -> String {
    "\(streams)/\(DayFolder.fileName(ticker)).\(content.rawValue)"
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Characters that mean something in paths are written by their numbers.
  private static func fileName(_ ticker: String) -> String {
    ticker.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "."):
        String(Unicode.Scalar(byte))
      default: "%" + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }

  // MARK: Manifest

  /// Nil when nothing was ever fetched of the day.
  func readManifest() throws(HistoryError) -> HistoryManifest? {
    guard access(manifest, F_OK) == 0 else { return nil }
    let file = try DiskFile(reading: manifest)
    let size = Int(try file.size())
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 8)
    defer { buffer.deallocate() }
    let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]), at: 0)
    return try ManifestText.read(Array(buffer[..<count]), path: manifest, date: date)
  }

  /// Replaces the manifest as a whole: a reader, and a start after a kill, sees the old one or the new one.
  func write(_ manifest: HistoryManifest) throws(HistoryError) {
    let temporary = self.manifest + ".new"
    let file = try DiskFile(writing: temporary, keeping: 0)
    try write(ManifestText.write(manifest), to: file)
    try file.sync()
    guard rename(temporary, self.manifest) == 0 else { throw DiskFile.failure(self.manifest, "cannot be replaced") }
    try syncNames()
  }

  private func write(_ bytes: [UInt8], to file: DiskFile) throws(HistoryError) {
    var failure: HistoryError?
    bytes.withUnsafeBytes { buffer in
      do throws(HistoryError) { try file.write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The names in the folder are on the disk itself.
  private func syncNames() throws(HistoryError) {
    let folder = open(path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw DiskFile.failure(path, "cannot be opened") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw DiskFile.failure(path, "cannot be brought to the disk") }
  }

  // MARK: One writer

  /// Makes the folder and holds it until the result is gone.
  /// - Throws: `.locked` when another process is writing the day.
  func lockForWriting() throws(HistoryError) -> DayLock {
    try makeFolders()
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DiskFile.failure(lock, "cannot be opened") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw DiskFile.failure(lock, "cannot be locked") }
      throw HistoryError(
        .locked, "cache of \(date) is being written by another process; wait until it has ended, then try again")
    }
    return DayLock(descriptor: descriptor)
  }

  private func makeFolders() throws(HistoryError) {
    var current = path.hasPrefix("/") ? "/" : ""
    for part in streams.split(separator: "/") {
      current += (current.isEmpty || current.hasSuffix("/") ? "" : "/") + part
      guard mkdir(current, 0o755) != 0, errno != EEXIST else { continue }
      throw DiskFile.failure(current, "cannot be made")
    }
  }

  /// Deletes what an interrupted run left: files of several contracts that the manifest does not name.
  func removeStrangers(_ manifest: HistoryManifest) throws(HistoryError) {
    let files = manifest.parts.map(\.file) + (manifest.merged.map { [$0.file] } ?? [])
    let known = Set(["manifest.json", "lock", "contracts"] + files)
    for name in try DayFolder.names(in: path) where !known.contains(name) { unlink(file(name)) }
  }

  static func names(in path: String) throws(HistoryError) -> [String] {
    guard let folder = opendir(path) else { throw DiskFile.failure(path, "cannot be listed") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// Holds a day's folder for one writer; given up when it goes.
final class DayLock: Sendable {
  private let descriptor: Int32
  init(descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}
