import Clocks
import FlowEngine

/// Where outputs come from, for the ledger that keeps each print in the file exactly once.
public struct IngestSource: Sendable, Equatable {
  /// For people: a file name, `demo seed 7`, a vendor's address.
  public var source: String
  /// Equal fingerprints promise equal outputs in equal order: content hash of the file plus everything that changes what the
  /// engine concludes.
  public var fingerprint: String
  /// Whether the source can be played again (a file, a journal); a live feed without a journal cannot.
  public var resumable: Bool
  /// The source is a journal: trades entered by hand are in it, so that their prints are the source's like all others and their
  /// numbers always the same, and it grows, so that it is never stored to its end but for the time being. What of it is lost on
  /// the way to the store leaves a hole, which is filled when it is played again.
  public var includesInjected: Bool

  public init(source: String, fingerprint: String, resumable: Bool, includesInjected: Bool = false) {
    precondition(resumable || !includesInjected, "IngestSource: a journal can be played again")
    self.source = source
    self.fingerprint = fingerprint
    self.resumable = resumable
    self.includesInjected = includesInjected
  }
}

/// How much of a source came before some moment of it.
public struct IngestPosition: Sendable, Hashable {
  public var prints: Int64
  public var cancellations: Int64

  /// The source's beginning.
  public static let start = IngestPosition(prints: 0, cancellations: 0)

  public init(prints: Int64, cancellations: Int64) {
    self.prints = prints
    self.cancellations = cancellations
  }
}

/// One playing of a source into the file.
public struct IngestRun: Sendable, Equatable {
  public var runID: Int32
  /// The id of a print is `firstPrintID - 1 + LabeledPrint.number`. (Prints that an earlier process stored keep the id they
  /// have, which differs only before the last print somebody entered by hand into that process; what is entered by hand before
  /// the source has come as far again has the next ids behind them.)
  public var firstPrintID: Int64
  /// Prints and cancellations of the source that are in the file already and will be skipped. Of a journal the number of the newest
  /// print in the file: all up to it but those in holes.
  public var storedPrints: Int64 = 0
  public var storedCancellations: Int64 = 0
  /// The source was stored to its end before: everything that comes again is skipped.
  public var isComplete = false

  /// The run that a print belongs to.
  public static func runID(ofPrint printID: Int64) -> Int32 { PrintNumbering.runID(ofPrint: printID) }
}

/// `ingest_runs`: which part of which source is in the file. Updated in the same transaction as the rows, so that a kill at
/// any instant leaves both or neither.
///
/// Only the prints and the cancellations of the source count as progress: their order is the source's own. Minutes, open
/// interest and incidents may come earlier or later when somebody enters a print by hand, and are written so that writing
/// them again changes nothing. Of a journal that holds for cancellations, too (`StoredCancellations`), and its prints are told
/// apart by their numbers, so that the store can go on behind some that were lost (`PrintHoles`).
struct IngestLedger {
  let run: IngestRun
  var numbering: PrintNumbering
  private let source: IngestSource
  /// Cancellations of the source seen so far, and those before the first one seen. Of a journal that lost outputs at most as many
  /// as there were.
  private var sourceCancellations: Int64
  /// The run was closed in good order and goes on: its entry says otherwise.
  private(set) var isReopened: Bool
  /// Whether `ingest_runs` has this run: a run that never stored anything leaves no trace.
  private var isRecorded: Bool
  /// Transactions of the run that are on the disk.
  private var commits: Int64
  /// Number of the print before the first one that will be offered, and of the newest one offered.
  let startNumber: Int64
  private(set) var newestNumber: Int64
  /// Up to here all prints have been offered, and everything between them.
  private var toldPrints: Int64
  /// A run that goes on tells again what came behind this print: what the file has of it is to be removed, with the first commit.
  private(set) var toldAgainBehind: Int64?

  static let createSQL = [
    """
    CREATE TABLE main.ingest_runs (run_id INTEGER NOT NULL PRIMARY KEY, source VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, \
    resumable BOOLEAN NOT NULL, started_at TIMESTAMP_NS NOT NULL, finished_at TIMESTAMP_NS, committed_prints BIGINT NOT NULL, \
    committed_cancellations BIGINT NOT NULL, first_print_id BIGINT NOT NULL, last_print_id BIGINT NOT NULL, \
    commits BIGINT DEFAULT 0, told_prints BIGINT)
    """,
    "COMMENT ON TABLE main.ingest_runs IS 'Which part of which source is in this file'",
    "COMMENT ON COLUMN main.ingest_runs.committed_prints IS 'Prints of the source in this file, without those entered by hand; of a journal the newest one, see ingest_holes'",
    "COMMENT ON COLUMN main.ingest_runs.committed_cancellations IS 'Cancellations of the source in this file'",
    "COMMENT ON COLUMN main.ingest_runs.commits IS 'Transactions of the run: tells whether one whose answer was lost is in'",
    "COMMENT ON COLUMN main.ingest_runs.told_prints IS 'Up to this print detections are in this file; fewer than the prints while a source is played again'",
    "COMMENT ON COLUMN main.ingest_runs.finished_at IS 'The source was stored to its end; NULL while it runs or was interrupted'",
    "COMMENT ON COLUMN main.ingest_runs.first_print_id IS 'First id of the block of ids that is this run''s own'",
    "COMMENT ON COLUMN main.ingest_runs.last_print_id IS 'Highest id given; first_print_id - 1 before the first print'",
  ]

  /// Finds the run to continue, or makes a new one. Writes nothing: the first `save` does.
  /// - Parameter start: what came before the first output that will be offered.
  static func begin(
    _ source: IngestSource, startingAt start: IngestPosition, _ connection: Connection
  ) throws(StorageError) -> IngestLedger {
    if source.resumable, let ledger = try resume(source, startingAt: start, connection) { return ledger }
    try check(start, stored: .start, source, connection)
    let runID = try connection.integer("SELECT coalesce(max(run_id), 0) + 1 FROM main.ingest_runs") ?? 1
    guard runID <= PrintNumbering.lastRunID else {
      throw .tooManyRuns(path: connection.database.path, runs: PrintNumbering.lastRunID)
    }
    let firstPrintID = PrintNumbering.firstPrintID(ofRun: Int32(runID))
    let numbering =
      source.includesInjected
      ? PrintNumbering(firstPrintID: firstPrintID, holes: PrintHoles())
      : PrintNumbering(firstPrintID: firstPrintID, lastPrintID: firstPrintID - 1, mustBeWhole: source.resumable)
    let run = IngestRun(runID: Int32(runID), firstPrintID: firstPrintID)
    return IngestLedger(run, source, startingAt: start, numbering, isRecorded: false)
  }

  /// What lies between the stored part and the first output would be missing for ever. A journal's cancellations before the newest
  /// stored print are known to have come, whatever was counted.
  private static func check(
    _ start: IngestPosition, stored: IngestPosition, _ source: IngestSource, _ connection: Connection
  ) throws(StorageError) {
    let isBehind = source.includesInjected && start.prints < stored.prints
    guard isBehind || (start.prints <= stored.prints && start.cancellations <= stored.cancellations) else {
      throw .startsBehindStored(path: connection.database.path, start: start, stored: stored)
    }
  }

  private static func resume(
    _ source: IngestSource, startingAt start: IngestPosition, _ connection: Connection
  ) throws(StorageError) -> IngestLedger? {
    guard let entry = try LedgerEntry.newest(of: source, connection) else { return nil }
    try check(start, stored: entry.committed, source, connection)
    var run = IngestRun(
      runID: entry.runID, firstPrintID: entry.firstPrintID, storedPrints: entry.committed.prints,
      storedCancellations: entry.committed.cancellations, isComplete: entry.isFinished && !source.includesInjected)
    if source.includesInjected {
      return IngestLedger(
        run, source, startingAt: start,
        PrintNumbering(
          firstPrintID: run.firstPrintID, storedPrints: run.storedPrints,
          holes: try PrintHoles.read(ofRun: run.runID, connection)),
        isRecorded: true, isReopened: entry.isFinished, commits: entry.commits)
    }
    let last = entry.lastPrintID
    var stored = [PrintNumbering.Segment(firstOrdinal: 1, firstPrintID: run.firstPrintID)]
    // Prints entered by hand took ids in between: the next print of the source goes on behind them.
    let others = last - run.firstPrintID + 1 - run.storedPrints
    if others > 0 {
      stored = try segments(ofRun: run.runID, connection)
      run.firstPrintID += others
    }
    return IngestLedger(
      run, source, startingAt: start,
      PrintNumbering(
        firstPrintID: run.firstPrintID, lastPrintID: last, storedPrints: run.isComplete ? .max : run.storedPrints,
        printsBefore: start.prints, stored: stored, mustBeWhole: true),
      isRecorded: true, commits: entry.commits)
  }

  /// Where the source's prints of a run are: ids that follow one another are one segment.
  private static func segments(
    ofRun runID: Int32, _ connection: Connection
  ) throws(StorageError) -> [PrintNumbering.Segment] {
    var segments: [PrintNumbering.Segment] = []
    try connection.query(
      """
      SELECT min(ordinal), min(print_id) FROM (\
      SELECT print_id, row_number() OVER (ORDER BY print_id) AS ordinal FROM base.trades_labeled \
      WHERE print_id BETWEEN $1 AND $2 AND flags & \(PrintTables.injectedBit) = 0) GROUP BY print_id - ordinal ORDER BY 1
      """,
      [
        .integer(PrintNumbering.firstPrintID(ofRun: runID)),
        .integer(PrintNumbering.firstPrintID(ofRun: runID + 1) - 1),
      ]
    ) { chunk in
      for row in 0..<chunk.count {
        segments.append(.init(firstOrdinal: chunk.required(0, row), firstPrintID: chunk.required(1, row)))
      }
    }
    return segments
  }

  private init(
    _ run: IngestRun, _ source: IngestSource, startingAt start: IngestPosition, _ numbering: PrintNumbering,
    isRecorded: Bool, isReopened: Bool = false, commits: Int64 = 0
  ) {
    self.run = run
    self.source = source
    self.numbering = numbering
    sourceCancellations = start.cancellations
    startNumber = start.prints
    newestNumber = start.prints
    toldPrints = start.prints
    toldAgainBehind = isRecorded && !run.isComplete ? start.prints : nil
    self.isRecorded = isRecorded
    self.isReopened = isReopened
    self.commits = commits
  }

  /// The id of the next print; nil when it is in the file already or is not to be added.
  @inline(__always)
  mutating func assign(number: Int64, isInjected: Bool) -> Int64? {
    if number == toldPrints + 1 { toldPrints = number }
    newestNumber = number
    return numbering.assign(number: number, isInjected: isInjected && !source.includesInjected)
  }

  /// Counts one cancellation of the source.
  /// - Returns: whether it has to be stored.
  mutating func admitsCancellation() -> Bool {
    if numbering.hasGap { return false }
    sourceCancellations += 1
    // What a journal repeats is found when it is written.
    if numbering.holes != nil { return true }
    return !run.isComplete && sourceCancellations > run.storedCancellations
  }

  /// A day's beginning says how many cancellations there were, also of those that were lost.
  mutating func noteDay(_ reset: SessionReset) {
    if numbering.holes != nil { sourceCancellations = max(sourceCancellations, reset.cancellationsBefore) }
  }

  /// Records the progress, inside the transaction that holds the rows.
  func save(finished: Bool, _ connection: Connection) throws(StorageError) {
    // A complete run keeps what it has: played again it adds nothing.
    if run.isComplete { return }
    if !isRecorded { try insert(connection) }
    let isFinished = finished && !numbering.hasGap
    let finish =
      isFinished
      ? ", finished_at = make_timestamp_ns(\(SystemClock.wallNanoseconds))" : isReopened ? ", finished_at = NULL" : ""
    try connection.execute(
      """
      UPDATE main.ingest_runs SET committed_prints = greatest(committed_prints, \(numbering.sourcePrints)), \
      committed_cancellations = greatest(committed_cancellations, \(sourceCancellations)), \
      last_print_id = \(numbering.lastPrintID), commits = \(commits + 1), told_prints = \(toldPrints)\(finish) \
      WHERE run_id = \(run.runID)
      """)
  }

  private func insert(_ connection: Connection) throws(StorageError) {
    try connection.query(
      """
      INSERT INTO main.ingest_runs VALUES \
      ($1, $2, $3, $4, make_timestamp_ns(\(SystemClock.wallNanoseconds)), NULL, 0, 0, $5, $6, 0, NULL)
      """,
      [
        .integer(Int64(run.runID)), .text(source.source), .text(source.fingerprint), .boolean(source.resumable),
        .integer(run.firstPrintID), .integer(run.firstPrintID - 1),
      ]
    ) { _ in }
  }

  /// The transaction of `save` is on the disk.
  mutating func markSaved() {
    isRecorded = true
    isReopened = false
    commits += 1
    toldAgainBehind = nil
    numbering.markHolesSaved()
  }

  /// Whether the transaction of the last `save`, whose answer was lost, is on the disk after all.
  func isSaved(_ connection: Connection) throws(StorageError) -> Bool {
    // A complete run saves nothing, so that writing it again does no harm.
    if run.isComplete { return false }
    let stored = try connection.integer(
      "SELECT commits FROM main.ingest_runs WHERE run_id = $1", [.integer(Int64(run.runID))])
    return (stored ?? 0) > commits
  }
}
