import FlowEngine
import Journal
import Logging
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a database from a journal, in a file of its own: the days go through a new engine as they did live, and its outputs
/// through the same writer.
struct StoreRebuild {
  let archive: JournalArchive
  /// Ascending.
  let days: [JournalDay]
  /// The new file; there must be none.
  let path: String

  /// What the new file has.
  struct Summary: Sendable, Equatable {
    var days = 0
    var events: Int64 = 0
    var prints: Int64 = 0
    /// Events that are missing in the journal.
    var missingEvents: Int64 = 0
  }

  /// - Parameter progress: told bytes read and bytes in total, now and then.
  func run(log: Log, progress: (Int, Int) -> Void) throws -> Summary {
    let instruments = InstrumentTable()
    let store = try Store(StoreOptions(path: path))
    let writer = try store.makeWriter(instruments: instruments, log: log)
    _ = try writer.begin(archive.ingestSource())
    var summary = Summary(days: days.count)
    var engine = FlowEngine(configuration: .product, instruments: instruments)
    var outputs = OutputBuffer()
    let totalBytes = days.reduce(0) { $0 + Int($1.bytes) }
    var finishedBytes = 0
    for day in days {
      var reader = try archive.read(day.date, into: instruments)
      while let block = try reader.next() {
        engine.process(block.events, into: &outputs)
        summary.events += Int64(block.events.count)
        try StoreRebuild.store(outputs.outputs, writer)
        outputs.removeAll()
        progress(finishedBytes + Int(reader.bytesRead), totalBytes)
      }
      summary.missingEvents += reader.missingEvents
      finishedBytes += Int(day.bytes)
    }
    engine.recordDigest(into: &outputs)
    try StoreRebuild.store(outputs.outputs, writer)
    summary.prints = engine.counters.lastPrint
    try writer.close(finished: true, timeoutMilliseconds: StoreRebuild.closeMilliseconds)
    return summary
  }

  private static let closeMilliseconds = 60_000
  /// Between two looks at a full queue.
  private static let pauseMicroseconds: UInt32 = 500

  /// Waits for the disk as long as it takes what it is given; one that refuses ends the work.
  private static func store(_ outputs: UnsafeBufferPointer<FlowOutput>, _ writer: StoreWriter) throws {
    var rest = outputs
    while true {
      rest = UnsafeBufferPointer(rebasing: rest[writer.offer(rest)...])
      if rest.isEmpty { return }
      if let words = writer.counters.errorText { throw ServeError("rebuild: \(words)") }
      usleep(pauseMicroseconds)
    }
  }
}
