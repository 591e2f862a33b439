import FlowEngine
import MarketModel
import Storage

/// A detection as users see it, from memory or from the store.
struct DetectionRow: Sendable {
  var id: DetectionID
  /// 0 without a store.
  var runID: Int32
  var kind: DetectionKind
  var state: DetectionState
  var side: AggressorSide
  var effect: PositionEffect
  var symbol: String
  var underlying: String
  /// Nil for equities.
  var contract: PrintRow.Contract?
  var contractCount: UInt8
  var confidencePermille: UInt16
  var firstTime: Timestamp
  var lastTime: Timestamp
  var firstPrintID: Int64
  var lastPrintID: Int64
  var prints: Int64
  var size: Int64
  var premiumMicros: Int64
  var netDeltaNanos: Int64
  /// Zero when not known.
  var underlyingPrice: Price
  var factors: ConfidenceFactors

  var place: DetectionPlace { DetectionPlace(lastPrintID: lastPrintID, detection: id) }

  /// The factors in use.
  var breakdown: [ConfidenceFactor] {
    (0..<ConfidenceFactors.capacity).map { factors[$0] }.filter { $0.kind != .none }
  }
}

extension DetectionRow {
  /// A detection in memory.
  /// - Parameter printBase: what ids of prints have more than their numbers.
  init(
    _ detection: Detection, runID: Int32, printBase: Int64, entry: SymbolDirectory.Entry, underlying: String
  ) {
    let instrument = entry.instrument
    self.init(
      id: detection.id, runID: runID, kind: detection.kind, state: detection.state, side: detection.side,
      effect: detection.effect, symbol: entry.symbol, underlying: underlying,
      contract: instrument.kind == .option
        ? PrintRow.Contract(expiry: instrument.expiry, right: instrument.right, strike: instrument.strike) : nil,
      contractCount: detection.contractCount, confidencePermille: detection.confidencePermille,
      firstTime: detection.firstTime, lastTime: detection.lastTime, firstPrintID: printBase + detection.firstPrint,
      lastPrintID: printBase + detection.lastPrint, prints: detection.prints, size: detection.size,
      premiumMicros: detection.premiumMicros, netDeltaNanos: detection.netDeltaNanos,
      underlyingPrice: detection.underlyingPrice, factors: detection.factors)
  }

  /// A detection from the database.
  init(_ stored: StoredDetection) {
    var contract: PrintRow.Contract?
    if let expiry = stored.expiry, let right = stored.right, let strike = stored.strike {
      contract = PrintRow.Contract(expiry: expiry, right: right, strike: strike)
    }
    self.init(
      id: stored.id, runID: stored.runID, kind: stored.kind, state: stored.state, side: stored.side,
      effect: stored.effect, symbol: stored.symbol, underlying: stored.underlying, contract: contract,
      contractCount: stored.contractCount, confidencePermille: stored.confidencePermille, firstTime: stored.firstTime,
      lastTime: stored.lastTime, firstPrintID: stored.firstPrintID, lastPrintID: stored.lastPrintID,
      prints: stored.prints, size: stored.size, premiumMicros: stored.premiumMicros,
      netDeltaNanos: stored.netDeltaNanos, underlyingPrice: stored.underlyingPrice ?? .zero, factors: stored.factors)
  }
}

extension DetectionRow {
  static let fields: [Field<DetectionRow>] = [
    .text("id", "Day, detector and count of its finds on that day: `20261120-sweep-17`.") { $0.id.text },
    .integer("run", "Run of the store that it belongs to; ids are unique within one. 0 without a store.") {
      Int64($0.runID)
    },
    .choice("kind", "What was found.") { $0.kind },
    .choice("state", "`open`: prints may still join; `withdrawn`: its prints were cancelled, it is none.") { $0.state },
    .choice("side", "Side of the customer; unknown when its prints differ or have none.") { $0.side },
    .choice("effect", "Whether a position is opened or closed by it, as far as sizes tell.") { $0.effect },
    .text("symbol", "The contract, or the first of several, as the vendor writes it; an equity's own symbol.") {
      $0.symbol
    },
    .text("underlying", "The underlying; the symbol itself for an equity.") { $0.underlying },
    .dateOrNull("expiry", "Last trading day; null for an equity.") { $0.contract?.expiry },
    .choiceOrNull("type", "Call or put; null for an equity.") { $0.contract?.right },
    .moneyOrNull("strike", "Strike in USD; null for an equity.") { $0.contract?.strike.micros },
    .integer("contracts", "Different contracts, 1 for all but spreads.") { Int64($0.contractCount) },
    .number("confidence", "0 to 1: the sum of weight x score over the breakdown.") {
      Double($0.confidencePermille) / 1000
    },
    .records("breakdown", "What the confidence is made of.", ConfidenceFactor.schema) { $0.breakdown },
    .time("first_time", "When the tape stamped its first print.") { $0.firstTime },
    .time("last_time", "When the tape stamped its newest print.") { $0.lastTime },
    .integer("first_print_id", "Its first print.") { $0.firstPrintID },
    .integer("last_print_id", "Its newest print.") { $0.lastPrintID },
    .integer("prints", "Prints that it consists of.") { $0.prints },
    .integer("size", "Their contracts or shares.") { $0.size },
    .money("premium", "Their premium, USD.") { $0.premiumMicros },
    .nanos("net_delta", "Sum of side x size x delta of its prints; 0 where side or delta is unknown.") {
      $0.netDeltaNanos
    },
    .priceOrNull("underlying_price", "Last price of the underlying at its newest print, USD.") { $0.underlyingPrice },
  ]

  static let schema = Schema<DetectionRow>("Detection", "Prints that mean something together.", fields)
}

extension ConfidenceFactor {
  static let schema = Schema<ConfidenceFactor>(
    "ConfidenceFactor", "One reason for a confidence, with what was seen.",
    [
      .choice("factor", "What was looked at.") { $0.kind },
      .number("weight", "Share in the whole, 0 to 1; the weights add up to 1.") { Double($0.weightPercent) / 100 },
      .number("score", "How well it is met, 0 to 1.") { Double($0.scorePermille) / 1000 },
      .number("value", "What was seen, in `unit`.") { Double($0.value) },
      .text("unit", "Unit of `value`.") { $0.kind.unit },
    ])
}

extension FactorKind: APIChoice {
  static var choices: [FactorKind] { allCases.filter { $0 != .none } }
  var apiName: String { name }

  /// Of the value, in words.
  var unit: String {
    switch self {
    case .none: ""
    case .legs, .condition, .venueList: "prints"
    case .venues: "venues"
    case .premium: "USD"
    case .span, .timeMatch, .quoteAge: "milliseconds"
    case .aggression, .passivePrice, .buyShare, .sizeMatch: "share"
    case .sizeMultiple, .openInterestMultiple, .volumeMultiple: "multiple"
    case .size: "contracts or shares"
    case .delay: "seconds"
    }
  }
}

extension DetectionKind: APIChoice { var apiName: String { name } }
extension DetectionState: APIChoice { var apiName: String { name } }
extension PositionEffect: APIChoice { var apiName: String { name } }
extension DetectorID: APIChoice { var apiName: String { name } }
