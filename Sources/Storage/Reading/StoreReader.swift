import FlowEngine
import MarketModel

/// Answers questions about what is on the disk, on a connection of its own: one thread at a time, any number of readers
/// while the writer writes. Each answer is one consistent moment. A reader of the reference profile has no print ids and
/// answers only counts and minutes.
public final class StoreReader: @unchecked Sendable {
  /// Longest a query may run before it is stopped.
  public var timeLimitSeconds = 5.0

  private let connection: Connection
  private let profile: StoreProfile
  private let guardian: QueryGuardian

  /// Prints looked through first; most pages are complete within it.
  private static let firstWindow: Int64 = 1 << 13

  init(_ connection: Connection, profile: StoreProfile) {
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
    precondition(profile == .full, "StoreReader.prints: the reference profile keeps no print ids")
    precondition(limit > 0, "StoreReader.prints: limit \(limit), at least 1")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      let newest = try connection.integer("SELECT coalesce(max(last_print_id), 0) FROM main.ingest_runs") ?? 0
      var rows: [StoredPrint] = []
      var before = min(beforePrintID ?? .max, newest + 1)
      var window = StoreReader.firstWindow
      // The newest matches are usually near the end: look there first and further back only when they do not fill the page.
      while rows.count < limit, before > 1 {
        let lowest = max(1, before - window)
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

  /// Highest print id in the file; 0 when it holds none.
  public func maxPrintID() throws(StorageError) -> Int64 {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      try connection.integer("SELECT coalesce(max(last_print_id), 0) FROM main.ingest_runs") ?? 0
    }
  }

  /// Latest time of any print in the file; nil when it holds none.
  public func latestPrintTime() throws(StorageError) -> Timestamp? {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      try connection.integer("SELECT max(epoch_ns(ts)) FROM base.trades_labeled").map { Timestamp(nanoseconds: $0) }
    }
  }

  public func rowCounts() throws(StorageError) -> StoreRowCounts {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      func count(_ table: String) throws(StorageError) -> Int64 {
        try connection.integer("SELECT count(*) FROM base.\(table)") ?? 0
      }
      let isFull = profile == .full
      return StoreRowCounts(
        tradesRaw: isFull ? try count("trades_raw") : 0, tradesLabeled: try count("trades_labeled"),
        nbboAtTrade: isFull ? try count("nbbo_at_trade") : 0, rollups: try count("rollups_min"),
        openInterest: try count("open_interest_eod"), instruments: try count("instruments"))
    }
  }

  /// The minutes of a market day, ascending. When a minute was played by several runs, the newest run counts.
  /// - Parameter symbol: an underlying (the sum of its options) or a full contract symbol.
  public func minutes(symbol: String, session: MarketDate) throws(StorageError) -> [StoredMinute] {
    // A market day lies within 24 hours from midnight in UTC-5, see `marketDay(of:)`.
    let start = Int64(session.daysSinceEpoch) * 86_400_000_000_000 + 5 * 3_600_000_000_000
    let parameters: [SQLValue] = [.text(symbol), .integer(start), .integer(start + 86_400_000_000_000)]
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var rows: [StoredMinute] = []
      try connection.query(StoreReader.minutesSQL, parameters) { chunk in
        for row in 0..<chunk.count {
          rows.append(
            StoredMinute(
              minute: Timestamp(nanoseconds: chunk.required(0, row)), trades: chunk.required(1, row),
              callVolume: chunk.required(2, row), putVolume: chunk.required(3, row),
              callPremiumMicros: chunk.required(4, row), putPremiumMicros: chunk.required(5, row),
              buyVolume: chunk.required(6, row), sellVolume: chunk.required(7, row)))
        }
      }
      return rows
    }
  }

  private static let minutesSQL = """
    WITH chosen AS ( \
      SELECT t.*, i.type, max(t.run_id) OVER (PARTITION BY t.minute) AS newest_run \
      FROM base.rollups_min t JOIN base.instruments i ON i.id = t.instrument \
      WHERE (i.symbol = $1 OR (i.underlying = $1 AND i.kind = 'option')) \
        AND NOT (i.kind = 'equity' AND EXISTS (SELECT 1 FROM base.instruments o WHERE o.underlying = $1 AND o.kind = 'option')) \
        AND t.minute >= make_timestamp_ns($2) AND t.minute < make_timestamp_ns($3)) \
    SELECT minute, sum(trades), coalesce(sum(volume) FILTER (type = 'call'), 0), \
      coalesce(sum(volume) FILTER (type = 'put'), 0), \
      coalesce(sum(premium) FILTER (type = 'call'), 0)::DECIMAL(18,6), \
      coalesce(sum(premium) FILTER (type = 'put'), 0)::DECIMAL(18,6), sum(buy_volume), sum(sell_volume) \
    FROM chosen WHERE run_id = newest_run GROUP BY minute ORDER BY minute
    """
}
