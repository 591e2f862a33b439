extension Delivery {
  /// The key of an alert's message to a channel, the same in every replay.
  public static func key(alert: String, channel: String) -> String { "\(alert)/\(channel)" }

  /// This message for another channel, because its own has given up. An alert that went to that channel anyway has the same key
  /// there, so nobody is told twice.
  func redirected(to other: String) -> Delivery {
    var copy = self
    copy.id = 0
    copy.channel = other
    copy.state = .pending
    copy.attempts = 0
    copy.nextAttempt = .none
    copy.lastError = nil
    let own = "/\(channel)"
    let alert = idempotencyKey.hasSuffix(own) ? String(idempotencyKey.dropLast(own.count)) : idempotencyKey
    copy.idempotencyKey = Delivery.key(alert: alert, channel: other)
    return copy
  }
}
