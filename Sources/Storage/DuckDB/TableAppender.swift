import CDuckDB

/// Writes runs of rows into one table, column by column, through data chunks of 2,048 rows. Inside the connection's
/// transaction, if there is one.
final class TableAppender<Row> {
  let table: TableLayout<Row>
  private let connection: Connection
  private var appender: duckdb_appender?
  private var chunk: duckdb_data_chunk?
  private let chunkCapacity = Int(duckdb_vector_size())

  init(_ table: TableLayout<Row>, _ connection: Connection) throws(StorageError) {
    self.table = table
    self.connection = connection
    try open()
  }

  deinit { close() }

  /// Appends the rows and flushes them into the transaction. On an error the appender starts anew: the caller rolls back.
  func append(_ rows: UnsafeBufferPointer<Row>, _ context: RowContext) throws(StorageError) {
    if rows.isEmpty { return }
    // Opened anew after an error.
    if appender == nil { try open() }
    var start = 0
    while start < rows.count {
      let end = min(start + chunkCapacity, rows.count)
      try appendChunk(UnsafeBufferPointer(rebasing: rows[start..<end]), context)
      start = end
    }
    guard duckdb_appender_flush(appender) == DuckDBSuccess else { throw failure() }
  }

  private func appendChunk(_ rows: UnsafeBufferPointer<Row>, _ context: RowContext) throws(StorageError) {
    duckdb_data_chunk_reset(chunk)
    for (i, column) in table.columns.enumerated() {
      // A reset moves the vectors' memory, so their addresses are fetched for each chunk.
      let vector = VectorSlot(duckdb_data_chunk_get_vector(chunk, idx_t(i)))
      column.fill(rows, context, vector)
    }
    duckdb_data_chunk_set_size(chunk, idx_t(rows.count))
    guard duckdb_append_data_chunk(appender, chunk) == DuckDBSuccess else { throw failure() }
  }

  private func open() throws(StorageError) {
    let handle = try connection.open()
    var types: [duckdb_logical_type?] = []
    defer { for i in types.indices { duckdb_destroy_logical_type(&types[i]) } }
    if let statement = table.statementSQL {
      types = table.columns.map { $0.type.makeLogicalType() }
      try table.columns.map(\.name).withCStrings { names throws(StorageError) in
        var names = names
        let state = duckdb_appender_create_query(
          handle, statement, idx_t(names.count), &types, TableLayout<Row>.incomingRows, &names, &appender)
        guard state == DuckDBSuccess else { throw failure() }
      }
    } else {
      guard duckdb_appender_create_ext(handle, nil, table.schema, table.name, &appender) == DuckDBSuccess
      else { throw failure() }
      let count = Int(duckdb_appender_column_count(appender))
      precondition(
        count == table.columns.count, "\(table.name): \(count) columns in the file, \(table.columns.count) here")
      types = (0..<count).map { duckdb_appender_column_type(appender, idx_t($0)) }
    }
    chunk = duckdb_create_data_chunk(&types, idx_t(types.count))
  }

  private func failure() -> StorageError {
    let words = duckdb_appender_error(appender).map { String(cString: $0) } ?? "DuckDB gave no reason"
    discard()
    return .statement(sql: "append to \(table.schema).\(table.name)", words: words)
  }

  /// Drops what is buffered: destroying a full appender would write it outside the rolled back transaction.
  func discard() {
    if appender != nil { duckdb_appender_clear(appender) }
    close()
  }

  private func close() {
    if appender != nil { duckdb_appender_destroy(&appender) }
    if chunk != nil { duckdb_destroy_data_chunk(&chunk) }
    appender = nil
    chunk = nil
  }
}
