import MarketModel

/// A row of `ingest_runs`.
struct LedgerEntry {
  var runID: Int32
  var firstPrintID: Int64
  var lastPrintID: Int64
  var committed: IngestPosition
  var isFinished: Bool
  var commits: Int64
  var toldPrints: Int64?

  /// The newest run of a source that can be played again.
  static func newest(of source: IngestSource, _ connection: Connection) throws(StorageError) -> LedgerEntry? {
    var found: LedgerEntry?
    try connection.query(
      """
      SELECT run_id, first_print_id, committed_prints, committed_cancellations, finished_at IS NOT NULL, last_print_id, commits, \
      told_prints FROM main.ingest_runs WHERE fingerprint = $1 AND resumable ORDER BY run_id DESC LIMIT 1
      """, [.text(source.fingerprint)]
    ) { chunk in
      guard chunk.count > 0 else { return }
      found = LedgerEntry(
        runID: Int32(chunk.required(0, 0)), firstPrintID: chunk.required(1, 0), lastPrintID: chunk.required(5, 0),
        committed: IngestPosition(prints: chunk.required(2, 0), cancellations: chunk.required(3, 0)),
        isFinished: chunk.required(4, 0) != 0, commits: chunk.integer(6, 0) ?? 0, toldPrints: chunk.integer(7, 0))
    }
    return found
  }
}

/// How much of a source is in the file, committed.
public struct IngestProgress: Sendable, Equatable {
  /// `ingest_runs.run_id`.
  public var runID: Int32
  /// Of a journal: the newest print in the file, and at most as many cancellations as had come up to it.
  public var committed: IngestPosition
  /// The run was closed in good order: with the prints everything else that came up to then is in the file. Otherwise minutes,
  /// incidents and digests that came behind the last committed print may not be.
  public var isClosed: Bool
  /// Ascending. All that came before one of these is in the file, but for holes.
  public var days: [IngestDay]
  /// Numbers of prints of a journal that were lost on the way to the store, ascending. With them may be missing whatever came
  /// between the print before and the print behind; of an empty range only that. A source played from before a hole fills it; one
  /// played from behind leaves it.
  public var holes: [Range<Int64>] = []
  /// Up to this print detections are in the file: fewer than all while a source that has been played before is played again. Nil
  /// when nobody knows, as in the file of an older MarketFlow.
  public var toldPrints: Int64?

  /// Number of the first print that is not in the file, or before which something is not, although a newer one is; nil when there is
  /// none.
  public var firstMissingNumber: Int64? { holes.first?.lowerBound }

  /// Whether a source may be played on from a moment within a day, a snapshot's, without a hole in the file: everything before
  /// is stored for certain.
  /// - Parameter oldest: what came before the oldest part of the source that can still be played. Prints that are missing before
  ///   it cannot be had any more and do not count.
  public func covers(_ position: IngestPosition, playableFrom oldest: IngestPosition = .start) -> Bool {
    if let missing = firstMissing(behind: oldest), position.prints >= missing - 1 { return false }
    guard let toldPrints, position.prints <= toldPrints else { return false }
    if position.prints == toldPrints, !isClosed { return false }
    if position.prints < committed.prints { return true }
    return position.prints == committed.prints && isClosed && position.cancellations <= committed.cancellations
  }

  /// The newest day from whose beginning a source may be played so that nothing that it still has is missing in the file
  /// afterwards; nil when the file has none of them.
  /// - Parameter available: days that can be played.
  public func startDay(among available: [MarketDate]) -> IngestDay? {
    let known = days.filter { available.contains($0.session) }
    guard let oldest = known.first else { return nil }
    // Days behind the told prints have lost what detectors found in them, when a start was interrupted that played them again.
    let told = toldPrints ?? .max
    let missing = firstMissing(behind: oldest.before) ?? .max
    return known.last { $0.before.prints < missing - 1 && $0.before.prints <= told } ?? oldest
  }

  private func firstMissing(behind oldest: IngestPosition) -> Int64? {
    // Played from there on the next print is seen, its predecessors are not.
    let next = oldest.prints + 1
    let hole = holes.first { $0.upperBound > next || ($0.isEmpty && $0.upperBound == next) }
    return hole.map { max($0.lowerBound, next) }
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
    return IngestProgress(
      runID: entry.runID, committed: entry.committed, isClosed: entry.isFinished, days: days,
      holes: try PrintHoles.read(ofRun: entry.runID, connection).ranges, toldPrints: entry.toldPrints)
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
