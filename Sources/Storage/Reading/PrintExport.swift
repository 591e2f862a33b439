import MarketModel

/// The prints of a trading day as a file for other programs.
public struct PrintExport: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case csv, jsonl, parquet

    fileprivate var options: String {
      switch self {
      case .csv: "FORMAT csv, HEADER"
      case .jsonl: "FORMAT json"
      case .parquet: "FORMAT parquet, COMPRESSION zstd"
      }
    }
  }

  public var date: MarketDate
  public var format: Format
  /// Replaced when it is there.
  public var path: String

  public init(date: MarketDate, format: Format, path: String) {
    self.date = date
    self.format = format
    self.path = path
  }

  fileprivate var sql: String {
    let start = Timestamp(newYork: date, hour: 4)
    let end = TradingCalendar.sessionBoundary(after: start)
    return """
      COPY (SELECT * FROM trades_labeled WHERE ts >= make_timestamp_ns(\(start.nanoseconds)) \
      AND ts < make_timestamp_ns(\(end.nanoseconds)) ORDER BY print_id) TO \(path.sqlLiteral) (\(format.options))
      """
  }
}

extension StoreReader {
  /// Writes prints to a file, in the order of their ids.
  /// - Returns: how many.
  /// - Throws: `.timedOut`, `.statement` also for a file that cannot be written.
  public func export(_ export: PrintExport) throws(StorageError) -> Int {
    precondition(profile == .full, "StoreReader.export: the reference profile keeps no print ids")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in try connection.execute(export.sql) }
  }
}
