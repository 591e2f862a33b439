import MarketModel
import Storage

/// The file of alerts, of what people made of them, of their rules and of the messages under way: a file of its own, because the
/// store's can be made anew from the record of the market and this one cannot. One thread at a time.
public final class AlertDatabase {
  public let session: SQLSession
  public let path: String
  /// Version of the tables this program makes.
  static let version: Int64 = 2
  private static let memoryLimitMegabytes = 96

  /// Opens the file; makes it, and its tables, where they are not there.
  /// - Throws: `.locked`, `.alreadyOpen`, `.cannotOpen`, `.newerSchema`, `.statement`.
  public init(path: String) throws(StorageError) {
    self.path = path
    session = try SQLSession(file: path, memoryLimitMegabytes: AlertDatabase.memoryLimitMegabytes)
    try prepare()
  }

  /// Alerts of a run that keeps nothing.
  public init(inMemoryBeside directory: String) throws(StorageError) {
    path = "memory"
    session = try SQLSession(
      memoryLimitMegabytes: AlertDatabase.memoryLimitMegabytes, temporaryDirectory: directory + "/alerts.tmp")
    try prepare()
  }

  private func prepare() throws(StorageError) {
    try session.execute("CREATE TABLE IF NOT EXISTS alert_schema (version BIGINT NOT NULL)")
    if let found = try session.rows("SELECT max(version) FROM alert_schema").first?.first?.integer {
      guard found <= AlertDatabase.version else {
        throw .newerSchema(path: path, found: Int(found), supported: Int(AlertDatabase.version))
      }
      return try migrate(from: found)
    }
    try session.transaction { () throws(StorageError) in
      for statement in AlertDatabase.createSQL + DeliveryTable.createSQL { try session.execute(statement) }
      try session.rows("INSERT INTO alert_schema VALUES ($1)", [.integer(AlertDatabase.version)])
      try RecordTable.subscribers.put(Subscriber.console.name, Subscriber.console.json, session)
    }
  }

  private func migrate(from found: Int64) throws(StorageError) {
    guard found < AlertDatabase.version else { return }
    try session.transaction { () throws(StorageError) in
      for statement in AlertTable.changesSinceVersion1 { try session.execute(statement) }
      try session.rows("UPDATE alert_schema SET version = $1", [.integer(AlertDatabase.version)])
    }
  }

  private static let createSQL = [
    AlertTable.createSQL,
    // What made an alert, or was folded into one: what is played again is known by it.
    "CREATE TABLE alert_causes (key VARCHAR NOT NULL, alert_id BIGINT NOT NULL)",
    RecordTable.rules.createSQL, RecordTable.subscribers.createSQL,
    // Alerts that wait for a subscriber's digest.
    "CREATE TABLE digest_entries (subscriber VARCHAR NOT NULL, alert_id BIGINT NOT NULL, since TIMESTAMP_NS NOT NULL)",
    "CREATE TABLE alert_progress (run VARCHAR NOT NULL, last_print BIGINT NOT NULL)",
  ]
}

/// Records that are stored as the JSON people write, under their names.
struct RecordTable {
  static let rules = RecordTable(name: "alert_rules")
  static let subscribers = RecordTable(name: "subscribers")

  let name: String

  var createSQL: String { "CREATE TABLE \(name) (name VARCHAR NOT NULL, body VARCHAR NOT NULL)" }

  /// In a transaction of the caller's.
  func put(_ key: String, _ json: [UInt8], _ session: SQLSession) throws(StorageError) {
    try remove(key, session)
    try session.rows(
      "INSERT INTO \(name) VALUES ($1, $2)", [.text(key), .text(String(decoding: json, as: UTF8.self))])
  }

  func remove(_ key: String, _ session: SQLSession) throws(StorageError) {
    try session.rows("DELETE FROM \(name) WHERE name = $1", [.text(key)])
  }

  /// All of them, by name.
  func bodies(_ session: SQLSession) throws(StorageError) -> [[UInt8]] {
    try session.rows("SELECT body FROM \(name) ORDER BY name").compactMap { $0.first?.text.map { Array($0.utf8) } }
  }
}
