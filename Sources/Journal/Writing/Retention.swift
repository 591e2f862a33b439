import Logging
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes the oldest days of a journal, whole days only, never the one that is being written, and none that somebody reads.
struct Retention: Sendable {
  let folder: JournalFolder
  let keepDays: Int?
  let keepBytes: Int64?

  /// A folder under this name is on its way out: a day is there whole or not at all.
  static let removedSuffix = ".removed"

  /// - Returns: bytes of the journal afterwards.
  func apply(_ log: Log) throws(JournalError) -> Int64 {
    var days: [(day: MarketDate, bytes: Int64)] = []
    for day in try folder.days() {
      let segments = try folder.segments(day)
      // A kill may leave a folder without a file.
      if !segments.isEmpty { days.append((day, segments.reduce(0) { $0 + $1.bytes })) }
    }
    var bytes = days.reduce(0) { $0 + $1.bytes }
    // The last day is the running one.
    for (index, day) in days.dropLast().enumerated() {
      let isOld = keepDays.map { days.count - index > $0 } ?? false
      let isTooMuch = keepBytes.map { bytes > $0 } ?? false
      guard isOld || isTooMuch else { break }
      guard try remove(day.day) else { continue }
      bytes -= day.bytes
      log.info(
        "journal", "\(day.day) removed: \(isOld ? "older" : "more") than is to be kept", ["bytes": "\(day.bytes)"])
    }
    return bytes
  }

  /// False while somebody reads the day.
  private func remove(_ day: MarketDate) throws(JournalError) -> Bool {
    let path = folder.dayPath(day)
    guard let lease = DayLease(removing: path) else { return false }
    defer { withExtendedLifetime(lease) {} }
    guard rename(path, path + Self.removedSuffix) == 0 else { throw .file(path, "renamed") }
    try JournalFolder.remove(path + Self.removedSuffix)
    return true
  }

  /// Finishes what a kill left unfinished.
  static func finish(in folder: JournalFolder) throws(JournalError) {
    for name in try JournalFolder.names(in: folder.path) where name.hasSuffix(removedSuffix) {
      try JournalFolder.remove("\(folder.path)/\(name)")
    }
  }
}
