/// Gives out a table's rows window by window, each a statement of its own: the connection is never held for longer than one
/// takes, and what DuckDB keeps of it is a few megabytes. Inside one transaction all windows of all scans see the same moment.
struct TableScan {
  /// The table's number in the job.
  let table: Int
  let columns: [Int]
  private let source: String
  private let selection: String
  private var ranges: [ClosedRange<Int64>]
  private let key: String
  private let windowRows: Int64

  /// One row group of DuckDB.
  private static let printWindow: Int64 = 122_880
  /// DuckDB 1.5.5 looks at the row ids of the whole table for each window, so that the windows of tables without a print id are larger.
  private static let rowWindow: Int64 = 245_760

  /// - Parameter columns: positions in the table; none counts rows only.
  init(_ tables: [WorkerJob.Table], _ table: Int, _ columns: [Int], _ connection: Connection) throws(StorageError) {
    self.table = table
    self.columns = columns
    let layout = tables[table]
    source = "\(layout.schema.sqlName).\(layout.name.sqlName)"
    let names = columns.map {
      let column = layout.columns[$0]
      return column.type == "VARCHAR" ? "CAST(\(column.name.sqlName) AS VARCHAR)" : column.name.sqlName
    }
    if layout.schema == "base", layout.name == PrintTables.labeled.name, layout.columns.first?.name == "print_id" {
      // Its minima and maxima lead straight to the row groups.
      key = "print_id"
      windowRows = TableScan.printWindow
      ranges = try TableScan.ranges(
        "SELECT first_print_id, last_print_id FROM main.ingest_runs WHERE last_print_id >= first_print_id ORDER BY 1",
        connection)
    } else {
      key = "rowid"
      windowRows = TableScan.rowWindow
      ranges = try TableScan.ranges("SELECT min(rowid), max(rowid) FROM \(source) HAVING count(*) > 0", connection)
    }
    selection = names.isEmpty ? key : names.joined(separator: ", ")
  }

  private static func ranges(_ sql: String, _ connection: Connection) throws(StorageError) -> [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    try connection.query(sql) { chunk in
      for row in 0..<chunk.count { ranges.append(chunk.required(0, row)...chunk.required(1, row)) }
    }
    // Taken from the end.
    return ranges.reversed()
  }

  /// The next window as a message: chunks with their rows, a last one of none where the table ends.
  mutating func next(_ connection: Connection) throws(StorageError) -> [UInt8] {
    var message = MessageWriter()
    while let range = ranges.popLast() {
      let end = min(range.upperBound, range.lowerBound + windowRows - 1)
      if end < range.upperBound { ranges.append((end + 1)...range.upperBound) }
      let columnCount = columns.count
      var rows = 0
      try connection.query(
        "SELECT \(selection) FROM \(source) WHERE \(key) BETWEEN \(range.lowerBound) AND \(end)"
      ) { chunk in
        rows += chunk.count
        message.integer(UInt32(chunk.count))
        for column in 0..<columnCount { chunk.append(column, to: &message) }
      }
      if rows > 0 { return message.bytes }
    }
    return message.bytes
  }
}

extension ResultChunk {
  /// A column for the other process: validity, then the bytes as they lie, or lengths and text.
  fileprivate func append(_ column: Int, to message: inout MessageWriter) {
    if let validity = validityBytes(column) {
      message.integer(UInt8(1))
      message.raw(validity)
    } else {
      message.integer(UInt8(0))
    }
    if let bytes = fixedWidthBytes(column) {
      message.integer(UInt32(bytes.count))
      message.raw(bytes)
      return
    }
    message.integer(UInt32.max)
    for row in 0..<count { message.text(text(column, row) ?? "") }
  }
}
