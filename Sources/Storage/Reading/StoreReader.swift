import FlowEngine
import MarketModel

/// Answers questions about what is on the disk, on a connection of its own: one thread at a time, any number of readers
/// while the writer writes. The reference profile has no readers.
public final class StoreReader: @unchecked Sendable {
  /// Longest a query may run before it is stopped.
  public let timeLimitSeconds: Double

  let connection: Connection
  let profile: StoreProfile
  let guardian: QueryGuardian

  /// Prints looked through first; most pages are complete within it.
  private static let firstWindow: Int64 = 1 << 13

  init(_ connection: Connection, profile: StoreProfile, timeLimitSeconds: Double) {
    self.timeLimitSeconds = timeLimitSeconds
    self.connection = connection
    self.profile = profile
    guardian = QueryGuardian(connection)
  }

  /// Prints that match, newest (highest id) first.
  /// - Parameters:
  ///   - beforePrintID: only prints with a lower id; nil for the newest.
  ///   - limit: rows at most, 1 or more.
  /// - Throws: `.timedOut`, `.statement`.
  public func prints(
    _ filter: PrintFilter = PrintFilter(), beforePrintID: Int64? = nil, limit: Int
  ) throws(StorageError) -> [StoredPrint] {
    try prints(HistoryFilter(prints: filter), beforePrintID: beforePrintID, limit: limit)
  }

  /// Likewise, of a stretch of time and a range of strikes.
  public func prints(
    _ filter: HistoryFilter, beforePrintID: Int64? = nil, limit: Int
  ) throws(StorageError) -> [StoredPrint] {
    precondition(profile == .full, "StoreReader.prints: the reference profile keeps no print ids")
    precondition(limit > 0, "StoreReader.prints: limit \(limit), at least 1")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var blocks = PrintBlocks(try usedBlocks())
      var rows: [StoredPrint] = []
      var before = beforePrintID ?? .max
      var window = StoreReader.firstWindow
      // The newest matches are usually near the end: look there first and further back only when they do not fill the page.
      while rows.count < limit, before > filter.lowestID ?? .min,
        let lowest = blocks.lowest(below: before, prints: window)
      {
        let query = PrintQuery(filter, from: lowest, before: before, limit: limit - rows.count)
        try connection.query(query.sql, query.parameters) { chunk in
          for row in 0..<chunk.count { rows.append(PrintQuery.read(chunk, row)) }
        }
        before = lowest
        window *= 8
      }
      return rows
    }
  }

  /// Ids in use, newest run first.
  private func usedBlocks() throws(StorageError) -> [ClosedRange<Int64>] {
    var blocks: [ClosedRange<Int64>] = []
    try connection.query(
      """
      SELECT first_print_id, last_print_id FROM main.ingest_runs WHERE last_print_id >= first_print_id \
      ORDER BY first_print_id DESC
      """
    ) { chunk in
      for row in 0..<chunk.count { blocks.append(chunk.required(0, row)...chunk.required(1, row)) }
    }
    return blocks
  }

  /// Latest time of any print in the file that was not entered by hand; nil when it holds none.
  public func latestPrintTime() throws(StorageError) -> Timestamp? {
    precondition(profile == .full, "StoreReader.latestPrintTime: the reference profile keeps no flags")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      try connection.integer(
        "SELECT epoch_ns(max(ts)) FROM base.trades_labeled WHERE flags & \(PrintTables.injectedBit) = 0"
      ).map { Timestamp(nanoseconds: $0) }
    }
  }

  /// For tests: what is where.
  func rowCounts() throws(StorageError) -> StoreRowCounts {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      func count(_ table: String) throws(StorageError) -> Int64 {
        try connection.integer("SELECT count(*) FROM base.\(table)") ?? 0
      }
      let isFull = profile == .full
      return StoreRowCounts(
        tradesLabeled: try count("trades_labeled"), cancellations: isFull ? try count("cancellations") : 0,
        rollups: try count("rollups_min"),
        openInterest: try count("open_interest_eod"), instruments: try count("instruments"))
    }
  }
}
