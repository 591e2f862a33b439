import Files
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
    do throws(FileError) {
      try AtomicFile.write(ManifestText.write(manifest), to: self.manifest)
    } catch {
      throw HistoryError(error)
    }
  }

  // MARK: One writer

  /// Makes the folder and holds it until the result is gone.
  /// - Throws: `.locked` when another process is writing the day.
  func lockForWriting() throws(HistoryError) -> FileLock {
    do throws(FileError) { try Folder.make(streams) } catch { throw HistoryError(error) }
    do throws(FileLock.Refusal) { return try FileLock(lock) } catch {
      switch error {
      case .held(let holder):
        throw HistoryError(
          .locked,
          "cache of \(date) is being written by another process (\(holder.map { "PID \($0)" } ?? "its id is not known")); "
            + "wait until it has ended, then try again")
      case .file(let error): throw HistoryError(error)
      }
    }
  }

  /// Deletes what an interrupted run left: files of several contracts that the manifest does not name.
  func removeStrangers(_ manifest: HistoryManifest) throws(HistoryError) {
    let files = manifest.parts.map(\.file) + (manifest.merged.map { [$0.file] } ?? [])
    let known = Set(["manifest.json", "lock", "contracts"] + files)
    for name in try DayFolder.names(in: path) where !known.contains(name) { unlink(file(name)) }
  }

  /// Names in a folder, sorted; none when it is not there.
  static func names(in path: String) throws(HistoryError) -> [String] {
    do throws(FileError) { return try Folder.names(in: path) } catch { throw HistoryError(error) }
  }
}
