import Alerting
import JSONText
import MarketModel

extension AlertSeverity: APIChoice { var apiName: String { rawValue } }
extension AlertState: APIChoice { var apiName: String { rawValue } }

/// What an alert is about, by name.
enum AlertSubjectKind: String, APIChoice, CaseIterable {
  case detection, print, level, incident
  var apiName: String { rawValue }

  init(_ subject: AlertSubject) {
    switch subject {
    case .detection: self = .detection
    case .print: self = .print
    case .level: self = .level
    case .incident: self = .incident
    }
  }
}

extension AlertScore {
  static let schema = Schema<AlertScore>(
    "AlertScore", "0 to 100; 70 and more is CRITICAL, 50 HIGH, 30 MEDIUM, 15 LOW, less INFO.",
    [
      .integer("total", "premium + confidence + count, at most 100.") { Int64($0.total) },
      .integer(
        "premium", "0 to 40: nothing up to 500000 USD, all from 50000000 USD, on a logarithmic scale between."
      ) { Int64($0.premium) },
      .integer(
        "confidence",
        "0 to 40: of a detection nothing for 0.5, which is what just meets the detector's rule, and all for 1; of a print 40 times "
          + "the confidence of its side (0.8 at or through the quote, 0.6 inside it, 0.4 by tick or at the midpoint); levels and "
          + "incidents are certain."
      ) { Int64($0.confidence) },
      .integer("count", "0 to 20: 2 for each doubling of the prints beyond four, all from 4096.") { Int64($0.count) },
    ])
}

extension Alert {
  static let schema = Schema<Alert>(
    "Alert", "Something people are to be told, and what became of it.",
    [
      .integer("id", "Increasing; `cursor` takes it.") { $0.id },
      .text("key", "Run, rule and cause: the same whenever the source is played again.") { $0.key },
      .text("rule", "The rule that made it.") { $0.rule },
      .choice("subject", "What it is about.") { AlertSubjectKind($0.subject) },
      .text("kind", "The kind of detection, print, the level or the incident.") { $0.subject.kindName },
      .textOrNull("detection_id", "The `id` of the detection it shows; /detections/{id} has it whole.") { alert in
        if case .detection(let id, _) = alert.subject { id.text } else { nil }
      },
      .integerOrNull("print_number", "Place of the print it shows among those of the run.") { alert in
        if case .print(let number) = alert.subject { number } else { nil }
      },
      .choice("severity", "How much it matters, by its score.") { $0.severity },
      .record("score", "What the severity is made of.", AlertScore.schema) { $0.score },
      .text("title", "One line.") { $0.title },
      .text("text", "Some lines.") { $0.text },
      .text("symbol", "The contract or underlying; empty for what is about the data.") { $0.symbol },
      .text("underlying", "Its underlying.") { $0.underlying },
      .choice("side", "Side of the customer; for a level buy when the price rose above it.") { $0.side },
      .money("premium", "USD, of its strongest cause.") { $0.premiumMicros },
      .integer("occurrences", "1, and one for each repeat within the rule's cool-down.") { $0.occurrences },
      .time("first_time", "Stream time of its first cause.") { $0.firstTime },
      .time("last_time", "Stream time of its newest cause.") { $0.lastTime },
      .time("created_time", "When it was made, by this machine's clock.") { $0.createdTime },
      .choice("state", "new, acknowledged, resolved, or expired when nobody looked at it for a day.") { $0.state },
      .time("changed_time", "When its state changed, by this machine's clock.") { $0.changedTime },
      .textOrNull("changed_by", "Who changed its state: a subscriber, or owner; null when nobody did.") {
        $0.changedBy
      },
    ])
}

/// One page of alerts.
struct AlertsPage: Sendable {
  var rows: [Alert]
  var next: Int64?

  static let schema = Schema<AlertsPage>(
    "Alerts", "Alerts, newest first.",
    [
      .records("rows", "Newest first.", Alert.schema) { $0.rows },
      .textOrNull("next", "Give it as `cursor` to get the older ones; null at the end.") { $0.next.map { "\($0)" } },
    ])
}

/// What changed since the last message of the stream.
struct StreamAlerts: Sendable {
  var epoch: String
  var missed: Int64
  var rows: [Alert]

  static let schema = Schema<StreamAlerts>(
    "StreamAlerts", "Alerts that are new or different, at most every 50 ms.",
    [
      .constant("type", "alerts", "Kind of message."),
      .text("epoch", "Changes with every start.") { $0.epoch },
      .integer("missed", "Changes this client did not get since its last such message; ask /alerts.") { $0.missed },
      .records("rows", "Oldest change first; the newest record of an id stands.", Alert.schema) { $0.rows },
    ])
}

extension AlertStatistics {
  private static let countSchema = Schema<Count>(
    "AlertCount", "A name and how many.",
    [.text("name", "Name.") { $0.name }, .integer("count", "Alerts.") { $0.count }])
  private static let hourSchema = Schema<Hour>(
    "AlertHour", "An hour of this machine's clock.",
    [.time("time", "Its beginning, UTC.") { $0.time }, .integer("count", "Alerts made in it.") { $0.alerts }])
  private static let channelSchema = Schema<Channel>(
    "AlertChannel", "What became of a channel's messages.",
    [
      .text("name", "The channel.") { $0.name },
      .integer("queued", "Under way.") { $0.queued },
      .integer("delivered", "Delivered.") { $0.delivered },
      .integer("dead", "Given up.") { $0.dead },
      .numberOrNull("success", "Delivered of those whose fate is known, 0 to 1; null while none is.") {
        $0.successShare
      },
    ])

  static let schema = Schema<AlertStatistics>(
    "AlertStatistics", "Counts of the alerts made since a moment.",
    [
      .time("since", "The moment, by this machine's clock.") { $0.since },
      .integer("alerts", "Alerts made.") { $0.alerts },
      .integer("repeats", "Causes that were folded into them.") { $0.repeats },
      .records("by_kind", "Most first.", countSchema) { $0.byKind },
      .records("by_rule", "Most first.", countSchema) { $0.byRule },
      .records("by_severity", "Most first.", countSchema) { $0.bySeverity },
      .records("by_state", "Most first.", countSchema) { $0.byState },
      .records("by_hour", "Ascending; hours without alerts are left out.", hourSchema) { $0.byHour },
      .records("channels", "Messages of the channels in that time.", channelSchema) { $0.channels },
    ])
}
