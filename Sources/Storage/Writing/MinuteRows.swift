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
  /// Newest minute that the run has in the file, by the contract's id in the file, which count from 1; nil until the file was asked.
  private var newest: [Timestamp]?

  init(_ connection: Connection) throws(StorageError) {
    self.connection = connection
    minutes = try TableAppender(SumTables.rollups, connection)
    outdated = try TableAppender(SumTables.outdatedRollups, connection)
  }

  /// Within the transaction of the batch.
  /// - Parameter bars: none with the contract and minute of another.
  mutating func write(_ bars: [PendingBar], _ context: RowContext) throws(StorageError) {
    if bars.isEmpty { return }
    var newest: [Timestamp]
    if let known = self.newest { newest = known } else { newest = try newestInFile(context) }
    let highest = bars.reduce(0) { max($0, Int($1.databaseID)) }
    if highest >= newest.count { newest += Array(repeating: .none, count: highest + 1 - newest.count) }
    try outdated.append(array: bars.filter { $0.bar.minute <= newest[Int($0.databaseID)] }, context)
    try minutes.append(array: bars, context)
    self.newest = newest
  }

  /// The transaction of `write` is on the disk.
  mutating func markSaved(_ bars: [PendingBar]) {
    guard var newest else { return }
    self.newest = nil
    for bar in bars { newest[Int(bar.databaseID)] = max(bar.bar.minute, newest[Int(bar.databaseID)]) }
    self.newest = newest
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
