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
    ("timestamp", "t.ts"),
    ("underlying_price", "t.underlying_price::DOUBLE"),
    ("ticker", "i.symbol"),
    ("strike", "i.strike::DOUBLE"),
    ("type", "i.type::VARCHAR"),
    ("price", "t.price::DOUBLE"),
    ("size", "t.size::BIGINT"),
    ("aggressor_side", "t.side::VARCHAR"),
    ("delta", "t.delta::DOUBLE"),
    ("gamma", "t.gamma::DOUBLE"),
    ("net_delta_impact", netDelta),
    ("print_id", "t.print_id"),
    ("sequence", "t.seq"),
    ("underlying", "i.underlying"),
    ("expiry", "i.expiry"),
    ("venue", "t.exchange::INTEGER"),
    ("conditions", "CASE i.kind WHEN 'option' THEN c.of_options ELSE c.of_shares END"),
    ("bid", "t.bid::DOUBLE"),
    ("ask", "t.ask::DOUBLE"),
    ("quote_age_ns", "epoch_ns(t.ts) - epoch_ns(t.quote_time)"),
    ("method", "t.method::VARCHAR"),
    ("premium", "t.premium::DOUBLE"),
    ("implied_volatility", "t.implied_volatility::DOUBLE"),
    ("greeks_source", "t.greeks_source::VARCHAR"),
    ("sweep_id", "t.sweep_id::BIGINT"),
    ("block", "(t.flags & 1) <> 0"),
    ("injected", "(t.flags & 128) <> 0"),
    ("backfilled", "(t.flags & 2048) <> 0"),
    ("cancelled", "t.cancelled"),
    ("flags", "t.flags::INTEGER"),
    ("run_id", "(t.print_id >> 36)::INTEGER"),
  ]

  /// As the store's view has it: in contracts, 0 when side or delta is unknown. Billionths are whole numbers, exact as DOUBLE up to
  /// 2^53, so that the only rounding is that of the division, as when the view's DECIMAL becomes a DOUBLE; decimals of 38 digits
  /// cost a fifth of all that a part costs. Adding 0 makes the negative zero of nothing sold a plain one.
  private static let netDelta = """
    greatest(-1e9, least(1e9, 0::DOUBLE + coalesce(round(t.delta::DOUBLE * 1e9) * t.size \
    * CASE t.side WHEN 'buy' THEN 1 WHEN 'sell' THEN -1 ELSE 0 END / 1e9, 0)))
    """

  /// A query for prints as the store's view `trades_labeled` shows them. It reads the tables below the view: there the list of
  /// conditions costs more than all other columns, because it is made of 63 bits for each print. Here it is made once for each
  /// of the few sets that occur.
  /// - Parameter condition: which prints, by columns of `base.trades_labeled`.
  static func fromStore(where condition: String) -> String {
    """
    WITH c AS MATERIALIZED (SELECT bits, list_transform(ones, lambda bit: bit + 201)::INTEGER[] AS of_options, \
    ones::INTEGER[] AS of_shares FROM (SELECT bits, list_filter(range(63), lambda bit: (bits >> bit::UBIGINT) & 1::UBIGINT = 1) \
    AS ones FROM (SELECT DISTINCT conditions AS bits FROM base.trades_labeled WHERE \(condition)))) \
    SELECT \(columns.map { "\($0.expression) AS \($0.name)" }.joined(separator: ", ")) \
    FROM (SELECT * FROM base.trades_labeled WHERE \(condition)) t JOIN base.instruments i ON i.id = t.instrument \
    JOIN c ON c.bits = t.conditions
    """
  }

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
