/// All a query's process has to know.
struct WorkerJob: Equatable {
  /// A table of the store that the process asks rows of.
  struct Table: Equatable {
    struct Column: Equatable {
      var name: String
      /// As DuckDB writes it.
      var type: String
    }
    var schema: String
    var name: String
    var columns: [Column]
  }
  var question: SQLQuestion
  var profile: StoreProfile
  var tables: [Table]
  /// Folder with the hive folders of the Parquet lake; nil for none.
  var lakeDirectory: String?
}

extension WorkerJob {
  var message: [UInt8] {
    var out = MessageWriter()
    out.text(question.sql)
    out.text(question.format.rawValue)
    out.integer(UInt64(question.rowLimit))
    out.integer(UInt64(question.byteLimit))
    out.integer(question.timeLimitSeconds.bitPattern)
    out.integer(UInt32(question.memoryLimitMegabytes))
    out.text(question.outputPath ?? "")
    out.text(profile.rawValue)
    out.text(lakeDirectory ?? "")
    out.list(tables) { out, table in
      out.text(table.schema)
      out.text(table.name)
      out.list(table.columns) { out, column in
        out.text(column.name)
        out.text(column.type)
      }
    }
    return out.bytes
  }

  init(_ message: MessageReader) {
    var message = message
    question = SQLQuestion(sql: message.text())
    question.format = SQLQuestion.Format(rawValue: message.text()) ?? .json
    question.rowLimit = Int(message.integer(UInt64.self))
    question.byteLimit = Int(message.integer(UInt64.self))
    question.timeLimitSeconds = Double(bitPattern: message.integer(UInt64.self))
    question.memoryLimitMegabytes = Int(message.integer(UInt32.self))
    let output = message.text()
    question.outputPath = output.isEmpty ? nil : output
    profile = StoreProfile(rawValue: message.text()) ?? .full
    let lake = message.text()
    lakeDirectory = lake.isEmpty ? nil : lake
    tables = message.list { message in
      Table(
        schema: message.text(), name: message.text(),
        columns: message.list { Table.Column(name: $0.text(), type: $0.text()) })
    }
  }

  /// The tables of an open store.
  static func tables(_ connection: Connection) throws(StorageError) -> [Table] {
    var tables: [Table] = []
    try connection.query(
      """
      SELECT c.schema_name, c.table_name, c.column_name, c.data_type FROM duckdb_columns() c \
      JOIN duckdb_tables() t ON t.table_oid = c.table_oid AND t.database_name = c.database_name \
      WHERE c.database_name = current_database() AND NOT t.internal ORDER BY 1, 2, c.column_index
      """
    ) { chunk in
      for row in 0..<chunk.count {
        guard let schema = chunk.text(0, row), let name = chunk.text(1, row), let column = chunk.text(2, row),
          let type = chunk.text(3, row)
        else { continue }
        if tables.last?.schema != schema || tables.last?.name != name {
          tables.append(Table(schema: schema, name: name, columns: []))
        }
        tables[tables.count - 1].columns.append(Table.Column(name: column, type: isPlain(type) ? type : "VARCHAR"))
      }
    }
    return tables
  }

  /// Whether values of the type are of fixed width, or text; others travel as text.
  private static func isPlain(_ type: String) -> Bool {
    let plain: Set<String> = [
      "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
      "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP_NS", "VARCHAR",
    ]
    return plain.contains(type) || type.hasPrefix("DECIMAL(") && type.hasSuffix(")")
      || type.hasPrefix("ENUM(") && type.hasSuffix(")")
  }
}

extension String {
  /// Quoted as a name in SQL.
  var sqlName: String {
    "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
