import Files
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Names and places of a journal's files: `2026-11-20/000001.mfj`, `….mfj.zst` once it is closed and packed.
struct JournalFolder: Sendable {
  let path: String

  static let plainSuffix = ".mfj"
  static let packedSuffix = ".mfj.zst"
  static let unfinishedSuffix = AtomicFile.unfinishedSuffix

  var identityPath: String { path + "/journal.id" }
  var lockPath: String { path + "/journal.lock" }

  func dayPath(_ day: MarketDate) -> String { "\(path)/\(day)" }
  func plainPath(_ name: SegmentName) -> String { "\(path)/\(name)\(Self.plainSuffix)" }
  func packedPath(_ name: SegmentName) -> String { "\(path)/\(name)\(Self.packedSuffix)" }

  /// A segment as it lies there.
  struct Segment: Equatable {
    var name: SegmentName
    /// Bytes of the file; the packed one's when both are there.
    var bytes: Int64
    var isPlain: Bool
    var isPacked: Bool
  }

  /// Days that have a folder, ascending.
  func days() throws(JournalError) -> [MarketDate] {
    try Self.names(in: path).compactMap(Self.date).sorted()
  }

  /// The day's segments, ascending.
  func segments(_ day: MarketDate) throws(JournalError) -> [Segment] {
    var found: [UInt32: Segment] = [:]
    for file in try Self.names(in: dayPath(day)) {
      let isPacked = file.hasSuffix(Self.packedSuffix)
      let stem = file.dropLast(isPacked ? Self.packedSuffix.utf8.count : Self.plainSuffix.utf8.count)
      guard isPacked || file.hasSuffix(Self.plainSuffix), stem.utf8.count >= 6,
        stem.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = UInt32(stem)
      else { continue }
      var status = stat()
      // Packed and removed since it was listed: found under the other name.
      guard stat("\(dayPath(day))/\(file)", &status) == 0 else { continue }
      var segment =
        found[number]
        ?? Segment(name: SegmentName(day: day, number: number), bytes: 0, isPlain: false, isPacked: false)
      if isPacked || !segment.isPacked { segment.bytes = Int64(status.st_size) }
      if isPacked { segment.isPacked = true } else { segment.isPlain = true }
      found[number] = segment
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// The last segment there is.
  func lastSegment() throws(JournalError) -> Segment? {
    for day in try days().reversed() {
      if let last = try segments(day).last { return last }
    }
    return nil
  }

  /// One writer a journal, for as long as the result is held.
  /// - Throws: `.locked` with the holder's process id, `.file`.
  func lock() throws(JournalError) -> FileLock {
    do throws(FileLock.Refusal) { return try FileLock(lockPath) } catch {
      switch error {
      case .held(let holder):
        throw .locked(directory: path, holder: holder.map { "process \($0)" } ?? "its process id is not known")
      case .file(let error): throw JournalError(error)
      }
    }
  }

  // MARK: Files

  /// Makes a name that was given or taken in a folder outlive a loss of power.
  static func sync(folder path: String, _ disk: DiskCalls) throws(JournalError) {
    do throws(FileError) { try Folder.sync(path, by: disk.sync) } catch { throw JournalError(error) }
  }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(JournalError) {
    do throws(FileError) { try Folder.make(path) } catch { throw JournalError(error) }
  }

  /// Names in a folder, sorted; none when it is not there.
  static func names(in path: String) throws(JournalError) -> [String] {
    do throws(FileError) { return try Folder.names(in: path) } catch { throw JournalError(error) }
  }

  /// Removes a folder and the files in it.
  static func remove(_ path: String) throws(JournalError) {
    do throws(FileError) { try Folder.remove(path) } catch { throw JournalError(error) }
  }

  private static func date(_ text: String) -> MarketDate? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count >= 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      let date = MarketDate(year: year, month: month, day: day), date.description == text
    else { return nil }
    return date
  }
}
