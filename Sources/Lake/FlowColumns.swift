/// The columns of a part: first those that models are trained with, then everything else we know of a print.
///
/// Money and greeks are DOUBLE, because a DECIMAL becomes a Python object per value in pandas; they are exact when read back:
/// `round(price * 1e6)` is the stored integer. Counts are signed, so that a difference never wraps. The time is TIMESTAMP_NS
/// in UTC without a zone: Parquet's types with a zone that DuckDB writes stop at microseconds, and prints within one
/// microsecond must keep their order and meet the store's rows.
enum FlowColumns {
  /// Raised when a column changes its meaning or goes away; a new one at the end raises nothing.
  static let schemaVersion = 1

  private static let columns: [(name: String, expression: String)] = [
    ("timestamp", "ts"),
    ("underlying_price", "underlying_price::DOUBLE"),
    ("ticker", "ticker"),
    ("strike", "strike::DOUBLE"),
    ("type", "type::VARCHAR"),
    ("price", "price::DOUBLE"),
    ("size", "size::BIGINT"),
    ("aggressor_side", "side::VARCHAR"),
    ("delta", "delta::DOUBLE"),
    ("gamma", "gamma::DOUBLE"),
    ("net_delta_impact", "net_delta::DOUBLE"),
    ("print_id", "print_id"),
    ("sequence", "seq"),
    ("underlying", "underlying"),
    ("expiry", "expiry"),
    ("venue", "exchange::INTEGER"),
    ("conditions", "conditions::INTEGER[]"),
    ("bid", "bid::DOUBLE"),
    ("ask", "ask::DOUBLE"),
    ("quote_age_ns", "epoch_ns(ts) - epoch_ns(quote_time)"),
    ("method", "method::VARCHAR"),
    ("premium", "premium::DOUBLE"),
    ("implied_volatility", "implied_volatility::DOUBLE"),
    ("greeks_source", "greeks_source::VARCHAR"),
    ("sweep_id", "coalesce(sweep_id, 0)::BIGINT"),
    ("block", "block"),
    ("injected", "injected"),
    ("backfilled", "backfilled"),
    ("cancelled", "cancelled"),
    ("flags", "flags::INTEGER"),
    ("run_id", "run_id"),
  ]

  /// The select list over the store's view `trades_labeled`.
  static let fromStore = columns.map { "\($0.expression) AS \($0.name)" }.joined(separator: ", ")

  /// The select list over parts.
  /// - Parameter cancelled: prints that the parts do not know to be void yet.
  static func fromParts(cancelled: [Int64]) -> String {
    guard !cancelled.isEmpty else { return columns.map(\.name).joined(separator: ", ") }
    let ids = cancelled.map(String.init).joined(separator: ", ")
    return columns.map { $0.name == "cancelled" ? "cancelled OR print_id IN (\(ids)) AS cancelled" : $0.name }
      .joined(separator: ", ")
  }

  /// The order of the rows of a part.
  static let order = "timestamp, print_id"
}
