import CDuckDB

/// One connection; statements of one thread at a time. Only `interrupt` may be called from another thread.
final class Connection: @unchecked Sendable {
  let handle: duckdb_connection
  let database: Database

  init(_ handle: duckdb_connection, database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit {
    var handle: duckdb_connection? = handle
    duckdb_disconnect(&handle)
  }

  /// Stops the statement that is running on this connection, if any. Any thread.
  func interrupt() { duckdb_interrupt(handle) }

  /// Runs one or more statements whose rows nobody wants.
  /// - Returns: rows changed by the last of them.
  @discardableResult
  func execute(_ sql: String) throws(StorageError) -> Int {
    var result = duckdb_result()
    let state = duckdb_query(handle, sql, &result)
    defer { duckdb_destroy_result(&result) }
    guard state == DuckDBSuccess else { throw .statement(sql: sql, words: words(of: &result)) }
    return Int(duckdb_rows_changed(&result))
  }

  /// Runs one statement without parameters and hands its rows to `body`, chunk by chunk.
  func query(_ sql: String, _ body: (borrowing ResultChunk) -> Void) throws(StorageError) {
    var result = duckdb_result()
    let state = duckdb_query(handle, sql, &result)
    defer { duckdb_destroy_result(&result) }
    guard state == DuckDBSuccess else { throw .statement(sql: sql, words: words(of: &result)) }
    ResultChunk.forEach(in: &result, body)
  }

  /// Runs one statement with bound parameters, `$1` being the first.
  func query(
    _ sql: String, _ parameters: [SQLValue], _ body: (borrowing ResultChunk) -> Void
  ) throws(StorageError) {
    var statement: duckdb_prepared_statement?
    defer { duckdb_destroy_prepare(&statement) }
    guard duckdb_prepare(handle, sql, &statement) == DuckDBSuccess else {
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

  /// Runs `body` in one transaction: all of it, or nothing.
  func transaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    try execute("BEGIN TRANSACTION")
    do {
      try body()
      try execute("COMMIT")
    } catch {
      rollBack()
      throw error
    }
  }

  /// Ends a transaction whose error is being reported. DuckDB refuses this only when there is nothing to roll back, because a
  /// failed commit has done so itself, so its answer is not looked at.
  private func rollBack() {
    var result = duckdb_result()
    _ = duckdb_query(handle, "ROLLBACK", &result)
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
enum SQLValue: Sendable, Hashable {
  case integer(Int64)
  case text(String)
  case date(daysSinceEpoch: Int32)
  case boolean(Bool)

  fileprivate func bind(to statement: duckdb_prepared_statement?, at index: Int) -> duckdb_state {
    let index = idx_t(index)
    switch self {
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
