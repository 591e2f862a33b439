import Alerting
import MarketModel

/// How alerts and their messages do, for `/health`.
public struct AlertsFacts: Sendable {
  public var thread: AlertsThread.Status
  /// In the order of the configuration, then those that only messages know.
  public var channels: [ChannelStatistics]

  public init(thread: AlertsThread.Status, channels: [ChannelStatistics]) {
    self.thread = thread
    self.channels = channels
  }

  /// Messages of all channels.
  var waiting: Int { channels.reduce(0) { $0 + $1.queued } }
  var dead: Int { channels.reduce(0) { $0 + $1.dead } }
  var deadWithinDay: Int { channels.reduce(0) { $0 + $1.deadWithinDay } }

  private var openBreakers: [ChannelStatistics] { channels.filter { $0.breaker != .closed } }

  /// Why the file cannot be written, else what a channel failed with last.
  private var lastError: String? {
    if let error = thread.error { return error }
    let failed = channels.filter { $0.lastError != nil }
    let newest = failed.max { ($0.lastErrorTime ?? .none) < ($1.lastErrorTime ?? .none) }
    return newest.flatMap { channel in channel.lastError.map { "channel \(channel.name): \($0)" } }
  }

  /// What is wrong, in words. Messages that died are said for a day: somebody whose channel is gone for good must not look at a
  /// warning for ever.
  var doubts: [String] {
    var doubts: [String] = []
    if let error = thread.error {
      doubts.append(
        "alerts: \(error); \(thread.pending) alerts wait, they are stored when the file can be written again")
    }
    for channel in channels where channel.deadWithinDay > 0 {
      let reason = channel.lastError.map { " (\($0))" } ?? ""
      doubts.append(
        "alerts: channel \(channel.name): \(channel.deadWithinDay) messages were given up within a day\(reason); "
          + "`marketflow alerts resend --channel \(channel.name)` tries them again")
    }
    return doubts
  }

  static let schema = Schema<AlertsFacts>(
    "AlertsHealth", "Alerts and their messages.",
    [
      .flag("running", "Whether alerts are made.") { $0.thread.isRunning },
      .integer("new", "Alerts that nobody has looked at.") { $0.thread.open.new },
      .integer("acknowledged", "Alerts that somebody is at.") { $0.thread.open.acknowledged },
      .record("queue", "Engine to alerts.", HealthFacts.Queue.schema) {
        HealthFacts.Queue(depth: $0.thread.queueDepth, capacity: $0.thread.queueCapacity)
      },
      .integer("missed", "Outputs that found the queue full; they are read from the database, where there is one.") {
        $0.thread.missed
      },
      .integer("pending", "Alerts that wait for their file.") { Int64($0.thread.pending) },
      .integer("messages_waiting", "Messages that wait for their channel, or are under way.") { Int64($0.waiting) },
      .integer("messages_dead", "Messages given up; `marketflow alerts resend` tries them again.") { Int64($0.dead) },
      .texts("open_breakers", "Channels that are left alone for a while because their receiver does not answer.") {
        $0.openBreakers.map(\.name)
      },
      .textOrNull("last_error", "Why the file cannot be written, else what a channel failed with last.") {
        $0.lastError
      },
      .records("channels", "Each channel.", channelSchema) { $0.channels },
    ])

  private static let channelSchema = Schema<ChannelStatistics>(
    "AlertChannelHealth", "How a channel does.",
    [
      .text("name", "Its name.") { $0.name },
      .text("kind", "slack, email...; none for one that has messages and is not configured any more.") { $0.kind },
      .choice("breaker", "open: it is left alone for a while; half_open: one message tries whether it answers again.") {
        $0.breaker
      },
      .integer("waiting", "Messages that wait, or are under way.") { Int64($0.queued) },
      .integer("delivered", "Messages delivered in the last thirty days.") { Int64($0.delivered) },
      .integer("dead", "Messages given up.") { Int64($0.dead) },
      .integer("dead_within_day", "Of them within the last day.") { Int64($0.deadWithinDay) },
      .integer("failed_tries", "Tries that failed since the start.") { Int64($0.failedTries) },
      .textOrNull("last_error", "What the last one failed with.") { $0.lastError },
      .timeOrNull("last_error_time", "When, by this machine's clock.") { $0.lastErrorTime ?? .none },
      .timeOrNull("last_delivery_time", "When a message was last delivered since the start, by this machine's clock.") {
        $0.lastDeliveryTime ?? .none
      },
    ])
}

extension ChannelStatistics.Breaker: APIChoice { var apiName: String { rawValue } }
