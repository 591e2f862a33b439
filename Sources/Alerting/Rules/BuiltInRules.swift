import FlowEngine
import MarketModel

extension AlertRule {
  /// The rules that are there without anybody having made them: one for each kind of detection, the levels, and the data.
  public static let builtIn: [AlertRule] =
    DetectionKind.allCases.map { kind in
      var rule = AlertRule(name: kind.name, source: .detections)
      rule.filter.kinds = [kind]
      rule.filter.minimumPremiumMicros = institutionalPremiumMicros
      rule.severityFloor = .low
      rule.coolDownScope = .underlying
      rule.coolDownSeconds = coolDownSeconds
      return rule
    } + [levels, incidents]

  /// What is worth telling people from: smaller finds are detections, and no news. A busy underlying has hundreds of them an hour.
  private static let institutionalPremiumMicros: Int64 = 250_000_000_000

  /// Of one kind in one underlying people are told once in this time, and again at once when something more severe comes.
  private static let coolDownSeconds = 900

  private static var levels: AlertRule {
    var rule = AlertRule(name: "levels", source: .levels)
    rule.coolDownScope = .underlying
    rule.coolDownSeconds = coolDownSeconds
    return rule
  }

  /// What people have to know about what they look at: data that stay missing, and a feed that went silent.
  private static var incidents: AlertRule {
    var rule = AlertRule(name: "data", source: .incidents)
    rule.filter.incidents = [.gapUnfilled, .muted, .disconnected]
    rule.coolDownScope = .underlying
    return rule
  }
}
