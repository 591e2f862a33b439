import MarketModel

/// One message to one channel: durable from the transaction that stores its alert until it is delivered or dead.
public struct Delivery: Hashable, Sendable {
  /// Counts up; 0 before it was stored.
  public var id: Int64
  /// Sent along where the channel has a place for it, so that a receiver can tell a repeat: the alert's key and the channel.
  public var idempotencyKey: String
  /// 0 for a digest of many.
  public var alertID: Int64
  /// Name of the channel, as configured.
  public var channel: String
  public var message: OutboundMessage
  public var state: DeliveryState
  /// Tries so far.
  public var attempts: Int
  /// Machine's time before which it is not tried.
  public var nextAttempt: Timestamp
  /// Of the last try, without secrets; nil when there was none.
  public var lastError: String?

  public init(
    id: Int64 = 0, idempotencyKey: String, alertID: Int64, channel: String, message: OutboundMessage,
    state: DeliveryState = .pending, attempts: Int = 0, nextAttempt: Timestamp = .none, lastError: String? = nil
  ) {
    self.id = id
    self.idempotencyKey = idempotencyKey
    self.alertID = alertID
    self.channel = channel
    self.message = message
    self.state = state
    self.attempts = attempts
    self.nextAttempt = nextAttempt
    self.lastError = lastError
  }
}

public enum DeliveryState: String, Hashable, Sendable, CaseIterable {
  case pending
  /// Handed to the channel; not known whether it arrived. After a crash it is sent again under the same key.
  case sending
  case delivered
  /// Given up: `marketflow alerts resend` tries it again.
  case dead
}

/// What is to be said, before a channel gives it its own form and cuts it to its own limits.
public struct OutboundMessage: Hashable, Sendable {
  public var severity: AlertSeverity
  /// One line, without markup.
  public var title: String
  /// Some lines, without markup.
  public var text: String
  /// Name and value, in order: premium, side, contract...
  public var fields: [Field]
  /// When it happened, UTC; shown in the market's zone.
  public var time: Timestamp

  public struct Field: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(severity: AlertSeverity, title: String, text: String, fields: [Field], time: Timestamp) {
    self.severity = severity
    self.title = title
    self.text = text
    self.fields = fields
    self.time = time
  }
}
