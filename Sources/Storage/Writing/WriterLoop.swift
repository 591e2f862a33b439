import Clocks
import FlowEngine
import Logging
import MarketModel
import Rings
import Synchronization

/// The writer's thread: takes outputs from the ring into a batch, commits the batch when it is full or old, keeps it while
/// the disk refuses, checkpoints when the moment is quiet.
final class WriterLoop {
  private let options: StoreOptions
  private let connection: Connection
  private let tables: BatchTables
  private let ring: SPSCRing<FlowOutput>
  private let signals: WriterSignals
  private let counters: StoreCounters
  private let log: Log
  private let intake: OutputIntake
  private var batch: PendingBatch { intake.batch }
  private var checkpoints = CheckpointPolicy()
  private var oldestNanoseconds: Int64 = 0
  private var finishRecorded = false
  private var sourceText = ""
  private var hasWarnedOfGap = false
  private var holesSaid = 0
  /// Rows of the reference profile's file before this run.
  private var rowsBefore: Int64 = 0
  private let database: Database

  /// The writer looks into the ring at least this often, so that an output's age is known this closely.
  private static let tickMilliseconds: Int64 = 25
  private static let retryMilliseconds: Int64 = 500

  init(
    store: Store, instruments: InstrumentTable, ring: SPSCRing<FlowOutput>, signals: WriterSignals,
    counters: StoreCounters, log: Log
  ) throws(StorageError) {
    options = store.options
    database = store.database
    self.ring = ring
    self.signals = signals
    self.counters = counters
    self.log = log
    connection = try store.database.connect()
    tables = try BatchTables(options.profile, connection)
    let dictionary = InstrumentDictionary(instruments)
    try dictionary.load(connection)
    intake = OutputIntake(options, dictionary, counters)
  }

  /// Decides which run this is. Writes nothing.
  func reserve(_ source: IngestSource, startingAt start: IngestPosition) throws(StorageError) -> IngestRun {
    precondition(intake.ledger == nil, "WriterLoop: a second source")
    var source = source
    // The reference profile holds minutes back, so its commits do not tell how far the source was stored.
    if options.profile == .reference { (source.resumable, source.includesInjected) = (false, false) }
    let ledger = try IngestLedger.begin(source, startingAt: start, connection)
    if options.profile == .reference {
      rowsBefore = try connection.integer("SELECT count(*) FROM base.trades_labeled") ?? 0
    }
    intake.ledger = ledger
    counters.noteMissing(ledger.numbering.holes?.prints ?? 0)
    sourceText = source.source
    return ledger.run
  }

  /// Which prints of a journal are stored, as the run begins; nil of other sources. After `reserve`.
  var journalNumbering: PrintNumbering? {
    guard let numbering = intake.ledger?.numbering, numbering.holes != nil else { return nil }
    return numbering
  }

  /// Says what becomes of the outputs that are about to come.
  func logStart() {
    guard let run = intake.ledger?.run else { preconditionFailure("WriterLoop: start before reserve") }
    let fields: KeyValuePairs = [
      "run": "\(run.runID)", "source": sourceText, "stored_prints": "\(run.storedPrints)",
      "first_print_id": "\(run.firstPrintID)", "missing_prints": "\(counters.missingPrints)",
    ]
    if run.isComplete {
      log.info("storage", "source is stored already; nothing is added", fields)
    } else if run.storedPrints > 0 || run.storedCancellations > 0 {
      log.info("storage", "interrupted run goes on: prints stored before are skipped", fields)
    } else {
      log.info("storage", "new run", fields)
    }
  }

  func run() {
    while true {
      let closing = signals.closeDeadline.load(ordering: .sequentiallyConsistent)
      takeFromRing()
      if shouldCommit(closing: closing != 0) {
        if !commit(finished: closing != 0 && ring.count == 0 && signals.finished.load(ordering: .relaxed)) {
          if closing != 0, SystemClock.monotonicNanoseconds >= closing { return }
          waitToRetry()
        }
        continue
      }
      if closing != 0, ring.count == 0 { return end() }
      if ring.count > 0 { continue }
      if checkpoints.isDue(now: SystemClock.monotonicNanoseconds) { checkpoint() }
      signals.bell.wait(milliseconds: Int32(WriterLoop.tickMilliseconds)) { [ring, signals, counters] in
        ring.count >= WriterSignals.wakeDepth || signals.closeDeadline.load(ordering: .relaxed) != 0
          || signals.drainTarget.load(ordering: .relaxed) > counters.committedOutputs
      }
    }
  }

  private func takeFromRing() {
    // A queue that would fill the next batch as well: a long transaction costs less than many.
    if ring.count > 2 * options.flushPrints { batch.enlarge() }
    while batch.room > 0 {
      var skipped: Int64 = 0
      let count = ring.consume(limit: batch.room) { skipped = intake.take($0) }
      if count == 0 { break }
      if skipped > 0 {
        counters.noteSkipped(skipped)
        // With nothing to write the skipped ones are as good as committed now.
        guard batch.isEmpty else {
          batch.countOutputs(Int(skipped))
          continue
        }
        counters.noteCommitted(outputs: skipped)
        signals.drained.ring()
      }
    }
    warnOfLeftOut()
    if oldestNanoseconds == 0, !batch.isEmpty {
      oldestNanoseconds = SystemClock.monotonicNanoseconds
      counters.noteOldest(oldestNanoseconds)
    }
  }

  /// Prints that leave no row although they are new: rare, and never silent.
  private func warnOfLeftOut() {
    guard let numbering = intake.ledger?.numbering else { return }
    if let holes = numbering.holes { warnOfHoles(holes) }
    if numbering.leftOut > counters.leftOutPrints {
      counters.noteLeftOut(numbering.leftOut)
      log.warning(
        "storage", "prints entered by hand into a recording that is stored to its end already are not stored",
        ["prints": "\(numbering.leftOut)"])
    }
    if numbering.hasGap, !hasWarnedOfGap {
      hasWarnedOfGap = true
      log.warning(
        "storage", "outputs were lost on the way to the store, which stops here; play the source again to complete it",
        ["source": sourceText, "stored_prints": "\(numbering.sourcePrints)"])
    }
  }

  private func warnOfHoles(_ holes: PrintHoles) {
    guard holes.opened > holesSaid, let newest = holes.ranges.last else { return }
    holesSaid = holes.opened
    log.warning(
      "storage", "prints were lost on the way to the store, which goes on; a restart fills them in from the journal",
      [
        "source": sourceText, "first_number": "\(newest.lowerBound)", "last_number": "\(newest.upperBound - 1)",
        "missing_prints": "\(holes.prints)",
      ])
  }

  /// What the file lacks from now on.
  private func noteMissing(_ holes: PrintHoles) {
    if holes.prints == 0, counters.missingPrints > 0 {
      log.info("storage", "prints that were missing are stored: none is missing now", ["source": sourceText])
    }
    counters.noteMissing(holes.prints)
  }

  private func shouldCommit(closing: Bool) -> Bool {
    if closing, signals.finished.load(ordering: .relaxed), ring.count == 0, !finishRecorded { return true }
    if closing, ring.count == 0, !batch.bars.isEmpty { return true }
    if closing, ring.count == 0, intake.ledger?.numbering.holes?.unsaved != nil { return true }
    // Before anything else: from here on the file does not hold the source to its end.
    if intake.ledger?.isReopened == true { return true }
    if batch.isEmpty { return false }
    if batch.room <= 0 || closing { return true }
    if signals.drainTarget.load(ordering: .sequentiallyConsistent) > counters.committedOutputs, ring.count == 0 {
      return true
    }
    let age = SystemClock.monotonicNanoseconds - oldestNanoseconds
    let limit = batch.isEnlarged ? options.flushMillisecondsUnderLoad : options.flushMilliseconds
    return age >= (Int64(limit) - WriterLoop.tickMilliseconds) * 1_000_000
  }

  /// - Returns: false when the disk refused; the batch is kept.
  private func commit(finished: Bool) -> Bool {
    guard var ledger = intake.ledger else { preconditionFailure("WriterLoop: commit before begin") }
    let closing = signals.closeDeadline.load(ordering: .relaxed) != 0
    // The reference profile writes its minutes once, at the end.
    let withBars = options.profile == .full || closing || batch.bars.count >= batch.barCapacity
    let rows = batch.printCount
    let wasFull = batch.room <= 0
    do {
      try tables.write(
        batch, withBars: withBars, instruments: intake.dictionary.unsaved, ledger: &ledger, finished: finished)
    } catch {
      note(error)
      let saves = tables.savesLedger(finished: finished)
      guard case .uncommitted = error, settle(ledger, saves: saves) else { return false }
      if saves { ledger.markSaved() }
    }
    intake.ledger = ledger
    if let holes = ledger.numbering.holes { noteMissing(holes) }
    intake.dictionary.markSaved()
    let outputs = batch.outputs
    tables.markSaved(batch, withBars: withBars)
    batch.clear(keepingBars: !withBars)
    oldestNanoseconds = 0
    if finished { finishRecorded = true }
    if counters.errorText != nil {
      counters.noteError(nil)
      log.info("storage", "writing again", ["path": options.path])
    }
    counters.noteOldest(0)
    counters.noteFlush(rows: rows)
    counters.noteCommitted(outputs: outputs)
    checkpoints.noteCommit(rows: rows, wasFull: wasFull, now: SystemClock.monotonicNanoseconds)
    signals.drained.ring()
    return true
  }

  /// After a commit that failed: what is in memory is not trusted, so the file is opened anew and asked. Nothing is taken from
  /// the queue meanwhile, so that the batch stays the one in doubt.
  /// - Parameter saves: the batch came with an entry in the ledger.
  /// - Returns: whether the batch is stored; false when it is not, or when time ran out before the file could be asked.
  private func settle(_ ledger: IngestLedger, saves: Bool) -> Bool {
    while true {
      do {
        try database.reopen()
        let isStored = saves ? try ledger.isSaved(connection) : try hasRowsOfBatch()
        log.warning(
          "storage", "a commit failed; the database was opened anew",
          ["path": options.path, "batch": isStored ? "is stored" : "is written again"])
        return isStored
      } catch {
        note(error)
        let closing = signals.closeDeadline.load(ordering: .sequentiallyConsistent)
        if closing != 0, SystemClock.monotonicNanoseconds >= closing { return false }
        waitToRetry()
      }
    }
  }

  /// Where no ledger is kept, while the reference profile runs, rows are counted.
  private func hasRowsOfBatch() throws(StorageError) -> Bool {
    let rows = try connection.integer("SELECT count(*) FROM base.trades_labeled") ?? 0
    return batch.printCount > 0 && rows >= rowsBefore + counters.rowsWritten + Int64(batch.printCount)
  }

  private func note(_ error: StorageError) {
    let text = error.description
    if counters.errorText != text {
      log.error(
        "storage", "cannot write to \(options.path), keeping \(batch.printCount) prints and trying again: \(text)",
        ["queue": "\(ring.count)", "capacity": "\(ring.capacity)"])
    }
    counters.noteError(text)
  }

  private func waitToRetry() {
    let until = SystemClock.monotonicNanoseconds + WriterLoop.retryMilliseconds * 1_000_000
    let wasClosing = signals.closeDeadline.load(ordering: .relaxed) != 0
    while true {
      let left = (until - SystemClock.monotonicNanoseconds) / 1_000_000
      let isClosing = signals.closeDeadline.load(ordering: .relaxed) != 0
      if left <= 0 || isClosing != wasClosing { return }
      signals.bell.wait(milliseconds: Int32(left)) { false }
    }
  }

  private func checkpoint() {
    let start = SystemClock.monotonicNanoseconds
    do {
      try connection.execute("CHECKPOINT")
      let took = (SystemClock.monotonicNanoseconds - start) / 1_000_000
      log.debug("storage", "checkpoint", ["milliseconds": "\(took)"])
    } catch {
      // Not a loss: the rows are in the write-ahead log, and the next quiet moment tries again.
      log.warning("storage", "checkpoint was refused, the write-ahead log stays: \(error)", ["path": options.path])
    }
    checkpoints.noteCheckpoint(now: SystemClock.monotonicNanoseconds)
  }

  private func end() {
    if options.checkpointsAtClose { checkpoint() }
    signals.drained.ring()
    log.info(
      "storage", "closed \(options.path)",
      ["rows": "\(counters.rowsWritten)", "flushes": "\(counters.flushes)", "skipped": "\(counters.skippedOutputs)"])
  }
}

/// When to move the write-ahead log into the file. A checkpoint stops the writer for its whole length (0.4 to 1.4 s after a
/// million rows), so it waits for a moment in which batches are not full.
struct CheckpointPolicy {
  private var rowsSince = 0
  private var isBusy = false
  private var last: Int64 = 0

  private static let rows = 250_000
  private static let nanoseconds: Int64 = 60_000_000_000

  mutating func noteCommit(rows: Int, wasFull: Bool, now: Int64) {
    if last == 0 { last = now }
    rowsSince += rows
    isBusy = wasFull
  }

  mutating func noteCheckpoint(now: Int64) {
    rowsSince = 0
    last = now
  }

  func isDue(now: Int64) -> Bool {
    guard !isBusy, rowsSince > 0 else { return false }
    return rowsSince >= CheckpointPolicy.rows || now - last >= CheckpointPolicy.nanoseconds
  }
}
