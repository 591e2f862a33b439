import JSONText
import MarketModel

/// Somebody who is told, by which ways and of what.
public struct Subscriber: Hashable, Sendable {
  /// Unique: 1 to 64 letters, digits, `_`, `-` and `.`.
  public var name: String
  public var role = SubscriberRole.viewer
  public var isEnabled = true
  public var channels: [String] = []
  public var minimumSeverity = AlertSeverity.medium
  /// Names of rules; all when empty.
  public var rules: [String] = []
  /// Underlyings or contracts; all when empty. What is about no symbol always passes.
  public var symbols: [SymbolText] = []
  /// More messages than these within a minute wait, and come as one.
  public var messagesAMinute = 10
  public var quietHours: QuietHours?
  /// CRITICAL alerts are told in quiet hours, too.
  public var criticalPasses = true

  public init(name: String) { self.name = name }

  /// Writes to the process's log; there from the beginning.
  static var console: Subscriber {
    var console = Subscriber(name: "console")
    console.channels = ["console"]
    return console
  }

  /// Whether an alert is for this subscriber, whenever it comes.
  func wants(_ alert: Alert) -> Bool {
    guard isEnabled, alert.severity >= minimumSeverity else { return false }
    guard rules.isEmpty || rules.contains(alert.rule) else { return false }
    if symbols.isEmpty || alert.symbol.isEmpty { return true }
    return symbols.contains { $0.description == alert.symbol || $0.description == alert.underlying }
  }
}

/// What a subscriber may do.
public enum SubscriberRole: String, Hashable, Comparable, Sendable, CaseIterable {
  /// Is told, and may look.
  case viewer
  /// Also acknowledges and resolves.
  case trader
  /// Also changes rules and subscribers.
  case admin

  private var rank: Int { SubscriberRole.allCases.firstIndex(of: self) ?? 0 }
  public static func < (a: SubscriberRole, b: SubscriberRole) -> Bool { a.rank < b.rank }
}

extension Subscriber {
  /// All members of a subscriber's JSON.
  public static let fields: [DataField<Subscriber>] = [
    .text("name", "Unique name.", wanted: DataName.wanted, isRequired: true, \.name) { DataName.isUsable($0) },
    .choice(
      "role",
      "viewer is told and looks, trader also acknowledges and resolves, admin also changes rules and subscribers.",
      SubscriberRole.allCases.map { ($0.rawValue, $0) }, \.role),
    .flag("enabled", "false: is told nothing; true when left out.", \.isEnabled),
    .texts(
      "channels", "Channels by which it is told.", wanted: "a list of channel names, each \(DataName.wanted)",
      \.channels, read: { DataName.isUsable($0) ? $0 : nil }, write: { $0 }),
    .choice(
      "min_severity", "What is less severe is not told; MEDIUM when left out.",
      AlertSeverity.allCases.map { ($0.rawValue, $0) }, \.minimumSeverity),
    .texts(
      "rules", "Only alerts of these rules.", wanted: "a list of rule names", \.rules,
      read: { DataName.isUsable($0) ? $0 : nil }, write: { $0 }),
    .texts(
      "symbols", "Only alerts about these underlyings or contracts, and those about no symbol.",
      wanted: "a list of at most 64 symbols such as SPY", \.symbols,
      read: { SymbolText($0.uppercased()).flatMap { $0.isPrintable ? $0 : nil } }, write: { $0.description }),
    .integer(
      "messages_a_minute", "More than these within a minute wait and come as one digest; 10 when left out.", 1...600,
      \.messagesAMinute),
    DataField(
      name: "quiet_hours", type: .text,
      doc: "New York time, such as 20:00-07:30: what comes then waits for a digest at its end.",
      wanted: QuietHours.wanted,
      isRequired: false,
      read: { subscriber, value in
        guard case .text(let text) = value, let hours = QuietHours(text) else { return false }
        subscriber.quietHours = hours
        return true
      },
      write: { subscriber, json in
        guard let hours = subscriber.quietHours else { return false }
        json.value(hours.description)
        return true
      }),
    .flag("critical_passes", "CRITICAL alerts are told in quiet hours, too; true when left out.", \.criticalPasses),
  ]

  /// - Throws: the first member that cannot be used.
  public init(json bytes: [UInt8]) throws(DataProblem) {
    var subscriber = Subscriber(name: "")
    try DataRecord.read(bytes, Subscriber.fields, into: &subscriber)
    self = subscriber
  }

  public func write(into json: inout JSONWriter) { DataRecord.write(self, Subscriber.fields, into: &json) }

  var json: [UInt8] {
    var json = JSONWriter()
    write(into: &json)
    return json.bytes
  }
}
