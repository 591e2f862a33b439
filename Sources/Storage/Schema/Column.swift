import CDuckDB

/// A column's type: its SQL and its physical form are one decision.
enum SQLType: Sendable {
  case boolean
  case integer
  case bigint
  case usmallint
  case uinteger
  case ubigint
  case double
  case timestamp
  case date
  /// 64-bit fixed point, 18 digits: written as the integer of its last digit.
  case decimal(scale: UInt8)
  /// 32-bit fixed point, 9 digits: half the bytes through the write-ahead log.
  case shortDecimal(scale: UInt8)
  case text
  /// At most 255 labels: written as the UInt8 position.
  case enumeration(EnumerationType)

  var sql: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .integer: "INTEGER"
    case .bigint: "BIGINT"
    case .usmallint: "USMALLINT"
    case .uinteger: "UINTEGER"
    case .ubigint: "UBIGINT"
    case .double: "DOUBLE"
    case .timestamp: "TIMESTAMP_NS"
    case .date: "DATE"
    case .decimal(let scale): "DECIMAL(18,\(scale))"
    case .shortDecimal(let scale): "DECIMAL(9,\(scale))"
    case .text: "VARCHAR"
    case .enumeration(let type): type.name
    }
  }

  /// The caller destroys it.
  func makeLogicalType() -> duckdb_logical_type? {
    switch self {
    case .boolean: duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN)
    case .integer: duckdb_create_logical_type(DUCKDB_TYPE_INTEGER)
    case .bigint: duckdb_create_logical_type(DUCKDB_TYPE_BIGINT)
    case .usmallint: duckdb_create_logical_type(DUCKDB_TYPE_USMALLINT)
    case .uinteger: duckdb_create_logical_type(DUCKDB_TYPE_UINTEGER)
    case .ubigint: duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT)
    case .double: duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE)
    case .timestamp: duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_NS)
    case .date: duckdb_create_logical_type(DUCKDB_TYPE_DATE)
    case .decimal(let scale): duckdb_create_decimal_type(18, scale)
    case .shortDecimal(let scale): duckdb_create_decimal_type(9, scale)
    case .text: duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR)
    case .enumeration(let type):
      type.labels.withCStrings { labels in
        var labels = labels
        return duckdb_create_enum_type(&labels, idx_t(labels.count))
      }
    }
  }
}

/// A closed set of labels, stored as an ENUM.
struct EnumerationType: Sendable {
  var name: String
  var labels: [String]
}

/// What all rows of one batch share.
struct RowContext: Sendable {
  var runID: Int32
}

/// One column of a table: its name, its type, what it means, and how a run of rows fills it.
struct Column<Row>: Sendable {
  var name: String
  var type: SQLType
  var isRequired: Bool
  /// Meaning and unit, stored with the table.
  var comment: String
  var fill: @Sendable (UnsafeBufferPointer<Row>, RowContext, VectorSlot) -> Void

  /// A column that always has a value of the physical type `Value`.
  @inline(__always)
  static func value<Value: BitwiseCopyable>(
    _ name: String, _ type: SQLType, _ comment: String,
    _ get: @escaping @Sendable (UnsafePointer<Row>, RowContext) -> Value
  ) -> Column {
    Column(name: name, type: type, isRequired: true, comment: comment) { rows, context, slot in
      guard var row = rows.baseAddress else { return }
      let out = slot.data.assumingMemoryBound(to: Value.self)
      for i in 0..<rows.count {
        out[i] = get(row, context)
        row += 1
      }
    }
  }

  /// A column that may be NULL.
  @inline(__always)
  static func optional<Value: BitwiseCopyable>(
    _ name: String, _ type: SQLType, _ comment: String,
    _ get: @escaping @Sendable (UnsafePointer<Row>, RowContext) -> Value?
  ) -> Column {
    Column(name: name, type: type, isRequired: false, comment: comment) { rows, context, slot in
      guard let first = rows.baseAddress else { return }
      let out = slot.data.assumingMemoryBound(to: Value.self)
      var validity: UnsafeMutablePointer<UInt64>?
      for i in 0..<rows.count {
        if let value = get(first + i, context) {
          out[i] = value
        } else {
          if validity == nil { validity = slot.makeValidity() }
          validity?[i >> 6] &= ~(1 << UInt64(i & 63))
        }
      }
    }
  }

  /// A text column; nil is NULL. For small tables.
  static func text(
    _ name: String, _ comment: String, _ get: @escaping @Sendable (UnsafePointer<Row>, RowContext) -> String?
  ) -> Column {
    Column(name: name, type: .text, isRequired: false, comment: comment) { rows, context, slot in
      guard let first = rows.baseAddress else { return }
      for i in 0..<rows.count {
        if var text = get(first + i, context) { slot.assign(&text, i) } else { slot.setNull(i) }
      }
    }
  }
}

/// Where one column of one data chunk is written.
struct VectorSlot {
  let vector: duckdb_vector?
  let data: UnsafeMutableRawPointer

  init(_ vector: duckdb_vector?) {
    guard let data = duckdb_vector_get_data(vector) else { preconditionFailure("VectorSlot: a vector without memory") }
    self.vector = vector
    self.data = data
  }

  /// One bit a row, 1 = has a value.
  func makeValidity() -> UnsafeMutablePointer<UInt64>? {
    duckdb_vector_ensure_validity_writable(vector)
    return duckdb_vector_get_validity(vector)
  }

  func setNull(_ row: Int) { makeValidity()?[row >> 6] &= ~(1 << UInt64(row & 63)) }

  func assign(_ text: inout String, _ row: Int) {
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        duckdb_vector_assign_string_element_len(vector, idx_t(row), $0.baseAddress, idx_t($0.count))
      }
    }
  }
}

/// A table as data: what is created, documented and written follows from this one value.
struct TableLayout<Row>: Sendable {
  var schema: String
  var name: String
  var comment: String
  var columns: [Column<Row>]
  /// Empty: no key and no index, rows are appended.
  var primaryKey: [String] = []
  /// Not empty: rows that come in are not added; those of the table that have the same values here are removed.
  private var removedBy: [String] = []

  init(
    schema: String = "base", name: String, comment: String, columns: [Column<Row>], primaryKey: [String] = []
  ) {
    self.schema = schema
    self.name = name
    self.comment = comment
    self.columns = columns
    self.primaryKey = primaryKey
  }

  /// The way to take rows out of this table: given a row, it removes those that agree with it in these columns.
  func removing(matching names: [String]) -> TableLayout {
    var layout = self
    layout.columns = columns.filter { names.contains($0.name) }
    layout.removedBy = names
    return layout
  }

  /// Name that `statementSQL` has for the rows that come in.
  static var incomingRows: String { "incoming" }

  var createSQL: String {
    var lines = columns.map { "\($0.name) \($0.type.sql)\($0.isRequired ? " NOT NULL" : "")" }
    if !primaryKey.isEmpty { lines.append("PRIMARY KEY (\(primaryKey.joined(separator: ", ")))") }
    return "CREATE TABLE \(schema).\(name) (\(lines.joined(separator: ", ")))"
  }

  var commentSQL: [String] {
    ["COMMENT ON TABLE \(schema).\(name) IS \(comment.sqlLiteral)"]
      + columns.map { "COMMENT ON COLUMN \(schema).\(name).\($0.name) IS \($0.comment.sqlLiteral)" }
  }

  /// What is done with the rows that come in; nil when they are appended.
  var statementSQL: String? { removedBy.isEmpty ? upsertSQL : removalSQL }

  private var removalSQL: String {
    let equal = removedBy.map { "old.\($0) = \(TableLayout.incomingRows).\($0)" }
    return """
      DELETE FROM \(schema).\(name) old USING \(TableLayout.incomingRows) WHERE \(equal.joined(separator: " AND "))
      """
  }

  /// Tables with a key take the newest row of each key.
  private var upsertSQL: String? {
    guard !primaryKey.isEmpty else { return nil }
    let names = columns.map(\.name)
    let updates = names.filter { !primaryKey.contains($0) }.map { "\($0) = excluded.\($0)" }
    return """
      INSERT INTO \(schema).\(name) (\(names.joined(separator: ", "))) \
      SELECT \(names.joined(separator: ", ")) FROM \(TableLayout.incomingRows) \
      ON CONFLICT (\(primaryKey.joined(separator: ", "))) DO UPDATE SET \(updates.joined(separator: ", "))
      """
  }
}

extension String {
  /// Quoted for use in DDL that we write ourselves; never for anything that came from outside.
  var sqlLiteral: String { "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }
}
