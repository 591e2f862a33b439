import MarketModel

/// Whom alerts are told, and how: at once, or in a digest.
struct Addressing {
  /// What of it has to be stored with the alerts.
  struct Outcome {
    var deliveries: [Delivery] = []
    /// Alerts that wait for a subscriber's digest.
    var waiting: [(subscriber: String, alert: Int64)] = []
  }

  let subscribers: [Subscriber]
  let rules: [String: AlertRule]
  let tellsOutside: TellingOutside
  /// Machine's time.
  let now: Timestamp

  /// - Parameter before: the alert as it was told, nil for a new one: who wanted it then is not told again.
  func address(
    _ alert: Alert, before: Alert?, _ paces: inout [String: MessagePace], into outcome: inout Outcome
  ) {
    guard alert.state == .new, isTold(alert) else { return }
    var channels: [String] = []
    if before == nil { channels = rules[alert.rule]?.channels ?? [] }
    for subscriber in subscribers where subscriber.wants(alert) {
      if let before, subscriber.wants(before) { continue }
      if isQuiet(subscriber, alert)
        || !paces[subscriber.name, default: MessagePace()].take(at: now, limit: subscriber.messagesAMinute)
      {
        outcome.waiting.append((subscriber.name, alert.id))
      } else {
        channels += subscriber.channels
      }
    }
    var told: Set<String> = []
    for channel in channels where told.insert(channel).inserted {
      outcome.deliveries.append(
        Delivery(
          idempotencyKey: Delivery.key(alert: alert.key, channel: channel), alertID: alert.id, channel: channel,
          message: alert.message, nextAttempt: now))
    }
  }

  private func isQuiet(_ subscriber: Subscriber, _ alert: Alert) -> Bool {
    guard let hours = subscriber.quietHours, hours.contains(now) else { return false }
    return !(subscriber.criticalPasses && alert.severity == .critical)
  }

  private func isTold(_ alert: Alert) -> Bool {
    switch tellsOutside {
    case .always: true
    case .within(let nanoseconds): abs(now - alert.lastTime) <= nanoseconds
    case .never: false
    }
  }
}
