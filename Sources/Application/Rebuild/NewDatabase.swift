import FlowEngine
import Logging
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A database that is made from what was recorded, in a file of its own: an engine's outputs go through the same writer as a live
/// feed's.
final class NewDatabase {
  private let writer: StoreWriter

  private static let closeMilliseconds = 60_000
  /// Between two looks at a full queue.
  private static let pauseMicroseconds: UInt32 = 500

  /// - Parameter files: what is to be made; there must be nothing.
  /// - Throws: `ServeError`, `StorageError` also when somebody else has just made it.
  init(_ files: DatabaseFiles, source: IngestSource, instruments: InstrumentTable, log: Log) throws {
    guard !files.exists else {
      throw ServeError("\(files.path) is there already; name another file with --into, or move it away")
    }
    try files.checkFolder()
    writer = try Store(StoreOptions(path: files.path)).makeWriter(instruments: instruments, log: log)
    _ = try writer.begin(source)
  }

  /// Waits for the disk as long as it takes what it is given; one that refuses ends the work.
  func store(_ outputs: UnsafeBufferPointer<FlowOutput>) throws {
    var rest = outputs
    while true {
      rest = UnsafeBufferPointer(rebasing: rest[writer.offer(rest)...])
      if rest.isEmpty { return }
      if let words = writer.counters.errorText { throw ServeError("\(writer.path): \(words)") }
      usleep(NewDatabase.pauseMicroseconds)
    }
  }

  /// Everything is in the file.
  func finish() throws { try writer.close(finished: true, timeoutMilliseconds: NewDatabase.closeMilliseconds) }

  /// Makes a database; when that fails there is none. Somebody else's file stays.
  static func make<Result>(
    _ files: DatabaseFiles, source: IngestSource, instruments: InstrumentTable, log: Log,
    _ fill: (NewDatabase) throws -> Result
  ) throws -> Result {
    let outcome: Swift.Result<Result, any Error>
    do {
      let database = try NewDatabase(files, source: source, instruments: instruments, log: log)
      outcome = Swift.Result {
        let result = try fill(database)
        try database.finish()
        return result
      }
    }
    // Half a database looks like a whole one. Its writer is gone by now.
    if case .failure = outcome { try files.remove() }
    return try outcome.get()
  }
}
