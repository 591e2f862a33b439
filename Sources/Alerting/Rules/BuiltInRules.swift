import FlowEngine
import MarketModel

extension AlertRule {
  /// The rules that are there without anybody having made them: one for each kind of detection, the levels, and the data.
  public static let builtIn: [AlertRule] =
    DetectionKind.allCases.map { kind in
      var rule = AlertRule(name: kind.name, source: .detections)
      rule.filter.kinds = [kind]
      rule.filter.minimumPremiumMicros = leastPremiumMicros(kind)
      rule.coolDownScope = isOfUnderlying(kind) ? .underlying : .contract
      return rule
    } + [levels, incidents]

  /// What a kind is worth telling people from; nil for those whose detectors ask for as much themselves. A busy symbol has
  /// hundreds of small spreads an hour: they are detections, and no news.
  private static func leastPremiumMicros(_ kind: DetectionKind) -> Int64? {
    switch kind {
    case .sweep, .block, .institutionalFlow, .aggressiveCallBuying, .aggressivePutBuying, .darkPool: nil
    case .intermarketSweep, .offBook, .unusualVolume, .repeatedHits, .sweepThenFloor, .verticalSpread, .straddle,
      .strangle, .riskReversal, .butterfly, .calendarSpread, .otherSpread:
      100_000_000_000
    }
  }

  /// Patterns over all contracts of an underlying, and structures of several contracts.
  private static func isOfUnderlying(_ kind: DetectionKind) -> Bool {
    switch kind {
    case .sweep, .intermarketSweep, .block, .offBook, .unusualVolume, .repeatedHits, .sweepThenFloor,
      .institutionalFlow:
      false
    case .darkPool, .aggressiveCallBuying, .aggressivePutBuying, .verticalSpread, .straddle, .strangle, .riskReversal,
      .butterfly, .calendarSpread, .otherSpread:
      true
    }
  }

  private static var levels: AlertRule {
    var rule = AlertRule(name: "levels", source: .levels)
    rule.coolDownScope = .underlying
    rule.coolDownSeconds = 900
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
