import FlowEngine
import Journal
import Logging
import MarketModel
import Storage

/// Makes a database from a journal, in a file of its own: the days go through a new engine as they did live, and its outputs
/// through the same writer. A day that is damaged goes up to the damage; the others are not its concern.
struct StoreRebuild {
  let archive: JournalArchive
  /// Ascending.
  let days: [JournalDay]
  /// The new file; there must be none.
  let files: DatabaseFiles

  /// A day that could not be played to its end.
  struct Damage {
    var date: MarketDate
    /// Those before the damage; they are in the new file.
    var events: Int64
    var error: JournalError
  }

  /// What the new file has.
  struct Summary {
    var days = 0
    var events: Int64 = 0
    var prints: Int64 = 0
    /// Events that are missing in the journal.
    var missingEvents: Int64 = 0
    var damages: [Damage] = []
  }

  /// - Parameter progress: told bytes read and bytes in total, now and then.
  /// - Throws: `JournalError` also when no day could be played to its end; then there is no new file.
  func run(log: Log, progress: (Int, Int) -> Void) throws -> Summary {
    let instruments = InstrumentTable()
    return try NewDatabase.make(files, source: archive.ingestSource(), instruments: instruments, log: log) { database in
      var summary = Summary(days: days.count)
      var engine = FlowEngine(configuration: .product, instruments: instruments)
      var outputs = OutputBuffer()
      let totalBytes = days.reduce(0) { $0 + Int($1.bytes) }
      var finishedBytes = 0
      for day in days {
        let before = summary.events
        do {
          var reader = try archive.read(day.date, into: instruments)
          while let block = try reader.next() {
            engine.process(block.events, into: &outputs)
            summary.events += Int64(block.events.count)
            try database.store(outputs.outputs)
            outputs.removeAll()
            progress(finishedBytes + Int(reader.bytesRead), totalBytes)
          }
          summary.missingEvents += reader.missingEvents
        } catch let error as JournalError where error.exitCode == .damagedData {
          summary.damages.append(Damage(date: day.date, events: summary.events - before, error: error))
        }
        finishedBytes += Int(day.bytes)
      }
      if let first = summary.damages.first, summary.damages.count == days.count { throw first.error }
      engine.recordDigest(into: &outputs)
      try database.store(outputs.outputs)
      summary.prints = engine.counters.lastPrint
      return summary
    }
  }
}
