import FlowEngine
import MarketModel

/// Whose minutes are summed.
public enum StepSubject: String, Sendable, CaseIterable {
  /// All options of an underlying together.
  case underlying
  /// Each contract, and each equity, of its own.
  case contract
}

/// Some minutes of an underlying's options or of one instrument, summed.
public struct FlowStep: Sendable, Equatable {
  /// What a page goes on after.
  public struct Place: Sendable, Equatable {
    public var time: Timestamp
    public var symbol: String

    public init(time: Timestamp, symbol: String) {
      self.time = time
      self.symbol = symbol
    }
  }

  /// First open, highest high, lowest low, last close.
  public struct Prices: Sendable, Equatable {
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
  }

  /// Start of the step, a whole number of steps after 1970 UTC.
  public var time: Timestamp
  /// The underlying, or the instrument.
  public var symbol: String
  public var underlying: String
  /// Nil for underlyings and equities; likewise the next two.
  public var expiry: MarketDate?
  public var right: OptionRight?
  public var strike: Price?
  /// Nil for an underlying: prices of different contracts say nothing together.
  public var prices: Prices?
  public var trades: Int64
  public var volume: Int64
  public var premiumMicros: Int64
  public var buyVolume: Int64
  public var sellVolume: Int64

  public var place: Place { Place(time: time, symbol: symbol) }
}

extension StoreReader {
  /// Minutes summed to steps, ascending by time, then symbol. What several runs have of one minute is added up.
  /// - Parameters:
  ///   - minutes: length of a step.
  ///   - after: the last row of the page before.
  ///   - limit: rows at most, 1 or more.
  /// - Throws: `.timedOut`, `.statement`.
  public func steps(
    _ filter: HistoryFilter, of subject: StepSubject, minutes: Int, after: FlowStep.Place?, limit: Int
  ) throws(StorageError) -> [FlowStep] {
    precondition(limit > 0 && minutes > 0, "StoreReader.steps: limit \(limit), minutes \(minutes), at least 1 each")
    var conditions = PrintConditions(instrumentsOf: filter)
    // The page before ended within this step.
    let first = [filter.from, after?.time].compactMap { $0 }.max()
    if let first { conditions.add("t.minute >= \(conditions.time(first))") }
    if let to = filter.to { conditions.add("t.minute < \(conditions.time(to))") }
    if subject == .underlying { conditions.add("i.kind = 'option'") }
    var following = "true"
    if let after {
      let time = conditions.bind(.integer(after.time.nanoseconds))
      following = "(step > \(time) OR step = \(time) AND symbol > \(conditions.bind(.text(after.symbol))))"
    }
    let sql = """
      SELECT * FROM (SELECT \(StoreReader.stepColumns(subject, nanoseconds: Int64(minutes) * 60_000_000_000)) \
      FROM base.rollups_min t JOIN base.instruments i ON i.id = t.instrument WHERE \(conditions.sql) \
      GROUP BY ALL) WHERE \(following) ORDER BY step, symbol LIMIT \(limit)
      """
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var steps: [FlowStep] = []
      try connection.query(sql, conditions.parameters) { chunk in
        for row in 0..<chunk.count { steps.append(StoreReader.step(subject, chunk, row)) }
      }
      return steps
    }
  }

  private static func stepColumns(_ subject: StepSubject, nanoseconds: Int64) -> String {
    let step = "epoch_ns(t.minute) // \(nanoseconds) * \(nanoseconds) AS step"
    let sums = """
      CAST(sum(t.trades) AS BIGINT), \(bounded("sum(t.volume)")), \(money("t.premium")), \
      \(bounded("sum(t.buy_volume)")), \(bounded("sum(t.sell_volume)"))
      """
    switch subject {
    case .underlying: return "\(step), i.underlying AS symbol, i.underlying AS underlying, \(sums)"
    case .contract:
      return """
        \(step), i.symbol AS symbol, i.underlying AS underlying, \(sums), i.expiry, i.type, i.strike, \
        arg_min(t.open, t.minute), max(t.high), min(t.low), arg_max(t.close, t.minute)
        """
    }
  }

  private static func step(_ subject: StepSubject, _ chunk: borrowing ResultChunk, _ row: Int) -> FlowStep {
    var step = FlowStep(
      time: Timestamp(nanoseconds: chunk.required(0, row)), symbol: chunk.text(1, row) ?? "",
      underlying: chunk.text(2, row) ?? "", trades: chunk.required(3, row), volume: chunk.required(4, row),
      premiumMicros: chunk.required(5, row), buyVolume: chunk.required(6, row), sellVolume: chunk.required(7, row))
    guard subject == .contract else { return step }
    step.expiry = chunk.integer(8, row).map { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: $0)) }
    step.right = chunk.integer(9, row).flatMap { OptionRight(rawValue: UInt8(truncatingIfNeeded: $0)) }
    step.strike = chunk.integer(10, row).map { Price(micros: $0) }
    step.prices = FlowStep.Prices(
      open: Price(micros: chunk.required(11, row)), high: Price(micros: chunk.required(12, row)),
      low: Price(micros: chunk.required(13, row)), close: Price(micros: chunk.required(14, row)))
    return step
  }
}
