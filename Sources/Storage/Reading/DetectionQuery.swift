import FlowEngine
import MarketModel

/// The statement behind `StoreReader.detections`. Text is made of fixed pieces only; what the caller names is bound.
struct DetectionQuery {
  private(set) var parameters: [SQLValue] = []
  private var conditions: [String] = []

  init(_ filter: DetectionFilter) {
    if let kind = filter.kind { add("t.kind", is: kind.name, Enumerations.detectionKind) }
    if let state = filter.state { add("t.state", is: state.name, Enumerations.detectionState) }
    if let side = filter.side { add("t.side", is: side.name, Enumerations.side) }
    if let symbol = filter.symbol {
      let parameter = bind(.text(symbol))
      conditions.append(
        "t.instrument IN (SELECT id FROM base.instruments WHERE symbol = \(parameter) OR underlying = \(parameter))")
    }
    if let least = filter.minimumConfidencePermille {
      conditions.append("t.confidence * 1000 >= \(bind(.integer(Int64(least))))")
    }
    if let least = filter.minimumPremiumMicros {
      conditions.append("t.premium >= \(bind(.text(PrintQuery.decimalText(micros: least))))::DECIMAL(18,6)")
    }
    if let from = filter.from {
      conditions.append("t.last_ts >= make_timestamp_ns(\(bind(.integer(from.nanoseconds))))")
    }
    if let to = filter.to { conditions.append("t.first_ts < make_timestamp_ns(\(bind(.integer(to.nanoseconds))))") }
  }

  mutating func add(before place: DetectionPlace) {
    let print = bind(.integer(place.lastPrintID))
    let detection = bind(.integer(place.detection.rawValue))
    conditions.append(
      "t.last_print_id <= \(print) AND (t.last_print_id < \(print) OR t.detection_id < \(detection))")
  }

  mutating func add(_ id: DetectionID) { conditions.append("t.detection_id = \(bind(.integer(id.rawValue)))") }

  mutating func add(runID: Int32) { conditions.append("t.run_id = \(bind(.integer(Int64(runID))))") }

  private mutating func add(_ column: String, is label: String, _ type: EnumerationType) {
    conditions.append("\(column) = \(bind(.text(label)))::\(type.name)")
  }

  private mutating func bind(_ value: SQLValue) -> String {
    parameters.append(value)
    return "$\(parameters.count)"
  }

  private static let factors = (1...ConfidenceFactors.capacity).map { ", t.factor_\($0), t.value_\($0)" }.joined()

  func sql(order: String, limit: Int) -> String {
    """
    SELECT t.detection_id, t.run_id, t.kind, t.state, t.side, t.effect, i.symbol, u.symbol, i.expiry, i.type, i.strike, \
    t.contracts, t.confidence, t.first_ts, t.last_ts, t.first_print_id, t.last_print_id, t.prints, t.size, t.premium, \
    t.net_delta, t.underlying_price\(DetectionQuery.factors) \
    FROM base.detections t JOIN base.instruments i ON i.id = t.instrument JOIN base.instruments u ON u.id = t.underlying \
    \(conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) ")ORDER BY \(order) LIMIT \(limit)
    """
  }

  /// Columns in the order of `sql`.
  static func read(_ chunk: borrowing ResultChunk, _ row: Int) -> StoredDetection {
    guard let kind = DetectionKind(rawValue: byte(chunk, 2, row)),
      let state = DetectionState(rawValue: byte(chunk, 3, row)),
      let side = AggressorSide(storedPosition: chunk.required(4, row)),
      let effect = PositionEffect(rawValue: byte(chunk, 5, row))
    else { preconditionFailure("DetectionQuery: a label this program does not know, in a file whose version it knows") }
    var factors = ConfidenceFactors()
    for index in 0..<ConfidenceFactors.capacity {
      let packed = chunk.required(22 + 2 * index, row)
      guard let kind = FactorKind(rawValue: UInt8(truncatingIfNeeded: packed)) else { continue }
      factors[index] = ConfidenceFactor(
        kind, weightPercent: UInt8(truncatingIfNeeded: packed >> 8),
        scorePermille: UInt16(truncatingIfNeeded: packed >> 16),
        value: Float(chunk.double(23 + 2 * index, row) ?? 0))
    }
    return StoredDetection(
      id: DetectionID(rawValue: chunk.required(0, row)), runID: Int32(truncatingIfNeeded: chunk.required(1, row)),
      kind: kind, state: state, side: side, effect: effect, symbol: chunk.text(6, row) ?? "",
      underlying: chunk.text(7, row) ?? "",
      expiry: chunk.integer(8, row).map { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: $0)) },
      right: chunk.integer(9, row).flatMap { OptionRight(rawValue: UInt8(truncatingIfNeeded: $0)) },
      strike: chunk.integer(10, row).map { Price(micros: $0) }, contractCount: byte(chunk, 11, row),
      confidencePermille: UInt16(truncatingIfNeeded: chunk.required(12, row)),
      firstTime: Timestamp(nanoseconds: chunk.required(13, row)),
      lastTime: Timestamp(nanoseconds: chunk.required(14, row)), firstPrintID: chunk.required(15, row),
      lastPrintID: chunk.required(16, row), prints: chunk.required(17, row), size: chunk.required(18, row),
      premiumMicros: chunk.required(19, row), netDeltaNanos: chunk.required(20, row),
      underlyingPrice: chunk.integer(21, row).map { Price(micros: $0) }, factors: factors)
  }

  private static func byte(_ chunk: borrowing ResultChunk, _ column: Int, _ row: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: chunk.required(column, row))
  }
}
