import FlowEngine

/// Writes one batch: every table of the profile, in one transaction together with the ledger.
final class BatchTables {
  private let profile: StoreProfile
  private let connection: Connection
  private let labeled: TableAppender<PendingPrint>
  private let cancellations: TableAppender<PendingCancellation>?
  private let instruments: TableAppender<NewInstrument>
  private let rollups: TableAppender<PendingBar>
  private let openInterest: TableAppender<PendingOpenInterest>
  private let incidents: TableAppender<PendingIncident>
  private let days: TableAppender<SessionReset>
  private let digests: TableAppender<DigestRecord>

  init(_ profile: StoreProfile, _ connection: Connection) throws(StorageError) {
    self.profile = profile
    self.connection = connection
    let keepsAll = profile == .full
    labeled = try TableAppender(keepsAll ? PrintTables.labeled : ReferenceTables.labeled, connection)
    cancellations = keepsAll ? try TableAppender(PrintTables.cancellations, connection) : nil
    instruments = try TableAppender(SumTables.instruments, connection)
    rollups = try TableAppender(keepsAll ? SumTables.rollups : ReferenceTables.rollups, connection)
    openInterest = try TableAppender(SumTables.openInterest, connection)
    incidents = try TableAppender(SumTables.incidents, connection)
    days = try TableAppender(ProgressTables.days, connection)
    digests = try TableAppender(ProgressTables.digests, connection)
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
        try labeled.append(batch.prints, context)
        try cancellations?.append(array: batch.cancellations, context)
        try markCancelled(batch.cancelledOnDisk)
        if withBars { try rollups.append(array: batch.bars, context) }
        try openInterest.append(array: batch.openInterest, context)
        try incidents.append(array: batch.incidents, context)
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

  /// The reference profile is never resumed: its ledger is written once, at the end.
  func savesLedger(finished: Bool) -> Bool { profile == .full || finished }

  /// The range lets DuckDB skip the row groups that hold none of the ids.
  private func markCancelled(_ ids: [Int64]) throws(StorageError) {
    guard let lowest = ids.min(), let highest = ids.max() else { return }
    let list = ids.map(String.init).joined(separator: ", ")
    try connection.execute(
      """
      UPDATE base.trades_labeled SET cancelled = true \
      WHERE print_id BETWEEN \(lowest) AND \(highest) AND print_id IN (\(list))
      """)
  }

  private func discard() {
    labeled.discard()
    cancellations?.discard()
    instruments.discard()
    rollups.discard()
    openInterest.discard()
    incidents.discard()
    days.discard()
    digests.discard()
  }
}

extension TableAppender {
  fileprivate func append(array rows: [Row], _ context: RowContext) throws(StorageError) {
    if rows.isEmpty { return }
    try rows.withUnsafeBufferPointer { buffer throws(StorageError) in try append(buffer, context) }
  }
}
