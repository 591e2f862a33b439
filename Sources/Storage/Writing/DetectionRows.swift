import FlowEngine

/// Writes what detectors found into tables without keys.
///
/// A source that goes on after an interruption tells again what came behind its start. So the first commit of a run that goes
/// on removes everything that was told behind it, and from there on rows are as new as if the source had been played in one
/// go, also when the rules have changed since. What was told right at the start, behind the last print before it, may come
/// again and may not: it is replaced when it comes.
struct DetectionRows {
  private let detections: TableAppender<PendingDetection>
  private let legs: TableAppender<PendingLeg>
  private let connection: Connection

  init(_ connection: Connection) throws(StorageError) {
    self.connection = connection
    detections = try TableAppender(DetectionTables.detections, connection)
    legs = try TableAppender(DetectionTables.legs, connection)
  }

  /// Within the transaction of the batch.
  /// - Parameter start: number of the print before the first that the run tells again; nil once that was removed.
  func write(
    _ batch: PendingBatch, toldAgainBehind start: Int64?, _ ledger: IngestLedger
  ) throws(StorageError) {
    let runID = ledger.run.runID
    if let start {
      for table in [DetectionTables.detections.name, DetectionTables.legs.name] {
        try connection.execute("DELETE FROM base.\(table) WHERE run_id = \(runID) AND told_after > \(start)")
      }
    }
    let context = RowContext(runID: runID)
    try remove(batch.detections.rows.map(\.detection.id.rawValue), runID)
    try detections.append(array: batch.detections.rows, context)
    try remove(batch.legs.rows.filter { $0.leg.isVoid || $0.toldAfter <= ledger.startNumber }, runID)
    try legs.append(array: batch.legs.rows, context)
  }

  private func remove(_ ids: [Int64], _ runID: Int32) throws(StorageError) {
    guard let lowest = ids.min(), let highest = ids.max() else { return }
    try connection.execute(
      """
      DELETE FROM base.detections WHERE run_id = \(runID) AND detection_id BETWEEN \(lowest) AND \(highest) \
      AND detection_id IN (\(ids.map(String.init).joined(separator: ", ")))
      """)
  }

  private func remove(_ legs: [PendingLeg], _ runID: Int32) throws(StorageError) {
    let ids = legs.map(\.printID)
    guard let lowest = ids.min(), let highest = ids.max() else { return }
    let pairs = legs.map { "(\($0.leg.detection.rawValue), \($0.printID))" }
    try connection.execute(
      """
      DELETE FROM base.detection_legs WHERE run_id = \(runID) AND print_id BETWEEN \(lowest) AND \(highest) \
      AND (detection_id, print_id) IN (\(pairs.joined(separator: ", ")))
      """)
  }

  func discard() {
    detections.discard()
    legs.discard()
  }
}
