import CDuckDB
import Synchronization

/// One connection; statements of one thread at a time. Only `interrupt` and `close` may be called from other threads. A
/// connection that `Database.reopen` has closed opens itself again with its next statement.
final class Connection: @unchecked Sendable {
  let database: Database

  private struct Handle: @unchecked Sendable {
    var raw: duckdb_connection?
  }
  private let handle: Mutex<Handle>
  /// Held while a statement runs, so that nobody closes the connection under it.
  private let statement = Mutex<Void>(())

  init(_ raw: duckdb_connection, database: Database) {
    handle = Mutex(Handle(raw: raw))
    self.database = database
  }

  deinit { disconnect() }

  /// Stops the statement that is running on this connection, if any. Any thread.
  func interrupt() {
    handle.withLock { handle in
      if let raw = handle.raw { duckdb_interrupt(raw) }
    }
  }

  /// Ends the connection once its running statement, which is stopped, has ended. Any thread.
  func close() {
    interrupt()
    statement.withLock { _ in disconnect() }
  }

  private func disconnect() {
    handle.withLock { handle in
      if handle.raw != nil { duckdb_disconnect(&handle.raw) }
      handle.raw = nil
    }
  }

  /// The open connection, for the thread that makes its statements.
  func open() throws(StorageError) -> duckdb_connection {
    if let raw = handle.withLock({ $0 }).raw { return raw }
    let raw = try database.connectAgain()
    handle.withLock { $0 = Handle(raw: raw) }
    return raw
  }

  private func whileOpen(_ body: (duckdb_connection) throws(StorageError) -> Void) throws(StorageError) {
    try statement.withLock { _ throws(StorageError) in try body(try open()) }
  }

  /// Runs one or more statements whose rows nobody wants.
  /// - Returns: rows changed by the last of them.
  @discardableResult
  func execute(_ sql: String) throws(StorageError) -> Int {
    var changed = 0
    try whileOpen { connection throws(StorageError) in
      var result = duckdb_result()
      let state = duckdb_query(connection, sql, &result)
      defer { duckdb_destroy_result(&result) }
      guard state == DuckDBSuccess else { throw .statement(sql: sql, words: words(of: &result)) }
      changed = Int(duckdb_rows_changed(&result))
    }
    return changed
  }

  /// Runs one statement without parameters and hands its rows to `body`, chunk by chunk.
  func query(_ sql: String, _ body: (borrowing ResultChunk) -> Void) throws(StorageError) {
    try whileOpen { connection throws(StorageError) in
      var result = duckdb_result()
      let state = duckdb_query(connection, sql, &result)
      defer { duckdb_destroy_result(&result) }
      guard state == DuckDBSuccess else { throw .statement(sql: sql, words: words(of: &result)) }
      ResultChunk.forEach(in: &result, body)
    }
  }

  /// Runs one statement with bound parameters, `$1` being the first.
  func query(
    _ sql: String, _ parameters: [SQLValue], _ body: (borrowing ResultChunk) -> Void
  ) throws(StorageError) {
    try whileOpen { connection throws(StorageError) in
      var statement: duckdb_prepared_statement?
      defer { duckdb_destroy_prepare(&statement) }
      guard duckdb_prepare(connection, sql, &statement) == DuckDBSuccess else {
        throw .statement(sql: sql, words: duckdb_prepare_error(statement).map { String(cString: $0) } ?? "not prepared")
      }
      precondition(Int(duckdb_nparams(statement)) == parameters.count, "query: parameters do not match: \(sql)")
      for (i, value) in parameters.enumerated() where value.bind(to: statement, at: i + 1) != DuckDBSuccess {
        throw .statement(sql: sql, words: "parameter \(i + 1) does not bind: \(value)")
      }
      var result = duckdb_result()
      let state = duckdb_execute_prepared(statement, &result)
      defer { duckdb_destroy_result(&result) }
      guard state == DuckDBSuccess else { throw .statement(sql: sql, words: words(of: &result)) }
      ResultChunk.forEach(in: &result, body)
    }
  }

  /// Runs `body` in one transaction: all of it, or nothing.
  /// - Throws: `.uncommitted` when the commit itself failed. DuckDB 1.5.5 has been seen to keep rows of such a transaction in
  ///   memory; only the file tells what became of it (`Database.reopen`).
  func transaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    try execute("BEGIN TRANSACTION")
    do {
      try body()
    } catch {
      rollBack()
      throw error
    }
    do {
      try commit()
    } catch {
      rollBack()
      throw .uncommitted(words: error.description)
    }
  }

  private func commit() throws(StorageError) {
    switch database.takeCommitFault() {
    case nil: try execute("COMMIT")
    case .refused: throw .statement(sql: "COMMIT", words: "refused by a test")
    case .unanswered:
      try execute("COMMIT")
      throw .statement(sql: "COMMIT", words: "reported as failed by a test")
    }
  }

  /// Ends a transaction whose error is being reported. DuckDB refuses this only when there is nothing to roll back, because a
  /// failed commit has done so itself, so its answer is not looked at.
  private func rollBack() {
    guard let raw = handle.withLock({ $0 }).raw else { return }
    var result = duckdb_result()
    _ = duckdb_query(raw, "ROLLBACK", &result)
    duckdb_destroy_result(&result)
  }

  /// The first column of the first row, nil when there is no row or it is NULL.
  func integer(_ sql: String, _ parameters: [SQLValue] = []) throws(StorageError) -> Int64? {
    var value: Int64?
    try query(sql, parameters) { chunk in
      if value == nil, chunk.count > 0 { value = chunk.integer(0, 0) }
    }
    return value
  }

  private func words(of result: inout duckdb_result) -> String {
    duckdb_result_error(&result).map { String(cString: $0) } ?? "DuckDB gave no reason"
  }
}

/// A value bound to a parameter; never part of the statement's text.
public enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case text(String)
  case date(daysSinceEpoch: Int32)
  case boolean(Bool)

  fileprivate func bind(to statement: duckdb_prepared_statement?, at index: Int) -> duckdb_state {
    let index = idx_t(index)
    switch self {
    case .null: return duckdb_bind_null(statement, index)
    case .integer(let value): return duckdb_bind_int64(statement, index, value)
    case .text(let text):
      var text = text
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          // An empty string may have no address, and DuckDB takes NULL for a NULL.
          guard let base = $0.baseAddress else { return duckdb_bind_varchar_length(statement, index, "", 0) }
          return duckdb_bind_varchar_length(statement, index, base, idx_t($0.count))
        }
      }
    case .date(let days): return duckdb_bind_date(statement, index, duckdb_date(days: days))
    case .boolean(let value): return duckdb_bind_boolean(statement, index, value)
    }
  }
}
