import FlowEngine
import MarketModel

/// The statement behind `StoreReader.prints`. Text is made of fixed pieces only; what the caller names is bound.
struct PrintQuery {
  private var conditions: PrintConditions
  private let limit: Int

  var parameters: [SQLValue] { conditions.parameters }

  init(_ filter: HistoryFilter, from lowest: Int64, before: Int64, limit: Int) {
    self.limit = limit
    conditions = PrintConditions(filter)
    conditions.add(ids: lowest, before: before)
  }

  /// The prints with these ids, which lie between bounds.
  init(among ids: [Int64], from lowest: Int64, before: Int64) {
    limit = ids.count
    conditions = PrintConditions(HistoryFilter())
    conditions.add(ids: lowest, before: before)
    conditions.add("t.print_id IN (\(ids.map(String.init).joined(separator: ", ")))")
  }

  var sql: String {
    """
    SELECT t.print_id, t.ts, t.seq, i.symbol, i.underlying, i.expiry, i.type, i.strike, t.price, t.size, t.premium, t.exchange, \
    t.conditions, t.side, t.method, t.bid, t.ask, t.quote_time, t.delta, t.gamma, t.underlying_price, t.sweep_id, \
    t.flags, t.cancelled, t.implied_volatility, t.greeks_source \
    FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument \
    WHERE \(conditions.sql) ORDER BY t.print_id DESC LIMIT \(limit)
    """
  }

  /// Columns in the order of `sql`.
  static func read(_ chunk: borrowing ResultChunk, _ row: Int) -> StoredPrint {
    let conditions = ConditionSet(rawValue: UInt64(bitPattern: chunk.required(12, row)))
    guard let side = AggressorSide(storedPosition: chunk.required(13, row)),
      let method = LabelMethod(rawValue: UInt8(truncatingIfNeeded: chunk.required(14, row)))
    else { preconditionFailure("PrintQuery: a label this program does not know, in a file whose version it knows") }
    let printID = chunk.required(0, row)
    let size = chunk.required(9, row)
    let delta = chunk.integer(18, row)
    return StoredPrint(
      printID: printID, time: Timestamp(nanoseconds: chunk.required(1, row)),
      sequence: chunk.required(2, row),
      symbol: chunk.text(3, row) ?? "", underlying: chunk.text(4, row) ?? "",
      expiry: chunk.integer(5, row).map { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: $0)) },
      right: chunk.integer(6, row).flatMap { OptionRight(rawValue: UInt8(truncatingIfNeeded: $0)) },
      strike: chunk.integer(7, row).map { Price(micros: $0) }, price: Price(micros: chunk.required(8, row)),
      size: UInt32(truncatingIfNeeded: size), premiumMicros: chunk.required(10, row),
      venue: VenueID(UInt16(truncatingIfNeeded: chunk.required(11, row))), conditions: conditions, side: side,
      method: method,
      bid: chunk.integer(15, row).map { Price(micros: $0) }, ask: chunk.integer(16, row).map { Price(micros: $0) },
      quoteTime: chunk.integer(17, row).map { Timestamp(nanoseconds: $0) }, deltaNanos: delta,
      gammaNanos: chunk.integer(19, row), impliedVolatilityNanos: chunk.integer(24, row),
      greeksSource: chunk.integer(25, row).flatMap { GreeksSource(storedPosition: $0) } ?? .none,
      netDeltaNanos: decimal18(side.sign &* size &* (delta ?? 0)),
      underlyingPrice: chunk.integer(20, row).map { Price(micros: $0) },
      sweepID: UInt32(truncatingIfNeeded: chunk.required(21, row)),
      flags: PrintFlags(rawValue: UInt16(truncatingIfNeeded: chunk.required(22, row))),
      isCancelled: chunk.required(23, row) != 0, runID: PrintNumbering.runID(ofPrint: printID))
  }
}
