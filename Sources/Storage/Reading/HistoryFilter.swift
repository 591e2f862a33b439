import FlowEngine
import MarketModel

/// Which stored prints are wanted: `PrintFilter` and when and where; nil fields do not restrict.
public struct HistoryFilter: Sendable, Equatable {
  public var prints: PrintFilter
  /// First moment, and the first one that is too late.
  public var from: Timestamp?
  public var to: Timestamp?
  public var lowestStrike: Price?
  public var highestStrike: Price?
  /// Option prints of one kind.
  public var kind: TradeKind?
  /// Only what counts in sums: option prints that were not cancelled and that the tape's conditions leave in volume.
  public var countedOnly = false
  /// Lowest print id.
  public var lowestID: Int64?

  public init(
    prints: PrintFilter = PrintFilter(), from: Timestamp? = nil, to: Timestamp? = nil, lowestStrike: Price? = nil,
    highestStrike: Price? = nil
  ) {
    self.prints = prints
    self.from = from
    self.to = to
    self.lowestStrike = lowestStrike
    self.highestStrike = highestStrike
  }
}

/// The WHERE of prints `t` joined with their instruments `i`. Text is made of fixed pieces only; what the caller names is bound.
struct PrintConditions {
  private(set) var parameters: [SQLValue] = []
  private var conditions: [String] = []

  init(_ filter: HistoryFilter) {
    add(instruments: filter)
    if let from = filter.from { conditions.append("t.ts >= \(time(from))") }
    if let to = filter.to { conditions.append("t.ts < \(time(to))") }
    if let side = filter.prints.side {
      conditions.append("t.side = \(bind(.text(Enumerations.side.labels[Int(side.storedPosition)])))::aggressor_side")
    }
    if let premium = filter.prints.minimumPremiumMicros { conditions.append("t.premium >= \(decimal(premium))") }
    if let kind = filter.kind {
      conditions.append("i.kind = 'option' AND \(PrintConditions.kindSQL) = \(kind.rawValue)")
    }
    if filter.countedOnly { conditions.append(PrintConditions.counted) }
    if let id = filter.lowestID { conditions.append("t.print_id >= \(bind(.integer(id)))") }
  }

  /// What counts in sums.
  static let counted =
    "i.kind = 'option' AND NOT t.cancelled AND t.conditions & \(ConditionSet.noVolume.rawValue)::UBIGINT = 0"

  /// `TradeKind.rawValue` of an option's print.
  private static let kindSQL: String = {
    let offBook = PrintFlags([.floor, .cross, .auction, .late])
    func has(_ flags: PrintFlags) -> String { "(t.flags & \(flags.rawValue)) <> 0" }
    let isStockTied = "(t.conditions & \(ConditionSet.stockTied.rawValue)::UBIGINT) <> 0"
    return """
      (CASE WHEN t.sweep_id <> 0 THEN \(TradeKind.sweep.rawValue) WHEN \(has(.block)) THEN \(TradeKind.block.rawValue) \
      WHEN \(has(.multiLeg)) OR \(isStockTied) THEN \(TradeKind.multiLeg.rawValue) \
      WHEN \(has(offBook)) THEN \(TradeKind.offBook.rawValue) ELSE \(TradeKind.single.rawValue) END)
      """
  }()

  /// Conditions on the instrument alone, and through it on `t`, whatever `t` is.
  init(instrumentsOf filter: HistoryFilter) { add(instruments: filter) }

  private mutating func add(instruments filter: HistoryFilter) {
    if let symbol = filter.prints.symbol {
      let parameter = bind(.text(symbol))
      // A list of ids prunes row groups by instrument, a join condition on two text columns with OR would not.
      conditions.append(
        "t.instrument IN (SELECT id FROM base.instruments WHERE symbol = \(parameter) OR underlying = \(parameter))")
    }
    if let expiry = filter.prints.expiry {
      conditions.append("i.expiry = \(bind(.date(daysSinceEpoch: expiry.daysSinceEpoch)))")
    }
    if let right = filter.prints.right {
      conditions.append("i.type = \(bind(.text(Enumerations.optionType.labels[Int(right.rawValue)])))::option_type")
    }
    if let strike = filter.lowestStrike { conditions.append("i.strike >= \(decimal(strike.micros))") }
    if let strike = filter.highestStrike { conditions.append("i.strike <= \(decimal(strike.micros))") }
  }

  mutating func add(ids lowest: Int64, before: Int64) {
    conditions.append("t.print_id >= \(bind(.integer(lowest))) AND t.print_id < \(bind(.integer(before)))")
  }

  /// A condition without a value from outside.
  mutating func add(_ condition: String) { conditions.append(condition) }

  var sql: String { conditions.isEmpty ? "true" : conditions.joined(separator: " AND ") }

  mutating func bind(_ value: SQLValue) -> String {
    parameters.append(value)
    return "$\(parameters.count)"
  }

  mutating func time(_ time: Timestamp) -> String { "make_timestamp_ns(\(bind(.integer(time.nanoseconds))))" }

  /// Exact: a quotient of two integers would go through floating point.
  private mutating func decimal(_ micros: Int64) -> String {
    "\(bind(.text(PrintQuery.decimalText(micros: micros))))::DECIMAL(18,6)"
  }
}

extension PrintQuery {
  static func decimalText(micros: Int64) -> String {
    let bounded = decimal18(micros)
    let digits = String(bounded.magnitude % 1_000_000)
    let sign = bounded < 0 ? "-" : ""
    return sign + "\(bounded.magnitude / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
