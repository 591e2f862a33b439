import FlowEngine
import MarketModel

/// The closed sets of the schema. A label's position is what is stored, so labels are only ever added at the end.
enum Enumerations {
  static let side = EnumerationType(name: "aggressor_side", labels: ["sell", "mid", "buy", "unknown"])
  static let method = EnumerationType(name: "label_method", labels: LabelMethod.allCases.map(\.storedName))
  static let optionType = EnumerationType(name: "option_type", labels: ["call", "put"])
  static let kind = EnumerationType(name: "instrument_kind", labels: ["equity", "option"])
  static let message = EnumerationType(name: "message_kind", labels: ["print", "cancel"])
  static let incident = EnumerationType(
    name: "incident_kind", labels: ["connected", "disconnected", "ended", "session_start"])

  static let all = [side, method, optionType, kind, message, incident]
}

extension AggressorSide {
  /// Position in `Enumerations.side`.
  @inline(__always) var storedPosition: UInt8 { UInt8(truncatingIfNeeded: rawValue &+ 1) }

  init?(storedPosition: Int64) { self.init(rawValue: Int8(truncatingIfNeeded: storedPosition - 1)) }
}

extension LabelMethod {
  /// The label people read in the database.
  var storedName: String {
    switch self {
    case .atOrAboveAsk: "at_or_above_ask"
    case .atOrBelowBid: "at_or_below_bid"
    case .aboveMid: "above_mid"
    case .belowMid: "below_mid"
    case .atMid: "at_mid"
    case .tick: "tick"
    case .tickWithoutQuote: "tick_without_quote"
    case .noQuote: "no_quote"
    case .crossedQuote: "crossed_quote"
    case .staleQuote: "stale_quote"
    case .multiLeg: "multi_leg"
    case .stockTied: "stock_tied"
    case .cross: "cross"
    case .lateOrOutOfSequence: "late_or_out_of_sequence"
    case .cancelled: "cancelled"
    case .offMarket: "off_market"
    }
  }
}
