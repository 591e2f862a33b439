import FlowEngine
import MarketModel

/// The last price of an underlying in one minute.
public struct UnderlyingMinute: Hashable, Sendable {
  public var underlying: String
  /// Start of the minute, UTC.
  public var minute: Timestamp
  public var price: Price

  public init(underlying: String, minute: Timestamp, price: Price) {
    self.underlying = underlying
    self.minute = minute
    self.price = price
  }
}

extension StoreReader {
  /// Prices of underlyings as their option prints carried them, minute by minute, in no order. Prints that came late, by hand or
  /// from history carry the price of another moment and are left out.
  /// - Throws: `.timedOut`, `.statement`.
  public func underlyingMinutes(from: Timestamp, to: Timestamp) throws(StorageError) -> [UnderlyingMinute] {
    precondition(profile == .full, "StoreReader.underlyingMinutes: the reference profile keeps no underlying's price")
    let elsewhen: PrintFlags = [.late, .injected, .backfilled]
    let sql = """
      SELECT i.underlying, epoch_ns(t.ts) // 60000000000, arg_max(t.underlying_price, t.print_id) \
      FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument \
      WHERE t.ts >= make_timestamp_ns($1) AND t.ts < make_timestamp_ns($2) AND t.underlying_price IS NOT NULL \
      AND NOT t.cancelled AND t.flags & \(elsewhen.rawValue) = 0 GROUP BY 1, 2
      """
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var minutes: [UnderlyingMinute] = []
      try connection.query(sql, [.integer(from.nanoseconds), .integer(to.nanoseconds)]) { chunk in
        for row in 0..<chunk.count {
          minutes.append(
            UnderlyingMinute(
              underlying: chunk.text(0, row) ?? "",
              minute: Timestamp(nanoseconds: chunk.required(1, row) * 60_000_000_000),
              price: Price(micros: chunk.required(2, row))))
        }
      }
      return minutes
    }
  }
}
