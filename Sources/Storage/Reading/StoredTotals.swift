import FlowEngine
import MarketModel

/// What prints can be summed by.
public enum FlowDimension: String, Sendable, CaseIterable {
  case day, hour, underlying, symbol, expiry, strike, type, side

  /// Of a print `t` with its instrument `i`, in a form that `ResultChunk` reads.
  fileprivate var sql: String {
    switch self {
    // US sessions lie within one day of UTC-5 all year round.
    case .day: "CAST(t.ts - INTERVAL 5 HOUR AS DATE)"
    case .hour: "epoch_ns(t.ts) // 3600000000000 * 3600000000000"
    case .underlying: "i.underlying"
    case .symbol: "i.symbol"
    case .expiry: "i.expiry"
    case .strike: "i.strike"
    case .type: "i.type"
    case .side: "t.side"
    }
  }
}

/// Sums over the option prints that have the same values in the dimensions asked for; a dimension not asked for is nil.
public struct FlowTotal: Sendable, Equatable {
  public var day: MarketDate?
  /// Start of the hour.
  public var hour: Timestamp?
  public var underlying: String?
  public var symbol: String?
  public var expiry: MarketDate?
  public var strike: Price?
  public var right: OptionRight?
  public var side: AggressorSide?
  public var prints: Int64 = 0
  /// Contracts.
  public var volume: Int64 = 0
  public var premiumMicros: Int64 = 0
  public var buyPremiumMicros: Int64 = 0
  public var sellPremiumMicros: Int64 = 0
  /// Sum of side x size x delta, in 1e-9 contracts.
  public var netDeltaNanos: Int64 = 0

  public init() {}
}

extension StoreReader {
  /// Sums of option prints by any dimensions, ascending in them. Cancelled prints do not count, nor those that the tape's
  /// conditions take out of volume.
  /// - Parameters:
  ///   - dimensions: none gives one row, unless nothing matches.
  ///   - limit: rows at most, 1 or more.
  /// - Throws: `.timedOut`, `.statement`.
  public func totals(
    _ filter: HistoryFilter, by dimensions: [FlowDimension], limit: Int
  ) throws(StorageError) -> [FlowTotal] {
    precondition(limit > 0, "StoreReader.totals: limit \(limit), at least 1")
    var conditions = PrintConditions(filter)
    conditions.add(PrintConditions.counted)
    let places = (0..<dimensions.count).map { String($0 + 1) }.joined(separator: ", ")
    let keys = dimensions.map { $0.sql + ", " }.joined()
    let sql = """
      SELECT \(keys)count(*), \(StoreReader.bounded("sum(t.size)")), \(StoreReader.money("t.premium")), \
      \(StoreReader.money("CASE WHEN t.side = 'buy' THEN t.premium ELSE 0 END")), \
      \(StoreReader.money("CASE WHEN t.side = 'sell' THEN t.premium ELSE 0 END")), \
      \(StoreReader.bounded(StoreReader.netDelta)) \
      FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument WHERE \(conditions.sql) \
      \(dimensions.isEmpty ? "HAVING count(*) > 0" : "GROUP BY \(places) ORDER BY \(places)") LIMIT \(limit)
      """
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var totals: [FlowTotal] = []
      try connection.query(sql, conditions.parameters) { chunk in
        for row in 0..<chunk.count { totals.append(StoreReader.total(dimensions, chunk, row)) }
      }
      return totals
    }
  }

  /// A sum that may exceed 64 bits, kept within them.
  static func bounded(_ sum: String) -> String {
    "CAST(greatest(-9000000000000000000, least(9000000000000000000, \(sum))) AS BIGINT)"
  }

  /// A sum of money in millionths.
  static func money(_ term: String) -> String {
    "CAST(greatest(-999999999999.999999, least(999999999999.999999, sum(\(term)))) AS DECIMAL(18,6))"
  }

  /// In 1e-9 contracts.
  private static let netDelta = """
    sum(CASE t.side WHEN 'buy' THEN 1 WHEN 'sell' THEN -1 ELSE 0 END::HUGEINT * t.size \
    * CAST(coalesce(t.delta, 0)::DECIMAL(38,9) * 1000000000 AS HUGEINT))
    """

  private static func total(_ dimensions: [FlowDimension], _ chunk: borrowing ResultChunk, _ row: Int) -> FlowTotal {
    var total = FlowTotal()
    for (column, dimension) in dimensions.enumerated() {
      switch dimension {
      case .day:
        total.day = chunk.integer(column, row).map { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: $0)) }
      case .hour: total.hour = chunk.integer(column, row).map { Timestamp(nanoseconds: $0) }
      case .underlying: total.underlying = chunk.text(column, row)
      case .symbol: total.symbol = chunk.text(column, row)
      case .expiry:
        total.expiry = chunk.integer(column, row).map { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: $0)) }
      case .strike: total.strike = chunk.integer(column, row).map { Price(micros: $0) }
      case .type:
        total.right = chunk.integer(column, row).flatMap { OptionRight(rawValue: UInt8(truncatingIfNeeded: $0)) }
      case .side: total.side = chunk.integer(column, row).flatMap { AggressorSide(storedPosition: $0) }
      }
    }
    let first = dimensions.count
    total.prints = chunk.required(first, row)
    total.volume = chunk.required(first + 1, row)
    total.premiumMicros = chunk.required(first + 2, row)
    total.buyPremiumMicros = chunk.required(first + 3, row)
    total.sellPremiumMicros = chunk.required(first + 4, row)
    total.netDeltaNanos = chunk.required(first + 5, row)
    return total
  }
}
