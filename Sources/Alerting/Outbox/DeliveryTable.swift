import Clocks
import JSONText
import MarketModel
import Storage

/// The outbox: every message to a channel, from the transaction that stored its alert until it is delivered or dead, and after.
public enum DeliveryTable {
  /// Makes the table where it is not there yet; one statement each.
  public static let createSQL = [
    "CREATE SEQUENCE IF NOT EXISTS delivery_ids",
    """
    CREATE TABLE IF NOT EXISTS deliveries (
      delivery_id BIGINT PRIMARY KEY DEFAULT nextval('delivery_ids'), idempotency_key VARCHAR NOT NULL UNIQUE,
      alert_id BIGINT NOT NULL, channel VARCHAR NOT NULL, severity VARCHAR NOT NULL, title VARCHAR NOT NULL,
      text VARCHAR NOT NULL, fields VARCHAR NOT NULL, message_time TIMESTAMP_NS NOT NULL, state VARCHAR NOT NULL,
      attempts INTEGER NOT NULL, next_attempt TIMESTAMP_NS NOT NULL, due_time TIMESTAMP_NS NOT NULL, last_error VARCHAR,
      changed_time TIMESTAMP_NS NOT NULL)
    """,
  ]

  /// Stores new messages. One whose key is there already is told already, and left out. `id` is given by the table.
  /// - Parameters:
  ///   - session: of the database with the table; in its transaction, if there is one.
  ///   - now: the machine's time. A message's age counts from here, or from `nextAttempt` when that is later.
  public static func insert(
    _ deliveries: [Delivery], on session: SQLSession,
    now: Timestamp = Timestamp(nanoseconds: SystemClock.wallNanoseconds)
  ) throws(StorageError) {
    guard !deliveries.isEmpty else { return }
    var json = JSONWriter(reservingBytes: 512 * deliveries.count)
    json.array { json in for delivery in deliveries { write(delivery, now, to: &json) } }
    try session.rows(insertSQL, [.text(json.text), .integer(now.nanoseconds)])
  }

  /// One text holds all rows: a statement a row would cost twenty times as much.
  private static let insertSQL = """
    INSERT INTO deliveries (idempotency_key, alert_id, channel, severity, title, text, fields, message_time, state, attempts,
      next_attempt, due_time, last_error, changed_time)
    SELECT r.key, r.alert, r.channel, r.severity, r.title, r.text, r.fields, make_timestamp_ns(r.time), r.state, r.attempts,
      make_timestamp_ns(r.next), make_timestamp_ns(r.due), r.error,
      make_timestamp_ns($2)
    FROM (SELECT unnest(from_json($1::JSON, '[{"key": "VARCHAR", "alert": "BIGINT", "channel": "VARCHAR",
      "severity": "VARCHAR", "title": "VARCHAR", "text": "VARCHAR", "fields": "VARCHAR", "time": "BIGINT",
      "state": "VARCHAR", "attempts": "INTEGER", "next": "BIGINT", "due": "BIGINT", "error": "VARCHAR"}]')) AS r)
    ON CONFLICT DO NOTHING
    """

  private static func write(_ delivery: Delivery, _ now: Timestamp, to json: inout JSONWriter) {
    json.object { json in
      json.field("key", delivery.idempotencyKey)
      json.field("alert", delivery.alertID)
      json.field("channel", delivery.channel)
      json.field("severity", delivery.message.severity.rawValue)
      json.field("title", delivery.message.title)
      json.field("text", delivery.message.text)
      json.field("fields", FieldsText.text(of: delivery.message.fields))
      json.field("time", delivery.message.time.nanoseconds)
      json.field("state", delivery.state.rawValue)
      json.field("attempts", delivery.attempts)
      json.field("next", delivery.nextAttempt.nanoseconds)
      json.field("due", max(now, delivery.nextAttempt).nanoseconds)
      if let error = delivery.lastError { json.field("error", error) } else { json.nullField("error") }
    }
  }
}
