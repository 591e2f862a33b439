import MarketModel

/// How a channel is doing, for health and the API.
public struct ChannelStatistics: Sendable, Equatable {
  public enum Breaker: String, Sendable, CaseIterable {
    case closed
    case open
    case halfOpen = "half_open"
  }

  public var name: String
  /// `slack`, `email`...; `none` for a channel that has messages in the outbox and is not configured any more.
  public var kind: String
  /// Messages of the outbox that wait or are under way.
  public var queued = 0
  /// Of the outbox: what was delivered in the last thirty days, and what was given up.
  public var delivered = 0
  public var dead = 0
  /// Of the dead, those given up within the last day.
  public var deadWithinDay = 0
  /// Messages delivered since the start, and tries that failed.
  public var deliveredSinceStart = 0
  public var failedTries = 0
  public var breaker = Breaker.closed
  /// Without secrets; nil when nothing has failed since the start.
  public var lastError: String?
  /// Machine's time of it.
  public var lastErrorTime: Timestamp?
  /// Machine's time of the last delivery since the start.
  public var lastDeliveryTime: Timestamp?

  public init(name: String, kind: String) {
    self.name = name
    self.kind = kind
  }

  mutating func take(_ counts: DeliveryCounts) {
    queued = counts.queued
    delivered = counts.delivered
    dead = counts.dead
    deadWithinDay = counts.deadWithinDay
  }

  /// Of a channel that only the outbox knows.
  static func missing(_ name: String, _ counts: DeliveryCounts) -> ChannelStatistics {
    var statistics = ChannelStatistics(name: name, kind: "none")
    statistics.take(counts)
    statistics.lastError = DeliveryTable.noChannel
    return statistics
  }
}
