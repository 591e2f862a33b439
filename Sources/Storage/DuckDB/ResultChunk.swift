import CDuckDB

/// Up to 2,048 rows of a result, read in place. Columns are numbered from 0.
struct ResultChunk: ~Copyable {
  private let handle: duckdb_data_chunk
  private let columns: [Column]
  let count: Int

  /// What the bytes of a column are: DECIMAL and ENUM are integers underneath.
  private struct Column {
    var data: UnsafeMutableRawPointer
    /// One bit a row, nil when no row is NULL.
    var validity: UnsafeMutablePointer<UInt64>?
    var physical: duckdb_type
  }

  private init(_ handle: duckdb_data_chunk, physical: [duckdb_type]) {
    self.handle = handle
    count = Int(duckdb_data_chunk_get_size(handle))
    columns = physical.enumerated().map { i, type in
      let vector = duckdb_data_chunk_get_vector(handle, idx_t(i))
      guard let data = duckdb_vector_get_data(vector) else {
        preconditionFailure("ResultChunk: column \(i) has no data")
      }
      return Column(data: data, validity: duckdb_vector_get_validity(vector), physical: type)
    }
  }

  deinit {
    var handle: duckdb_data_chunk? = handle
    duckdb_destroy_data_chunk(&handle)
  }

  static func forEach(in result: inout duckdb_result, _ body: (borrowing ResultChunk) -> Void) {
    forEach(in: &result) { chunk in
      body(chunk)
      return true
    }
  }

  /// Hands out chunk after chunk until `body` has enough.
  static func forEach(in result: inout duckdb_result, while body: (borrowing ResultChunk) -> Bool) {
    let physical = (0..<duckdb_column_count(&result)).map { physicalType(&result, $0) }
    while let handle = duckdb_fetch_chunk(result) {
      let chunk = ResultChunk(handle, physical: physical)
      if chunk.count == 0 || !body(chunk) { break }
    }
  }

  private static func physicalType(_ result: inout duckdb_result, _ column: idx_t) -> duckdb_type {
    let type = duckdb_column_type(&result, column)
    guard type == DUCKDB_TYPE_DECIMAL || type == DUCKDB_TYPE_ENUM else { return type }
    var logical = duckdb_column_logical_type(&result, column)
    defer { duckdb_destroy_logical_type(&logical) }
    return type == DUCKDB_TYPE_DECIMAL ? duckdb_decimal_internal_type(logical) : duckdb_enum_internal_type(logical)
  }

  var columnCount: Int { columns.count }

  /// A value of a type that need not be known beforehand: integers as `integer` takes them, DOUBLE, or text.
  func cell(_ column: Int, _ row: Int) -> SQLCell {
    if isNull(column, row) { return .null }
    switch columns[column].physical {
    case DUCKDB_TYPE_VARCHAR: return text(column, row).map { .text($0) } ?? .null
    case DUCKDB_TYPE_DOUBLE: return double(column, row).map { .double($0) } ?? .null
    default: return integer(column, row).map { .integer($0) } ?? .null
    }
  }

  func isNull(_ column: Int, _ row: Int) -> Bool {
    guard let validity = columns[column].validity else { return false }
    return validity[row >> 6] & (1 << UInt64(row & 63)) == 0
  }

  /// Integers of any width, BOOLEAN (0, 1), DATE (days), TIMESTAMP_NS (nanoseconds), DECIMAL (unscaled), ENUM (position).
  func integer(_ column: Int, _ row: Int) -> Int64? {
    if isNull(column, row) { return nil }
    let data = columns[column].data
    func load<T: BinaryInteger>(_ type: T.Type) -> Int64 {
      Int64(truncatingIfNeeded: data.load(fromByteOffset: row * MemoryLayout<T>.stride, as: type))
    }
    switch columns[column].physical {
    case DUCKDB_TYPE_BOOLEAN, DUCKDB_TYPE_UTINYINT: return load(UInt8.self)
    case DUCKDB_TYPE_TINYINT: return load(Int8.self)
    case DUCKDB_TYPE_SMALLINT: return load(Int16.self)
    case DUCKDB_TYPE_USMALLINT: return load(UInt16.self)
    case DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_DATE: return load(Int32.self)
    case DUCKDB_TYPE_UINTEGER: return load(UInt32.self)
    case DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP_NS:
      return load(Int64.self)
    case DUCKDB_TYPE_HUGEINT:
      let value = data.load(fromByteOffset: row * 16, as: duckdb_hugeint.self)
      precondition(value.upper == Int64(bitPattern: value.lower) >> 63, "ResultChunk: column \(column) exceeds 64 bits")
      return Int64(bitPattern: value.lower)
    default:
      preconditionFailure("ResultChunk: column \(column) of type \(columns[column].physical.rawValue) is no integer")
    }
  }

  /// A column that the schema declares NOT NULL.
  func required(_ column: Int, _ row: Int) -> Int64 {
    guard let value = integer(column, row) else { preconditionFailure("ResultChunk: column \(column) is NULL") }
    return value
  }

  func double(_ column: Int, _ row: Int) -> Double? {
    if isNull(column, row) { return nil }
    precondition(columns[column].physical == DUCKDB_TYPE_DOUBLE, "ResultChunk: column \(column) is no DOUBLE")
    return columns[column].data.load(fromByteOffset: row * 8, as: Double.self)
  }

  func text(_ column: Int, _ row: Int) -> String? {
    if isNull(column, row) { return nil }
    precondition(columns[column].physical == DUCKDB_TYPE_VARCHAR, "ResultChunk: column \(column) is no VARCHAR")
    let slot = columns[column].data + row * MemoryLayout<duckdb_string_t>.stride
    let length = Int(slot.load(as: UInt32.self))
    let start: UnsafeRawPointer? =
      length <= 12 ? UnsafeRawPointer(slot + 4) : slot.load(fromByteOffset: 8, as: UnsafeRawPointer?.self)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }

  /// The bytes of a column as they lie in memory; nil for what is not of fixed width.
  func fixedWidthBytes(_ column: Int) -> UnsafeRawBufferPointer? {
    let width: Int
    switch columns[column].physical {
    case DUCKDB_TYPE_BOOLEAN, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_TINYINT: width = 1
    case DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_USMALLINT: width = 2
    case DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_DATE: width = 4
    case DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP_NS, DUCKDB_TYPE_DOUBLE:
      width = 8
    case DUCKDB_TYPE_HUGEINT: width = 16
    default: return nil
    }
    return UnsafeRawBufferPointer(start: columns[column].data, count: count * width)
  }

  /// One bit a row, 1 = has a value; nil when all have.
  func validityBytes(_ column: Int) -> UnsafeRawBufferPointer? {
    columns[column].validity.map { UnsafeRawBufferPointer(start: $0, count: (count + 63) / 64 * 8) }
  }
}
