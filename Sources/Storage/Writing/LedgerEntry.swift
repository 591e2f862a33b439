import MarketModel

/// A row of `ingest_runs`.
struct LedgerEntry {
  var runID: Int32
  var firstPrintID: Int64
  var lastPrintID: Int64
  var committed: IngestPosition
  var isFinished: Bool
  var commits: Int64

  /// The newest run of a source that can be played again.
  static func newest(of source: IngestSource, _ connection: Connection) throws(StorageError) -> LedgerEntry? {
    var found: LedgerEntry?
    try connection.query(
      """
      SELECT run_id, first_print_id, committed_prints, committed_cancellations, finished_at IS NOT NULL, last_print_id, commits \
      FROM main.ingest_runs WHERE fingerprint = $1 AND resumable ORDER BY run_id DESC LIMIT 1
      """, [.text(source.fingerprint)]
    ) { chunk in
      guard chunk.count > 0 else { return }
      found = LedgerEntry(
        runID: Int32(chunk.required(0, 0)), firstPrintID: chunk.required(1, 0), lastPrintID: chunk.required(5, 0),
        committed: IngestPosition(prints: chunk.required(2, 0), cancellations: chunk.required(3, 0)),
        isFinished: chunk.required(4, 0) != 0, commits: chunk.integer(6, 0) ?? 0)
    }
    return found
  }
}

/// How much of a source is in the file, committed.
public struct IngestProgress: Sendable, Equatable {
  /// `ingest_runs.run_id`.
  public var runID: Int32
  public var committed: IngestPosition
  /// The run was closed in good order: with the prints everything else that came up to then is in the file. Otherwise minutes,
  /// incidents and digests that came behind the last committed print may not be.
  public var isClosed: Bool
  /// Ascending. All that came before one of these is in the file.
  public var days: [IngestDay]

  /// Whether a source may be played on from a moment within a day, a snapshot's, without a hole in the file: everything before
  /// is stored for certain. From the beginning of one of `days` it may be in any case.
  public func covers(_ position: IngestPosition) -> Bool {
    guard position.cancellations <= committed.cancellations else { return false }
    return position.prints < committed.prints || (position.prints == committed.prints && isClosed)
  }
}

/// Where a trading day begins in a source.
public struct IngestDay: Sendable, Equatable {
  public var session: MarketDate
  /// What came before the day.
  public var before: IngestPosition
}

extension Store {
  /// How much of a source is in the file, so that it can be played again from a place before; nil when none of it is.
  public func ingestProgress(of source: IngestSource) throws(StorageError) -> IngestProgress? {
    let connection = try database.connect()
    guard source.resumable, let entry = try LedgerEntry.newest(of: source, connection) else { return nil }
    var days: [IngestDay] = []
    try connection.query(
      "SELECT session, prints_before, cancellations_before FROM main.ingest_days WHERE run_id = $1 ORDER BY session",
      [.integer(Int64(entry.runID))]
    ) { chunk in
      for row in 0..<chunk.count {
        days.append(
          IngestDay(
            session: MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: chunk.required(0, row))),
            before: IngestPosition(prints: chunk.required(1, row), cancellations: chunk.required(2, row))))
      }
    }
    return IngestProgress(runID: entry.runID, committed: entry.committed, isClosed: entry.isFinished, days: days)
  }
}

extension Store {
  /// Highest number that a gap of a run has; 0 without one.
  public func highestGap(ofRun runID: Int32) throws(StorageError) -> UInt32 {
    let highest = try database.connect().integer(
      "SELECT max(gap) FROM base.feed_incidents WHERE run_id = \(runID)")
    return UInt32(clamping: highest ?? 0)
  }
}
