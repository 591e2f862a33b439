import FlowEngine

/// Writes one batch: every table of the profile, in one transaction together with the ledger.
final class BatchTables {
  private let profile: StoreProfile
  private let connection: Connection
  private let labeled: TableAppender<PendingPrint>
  private let cancellations: TableAppender<PendingCancellation>?
  private let instruments: TableAppender<NewInstrument>
  private var minutes: MinuteRows
  private let openInterest: TableAppender<PendingOpenInterest>
  private let incidents: TableAppender<PendingIncident>
  private let days: TableAppender<SessionReset>
  private let digests: TableAppender<DigestRecord>
  private let holes: TableAppender<Range<Int64>>
  private let detections: DetectionRows?

  init(_ profile: StoreProfile, _ connection: Connection) throws(StorageError) {
    self.profile = profile
    self.connection = connection
    let keepsAll = profile == .full
    labeled = try TableAppender(keepsAll ? PrintTables.labeled : ReferenceTables.labeled, connection)
    cancellations = keepsAll ? try TableAppender(PrintTables.cancellations, connection) : nil
    instruments = try TableAppender(SumTables.instruments, connection)
    minutes = try MinuteRows(connection)
    openInterest = try TableAppender(SumTables.openInterest, connection)
    incidents = try TableAppender(SumTables.incidents, connection)
    days = try TableAppender(ProgressTables.days, connection)
    digests = try TableAppender(ProgressTables.digests, connection)
    holes = try TableAppender(ProgressTables.holes, connection)
    detections = keepsAll ? try DetectionRows(connection) : nil
  }

  /// All or nothing. After an error the batch is as it was and may be tried again.
  func write(
    _ batch: PendingBatch, withBars: Bool, instruments new: [NewInstrument], ledger: inout IngestLedger, finished: Bool
  ) throws(StorageError) {
    let context = RowContext(runID: ledger.run.runID)
    let saves = savesLedger(finished: finished)
    do {
      try connection.transaction { () throws(StorageError) in
        try instruments.append(array: new, context)
        var voids = batch.cancellations
        if let missing = ledger.numbering.holes {
          try markVoid(batch, missing, ledger.run)
          voids = try unstored(voids, ledger.run)
          try save(missing, context)
        }
        try labeled.append(batch.prints, context)
        try cancellations?.append(array: voids, context)
        try markCancelled(batch.cancelledOnDisk)
        if withBars { try minutes.write(batch.bars, context) }
        try openInterest.append(array: batch.openInterest.rows, context)
        try incidents.append(array: batch.incidents, context)
        try detections?.write(batch, toldAgainBehind: ledger.toldAgainBehind, ledger)
        try days.append(array: batch.days, context)
        try digests.append(array: batch.digests, context)
        if saves { try ledger.save(finished: finished, connection) }
      }
    } catch {
      discard()
      throw error
    }
    if saves { ledger.markSaved() }
  }

  /// The batch is on the disk.
  func markSaved(_ batch: PendingBatch, withBars: Bool) {
    if withBars { minutes.markSaved(batch.bars) }
  }

  /// The reference profile is never resumed: its ledger is written once, at the end.
  func savesLedger(finished: Bool) -> Bool { profile == .full || finished }

  /// A print that fills a hole may have been taken back by a cancellation that is stored already.
  private func markVoid(_ batch: PendingBatch, _ holes: PrintHoles, _ run: IngestRun) throws(StorageError) {
    guard let filled = holes.filled else { return }
    let before = run.firstPrintID - 1
    let ids = (before + filled.lowerBound)...(before + filled.upperBound - 1)
    for id in try StoredCancellations.printIDs(in: ids, connection) { batch.markCancelled(id) }
  }

  /// Those of a journal's cancellations that are not in the file yet.
  private func unstored(
    _ cancellations: [PendingCancellation], _ run: IngestRun
  ) throws(StorageError) -> [PendingCancellation] {
    if cancellations.isEmpty { return [] }
    var stored = try StoredCancellations(like: cancellations, ofRun: run.runID, connection)
    return cancellations.filter { stored.insert($0) }
  }

  private func save(_ holes: PrintHoles, _ context: RowContext) throws(StorageError) {
    guard let unsaved = holes.unsaved else { return }
    try connection.execute(
      """
      DELETE FROM main.ingest_holes WHERE run_id = \(context.runID) \
      AND first_number >= \(unsaved.lowerBound) AND last_number < \(unsaved.upperBound)
      """)
    try self.holes.append(array: holes.unsavedRanges, context)
  }

  /// The range lets DuckDB skip the row groups that hold none of the ids.
  private func markCancelled(_ ids: [Int64]) throws(StorageError) {
    guard let lowest = ids.min(), let highest = ids.max() else { return }
    let list = ids.map(String.init).joined(separator: ", ")
    try connection.execute(
      """
      UPDATE base.trades_labeled SET cancelled = true \
      WHERE print_id BETWEEN \(lowest) AND \(highest) AND print_id IN (\(list)) AND NOT cancelled
      """)
  }

  private func discard() {
    labeled.discard()
    cancellations?.discard()
    instruments.discard()
    minutes.discard()
    openInterest.discard()
    incidents.discard()
    days.discard()
    digests.discard()
    holes.discard()
    detections?.discard()
  }
}

extension TableAppender {
  func append(array rows: [Row], _ context: RowContext) throws(StorageError) {
    if rows.isEmpty { return }
    try rows.withUnsafeBufferPointer { buffer throws(StorageError) in try append(buffer, context) }
  }
}
