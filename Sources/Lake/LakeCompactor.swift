import Clocks
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compacts days of a lake outside of `serve`: by hand, or after a crash. With a store it first brings the lake up to date.
/// One thread.
public final class LakeCompactor {
  /// What became of a day.
  public struct Outcome: Sendable {
    public var day: MarketDate
    public var partsBefore: Int
    public var parts: Int
    public var rows: Int64
    public var bytes: Int64
    /// Of the smallest and the largest part.
    public var smallestPart: Int64
    public var largestPart: Int64
    public var milliseconds: Int64
  }

  private let days: LakeDays
  private let compaction: Compaction
  private let export: StoreExport?

  /// Reads the footers of every part.
  /// - Parameter store: where missing prints, gaps and cancellations come from; nil when it cannot be opened, then the parts
  ///   are compacted as they are.
  /// - Throws: `.file`, `.storage`, `.foreignPart`, `.newerSchema`.
  public init(_ options: LakeOptions, store: Store?) throws(LakeError) {
    let folder = try LakeFolder(options.directory)
    do {
      let files = try SQLSession(
        memoryLimitMegabytes: options.memoryLimitMegabytes, temporaryDirectory: "\(folder.work)/compact.tmp")
      days = LakeDays(folder: folder, footers: FooterReader(session: files))
      compaction = Compaction(session: files, days: days, partBytes: options.partBytes)
      if let store {
        export = StoreExport(store: try store.makeSession(), days: days)
      } else {
        export = nil
      }
    } catch { throw .storage(error) }
    try days.load()
    export?.recover()
  }

  /// Days of the lake, ascending.
  public var allDays: [MarketDate] { days.days }

  /// Days that have parts which were not sorted through, ascending.
  public var openDays: [MarketDate] { days.days.filter { !compaction.isCompact($0) } }

  /// Brings what the store has and the lake lacks into the lake.
  /// - Returns: rows.
  public func catchUp() throws(LakeError) -> Int64 {
    guard let export else { return 0 }
    let before = days.totals.rows
    while try export.flush() != nil {}
    return days.totals.rows - before
  }

  /// Sorts a day by time into parts of the size wanted. A day that is compact already is left alone unless the venue has taken
  /// back prints since.
  /// - Parameter progress: rows done and rows in total.
  /// - Throws: `.dayLocked` while another process writes the day; and as writing does.
  public func compact(_ day: MarketDate, progress: (Int64, Int64) -> Void) throws(LakeError) -> Outcome {
    let start = SystemClock.monotonicNanoseconds
    try days.lock(day)
    let before = days.parts(of: day)
    let hasNews = try hasNews(before)
    if hasNews || !compaction.isCompact(day) {
      while try !compaction.compact(
        day, news: { parts throws(LakeError) in try export?.news(parts) },
        progress: { done, total in
          progress(done, total)
          return true
        })
      { wait() }
    }
    let sizes = days.parts(of: day).map(\.file.bytes)
    return Outcome(
      day: day, partsBefore: before.count, parts: sizes.count, rows: days.parts(of: day).reduce(0) { $0 + $1.rows },
      bytes: sizes.reduce(0, +), smallestPart: sizes.min() ?? 0, largestPart: sizes.max() ?? 0,
      milliseconds: (SystemClock.monotonicNanoseconds - start) / 1_000_000)
  }

  /// Removes the folders that were replaced, and gives the days back. After the last `compact`; takes up to two seconds.
  public func finish() throws(LakeError) {
    while try !days.removeReplaced() { wait() }
    for day in days.days { days.release(day) }
  }

  private func wait() { usleep(50_000) }

  private func hasNews(_ parts: [LakePart]) throws(LakeError) -> Bool {
    guard let cancelled = try export?.cancelled(parts), !cancelled.isEmpty else { return false }
    return try compaction.lacks(cancelled, parts)
  }
}
