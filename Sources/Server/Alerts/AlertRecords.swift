import Alerting
import JSONText

// Rules and subscribers: described by the fields they are read and written by.

extension RecordDescription {
  fileprivate init<Record>(_ name: String, _ doc: String, _ fields: [DataField<Record>]) {
    self.init(
      name: name, doc: doc,
      fields: fields.map {
        FieldDescription(name: $0.name, type: JSONType($0.type), doc: $0.doc, mayBeAbsent: $0.mayBeAbsent)
      })
  }
}

extension JSONType {
  fileprivate init(_ type: DataType) {
    switch type {
    case .text: self = .text()
    case .date: self = .text(format: "date")
    case .flag: self = .flag
    case .integer: self = .integer
    case .number: self = .number
    case .choice(let names): self = .choice(names)
    case .list(let inner): self = .list(JSONType(inner))
    }
  }
}

extension AlertRule {
  static let record = RecordDescription(
    "AlertRule",
    "When people are to be told. Filters are those of its source: prints take what /prints shows, detections kinds and confidence, "
      + "levels and incidents their names.", fields)

  /// As it is asked for: the rule, or what somebody shared.
  static let bodyRecord = RecordDescription(
    name: "AlertRuleBody", doc: "A rule, or only the token of one that somebody shared.",
    fields: record.fields.map { field in
      var field = field
      field.mayBeAbsent = true
      return field
    } + [
      FieldDescription(
        name: "token", type: .text(), doc: "A shared rule, instead of all other members.", mayBeAbsent: true)
    ])
}

/// A rule and what it is shared by.
struct RuleRow: Sendable {
  var rule: AlertRule

  static let schema = Schema<RuleRow>(
    "AlertRuleRow", "A rule, and how it is shared.",
    [
      Field(name: "rule", type: .record(AlertRule.record), doc: "The rule.") { $0.rule.write(into: &$1) },
      .flag("built_in", "There without anybody having made it; deleting it makes it what it was.") { row in
        AlertRule.builtIn.contains { $0.name == row.rule.name }
      },
      .text("token", "The whole rule in letters that a URL takes; POST /alerts/rules reads it.") { $0.rule.token },
      .text("link", "The page with this rule to be looked at and saved.") { "/#rule=\($0.rule.token)" },
    ])
}

struct RulesAnswer: Sendable {
  var rows: [RuleRow]

  static let schema = Schema<RulesAnswer>(
    "AlertRules", "All rules, by name.", [.records("rows", "By name.", RuleRow.schema) { $0.rows }])
}

extension Subscriber {
  static let record = RecordDescription(
    "Subscriber", "Somebody who is told, by which channels, of what, and what they may do.", fields)
}

struct SubscribersAnswer: Sendable {
  var rows: [Subscriber]

  static let schema = Schema<SubscribersAnswer>(
    "Subscribers", "All subscribers, by name.",
    [
      Field(name: "rows", type: .list(.record(Subscriber.record)), doc: "By name.") { answer, json in
        json.array { json in for subscriber in answer.rows { subscriber.write(into: &json) } }
      }
    ])
}
