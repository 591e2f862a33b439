import MarketModel

/// Many alerts said in one message.
enum AlertDigest {
  /// Alerts that are named; the others are counted.
  static let named = 10

  /// - Parameter alerts: at least one.
  static func message(_ alerts: [Alert]) -> OutboundMessage {
    let ordered = alerts.sorted { ($0.score.total, $1.id) > ($1.score.total, $0.id) }
    let counts = AlertSeverity.allCases.reversed().compactMap { severity -> String? in
      let count = alerts.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)"
    }
    var lines = ordered.prefix(named).map { "\($0.severity.rawValue) \($0.title)" }
    if alerts.count > named { lines.append("and \(alerts.count - named) more") }
    var rules: [String: Int] = [:]
    for alert in alerts { rules[alert.rule, default: 0] += 1 }
    let fields = rules.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map {
      OutboundMessage.Field($0.key, "\($0.value)")
    }
    return OutboundMessage(
      severity: alerts.map(\.severity).max() ?? .info,
      title: "\(alerts.count) alerts: \(counts.joined(separator: ", "))",
      text: lines.joined(separator: "\n"), fields: fields, time: alerts.map(\.lastTime).max() ?? .none)
  }
}
