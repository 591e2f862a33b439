import JSONText
import MarketModel
import Storage

/// A message that waits in memory.
struct QueuedDelivery {
  var delivery: Delivery
  /// From when on it could have gone, by the wall's clock.
  var dueNanoseconds: Int64

  mutating func shift(nanoseconds: Int64) {
    dueNanoseconds += nanoseconds
    delivery.nextAttempt = delivery.nextAttempt.adding(nanoseconds: nanoseconds)
  }
}

/// What the outbox holds of a channel.
struct DeliveryCounts: Hashable {
  var queued = 0
  var delivered = 0
  var dead = 0
  var deadWithinDay = 0
  static let recentNanoseconds: Int64 = 86_400_000_000_000
}

/// What the dispatcher and people ask of the outbox.
extension DeliveryTable {
  /// What was under way when the process ended is to be sent again, under its key.
  static func recover(on session: SQLSession, now: Timestamp) throws(StorageError) {
    try session.rows(
      "UPDATE deliveries SET state = 'pending', changed_time = make_timestamp_ns($1) WHERE state = 'sending'",
      [.integer(now.nanoseconds)])
  }

  /// What was delivered, or given up, is kept for so long.
  static let deliveredNanoseconds: Int64 = 30 * 86_400_000_000_000
  static let deadNanoseconds: Int64 = 90 * 86_400_000_000_000

  /// Forgets what was delivered or given up long ago.
  static func prune(on session: SQLSession, now: Timestamp) throws(StorageError) {
    try session.rows(
      """
      DELETE FROM deliveries WHERE (state = 'delivered' AND changed_time < make_timestamp_ns($1))
        OR (state = 'dead' AND changed_time < make_timestamp_ns($2))
      """,
      [
        .integer(now.adding(nanoseconds: -deliveredNanoseconds).nanoseconds),
        .integer(now.adding(nanoseconds: -deadNanoseconds).nanoseconds),
      ])
  }

  /// The wall's clock was set: the times of what waits go with it, but for what was written since.
  static func shift(_ jump: ClockWatch.Jump, on session: SQLSession) throws(StorageError) {
    try session.rows(
      """
      UPDATE deliveries SET next_attempt = make_timestamp_ns(epoch_ns(next_attempt) + $1),
        due_time = make_timestamp_ns(epoch_ns(due_time) + $1)
      WHERE state IN ('pending', 'sending')
        AND changed_time NOT BETWEEN make_timestamp_ns($2) AND make_timestamp_ns($3)
      """, [.integer(jump.nanoseconds), .integer(jump.shown.lowerBound), .integer(jump.shown.upperBound)])
  }

  /// Why such a message is given up.
  static let noChannel = "no channel of this name is configured"

  /// Gives up what no channel is there for.
  static func abandon(
    exceptFor channels: [String], on session: SQLSession, now: Timestamp
  ) throws(StorageError) {
    var names = JSONWriter()
    names.array { json in for channel in channels { json.value(channel) } }
    try session.rows(
      """
      UPDATE deliveries SET state = 'dead', last_error = '\(noChannel)',
        changed_time = make_timestamp_ns($2)
      WHERE state = 'pending' AND channel NOT IN (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')))
      """, [.text(names.text), .integer(now.nanoseconds)])
  }

  /// The oldest messages of a channel that may go now.
  static func due(
    channel: String, now: Int64, limit: Int, on session: SQLSession
  ) throws(StorageError) -> [QueuedDelivery] {
    let rows = try session.rows(
      """
      SELECT delivery_id, idempotency_key, alert_id, severity, title, text, fields, message_time, attempts, next_attempt,
        due_time, last_error
      FROM deliveries WHERE state = 'pending' AND channel = $1 AND next_attempt <= make_timestamp_ns($2)
      ORDER BY delivery_id LIMIT $3
      """, [.text(channel), .integer(now), .integer(Int64(limit))])
    return rows.map { queued($0, channel: channel) }
  }

  /// When the next message of a channel may go; nil when none waits for its time.
  static func nextAttempt(channel: String, after now: Int64, on session: SQLSession) throws(StorageError) -> Int64? {
    try session.rows(
      """
      SELECT min(next_attempt) FROM deliveries
      WHERE state = 'pending' AND channel = $1 AND next_attempt > make_timestamp_ns($2)
      """, [.text(channel), .integer(now)]
    ).first?.first?.integer
  }

  /// Writes what became of messages: state, attempts, next attempt and error.
  static func update(_ deliveries: [Delivery], on session: SQLSession, now: Timestamp) throws(StorageError) {
    guard !deliveries.isEmpty else { return }
    var json = JSONWriter(reservingBytes: 128 * deliveries.count)
    json.array { json in
      for delivery in deliveries {
        json.object { json in
          json.field("id", delivery.id)
          json.field("state", delivery.state.rawValue)
          json.field("attempts", delivery.attempts)
          json.field("next", delivery.nextAttempt.nanoseconds)
          if let error = delivery.lastError { json.field("error", error) } else { json.nullField("error") }
        }
      }
    }
    try session.rows(
      """
      UPDATE deliveries
      SET state = r.state, attempts = r.attempts, next_attempt = make_timestamp_ns(r.next), last_error = r.error,
        changed_time = make_timestamp_ns($2)
      FROM (SELECT unnest(from_json($1::JSON, '[{"id": "BIGINT", "state": "VARCHAR", "attempts": "INTEGER",
        "next": "BIGINT", "error": "VARCHAR"}]')) AS r)
      WHERE delivery_id = r.id
      """, [.text(json.text), .integer(now.nanoseconds)])
  }

  /// Puts dead messages back into the queue, with all their tries before them.
  /// - Parameters:
  ///   - channel: nil for those of every channel.
  ///   - id: nil for all.
  ///   - now: the machine's time; their age counts from here.
  /// - Returns: how many.
  @discardableResult
  public static func resend(
    channel: String?, id: Int64?, on session: SQLSession, now: Timestamp
  ) throws(StorageError) -> Int {
    let rows = try session.rows(
      """
      UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt = make_timestamp_ns($1),
        due_time = make_timestamp_ns($1), changed_time = make_timestamp_ns($1)
      WHERE state = 'dead' AND ($2::VARCHAR IS NULL OR channel = $2) AND ($3::BIGINT IS NULL OR delivery_id = $3)
      """, [.integer(now.nanoseconds), channel.map { .text($0) } ?? .null, id.map { .integer($0) } ?? .null])
    return Int(rows.first?.first?.integer ?? 0)
  }

  /// Messages of each channel that has any.
  static func counts(on session: SQLSession, now: Timestamp) throws(StorageError) -> [String: DeliveryCounts] {
    var counts: [String: DeliveryCounts] = [:]
    let rows = try session.rows(
      """
      SELECT channel, count(*) FILTER (state IN ('pending', 'sending')), count(*) FILTER (state = 'delivered'),
        count(*) FILTER (state = 'dead'), count(*) FILTER (state = 'dead' AND changed_time >= make_timestamp_ns($1))
      FROM deliveries GROUP BY channel
      """, [.integer(now.adding(nanoseconds: -DeliveryCounts.recentNanoseconds).nanoseconds)])
    for row in rows {
      guard let channel = row[0].text else { continue }
      func count(_ column: Int) -> Int { Int(row[column].integer ?? 0) }
      counts[channel] = DeliveryCounts(
        queued: count(1), delivered: count(2), dead: count(3), deadWithinDay: count(4))
    }
    return counts
  }

  private static func queued(_ row: [SQLCell], channel: String) -> QueuedDelivery {
    let message = OutboundMessage(
      severity: row[3].text.flatMap { AlertSeverity(rawValue: $0) } ?? .info, title: row[4].text ?? "",
      text: row[5].text ?? "", fields: row[6].text.flatMap { FieldsText.fields(of: $0) } ?? [],
      time: Timestamp(nanoseconds: row[7].integer ?? 0))
    let delivery = Delivery(
      id: row[0].integer ?? 0, idempotencyKey: row[1].text ?? "", alertID: row[2].integer ?? 0, channel: channel,
      message: message, attempts: Int(row[8].integer ?? 0), nextAttempt: Timestamp(nanoseconds: row[9].integer ?? 0),
      lastError: row[11].text)
    return QueuedDelivery(delivery: delivery, dueNanoseconds: row[10].integer ?? 0)
  }
}
