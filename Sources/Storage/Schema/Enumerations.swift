import FlowEngine
import MarketModel

/// The closed sets of the schema. A label's position is what is stored, so labels are only ever added at the end.
enum Enumerations {
  static let side = EnumerationType(
    name: "aggressor_side", labels: [.sell, .mid, .buy, .unknown].map { (side: AggressorSide) in side.name })
  static let method = EnumerationType(name: "label_method", labels: LabelMethod.allCases.map(\.name))
  static let optionType = EnumerationType(name: "option_type", labels: ["call", "put"])
  static let kind = EnumerationType(name: "instrument_kind", labels: ["equity", "option"])
  static let message = EnumerationType(name: "message_kind", labels: ["print", "cancel"])
  static let incident = EnumerationType(
    name: "incident_kind",
    labels: [
      "connected", "disconnected", "ended", "session_start", "muted", "gap_found", "gap_filled", "gap_unfilled",
    ])
  /// Position of `session_start`, which no feed reports.
  static let sessionStartPosition: UInt8 = 3

  static let scope = EnumerationType(name: "incident_scope", labels: ["everything", "options", "equities"])
  /// A print without greeks has no source: NULL.
  static let greeksSource = EnumerationType(
    name: "greeks_source", labels: GreeksSource.allCases.filter { $0 != .none }.map(\.name))

  static let detectionKind = EnumerationType(name: "detection_kind", labels: DetectionKind.allCases.map(\.name))
  static let detectionState = EnumerationType(name: "detection_state", labels: DetectionState.allCases.map(\.name))
  static let positionEffect = EnumerationType(name: "position_effect", labels: PositionEffect.allCases.map(\.name))

  static let all =
    [side, method, optionType, kind, message, incident, scope, greeksSource] + [
      detectionKind, detectionState, positionEffect,
    ]
}

extension AggressorSide {
  /// Position in `Enumerations.side`.
  @inline(__always) var storedPosition: UInt8 { UInt8(truncatingIfNeeded: rawValue &+ 1) }

  init?(storedPosition: Int64) { self.init(rawValue: Int8(truncatingIfNeeded: storedPosition - 1)) }
}

extension FeedIncident.Kind {
  /// Position in `Enumerations.incident`.
  var storedPosition: UInt8 {
    precondition(self != .restarted, "FeedIncident: a source that begins again is not stored a second time")
    return rawValue < Enumerations.sessionStartPosition ? rawValue : rawValue + 1
  }

  /// Nil for a session's start, which no feed reports.
  init?(storedPosition: Int64) {
    let session = Int64(Enumerations.sessionStartPosition)
    guard storedPosition != session else { return nil }
    self.init(rawValue: UInt8(truncatingIfNeeded: storedPosition < session ? storedPosition : storedPosition - 1))
  }
}

extension GreeksSource {
  /// Position in `Enumerations.greeksSource`; nil where there are no greeks.
  @inline(__always) var storedPosition: UInt8? { self == .none ? nil : rawValue &- 1 }

  init?(storedPosition: Int64) { self.init(rawValue: UInt8(truncatingIfNeeded: storedPosition + 1)) }
}
