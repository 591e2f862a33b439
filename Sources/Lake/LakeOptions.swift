/// How the Parquet lake is kept: files that pandas, polars and DuckDB read without asking us.
public struct LakeOptions: Sendable {
  /// Folder of the lake; `year=/month=/day=` folders are made below it.
  public var directory: String
  /// A part is written when so many prints wait …
  public var flushRows = 5_000
  /// … or the oldest of them is this old.
  public var flushSeconds = 60
  /// Size that compacted parts should have.
  public var partBytes: Int64 = 100 << 20
  /// Most memory that DuckDB takes for compaction and for uploads, each; what does not fit goes to the disk.
  public var memoryLimitMegabytes = 384
  /// Where the lake is copied to; nil for nowhere.
  public var bucket: S3Place?
  /// Seconds between two uploads of the hour that is still growing.
  public var uploadSeconds = 300

  public init(directory: String) { self.directory = directory }
}
