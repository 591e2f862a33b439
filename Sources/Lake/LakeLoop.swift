import Clocks
import Logging
import MarketModel
import Storage

/// The work of the lake's thread: what is done, when, and what happens when the disk refuses.
final class LakeLoop {
  private let options: LakeOptions
  private let status: LakeStatus
  private let log: Log
  let days: LakeDays
  let export: StoreExport
  let compaction: Compaction
  /// Whether the store's writer has its hands full: then the lake waits for more rows, and compacts nothing.
  private let isStoreBusy: @Sendable () -> Bool
  /// Ends the statement that compaction waits for. Any thread.
  let interruptCompaction: @Sendable () -> Void
  private var isRecovered = false
  /// Monotonic times.
  private let started = SystemClock.monotonicNanoseconds
  private var oldestWaiting: Int64 = 0
  /// When rows were last found to be enough for a part.
  private var flushed: Int64 = 0
  private var lastFlushed: [MarketDate: Int64] = [:]
  private var triesAgain: Int64 = 0
  private var compactsAgain: Int64 = 0
  private var failures = 0
  private var rowsAtStart: Int64 = 0

  /// Between parts that are smaller than a chunk.
  private static let flushPause: Int64 = 1_000_000_000
  /// A day gets its final parts so long after the market has closed …
  private static let afterClose: Int64 = 15 * 60 * 1_000_000_000
  /// … and so long after the last of its prints came.
  private static let quiet: Int64 = 5 * 60 * 1_000_000_000

  init(
    _ options: LakeOptions, store: Store, status: LakeStatus, isStoreBusy: @escaping @Sendable () -> Bool, log: Log
  ) throws(LakeError) {
    self.options = options
    self.status = status
    self.isStoreBusy = isStoreBusy
    self.log = log
    let folder = try LakeFolder(options.directory)
    let storeSession: SQLSession
    let files: SQLSession
    do {
      storeSession = try store.makeSession()
      files = try SQLSession(
        memoryLimitMegabytes: options.memoryLimitMegabytes, temporaryDirectory: "\(folder.work)/compact.tmp")
    } catch { throw .storage(error) }
    interruptCompaction = { files.interrupt() }
    days = LakeDays(folder: folder, footers: FooterReader(session: files))
    export = StoreExport(store: storeSession, days: days)
    compaction = Compaction(session: files, days: days, partBytes: options.partBytes)
    status.update { $0.report.path = folder.path }
  }

  /// What is due now. Errors stay here: they are shown, and the next rounds try again.
  /// - Parameters:
  ///   - isClosing: everything that waits is written, nothing is compacted.
  ///   - isStopped: asked between two parts; the rest is left to another time.
  func round(isClosing: Bool, until isStopped: () -> Bool = { false }) {
    let now = SystemClock.monotonicNanoseconds
    if isClosing || now >= triesAgain {
      do {
        try write(now, isClosing: isClosing, until: isStopped)
        noteWritten(nil)
      } catch { noteWritten(error) }
    }
    // Not in a burst: compaction would take the processor from those who bring the prints.
    if !isClosing, isRecovered, now >= compactsAgain, !isStoreBusy() {
      do {
        try compact(now, until: isStopped)
        noteCompacted(nil)
      } catch {
        // A stop interrupts what compaction asks of DuckDB.
        if !isStopped() { noteCompacted(error) }
      }
    }
    show()
  }

  // MARK: Writing

  private func write(_ now: Int64, isClosing: Bool, until isStopped: () -> Bool) throws(LakeError) {
    if !isRecovered {
      try days.load()
      export.recover()
      isRecovered = true
      rowsAtStart = days.totals.rows
      log.info(
        "lake", "opened \(days.folder.path)",
        ["days": "\(days.days.count)", "parts": "\(days.totals.parts)", "rows": "\(days.totals.rows)"])
    }
    var waiting = try export.waiting()
    noteWaiting(waiting, now)
    if waiting == 0 { return }
    let isOld = now - oldestWaiting >= Int64(options.flushSeconds) * 1_000_000_000
    guard isClosing || isOld || waiting >= rowsWanted(now) else { return }
    flushed = now
    while waiting > 0, !isStopped(), let written = try export.flush() {
      for day in written { lastFlushed[day] = SystemClock.monotonicNanoseconds }
      let before = days.totals.rows
      status.update { state in
        state.report.flushes += 1
        state.report.lastFlush = SystemClock.wallNanoseconds
        state.report.rowsWritten = before - self.rowsAtStart
      }
      waiting = try export.waiting()
      // What came meanwhile has the usual time to grow.
      if !isClosing, waiting < StoreExport.chunkPrints { break }
    }
    noteWaiting(waiting, SystemClock.monotonicNanoseconds, isFresh: true)
  }

  /// Rows that must wait for a part to be written: in a burst a whole chunk, so that what has come is written beside what comes,
  /// at the least cost for each row; else a few, once a second, so that parts do not become too many.
  private func rowsWanted(_ now: Int64) -> Int64 {
    let isSoon = flushed != 0 && now - flushed < LakeLoop.flushPause
    return isSoon || isStoreBusy() ? StoreExport.chunkPrints : Int64(options.flushRows)
  }

  private func noteWaiting(_ rows: Int64, _ now: Int64, isFresh: Bool = false) {
    if rows == 0 { oldestWaiting = 0 } else if oldestWaiting == 0 || isFresh { oldestWaiting = now }
    let since = oldestWaiting
    status.update { state in
      state.report.waitingRows = rows
      state.waitingSince = since
    }
  }

  // MARK: Compaction

  private func compact(_ now: Int64, until isStopped: () -> Bool) throws(LakeError) {
    try days.removeReplaced()
    for day in days.days where !days.hasReplaced(day) {
      if compaction.isCompact(day) {
        days.release(day)
        continue
      }
      if isOver(day, now) {
        // One a round, so that prints never wait for several.
        let start = SystemClock.monotonicNanoseconds
        guard try compaction.compact(day, news: export.news, progress: { _, _ in !isStopped() }) else { continue }
        let parts = days.parts(of: day)
        log.info(
          "lake", "compacted \(day)",
          [
            "parts": "\(parts.count)", "rows": "\(parts.reduce(0) { $0 + $1.rows })",
            "bytes": "\(parts.reduce(0) { $0 + $1.file.bytes })",
            "milliseconds": "\((SystemClock.monotonicNanoseconds - start) / 1_000_000)",
          ])
        return
      }
      let merged = try compaction.mergeHours(day, isOver: false, news: export.news)
      if merged > 0 { log.debug("lake", "merged hours of \(day)", ["parts": "\(merged)"]) }
    }
  }

  private func isOver(_ day: MarketDate, _ now: Int64) -> Bool {
    guard now - (lastFlushed[day] ?? started) >= LakeLoop.quiet else { return false }
    guard let session = TradingCalendar.session(on: day) else { return true }
    return SystemClock.wallNanoseconds - session.postMarketClose.nanoseconds >= LakeLoop.afterClose
  }

  // MARK: Saying how it is

  private func noteWritten(_ error: LakeError?) {
    let text = error?.description
    let before = status.report.error
    status.update { $0.report.error = text }
    guard let text else {
      if before != nil { log.info("lake", "writing again", ["path": days.folder.path]) }
      failures = 0
      triesAgain = 0
      return
    }
    failures += 1
    triesAgain = SystemClock.monotonicNanoseconds + LakeLoop.pause(failures)
    if before != text { log.error("lake", "cannot write, the rows wait in the store: \(text)") }
  }

  private func noteCompacted(_ error: LakeError?) {
    let text = error?.description
    let before = status.report.compactionError
    status.update { $0.report.compactionError = text }
    guard let text else { return }
    compactsAgain = SystemClock.monotonicNanoseconds + 60_000_000_000
    if before != text { log.error("lake", "cannot compact, small parts stay: \(text)") }
  }

  /// One second, then twice as long each time, up to half a minute.
  static func pause(_ failures: Int) -> Int64 { min(30, Int64(1) << Int64(min(failures - 1, 5))) * 1_000_000_000 }

  private func show() {
    let totals = days.totals
    status.update { state in
      state.report.parts = totals.parts
      state.report.rows = totals.rows
      state.report.bytes = totals.bytes
    }
  }
}
