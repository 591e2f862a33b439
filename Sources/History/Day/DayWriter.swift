import Clocks
import Feeds
import Files
import MarketModel
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The one who writes a day. Rows first, then the manifest that names them: whenever the process is killed, what the
/// manifest names is there. Any thread, but one at a time for each stream.
final class DayWriter: Sendable {
  let folder: DayFolder
  private let lock: FileLock
  private let state: Mutex<State>
  /// When the manifest may be written again, by the monotonic clock; held while it is written.
  private let saving = Mutex<Int64>(0)

  private struct State {
    var manifest: HistoryManifest
    var isSaved = true
  }

  /// Rows of one page, and where the next begins.
  struct Page {
    var events: [MarketEvent] = []
    var corrected: Int64 = 0
    var refused: Int64 = 0
    var resume: HistoryManifest.ResumePoint?
    var state = HistoryManifest.State.partial
    var source: String
    var fetched: Timestamp
  }

  init(_ folder: DayFolder) throws(HistoryError) {
    self.folder = folder
    lock = try folder.lockForWriting()
    let manifest = try folder.readManifest() ?? HistoryManifest(date: folder.date)
    try folder.removeStrangers(manifest)
    state = Mutex(State(manifest: manifest))
  }

  var manifest: HistoryManifest { state.withLock { $0.manifest } }

  func stream(_ ticker: String, _ content: HistoryManifest.Content) -> HistoryManifest.Stream? {
    state.withLock { $0.manifest.contracts[ticker]?[content] }
  }

  /// Changes what is not rows.
  func change(_ body: (inout HistoryManifest) -> Void) throws(HistoryError) {
    state.withLock { state in
      body(&state.manifest)
      state.isSaved = false
    }
    try saveIfDue()
  }

  /// Stores a page of a stream behind what is there.
  func append(_ page: Page, _ ticker: String, _ content: HistoryManifest.Content) throws(HistoryError) {
    var stream = stream(ticker, content) ?? HistoryManifest.Stream()
    if !page.events.isEmpty {
      guard let symbol = SymbolText(ticker) else {
        throw HistoryError(.unusable, "\(ticker): longer than \(SymbolText.capacity) bytes")
      }
      let writer = try EventFileWriter(
        path: folder.stream(ticker, content), symbols: [symbol], length: stream.bytes)
      for event in page.events { try writer.append(event) }
      stream.bytes = try writer.finish().bytes
      stream.rows += Int64(page.events.count)
    }
    stream.corrected += page.corrected
    stream.refused += page.refused
    stream.resume = page.state == .complete ? nil : page.resume ?? stream.resume
    stream.state = page.state
    stream.source = page.source
    stream.fetched = page.fetched.rfc3339
    let hasRows = !page.events.isEmpty
    state.withLock { [stream] state in
      state.manifest.contracts[ticker, default: HistoryManifest.Contract()][content] = stream
      if hasRows { state.manifest.revision += 1 }
      state.isSaved = false
    }
    try saveIfDue()
  }

  /// Writes the manifest now.
  func save() throws(HistoryError) {
    try saving.withLock { (next: inout Int64) throws(HistoryError) in try save(&next) }
  }

  /// A large manifest is written seldom: never more than a twentieth of the time goes into it.
  private func saveIfDue() throws(HistoryError) {
    _ = try saving.withLockIfAvailable { (next: inout Int64) throws(HistoryError) in
      if next <= SystemClock.monotonicNanoseconds { try save(&next) }
    }
  }

  private func save(_ next: inout Int64) throws(HistoryError) {
    let manifest = state.withLock { state -> HistoryManifest? in
      guard !state.isSaved else { return nil }
      state.isSaved = true
      return state.manifest
    }
    guard let manifest else { return }
    let start = SystemClock.monotonicNanoseconds
    do throws(HistoryError) {
      try folder.write(manifest)
    } catch {
      state.withLock { $0.isSaved = false }
      throw error
    }
    let end = SystemClock.monotonicNanoseconds
    next = end + 19 * (end - start)
  }
}
