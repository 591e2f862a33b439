import CDuckDB

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A table of the store as a table function of the worker's DuckDB. One thread: the worker's DuckDB has no other.
final class ScanFunction {
  let name: String
  private let number: UInt32
  private let columns: [String]
  private var types: [duckdb_logical_type?]
  private let pipe: WorkerPipe
  private var scans: UInt32 = 0

  /// - Parameter number: the table's place in the job.
  init(_ table: WorkerJob.Table, number: Int, pipe: WorkerPipe, connection: Connection) throws(StorageError) {
    name = "store_scan_\(number)"
    self.number = UInt32(number)
    self.pipe = pipe
    columns = table.columns.map(\.name)
    let nulls = table.columns.map { "CAST(NULL AS \($0.type))" }.joined(separator: ", ")
    types = try connection.columnTypes("SELECT \(nulls)")
  }

  deinit { for i in types.indices { duckdb_destroy_logical_type(&types[i]) } }

  func register(_ connection: Connection) throws(StorageError) {
    var function = duckdb_create_table_function()
    defer { duckdb_destroy_table_function(&function) }
    duckdb_table_function_set_name(function, name)
    duckdb_table_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque()) { pointer in
      if let pointer { Unmanaged<ScanFunction>.fromOpaque(pointer).release() }
    }
    duckdb_table_function_supports_projection_pushdown(function, true)
    duckdb_table_function_set_bind(function) { info in
      ScanFunction.at(duckdb_bind_get_extra_info(info)).bind(info)
    }
    duckdb_table_function_set_init(function) { info in
      ScanFunction.at(duckdb_init_get_extra_info(info)).begin(info)
    }
    duckdb_table_function_set_function(function) { info, output in
      guard let pointer = duckdb_function_get_init_data(info) else {
        preconditionFailure("ScanFunction: a scan without its state")
      }
      do throws(WorkerPipe.Failure) {
        try Unmanaged<OpenScan>.fromOpaque(pointer).takeUnretainedValue().fill(output)
      } catch {
        duckdb_function_set_error(info, "the store is gone")
      }
    }
    guard duckdb_register_table_function(try connection.open(), function) == DuckDBSuccess else {
      throw .statement(sql: name, words: "the table function cannot be registered")
    }
  }

  private static func at(_ pointer: UnsafeMutableRawPointer?) -> ScanFunction {
    guard let pointer else { preconditionFailure("ScanFunction: called without itself") }
    return Unmanaged<ScanFunction>.fromOpaque(pointer).takeUnretainedValue()
  }

  private func bind(_ info: duckdb_bind_info?) {
    for (name, type) in zip(columns, types) { duckdb_bind_add_result_column(info, name, type) }
  }

  private func begin(_ info: duckdb_init_info?) {
    var places: [OpenScan.Place] = []
    for output in 0..<duckdb_init_get_column_count(info) {
      let column = duckdb_init_get_column_index(info, output)
      // What is no column of ours stands for "any row will do".
      if column < idx_t(columns.count) { places.append(.init(column: UInt32(column), output: output)) }
    }
    scans += 1
    let scan = OpenScan(pipe, id: scans << 16 | number, table: number, places: places)
    duckdb_init_set_max_threads(info, 1)
    duckdb_init_set_init_data(info, Unmanaged.passRetained(scan).toOpaque()) { pointer in
      if let pointer { Unmanaged<OpenScan>.fromOpaque(pointer).release() }
    }
  }
}

/// One use of a table in a statement: asks for the columns it needs, window by window.
private final class OpenScan {
  /// Where a column of the table goes in the output.
  struct Place {
    var column: UInt32
    var output: idx_t
  }
  private let pipe: WorkerPipe
  private let request: [UInt8]
  private let places: [Place]
  private var window = MessageReader([])
  private var hasEnded = false

  init(_ pipe: WorkerPipe, id: UInt32, table: UInt32, places: [Place]) {
    self.pipe = pipe
    self.places = places
    var request = MessageWriter()
    request.integer(id)
    request.integer(table)
    request.list(places) { $0.integer($1.column) }
    self.request = request.bytes
  }

  /// The next chunk; one of no rows at the end.
  func fill(_ output: duckdb_data_chunk?) throws(WorkerPipe.Failure) {
    if window.isAtEnd, !hasEnded {
      try pipe.send(.scan, request)
      let answer = try pipe.receive()
      guard answer.kind == .window else { throw .closed }
      window = answer.content
      hasEnded = window.isAtEnd
    }
    guard !hasEnded else { return duckdb_data_chunk_set_size(output, 0) }
    let rows = Int(window.integer(UInt32.self))
    for place in places { read(rows, into: duckdb_data_chunk_get_vector(output, place.output)) }
    duckdb_data_chunk_set_size(output, idx_t(rows))
  }

  /// The counterpart of `TableScan`'s writing.
  private func read(_ rows: Int, into vector: duckdb_vector?) {
    if window.integer(UInt8.self) == 1 {
      duckdb_vector_ensure_validity_writable(vector)
      window.raw((rows + 63) / 64 * 8) { bits in
        if let to = duckdb_vector_get_validity(vector), let from = bits.baseAddress { memcpy(to, from, bits.count) }
      }
    }
    let width = window.integer(UInt32.self)
    if width != .max {
      window.raw(Int(width)) { bytes in
        if let to = duckdb_vector_get_data(vector), let from = bytes.baseAddress { memcpy(to, from, bytes.count) }
      }
      return
    }
    for row in 0..<rows {
      let length = Int(window.integer(UInt32.self))
      window.raw(length) { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          duckdb_vector_assign_string_element_len(vector, idx_t(row), $0.baseAddress, idx_t(length))
        }
      }
    }
  }
}

extension Connection {
  /// The types of a statement's columns; the caller destroys them.
  func columnTypes(_ sql: String) throws(StorageError) -> [duckdb_logical_type?] {
    var result = duckdb_result()
    defer { duckdb_destroy_result(&result) }
    guard duckdb_query(try open(), sql, &result) == DuckDBSuccess else {
      throw .statement(sql: sql, words: duckdb_result_error(&result).map { String(cString: $0) } ?? "no reason given")
    }
    return (0..<duckdb_column_count(&result)).map { duckdb_column_logical_type(&result, $0) }
  }

  /// Runs one statement whose rows are made as they are fetched, until `body` has enough. For the worker's one thread.
  func stream(_ sql: String, while body: (borrowing ResultChunk) -> Bool) throws(StorageError) {
    var statement: duckdb_prepared_statement?
    defer { duckdb_destroy_prepare(&statement) }
    guard duckdb_prepare(try open(), sql, &statement) == DuckDBSuccess else {
      throw .statement(sql: sql, words: duckdb_prepare_error(statement).map { String(cString: $0) } ?? "not prepared")
    }
    var result = duckdb_result()
    let state = duckdb_execute_prepared_streaming(statement, &result)
    defer { duckdb_destroy_result(&result) }
    func failure() -> StorageError? {
      duckdb_result_error(&result).map { .statement(sql: sql, words: String(cString: $0)) }
    }
    guard state == DuckDBSuccess else { throw failure() ?? .statement(sql: sql, words: "no reason given") }
    ResultChunk.forEach(in: &result, while: body)
    if let failure = failure() { throw failure }
  }
}
