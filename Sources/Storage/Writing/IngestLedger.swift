import Clocks

/// Where outputs come from, for the ledger that keeps each of them in the file exactly once.
public struct IngestSource: Sendable {
  /// For people: a file name, `demo seed 7`, a vendor's address.
  public var source: String
  /// Equal fingerprints promise equal outputs in equal order: content hash of the file plus every setting that changes
  /// what the engine concludes.
  public var fingerprint: String
  /// Whether the source can be played again from its start (a file, a seeded demo); a live feed cannot.
  public var resumable: Bool

  public init(source: String, fingerprint: String, resumable: Bool) {
    self.source = source
    self.fingerprint = fingerprint
    self.resumable = resumable
  }
}

/// One playing of a source into the file.
public struct IngestRun: Sendable, Equatable {
  public var runID: Int32
  /// The id of a print is `firstPrintID - 1 + LabeledPrint.number`, for prints not stored before. (Prints entered by hand
  /// while earlier prints are being skipped come after all stored ones, see `PrintNumbering`.)
  public var firstPrintID: Int64
  /// Outputs of the source that are in the file already and will be skipped.
  public var storedOutputs: Int64
  /// The source was stored to its end before: everything that comes again is skipped.
  public var isComplete: Bool
}

/// `ingest_runs` and `ingest_segments`: which part of which source is in the file. Updated in the same transaction as the
/// rows, so that a kill at any instant leaves both or neither.
struct IngestLedger {
  let run: IngestRun
  var numbering: PrintNumbering
  /// Outputs of the source consumed so far, without those of hand-entered prints.
  private(set) var sourceOutputs: Int64 = 0
  private var savedSegments: Int

  static let createSQL = [
    """
    CREATE TABLE main.ingest_runs (run_id INTEGER NOT NULL PRIMARY KEY, source VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, \
    resumable BOOLEAN NOT NULL, started_at TIMESTAMP_NS NOT NULL, finished_at TIMESTAMP_NS, committed_outputs BIGINT NOT NULL, \
    committed_prints BIGINT NOT NULL, first_print_id BIGINT NOT NULL, last_print_id BIGINT NOT NULL)
    """,
    """
    CREATE TABLE main.ingest_segments (run_id INTEGER NOT NULL, first_ordinal BIGINT NOT NULL, first_print_id BIGINT NOT NULL)
    """,
    "COMMENT ON TABLE main.ingest_runs IS 'Which part of which source is in this file'",
    "COMMENT ON COLUMN main.ingest_runs.committed_outputs IS 'Engine outputs of the source whose rows are in this file'",
    "COMMENT ON COLUMN main.ingest_runs.finished_at IS 'The source was stored to its end; NULL while it runs or was interrupted'",
    "COMMENT ON TABLE main.ingest_segments IS 'Print ids of a run: ids grow by one from first_print_id on'",
  ]

  /// Finds the run to continue, or records a new one.
  static func begin(_ source: IngestSource, _ connection: Connection) throws(StorageError) -> IngestLedger {
    let lastPrintID = try connection.integer("SELECT coalesce(max(last_print_id), 0) FROM main.ingest_runs") ?? 0
    if source.resumable, let ledger = try resume(source, connection, lastPrintID) { return ledger }
    let runID = Int32(try connection.integer("SELECT coalesce(max(run_id), 0) + 1 FROM main.ingest_runs") ?? 1)
    try connection.query(
      "INSERT INTO main.ingest_runs VALUES ($1, $2, $3, $4, make_timestamp_ns(\(SystemClock.wallNanoseconds)), NULL, 0, 0, $5, $6)",
      [
        .integer(Int64(runID)), .text(source.source), .text(source.fingerprint), .boolean(source.resumable),
        .integer(lastPrintID + 1), .integer(lastPrintID),
      ]
    ) { _ in }
    return IngestLedger(
      run: IngestRun(runID: runID, firstPrintID: lastPrintID + 1, storedOutputs: 0, isComplete: false),
      numbering: PrintNumbering(lastPrintID: lastPrintID, storedPrints: 0, segments: []), savedSegments: 0)
  }

  private static func resume(
    _ source: IngestSource, _ connection: Connection, _ lastPrintID: Int64
  ) throws(StorageError) -> IngestLedger? {
    var found: (runID: Int32, outputs: Int64, prints: Int64, first: Int64, finished: Bool)?
    try connection.query(
      """
      SELECT run_id, committed_outputs, committed_prints, first_print_id, finished_at IS NOT NULL FROM main.ingest_runs \
      WHERE fingerprint = $1 AND resumable ORDER BY run_id DESC LIMIT 1
      """, [.text(source.fingerprint)]
    ) { chunk in
      guard chunk.count > 0 else { return }
      found = (
        Int32(chunk.required(0, 0)), chunk.required(1, 0), chunk.required(2, 0), chunk.required(3, 0),
        chunk.required(4, 0) != 0
      )
    }
    guard let found else { return nil }
    var segments: [PrintNumbering.Segment] = []
    try connection.query(
      "SELECT first_ordinal, first_print_id FROM main.ingest_segments WHERE run_id = $1 ORDER BY first_ordinal",
      [.integer(Int64(found.runID))]
    ) { chunk in
      for row in 0..<chunk.count {
        segments.append(.init(firstOrdinal: chunk.required(0, row), firstPrintID: chunk.required(1, row)))
      }
    }
    // A finished source skips whatever comes again; an unfinished one goes on behind the highest id of the file.
    let firstPrintID = found.finished ? found.first : lastPrintID + 1 - found.prints
    return IngestLedger(
      run: IngestRun(
        runID: found.runID, firstPrintID: firstPrintID, storedOutputs: found.outputs, isComplete: found.finished),
      numbering: PrintNumbering(
        lastPrintID: lastPrintID, storedPrints: found.finished ? .max : found.prints, segments: segments),
      savedSegments: segments.count)
  }

  private init(run: IngestRun, numbering: PrintNumbering, savedSegments: Int) {
    self.run = run
    self.numbering = numbering
    self.savedSegments = savedSegments
  }

  /// Counts one output of the source.
  /// - Parameter isReplaceable: writing its rows again changes nothing, because they have a key.
  /// - Returns: whether its rows are in the file already. (Prints are asked by `numbering.assign` instead.)
  ///
  /// What comes before the last stored print was stored with it. The prints are the measure and not the count of all outputs,
  /// because prints entered by hand make minutes of their own. Behind that print, up to the next, the count must do.
  @inline(__always)
  mutating func advance(isReplaceable: Bool = false) -> Bool {
    sourceOutputs += 1
    if run.isComplete || numbering.ordinal < numbering.storedPrints { return true }
    return numbering.ordinal == numbering.storedPrints && !isReplaceable && sourceOutputs <= run.storedOutputs
  }

  /// Records the progress, inside the transaction that holds the rows.
  mutating func save(finished: Bool, _ connection: Connection) throws(StorageError) {
    for segment in numbering.segments[savedSegments...] {
      try connection.execute(
        "INSERT INTO main.ingest_segments VALUES (\(run.runID), \(segment.firstOrdinal), \(segment.firstPrintID))")
    }
    // A complete run keeps its counts: what is played again adds nothing but hand-entered prints.
    let counts =
      run.isComplete
      ? ""
      : """
      committed_outputs = greatest(committed_outputs, \(sourceOutputs)), \
      committed_prints = greatest(committed_prints, \(numbering.ordinal)),
      """
    let finish = finished && !run.isComplete ? "finished_at = make_timestamp_ns(\(SystemClock.wallNanoseconds))," : ""
    try connection.execute(
      "UPDATE main.ingest_runs SET \(counts) \(finish) last_print_id = \(numbering.lastPrintID) WHERE run_id = \(run.runID)"
    )
  }

  /// The transaction of `save` is on the disk.
  mutating func markSaved() { savedSegments = numbering.segments.count }
}
