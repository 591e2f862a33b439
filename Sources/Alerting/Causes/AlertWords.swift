import FlowEngine
import MarketModel
import Positioning

// What an alert says, in plain words without markup.

extension AlertCause {
  /// `Sweep: SPY 2025-12-16 572 call bought, $1.25 M`.
  var title: String {
    switch subject {
    case .detection(_, let kind):
      "\(AlertCause.capitalized(kind.words)): \(contract)\(traded), \(AlertCause.money(premiumMicros))"
    case .print: "Print: \(contract)\(traded), \(AlertCause.money(premiumMicros))"
    case .level(let level):
      "\(underlying) \(side == .buy ? "rose above" : "fell below") \(AlertCause.words(level)) \(price)"
    case .incident(let kind): AlertCause.words(kind)
    }
  }

  /// Some lines; figures that repeats change stand in the alert's own fields.
  var text: String {
    var lines: [String] = []
    switch subject {
    case .detection:
      lines.append(
        "\(prints) print\(prints == 1 ? "" : "s"), size \(size), premium \(AlertCause.money(premiumMicros)), "
          + "confidence \(confidencePermille / 10) %.")
      if effect != .unknown {
        lines.append("Position: \(effect.name.split(separator: "_").joined(separator: " ")).")
      }
    case .print: lines.append("\(size) at \(price), premium \(AlertCause.money(premiumMicros)).")
    case .level(let level): lines.append("Price \(underlyingPrice), \(AlertCause.words(level)) \(price).")
    case .incident: lines.append("Prints that came late for it: \(prints).")
    }
    if underlyingPrice != .zero, contract != underlying { lines.append("\(underlying) at \(underlyingPrice).") }
    if isWithdrawn { lines.append("Its prints were taken back.") }
    return lines.joined(separator: "\n")
  }

  private var traded: String {
    switch side {
    case .buy: " bought"
    case .sell: " sold"
    case .mid, .unknown: ""
    }
  }

  private static func words(_ level: PositioningLevel) -> String {
    switch level {
    case .zeroGamma: "the zero-gamma level"
    case .callWall: "the call wall"
    case .putWall: "the put wall"
    case .maxPain: "max pain"
    }
  }

  private static func words(_ kind: FeedIncident.Kind) -> String {
    switch kind {
    case .connected: "The feed delivers"
    case .disconnected: "The feed stopped delivering"
    case .ended: "The feed came to its end"
    case .muted: "The feed is silent and is dialled anew"
    case .gapFound: "A gap in the data was found"
    case .gapFilled: "A gap in the data was filled"
    case .gapUnfilled: "A gap in the data could not be filled"
    case .restarted: "The source began again from its start"
    }
  }

  private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Three significant digits: `$950`, `$12.5 k`, `$1.25 M`.
  static func money(_ micros: Int64) -> String {
    let sign = micros < 0 ? "-" : ""
    let dollars = (micros.magnitude + 500_000) / 1_000_000
    let units: [(size: UInt64, name: String)] = [(1_000_000_000, " B"), (1_000_000, " M"), (1000, " k")]
    guard let unit = units.first(where: { dollars >= $0.size }) else { return "\(sign)$\(dollars)" }
    let whole = dollars / unit.size
    // Cut, not rounded: a threshold that is not reached must not look reached.
    let hundredths = dollars % unit.size * 100 / unit.size
    if whole >= 100 { return "\(sign)$\(whole)\(unit.name)" }
    if whole >= 10 { return "\(sign)$\(whole).\(hundredths / 10)\(unit.name)" }
    return "\(sign)$\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)\(unit.name)"
  }
}

extension Alert {
  /// What channels are told.
  var message: OutboundMessage {
    var fields: [OutboundMessage.Field] = []
    if !symbol.isEmpty { fields.append(.init("Symbol", symbol)) }
    if premiumMicros != 0 { fields.append(.init("Premium", AlertCause.money(premiumMicros))) }
    if side == .buy || side == .sell { fields.append(.init("Side", side.name)) }
    fields.append(.init("Score", "\(score.total)"))
    fields.append(.init("Rule", rule))
    if occurrences > 1 { fields.append(.init("Occurrences", "\(occurrences)")) }
    return OutboundMessage(severity: severity, title: title, text: text, fields: fields, time: lastTime)
  }
}
