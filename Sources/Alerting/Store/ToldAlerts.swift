import MarketModel
import Storage

/// What somebody was told, as far as it can be held against what came.
public struct ToldAlert: Hashable, Sendable {
  public var rule: String
  /// Empty for what is about no symbol.
  public var underlying: String
  /// Stream time; `.none` for one from before that was noted.
  public var time: Timestamp
  /// Nil for one from before that was noted.
  public var direction: PriceDirection?

  public init(rule: String, underlying: String, time: Timestamp, direction: PriceDirection?) {
    self.rule = rule
    self.underlying = underlying
    self.time = time
    self.direction = direction
  }
}

extension AlertDatabase {
  /// Alerts told from the one moment on and before the other, oldest first; those without such a time by their cause's newest.
  public func told(from: Timestamp, to: Timestamp) throws(StorageError) -> [ToldAlert] {
    try session.rows(
      """
      SELECT rule, underlying, told_time, direction FROM alerts WHERE coalesce(told_time, last_time) >= make_timestamp_ns($1) \
      AND coalesce(told_time, last_time) < make_timestamp_ns($2) ORDER BY id
      """, [.integer(from.nanoseconds), .integer(to.nanoseconds)]
    ).map { row in
      ToldAlert(
        rule: row[0].text ?? "", underlying: row[1].text ?? "", time: Timestamp(nanoseconds: row[2].integer ?? 0),
        direction: row[3].integer.flatMap { PriceDirection(rawValue: $0) })
    }
  }
}
