import Lake
import MarketModel
import Server

extension LakeFacts {
  /// What the API says of a lake.
  init(_ report: LakeStatus.Report) {
    func time(_ nanoseconds: Int64?) -> Timestamp { nanoseconds.map { Timestamp(nanoseconds: $0) } ?? .none }
    self.init(
      path: report.path, parts: report.parts, rows: report.rows, bytes: report.bytes, rowsWritten: report.rowsWritten,
      flushes: report.flushes, lastFlush: time(report.lastFlush), waitingRows: report.waitingRows,
      waitingSeconds: report.waitingSeconds, error: report.error, compactionError: report.compactionError,
      uploads: report.uploads.map { uploads in
        Uploads(
          place: uploads.place, waiting: uploads.waiting, waitingSeconds: uploads.waitingSeconds,
          uploaded: uploads.uploaded, lastUpload: time(uploads.lastUpload), error: uploads.error)
      })
  }
}
