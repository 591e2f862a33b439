/// A connection for SQL that the house writes itself, for the parts that let DuckDB read and write files. Statements of one
/// thread at a time. Never for words that came from outside.
public final class SQLSession: @unchecked Sendable {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// A DuckDB instance of its own without a file: what it does touches no store.
  /// - Parameters:
  ///   - memoryLimitMegabytes: most memory for data; what does not fit goes to `temporaryDirectory`.
  ///   - temporaryDirectory: made by DuckDB when it is needed.
  /// - Throws: `.cannotOpen`.
  public convenience init(memoryLimitMegabytes: Int, temporaryDirectory: String) throws(StorageError) {
    let database = try Database(
      path: Database.memory,
      options: DatabaseOptions(
        memoryLimitMegabytes: memoryLimitMegabytes, threads: 1, temporaryDirectory: temporaryDirectory))
    self.init(try database.connect())
  }

  /// A file of its own beside the store, made when it is not there. It stays locked against other processes while the session
  /// lives.
  /// - Parameter memoryLimitMegabytes: most memory for data.
  /// - Throws: `.locked`, `.alreadyOpen`, `.cannotOpen`.
  public convenience init(file path: String, memoryLimitMegabytes: Int) throws(StorageError) {
    let database = try Database(
      path: path,
      options: DatabaseOptions(
        memoryLimitMegabytes: memoryLimitMegabytes, threads: 1, checkpointThresholdMegabytes: 16,
        temporaryDirectory: path + ".tmp"))
    self.init(try database.connect())
  }

  /// Where DuckDB's library lies, and with it the extensions that are installed with us; nil when the system does not say.
  public static var libraryDirectory: String? { Database.libraryDirectory }

  /// Runs one or more statements whose rows nobody wants.
  /// - Parameter words: what an error shows instead of the statement, for one that holds a secret.
  /// - Returns: rows that the last of them changed or wrote.
  /// - Throws: `.statement`.
  @discardableResult
  public func execute(_ sql: String, shownAs words: String? = nil) throws(StorageError) -> Int {
    do {
      return try connection.execute(sql)
    } catch {
      guard let words, case .statement = error else { throw error }
      // DuckDB's own words may repeat the statement.
      throw .statement(sql: words, words: "refused")
    }
  }

  /// Runs one statement and returns its rows: for answers of a few thousand rows at most.
  /// - Throws: `.statement`.
  public func rows(_ sql: String) throws(StorageError) -> [[SQLCell]] {
    var rows: [[SQLCell]] = []
    try connection.query(sql) { chunk in
      for row in 0..<chunk.count { rows.append((0..<chunk.columnCount).map { chunk.cell($0, row) }) }
    }
    return rows
  }

  /// Runs one statement with bound parameters, `$1` being the first, and returns its rows.
  /// - Throws: `.statement`.
  @discardableResult
  public func rows(_ sql: String, _ parameters: [SQLValue]) throws(StorageError) -> [[SQLCell]] {
    var rows: [[SQLCell]] = []
    try connection.query(sql, parameters) { chunk in
      for row in 0..<chunk.count { rows.append((0..<chunk.columnCount).map { chunk.cell($0, row) }) }
    }
    return rows
  }

  /// Runs `body` in one transaction: all of it, or nothing.
  /// - Throws: what `body` throws; `.uncommitted` when the commit itself failed: then `reopen()` tells what became of it.
  public func transaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    try connection.transaction(body)
  }

  /// Closes the file and opens it again, so that memory holds what the disk does. May be called again when it failed.
  public func reopen() throws(StorageError) { try connection.database.reopen() }

  /// Another session on the same file, for another thread.
  public func makeSession() throws(StorageError) -> SQLSession { SQLSession(try connection.database.connect()) }

  /// For tests: the next commit does not happen.
  package func refuseNextCommit() { connection.database.failNextCommit(.refused) }

  /// Stops the statement that is running, if any. Any thread.
  public func interrupt() { connection.interrupt() }
}

/// One value of a result.
public enum SQLCell: Sendable, Hashable {
  case null
  /// Also BOOLEAN (0, 1), DATE (days since 1970), TIMESTAMP_NS (nanoseconds), DECIMAL (without its point), ENUM (position).
  case integer(Int64)
  case double(Double)
  case text(String)

  /// Nil when it is NULL or something else.
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  /// Nil when it is NULL or something else.
  public var text: String? { if case .text(let value) = self { value } else { nil } }
}
