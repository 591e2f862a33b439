import FlowEngine
import MarketModel

/// A detection on its way to the disk.
struct PendingDetection: BitwiseCopyable {
  var detection: Detection
  /// File ids of the contract and the underlying.
  var databaseID: Int32
  var underlyingID: Int32
  /// File ids of its first and newest print.
  var firstPrintID: Int64
  var lastPrintID: Int64
  /// Number of the run's newest print when it was told.
  var toldAfter: Int64
}

/// A print of a detection on its way to the disk.
struct PendingLeg: BitwiseCopyable {
  var leg: DetectionLeg
  var printID: Int64
  /// As in `PendingDetection`.
  var toldAfter: Int64
}

/// What detectors found. No keys: an index on them would cost more than all the rows. What changes is removed and added within
/// one transaction (`DetectionRows`).
enum DetectionTables {
  static let detections = TableLayout<PendingDetection>(
    name: "detections", comment: "One row per detection, as it is now; read it through the view detections",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("detection_id", .bigint, "days since 1970 << 40 | detector << 32 | count of the detector's finds that day")
      {
        row, _ in
        row.pointee.detection.id.rawValue
      },
      .value("kind", .enumeration(Enumerations.detectionKind), "What was found") { row, _ in
        row.pointee.detection.kind.rawValue
      },
      .value("state", .enumeration(Enumerations.detectionState), "Whether prints may still join it") { row, _ in
        row.pointee.detection.state.rawValue
      },
      .value("side", .enumeration(Enumerations.side), "Side of the customer") { row, _ in
        row.pointee.detection.side.storedPosition
      },
      .value("effect", .enumeration(Enumerations.positionEffect), "Whether a position is opened or closed by it") {
        row, _ in
        row.pointee.detection.effect.rawValue
      },
      .value("instrument", .integer, "instruments.id of the contract, or of the first of several") { row, _ in
        row.pointee.databaseID
      },
      .value("underlying", .integer, "instruments.id of the underlying") { row, _ in row.pointee.underlyingID },
      .value("contracts", .usmallint, "Different contracts") { row, _ in UInt16(row.pointee.detection.contractCount) },
      .value("confidence", .shortDecimal(scale: 3), "0 to 1: the weighted sum of the factors") { row, _ in
        Int32(row.pointee.detection.confidencePermille)
      },
      .value("first_ts", .timestamp, "Time of its first print, UTC") { row, _ in
        row.pointee.detection.firstTime.nanoseconds
      },
      .value("last_ts", .timestamp, "Time of its newest print, UTC") { row, _ in
        row.pointee.detection.lastTime.nanoseconds
      },
      .value("first_print_id", .bigint, "Its first print") { row, _ in row.pointee.firstPrintID },
      .value("last_print_id", .bigint, "Its newest print") { row, _ in row.pointee.lastPrintID },
      .value("prints", .bigint, "Prints that it consists of") { row, _ in row.pointee.detection.prints },
      .value("size", .bigint, "Their contracts or shares") { row, _ in row.pointee.detection.size },
      .value("premium", .decimal(scale: 6), "Their premium, USD") { row, _ in
        decimal18(row.pointee.detection.premiumMicros)
      },
      .value("net_delta", .decimal(scale: 9), "Sum of side x size x delta, 0 where side or delta is unknown") {
        row, _ in
        decimal18(row.pointee.detection.netDeltaNanos)
      },
      .optional(
        "underlying_price", .decimal(scale: 6), "Of the underlying at the newest print, USD; NULL when not known"
      ) { row, _ in
        row.pointee.detection.underlyingPrice == .zero ? nil : decimal18(row.pointee.detection.underlyingPrice.micros)
      },
    ] + (0..<ConfidenceFactors.capacity).flatMap { factor($0) } + [
      .value("told_after", .bigint, "Number of the run's newest print when this was told") { row, _ in
        row.pointee.toldAfter
      }
    ])

  /// A factor's kind, weight and score in one number: the view takes them apart.
  private static func factor(_ index: Int) -> [Column<PendingDetection>] {
    [
      .value(
        "factor_\(index + 1)", .uinteger, "FactorKind, 0 for none | weight in percent << 8 | score in 1/1000 << 16"
      ) { row, _ in
        let factor = row.pointee.detection.factors[index]
        return UInt32(factor.kind.rawValue) | UInt32(factor.weightPercent) << 8 | UInt32(factor.scorePermille) << 16
      },
      .value("value_\(index + 1)", .double, "What was seen, in the factor's unit") { row, _ in
        Double(row.pointee.detection.factors[index].value)
      },
    ]
  }

  static let legs = TableLayout<PendingLeg>(
    name: "detection_legs", comment: "The prints of each detection; read it through the view detection_legs",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("detection_id", .bigint, "detections.detection_id") { row, _ in row.pointee.leg.detection.rawValue },
      .value("print_id", .bigint, "trades_labeled.print_id") { row, _ in row.pointee.printID },
      .value("void", .boolean, "The venue took the print back: it is a leg no more") { row, _ in
        row.pointee.leg.isVoid
      },
      .value("told_after", .bigint, "Number of the run's newest print when this was told") { row, _ in
        row.pointee.toldAfter
      },
    ])

  // MARK: Views

  static let views = [detectionsView, legsView]

  private static let factorNames = FactorKind.allCases.dropFirst().map { "'\($0.name)'" }.joined(separator: ", ")

  private static let breakdown = (1...ConfidenceFactors.capacity).map {
    """
    {'factor': ([\(factorNames)])[(t.factor_\($0) & 255)::BIGINT], 'weight': (((t.factor_\($0) >> 8) & 255) / 100)::DECIMAL(3,2), \
    'score': ((t.factor_\($0) >> 16) / 1000)::DECIMAL(4,3), 'value': t.value_\($0)}
    """
  }.joined(separator: ", ")

  private static let detectorNames = DetectorID.allCases.map { "'\($0.name)'" }.joined(separator: ", ")

  /// As `DetectionID.text` writes it.
  private static func idText(_ column: String) -> String {
    """
    strftime(make_date((\(column) >> 40)::INTEGER), '%Y%m%d') || '-' \
    || ([\(detectorNames)])[((\(column) >> 32) & 255)::BIGINT] || '-' || (\(column) & 4294967295)
    """
  }

  private static let detectionsView = """
    CREATE VIEW detections AS SELECT \(idText("t.detection_id")) AS id, t.kind, t.state, t.side, t.effect, i.symbol AS ticker, \
    u.symbol AS underlying, i.expiry, i.strike, i.type, t.contracts, t.confidence, t.first_ts, t.last_ts, t.prints, t.size, \
    t.premium, t.net_delta, t.underlying_price, \
    list_filter([\(breakdown)], lambda factor: factor.factor IS NOT NULL) AS breakdown, \
    t.first_print_id, t.last_print_id, t.run_id, t.detection_id \
    FROM base.detections t JOIN base.instruments i ON i.id = t.instrument JOIN base.instruments u ON u.id = t.underlying
    """

  private static let legsView = """
    CREATE VIEW detection_legs AS SELECT \(idText("l.detection_id")) AS id, p.*, l.detection_id \
    FROM base.detection_legs l JOIN trades_labeled p ON p.print_id = l.print_id WHERE NOT l.void
    """
}
