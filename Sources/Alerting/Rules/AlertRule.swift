import FlowEngine
import MarketModel
import Positioning

/// When people want to be told, as data: what to look at, which of it counts, and how often.
public struct AlertRule: Hashable, Sendable {
  /// Unique: 1 to 64 letters, digits, `_`, `-` and `.`.
  public var name: String
  public var isEnabled = true
  public var source: RuleSource
  public var filter = RuleFilter()
  /// What scores less is no alert.
  public var severityFloor = AlertSeverity.info
  /// Stream time after an alert within which further causes of the same scope that are no more severe raise its `occurrences`
  /// instead.
  public var coolDownSeconds = 300
  public var coolDownScope = CoolDownScope.contract
  /// Channels that are told of every alert of the rule, beside those of the subscribers.
  public var channels: [String] = []

  public init(name: String, source: RuleSource) {
    self.name = name
    self.source = source
  }
}

/// What a rule looks at.
public enum RuleSource: String, Hashable, Sendable, CaseIterable {
  case prints
  case detections
  /// The underlying's price crosses a level of the dealers' positioning.
  case levels
  /// Something happened to the data.
  case incidents

  /// Whether the store keeps what it looks at, so that it can be read again.
  var isStored: Bool { self == .prints || self == .detections }
}

/// What a cool-down holds together.
public enum CoolDownScope: String, Hashable, Sendable, CaseIterable {
  case contract
  case underlying
}

/// What a rule lets through; a field that is nil, or a list that is empty, does not restrict. The fields of prints are those of
/// `/prints`.
public struct RuleFilter: Hashable, Sendable {
  // Prints, detections; symbols also of levels.
  /// Underlyings (`SPY`) or whole contracts (`O:SPY251216C00572000`), any of them.
  public var symbols: [SymbolText] = []
  public var right: OptionRight?
  public var expiry: MarketDate?
  public var minimumStrike: Price?
  public var maximumStrike: Price?
  /// Calendar days from the print's day in New York to the last trading day.
  public var minimumDaysToExpiry: Int?
  public var maximumDaysToExpiry: Int?
  public var side: AggressorSide?
  public var minimumPremiumMicros: Int64?
  /// Contracts or shares.
  public var minimumSize: Int64?

  // Prints.
  public var methods: [LabelMethod] = []
  /// All of them.
  public var flags: PrintFlags = []
  /// Any of them.
  public var venues: [VenueID] = []
  /// Greeks in 1e-9; a print without the greek does not pass.
  public var minimumDeltaNanos: Int64?
  public var maximumDeltaNanos: Int64?
  public var minimumGammaNanos: Int64?
  public var maximumGammaNanos: Int64?
  public var minimumVolatilityNanos: Int64?
  public var maximumVolatilityNanos: Int64?

  // Detections.
  public var kinds: [DetectionKind] = []
  public var minimumConfidencePermille: Int?
  public var minimumPrints: Int64?
  public var effect: PositionEffect?

  // Levels, incidents.
  public var levels: [PositioningLevel] = []
  public var incidents: [FeedIncident.Kind] = []

  public init() {}
}
