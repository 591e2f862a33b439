/// What can go wrong between the house and its database, in words a person can act on.
public enum StorageError: Error, Sendable, Equatable {
  /// Another process has the file open; `holder` is DuckDB's description of it.
  case locked(path: String, holder: String)
  /// This process has the file open already.
  case alreadyOpen(path: String)
  case cannotOpen(path: String, words: String)
  /// The file was written by a newer MarketFlow.
  case newerSchema(path: String, found: Int, supported: Int)
  /// The file was written by an older MarketFlow and no migration leads from there to here.
  case olderSchema(path: String, found: Int, supported: Int)
  /// The file is to be read only, and was written by an older MarketFlow.
  case notMigrated(path: String, found: Int, supported: Int)
  /// A DuckDB file that is not ours.
  case foreignFile(path: String, tables: String)
  /// The file was written under the other profile.
  case otherProfile(path: String, found: String, wanted: String)
  /// The file has had as many runs as there are blocks of print ids.
  case tooManyRuns(path: String, runs: Int64)
  /// Outputs between the stored part of a source and the first one that would be offered would be missing for ever.
  case startsBehindStored(path: String, start: IngestPosition, stored: IngestPosition)
  /// A statement failed; `words` are DuckDB's own.
  case statement(sql: String, words: String)
  /// A commit failed, and whether it happened is not known before the file has been opened anew.
  case uncommitted(words: String)
  /// A query was stopped because it ran longer than it may.
  case timedOut(seconds: Double)
  /// The writer was closed with outputs that could not be written.
  case unwritten(path: String, outputs: Int, words: String)
  /// A stored row has a value that this program would not write.
  case unreadable(row: String, column: String, seen: String, wanted: String)
}

extension StorageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .locked(let path, let holder):
      "database \(path) is in use by another process (\(holder)); stop that process, or start with another --data-dir"
    case .alreadyOpen(let path):
      "database \(path) is already open in this process; one Store per file is allowed, share it"
    case .cannotOpen(let path, let words):
      "database \(path) cannot be opened: \(words); move the file away, or start with another --data-dir"
    case .newerSchema(let path, let found, let supported):
      "database \(path) has schema version \(found), this program knows \(supported); "
        + "update marketflow, or start with another --data-dir"
    case .olderSchema(let path, let found, let supported):
      "database \(path) has schema version \(found), this program needs \(supported) and cannot migrate from there; "
        + "move the file away, or start with another --data-dir"
    case .notMigrated(let path, let found, let supported):
      "database \(path) has schema version \(found), this program reads \(supported); "
        + "start marketflow serve once, which migrates it"
    case .foreignFile(let path, let tables):
      "database \(path) was not made by marketflow (no schema_info; tables: \(tables)); name another --data-dir"
    case .otherProfile(let path, let found, let wanted):
      "database \(path) was written with profile \(found), wanted \(wanted); name another file"
    case .tooManyRuns(let path, let runs):
      "database \(path) has had \(runs) runs, which is all it can number; start with another --data-dir"
    case .startsBehindStored(let path, let start, let stored):
      "database \(path) holds \(stored.prints) prints and \(stored.cancellations) cancellations of the source, what comes begins "
        + "behind \(start.prints) and \(start.cancellations); play the source from an earlier day"
    case .statement(let sql, let words):
      "DuckDB refused `\(sql)`: \(words)"
    case .uncommitted(let words):
      "\(words); the database is opened anew to see what is stored"
    case .timedOut(let seconds):
      "query ran longer than \(seconds) s and was stopped; ask for a shorter period or fewer rows"
    case .unwritten(let path, let outputs, let words):
      "database \(path): \(outputs) outputs were not written before closing: \(words); free the disk and replay the source"
    case .unreadable(let row, let column, let seen, let wanted):
      "\(row): its \(column) is \"\(seen)\", wanted one of \(wanted); the file was changed by another program or another "
        + "version: take the row out, or move the file away"
    }
  }
}
