import FlowEngine
import MarketModel
import Storage

/// What the store has of a run and alerts have not seen: after a kill, or when their queue was full. One thread.
public final class StoreCatchUp: @unchecked Sendable {
  private let session: SQLSession
  private let runID: Int32
  /// Id of a print less its number.
  private let printBase: Int64
  private let hasDetections: Bool
  /// Prints that one question reads.
  private static let pagePrints: Int64 = 20_000
  /// Detections that one question reads; fewer in tests only.
  var pageDetections: Int64 = 5_000

  /// - Parameter session: of the store's file.
  public init(_ session: SQLSession, runID: Int32, printBase: Int64) throws(StorageError) {
    self.session = session
    self.runID = runID
    self.printBase = printBase
    hasDetections =
      try session.rows(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'base' AND table_name = 'detections'"
      ).isEmpty == false
  }

  /// Number of the newest print that is in the file; 0 without one.
  func newestPrint() throws(StorageError) -> Int64 {
    let newest = try session.rows(
      "SELECT last_print_id FROM main.ingest_runs WHERE run_id = $1", [.integer(Int64(runID))]
    ).first?.first?.integer
    return max(0, (newest ?? 0) - printBase)
  }

  /// A place among detections, which are in the order in which they were told.
  struct DetectionPlace {
    fileprivate var toldAfter: Int64
    fileprivate var id: Int64

    /// Before those that were told when the print of this number had come, or later.
    init(before number: Int64) {
      toldAfter = number - 1
      id = .max
    }

    fileprivate init?(_ row: [SQLCell]) {
      guard let id = row[0].integer, let toldAfter = row[15].integer else { return nil }
      self.toldAfter = toldAfter
      self.id = id
    }
  }

  /// Detections of a page.
  /// - Returns: nil when there are none behind the place.
  func detections(
    after place: DetectionPlace
  ) throws(StorageError) -> (detections: [DetectionFacts], last: DetectionPlace)? {
    guard hasDetections else { return nil }
    let rows = try session.rows(
      """
      SELECT d.detection_id, d.kind::VARCHAR, d.state::VARCHAR, d.side::VARCHAR, d.effect::VARCHAR, i.symbol, u.symbol, \
      d.contracts, d.confidence, d.first_ts, d.last_ts, d.prints, d.size, d.premium, d.underlying_price, \
      d.told_after \
      FROM base.detections d JOIN base.instruments i ON i.id = d.instrument JOIN base.instruments u ON u.id = d.underlying \
      WHERE d.run_id = $1 AND (d.told_after > $2 OR (d.told_after = $2 AND d.detection_id > $3)) \
      ORDER BY d.told_after, d.detection_id LIMIT $4
      """,
      [.integer(Int64(runID)), .integer(place.toldAfter), .integer(place.id), .integer(pageDetections)])
    guard let last = rows.last.flatMap({ DetectionPlace($0) }) else { return nil }
    return (rows.compactMap { StoreCatchUp.detection($0) }, last)
  }

  /// Prints of a page, oldest first.
  /// - Returns: nil when `through` was reached before.
  func prints(after number: Int64, through last: Int64) throws(StorageError) -> (prints: [PrintFacts], last: Int64)? {
    guard number < last else { return nil }
    let end = min(last, number + StoreCatchUp.pagePrints)
    let rows = try session.rows(
      """
      SELECT t.print_id, t.ts, i.symbol, i.underlying, t.price, t.size, t.premium, t.side::VARCHAR, t.method::VARCHAR, \
      t.flags, t.exchange, t.delta, t.gamma, t.implied_volatility \
      FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument \
      WHERE t.print_id > $1 AND t.print_id <= $2 AND NOT t.cancelled ORDER BY t.print_id
      """, [.integer(printBase + number), .integer(printBase + end)])
    return (rows.compactMap { print($0) }, end)
  }

  private func print(_ row: [SQLCell]) -> PrintFacts? {
    guard let id = row[0].integer, let time = row[1].integer, let symbol = row[2].text, let underlying = row[3].text,
      let contract = ContractTerms(symbol: symbol, underlying: underlying), let price = row[4].integer,
      let size = row[5].integer, let premium = row[6].integer
    else { return nil }
    return PrintFacts(
      number: id - printBase, time: Timestamp(nanoseconds: time), contract: contract, price: Price(micros: price),
      size: size, premiumMicros: premium, side: AggressorSide.allCases.first { $0.name == row[7].text } ?? .unknown,
      method: LabelMethod.allCases.first { $0.name == row[8].text } ?? .noQuote,
      flags: PrintFlags(rawValue: UInt16(truncatingIfNeeded: row[9].integer ?? 0)),
      venue: VenueID(UInt16(truncatingIfNeeded: row[10].integer ?? 0)),
      deltaNanos: row[11].integer ?? ContractReference.unknown,
      gammaNanos: row[12].integer ?? ContractReference.unknown,
      volatilityNanos: row[13].integer ?? ContractReference.unknown)
  }

  private static func detection(_ row: [SQLCell]) -> DetectionFacts? {
    guard let id = row[0].integer, let symbol = row[5].text, let underlying = row[6].text,
      let contract = ContractTerms(symbol: symbol, underlying: underlying), let contracts = row[7].integer,
      let confidence = row[8].integer, let first = row[9].integer, let last = row[10].integer,
      let prints = row[11].integer, let size = row[12].integer, let premium = row[13].integer
    else { return nil }
    guard let kind = choice(row[1], DetectionKind.allCases, \.name) else { return nil }
    return DetectionFacts(
      id: DetectionID(rawValue: id), kind: kind, isWithdrawn: row[2].text == "withdrawn",
      side: choice(row[3], AggressorSide.allCases, \.name) ?? .unknown,
      effect: choice(row[4], PositionEffect.allCases, \.name) ?? .unknown, contract: contract,
      contractCount: Int(contracts), confidencePermille: Int(confidence), firstTime: Timestamp(nanoseconds: first),
      lastTime: Timestamp(nanoseconds: last), prints: prints, size: size, premiumMicros: premium,
      underlyingPrice: Price(micros: row[14].integer ?? 0))
  }

  private static func choice<Choice>(
    _ cell: SQLCell, _ choices: [Choice], _ name: (Choice) -> String
  ) -> Choice? {
    guard let text = cell.text else { return nil }
    return choices.first { name($0) == text }
  }
}
