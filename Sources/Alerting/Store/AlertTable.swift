import FlowEngine
import JSONText
import MarketModel
import Positioning
import Storage

/// The table of alerts: how they are written, several with one statement, and read.
enum AlertTable {
  static let createSQL = """
    CREATE TABLE alerts (
      id BIGINT NOT NULL, key VARCHAR NOT NULL, rule VARCHAR NOT NULL, subject VARCHAR NOT NULL,
      subject_id BIGINT NOT NULL, kind VARCHAR NOT NULL, severity VARCHAR NOT NULL, score_premium INTEGER NOT NULL,
      score_confidence INTEGER NOT NULL, score_count INTEGER NOT NULL, title VARCHAR NOT NULL, text VARCHAR NOT NULL,
      symbol VARCHAR NOT NULL, underlying VARCHAR NOT NULL, side VARCHAR NOT NULL, premium_micros BIGINT NOT NULL,
      prints BIGINT NOT NULL, first_time TIMESTAMP_NS NOT NULL, last_time TIMESTAMP_NS NOT NULL,
      created_time TIMESTAMP_NS NOT NULL, state VARCHAR NOT NULL, occurrences BIGINT NOT NULL,
      changed_time TIMESTAMP_NS NOT NULL, changed_by VARCHAR, told_time TIMESTAMP_NS, direction TINYINT)
    """

  /// What a file of version 1 lacks. Its alerts do not say when people were told.
  static let changesSinceVersion1 = [
    "ALTER TABLE alerts ADD COLUMN told_time TIMESTAMP_NS", "ALTER TABLE alerts ADD COLUMN direction TINYINT",
  ]

  private static let columns = [
    "id", "key", "rule", "subject", "subject_id", "kind", "severity", "score_premium", "score_confidence",
    "score_count", "title", "text", "symbol", "underlying", "side", "premium_micros", "prints", "first_time",
    "last_time", "created_time", "state", "occurrences", "changed_time", "changed_by",
    "told_time", "direction",
  ]
  private static let times: Set = ["first_time", "last_time", "created_time", "changed_time", "told_time"]
  private static let numbers: Set = [
    "id", "subject_id", "score_premium", "score_confidence", "score_count", "premium_micros", "prints", "first_time",
    "last_time", "created_time", "occurrences", "changed_time", "told_time", "direction",
  ]

  static let selectSQL = "SELECT \(columns.joined(separator: ", ")) FROM alerts"

  /// One bound text holds all rows: a statement a row would cost twenty times as much.
  private static let rowsSQL: String = {
    let types = columns.map { "\"\($0)\": \"\(numbers.contains($0) ? "BIGINT" : "VARCHAR")\"" }
    let values = columns.map { times.contains($0) ? "make_timestamp_ns(r.\($0)) AS \($0)" : "r.\($0) AS \($0)" }
    return "SELECT \(values.joined(separator: ", ")) FROM (SELECT unnest(from_json($1::JSON, "
      + "'[{\(types.joined(separator: ", "))}]')) AS r)"
  }()

  private static let insertSQL = "INSERT INTO alerts \(rowsSQL)"
  private static let updateSQL =
    "UPDATE alerts SET "
    + columns.dropFirst().map { "\($0) = n.\($0)" }.joined(separator: ", ")
    + " FROM (\(rowsSQL)) n WHERE alerts.id = n.id"

  static func insert(_ alerts: [Alert], _ session: SQLSession) throws(StorageError) {
    guard !alerts.isEmpty else { return }
    try session.rows(insertSQL, [.text(text(of: alerts))])
  }

  static func update(_ alerts: [Alert], _ session: SQLSession) throws(StorageError) {
    guard !alerts.isEmpty else { return }
    try session.rows(updateSQL, [.text(text(of: alerts))])
  }

  /// - Parameter condition: of fixed words; what comes from outside is bound.
  /// - Throws: `.unreadable` for a row that this program would not write, else what the session throws.
  static func read(
    where condition: String, _ parameters: [SQLValue], _ session: SQLSession
  ) throws(StorageError) -> [Alert] {
    var alerts: [Alert] = []
    for row in try session.rows("\(selectSQL) WHERE \(condition)", parameters) { alerts.append(try alert(row)) }
    return alerts
  }

  static func read(ids: Set<Int64>, _ session: SQLSession) throws(StorageError) -> [Int64: Alert] {
    guard !ids.isEmpty else { return [:] }
    let list = ids.sorted().map { "\($0)" }.joined(separator: ",")
    let alerts = try read(where: "id IN (\(list))", [], session)
    return Dictionary(alerts.map { ($0.id, $0) }) { $1 }
  }

  // MARK: Causes

  /// Which alert each of these keys belongs to, if any.
  static func alertIDs(ofKeys keys: [String], _ session: SQLSession) throws(StorageError) -> [String: Int64] {
    guard !keys.isEmpty else { return [:] }
    var json = JSONWriter(reservingBytes: 64 * keys.count)
    json.array { json in for key in keys { json.value(key) } }
    let rows = try session.rows(
      "SELECT key, alert_id FROM alert_causes WHERE key IN (SELECT unnest(from_json($1::JSON, '[\"VARCHAR\"]')))",
      [.text(json.text)])
    var found: [String: Int64] = [:]
    for row in rows { if let key = row[0].text, let id = row[1].integer { found[key] = id } }
    return found
  }

  static func insert(causes: [(key: String, id: Int64)], _ session: SQLSession) throws(StorageError) {
    guard !causes.isEmpty else { return }
    var json = JSONWriter(reservingBytes: 96 * causes.count)
    json.array { json in
      for cause in causes {
        json.object { json in
          json.field("key", cause.key)
          json.field("id", cause.id)
        }
      }
    }
    try session.rows(
      """
      INSERT INTO alert_causes SELECT r.key, r.id FROM (SELECT unnest(from_json($1::JSON, \
      '[{"key": "VARCHAR", "id": "BIGINT"}]')) AS r)
      """, [.text(json.text)])
  }

  // MARK: Rows

  private static func text(of alerts: [Alert]) -> String {
    var json = JSONWriter(reservingBytes: 768 * alerts.count)
    json.array { json in for alert in alerts { write(alert, &json) } }
    return json.text
  }

  private static func write(_ alert: Alert, _ json: inout JSONWriter) {
    let subject = subject(alert.subject)
    json.object { json in
      json.field("id", alert.id)
      json.field("key", alert.key)
      json.field("rule", alert.rule)
      json.field("subject", subject.name)
      json.field("subject_id", subject.id)
      json.field("kind", alert.subject.kindName)
      json.field("severity", alert.severity.rawValue)
      json.field("score_premium", alert.score.premium)
      json.field("score_confidence", alert.score.confidence)
      json.field("score_count", alert.score.count)
      json.field("title", alert.title)
      json.field("text", alert.text)
      json.field("symbol", alert.symbol)
      json.field("underlying", alert.underlying)
      json.field("side", alert.side.name)
      json.field("premium_micros", alert.premiumMicros)
      json.field("prints", alert.prints)
      json.field("first_time", alert.firstTime.nanoseconds)
      json.field("last_time", alert.lastTime.nanoseconds)
      json.field("created_time", alert.createdTime.nanoseconds)
      json.field("state", alert.state.rawValue)
      json.field("occurrences", alert.occurrences)
      json.field("changed_time", alert.changedTime.nanoseconds)
      if let by = alert.changedBy { json.field("changed_by", by) } else { json.nullField("changed_by") }
      if alert.toldTime == .none {
        json.nullField("told_time")
      } else {
        json.field("told_time", alert.toldTime.nanoseconds)
      }
      if let direction = alert.direction {
        json.field("direction", direction.rawValue)
      } else {
        json.nullField("direction")
      }
    }
  }

  private static func subject(_ subject: AlertSubject) -> (name: String, id: Int64) {
    switch subject {
    case .detection(let id, _): ("detection", id.rawValue)
    case .print(let number): ("print", number)
    case .level: ("level", 0)
    case .incident: ("incident", 0)
    }
  }

  /// Columns in the order of `selectSQL`.
  private static func alert(_ row: [SQLCell]) throws(StorageError) -> Alert {
    func number(_ column: Int) -> Int64 { row[column].integer ?? 0 }
    func text(_ column: Int) -> String { row[column].text ?? "" }
    func time(_ column: Int) -> Timestamp { Timestamp(nanoseconds: number(column)) }
    func choice<Choice>(_ column: Int, _ choices: [Choice], _ name: (Choice) -> String) throws(StorageError) -> Choice {
      guard let found = choices.first(where: { name($0) == text(column) }) else {
        throw unreadable(number(0), columns[column], text(column), wanted: choices.map(name))
      }
      return found
    }
    var alert = Alert(
      id: number(0), key: text(1), rule: text(2),
      subject: try subject(text(3), id: number(4), kind: text(5), of: number(0)),
      score: AlertScore(premium: Int(number(7)), confidence: Int(number(8)), count: Int(number(9))), title: text(10),
      text: text(11), symbol: text(12), underlying: text(13),
      side: try choice(14, AggressorSide.allCases) { $0.name }, premiumMicros: number(15), firstTime: time(17),
      lastTime: time(18), createdTime: time(19), state: try choice(20, AlertState.allCases) { $0.rawValue },
      occurrences: number(21))
    alert.severity = try choice(6, AlertSeverity.allCases) { $0.rawValue }
    alert.prints = number(16)
    alert.changedTime = time(22)
    alert.changedBy = row[23].text
    alert.toldTime = time(24)
    alert.direction = row[25].integer.flatMap { PriceDirection(rawValue: $0) }
    return alert
  }

  private static func subject(
    _ name: String, id: Int64, kind: String, of alert: Int64
  ) throws(StorageError) -> AlertSubject {
    let kinds: [String]
    switch name {
    case "detection":
      if let found = DetectionKind.allCases.first(where: { $0.name == kind }) {
        return .detection(DetectionID(rawValue: id), found)
      }
      kinds = DetectionKind.allCases.map(\.name)
    case "print": return .print(id)
    case "level":
      if let found = PositioningLevel.allCases.first(where: { $0.alertName == kind }) { return .level(found) }
      kinds = PositioningLevel.allCases.map(\.alertName)
    case "incident":
      if let found = FeedIncident.Kind.allCases.first(where: { $0.alertName == kind }) { return .incident(found) }
      kinds = FeedIncident.Kind.allCases.map(\.alertName)
    default: throw unreadable(alert, "subject", name, wanted: ["detection", "print", "level", "incident"])
    }
    throw unreadable(alert, "kind", kind, wanted: kinds)
  }

  private static func unreadable(_ alert: Int64, _ column: String, _ seen: String, wanted: [String]) -> StorageError {
    .unreadable(
      row: "alert \(alert)", column: column, seen: String(seen.prefix(80)), wanted: wanted.joined(separator: ", "))
  }
}
