import MarketModel

/// What the Parquet lake knows of itself.
public struct LakeFacts: Sendable {
  /// The copy in a bucket.
  public struct Uploads: Sendable {
    public var place: String
    /// Objects that are not there as they should be.
    public var waiting: Int
    public var waitingSeconds: Double
    public var uploaded: Int64
    /// Wall time; `.none` before the first.
    public var lastUpload: Timestamp
    /// Why nothing is uploaded; nil while all is well.
    public var error: String?

    public init(
      place: String, waiting: Int = 0, waitingSeconds: Double = 0, uploaded: Int64 = 0, lastUpload: Timestamp = .none,
      error: String? = nil
    ) {
      self.place = place
      self.waiting = waiting
      self.waitingSeconds = waitingSeconds
      self.uploaded = uploaded
      self.lastUpload = lastUpload
      self.error = error
    }
  }

  public var path: String
  public var parts: Int
  public var rows: Int64
  public var bytes: Int64
  /// Rows and files written since the start.
  public var rowsWritten: Int64
  public var flushes: Int64
  /// Wall time; `.none` before the first.
  public var lastFlush: Timestamp
  /// Prints in the database and not in the lake.
  public var waitingRows: Int64
  public var waitingSeconds: Double
  /// Why nothing is written, and why small files stay small; nil while all is well.
  public var error: String?
  public var compactionError: String?
  /// Nil when there is no bucket.
  public var uploads: Uploads?

  public init(
    path: String, parts: Int = 0, rows: Int64 = 0, bytes: Int64 = 0, rowsWritten: Int64 = 0, flushes: Int64 = 0,
    lastFlush: Timestamp = .none, waitingRows: Int64 = 0, waitingSeconds: Double = 0, error: String? = nil,
    compactionError: String? = nil, uploads: Uploads? = nil
  ) {
    self.path = path
    self.parts = parts
    self.rows = rows
    self.bytes = bytes
    self.rowsWritten = rowsWritten
    self.flushes = flushes
    self.lastFlush = lastFlush
    self.waitingRows = waitingRows
    self.waitingSeconds = waitingSeconds
    self.error = error
    self.compactionError = compactionError
    self.uploads = uploads
  }

  /// What is wrong, in words.
  var doubts: [String] {
    [error, compactionError, uploads?.error.map { "\($0); \(uploads?.waiting ?? 0) objects wait" }].compactMap { $0 }
  }

  static let schema = Schema<LakeFacts>(
    "LakeHealth", "The Parquet lake.",
    [
      .text("path", "Its folder.") { $0.path },
      .integer("parts", "Files.") { Int64($0.parts) },
      .integer("rows", "Prints in them.") { $0.rows },
      .integer("bytes", "Their size.") { $0.bytes },
      .integer("rows_written", "Prints written since the start.") { $0.rowsWritten },
      .integer("flushes", "How often prints were written since the start.") { $0.flushes },
      .timeOrNull("last_flush_time", "When prints last reached the lake.") { $0.lastFlush },
      .integer("waiting_rows", "Prints in the database and not in the lake.") { $0.waitingRows },
      .number("waiting_seconds", "How long the oldest of them has waited.") { $0.waitingSeconds },
      .textOrNull("error", "Why nothing is written.") { $0.error },
      .textOrNull("compaction_error", "Why small files stay small.") { $0.compactionError },
      .recordOrNull("uploads", "The copy in a bucket; null when there is none.", uploadsSchema) { $0.uploads },
    ])

  private static let uploadsSchema = Schema<Uploads>(
    "LakeUploads", "The copy of the lake in a bucket.",
    [
      .text("place", "The bucket and the folder in it.") { $0.place },
      .integer("waiting", "Objects that are not there as they should be.") { Int64($0.waiting) },
      .number("waiting_seconds", "How long the oldest of them has waited.") { $0.waitingSeconds },
      .integer("uploaded", "Uploads since the start.") { $0.uploaded },
      .timeOrNull("last_upload_time", "When one last arrived.") { $0.lastUpload },
      .textOrNull("error", "Why nothing is uploaded.") { $0.error },
    ])
}
