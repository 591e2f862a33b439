import FlowEngine
import Logging
import MarketModel

/// How a store is opened.
public struct StoreOptions: Sendable {
  /// The database file; its folder must exist.
  public var path: String
  public var profile = StoreProfile.full
  /// Most memory DuckDB takes for data; its own bookkeeping comes on top. It fills up to here with blocks of the file before it
  /// gives any back. Not to be lowered without the threshold below: what the write-ahead log holds and what queries need must fit
  /// together, for a COMMIT that DuckDB 1.5.5 refuses for want of memory leaves rows behind in memory (seen with 64 MB), and costs
  /// the writer a reopening of the file.
  public var memoryLimitMegabytes = 256
  /// Size of the write-ahead log at which a commit checkpoints whether the moment is quiet or not.
  public var checkpointThresholdMegabytes = 96
  /// Prints after which a batch is committed.
  public var flushPrints = 5000
  /// The same while more than two such batches wait: one row group of DuckDB. A transaction of whole row groups is compressed
  /// straight into the file; what others append is copied twice, goes through the write-ahead log and waits in memory for the
  /// checkpoint. Measured on a million rows: 1.2 s of processor time by 20,480 rows, 0.5 s by row groups.
  public var flushPrintsUnderLoad = 122_880
  /// Age after which a batch is committed.
  public var flushMilliseconds = 250
  /// The same while more than two batches wait, so that a row group can come together.
  public var flushMillisecondsUnderLoad = 1000
  /// Whether closing the writer moves the write-ahead log into the file. What is committed is safe either way.
  public var checkpointsAtClose = true
  /// Outputs waiting between the engine and the writer.
  public var queueCapacity = Limits.storageRing

  public init(path: String) { self.path = path }
}

/// One database file, opened: gives out its one writer and any number of readers. The file stays locked against other
/// processes until the store and all of them are gone.
public final class Store: Sendable {
  public static var schemaVersion: Int { Schema.current.version }
  /// Version of the DuckDB library, `v1.5.5`.
  public static var duckdbVersion: String { Database.libraryVersion }

  public let options: StoreOptions
  let database: Database

  /// Opens the file, creates or migrates its tables.
  /// - Throws: `StorageError` `.locked`, `.alreadyOpen`, `.newerSchema`, `.olderSchema`, `.foreignFile`, `.otherProfile`,
  ///   `.cannotOpen`, `.statement`.
  public convenience init(_ options: StoreOptions) throws(StorageError) {
    try self.init(options, schema: .current)
  }

  init(_ options: StoreOptions, schema: Schema) throws(StorageError) {
    self.options = options
    // One thread: with two cores, DuckDB's own workers would compete with the engine and gain the writer nothing.
    database = try Database(
      path: options.path,
      options: DatabaseOptions(
        memoryLimitMegabytes: options.memoryLimitMegabytes, threads: 1,
        checkpointThresholdMegabytes: options.checkpointThresholdMegabytes, temporaryDirectory: options.path + ".tmp"))
    try schema.prepare(try database.connect(), profile: options.profile)
  }

  /// Opens a file to look at it: it stays as it is, and nobody else can write it meanwhile.
  /// - Throws: as above; `.notMigrated` for the file of an older MarketFlow.
  public init(reading path: String) throws(StorageError) {
    options = StoreOptions(path: path)
    database = try Database(
      path: path, options: DatabaseOptions(temporaryDirectory: path + ".tmp", isReadOnly: true))
    try Schema.current.check(try database.connect(), profile: options.profile)
  }

  /// The writer of this file: at most one at a time.
  /// - Parameter instruments: the table the outputs' ids come from.
  public func makeWriter(instruments: InstrumentTable, log: Log = Log()) throws(StorageError) -> StoreWriter {
    try StoreWriter(store: self, instruments: instruments, log: log)
  }

  /// Moves the write-ahead log into the file.
  public func checkpoint() throws(StorageError) { try database.connect().execute("CHECKPOINT") }

  /// A connection for SQL of our own on this file, beside its writer; for one thread.
  public func makeSession() throws(StorageError) -> SQLSession { SQLSession(try database.connect()) }

  /// A reader with a connection of its own, for one thread.
  /// - Parameter timeLimitSeconds: longest a query may run before it is stopped.
  public func makeReader(timeLimitSeconds: Double = 5) throws(StorageError) -> StoreReader {
    StoreReader(try database.connect(), profile: options.profile, timeLimitSeconds: timeLimitSeconds)
  }
}
