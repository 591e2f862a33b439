import FlowEngine
import MarketModel

/// Writes minutes into a table without a key.
///
/// Nearly every minute that comes is newer than all its contract has in the file: it is appended. Late prints correct an earlier
/// minute, and a source that goes on after an interruption tells minutes again: those are removed and added within the batch's
/// transaction. An index that finds them would cost half a second of processor for a million prints.
struct MinuteRows {
  private let minutes: TableAppender<PendingBar>
  private let outdated: TableAppender<PendingBar>
  private let connection: Connection
  /// Newest minute that the run has in the file, by the contract's id in the file, which count from 1; empty until the file was asked.
  private var newest: [Timestamp] = []

  init(_ connection: Connection) throws(StorageError) {
    self.connection = connection
    minutes = try TableAppender(SumTables.rollups, connection)
    outdated = try TableAppender(SumTables.outdatedRollups, connection)
  }

  /// Within the transaction of the batch.
  /// - Parameter bars: none with the contract and minute of another.
  mutating func write(_ bars: [PendingBar], _ context: RowContext) throws(StorageError) {
    if bars.isEmpty { return }
    if newest.isEmpty { newest = try newestInFile(context) }
    try outdated.append(array: bars.filter { isTold($0) }, context)
    try minutes.append(array: bars, context)
  }

  private func isTold(_ bar: PendingBar) -> Bool {
    let contract = Int(bar.databaseID)
    return contract < newest.count && bar.bar.minute <= newest[contract]
  }

  /// The transaction of `write` is on the disk.
  mutating func markSaved(_ bars: [PendingBar]) {
    for bar in bars {
      let contract = Int(bar.databaseID)
      while newest.count <= contract { newest.append(.none) }
      newest[contract] = max(bar.bar.minute, newest[contract])
    }
  }

  private func newestInFile(_ context: RowContext) throws(StorageError) -> [Timestamp] {
    var newest: [Timestamp] = []
    try connection.query(
      """
      SELECT instrument, epoch_ns(max(minute)) FROM base.rollups_min WHERE run_id = \(context.runID) GROUP BY 1 \
      ORDER BY 1
      """
    ) { chunk in
      for row in 0..<chunk.count {
        newest += Array(repeating: .none, count: Int(chunk.required(0, row)) - newest.count)
        newest.append(Timestamp(nanoseconds: chunk.required(1, row)))
      }
    }
    return newest
  }

  func discard() {
    minutes.discard()
    outdated.discard()
  }
}
