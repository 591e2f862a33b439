import FlowEngine
import MarketModel

/// What the Parquet files of a lake have of a run's trading day, beside what the store has of the same prints.
public struct LakeSums: Sendable, Equatable {
  public var lake: SessionSums
  public var store: SessionSums
  /// Prints of the day behind the last one in the lake: it is written from the store, later.
  public var waiting: Int64
}

extension StoreReader {
  /// Sums over a day's prints in a lake's parts; nil when the store does not have the day, or the lake nothing of it.
  /// - Parameter lake: the folder above `year=`.
  /// - Throws: `.timedOut`, `.statement` also for a part that cannot be read.
  public func lakeSums(
    ofRun runID: Int32, session: MarketDate, lake: String
  ) throws(StorageError) -> LakeSums? {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      // A print that came late lies in the folder of its own time: ids tell the days apart, not folders.
      let parts = "\(lake)/year=*/month=*/day=*/*.parquet".sqlLiteral
      guard let (first, end) = try printIDs(ofRun: runID, session),
        try connection.integer("SELECT count(*) FROM glob(\(parts))") ?? 0 > 0
      else { return nil }
      var lake = SessionSums()
      var last: Int64?
      try connection.query(
        """
        SELECT aggressor_side, count(*), sum(size)::BIGINT, sum(round(premium * 1e6)::HUGEINT)::BIGINT, max(print_id) \
        FROM read_parquet(\(parts)) WHERE print_id >= $1 AND print_id < $2 GROUP BY ALL
        """, [.integer(first), .integer(end)]
      ) { chunk in
        for row in 0..<chunk.count {
          // A side that nobody has here is counted where no print of the store is.
          let side = chunk.text(0, row).flatMap { name in AggressorSide.allCases.first { $0.name == name } } ?? .unknown
          lake[side].add(
            SessionSums.Part(
              prints: chunk.required(1, row), size: chunk.required(2, row), premiumMicros: chunk.required(3, row)))
          last = max(last ?? 0, chunk.required(4, row))
        }
      }
      guard let last else { return nil }
      let waiting = try connection.integer(
        "SELECT count(*) FROM base.trades_labeled WHERE print_id > $1 AND print_id < $2",
        [.integer(last), .integer(end)])
      return LakeSums(lake: lake, store: try sums(ofPrints: first..<(last + 1)), waiting: waiting ?? 0)
    }
  }
}
