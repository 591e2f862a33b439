import Alerting
import JSONText
import Logging

/// `marketflow alerts send`: a dispatcher without a server, until nothing waits.
enum AlertsSend {
  static func run(_ command: ParsedCommand) throws -> ExitCode {
    AlertsCommand.surviveBrokenPipes()
    let channels = try AlertChannels(command).all
    let session = try AlertsCommand.openOutbox(command)
    let statistics = try OutboxDispatcher.drain(session: session, channels: channels, log: Log())
    show(statistics, command)
    return statistics.allSatisfy { $0.dead == 0 } ? .ok : .upstream
  }

  private static func show(_ statistics: [ChannelStatistics], _ command: ParsedCommand) {
    guard command.flag("json") else {
      for channel in statistics where channel.deliveredSinceStart + channel.dead > 0 {
        let dead =
          channel.dead == 0 ? "" : ", \(channel.dead) given up: \(channel.lastError ?? "marketflow alerts resend")"
        print("\(channel.name): \(channel.deliveredSinceStart) delivered\(dead)")
      }
      return
    }
    var json = JSONWriter()
    json.array { json in
      for channel in statistics {
        json.object { json in
          json.field("channel", channel.name)
          json.field("kind", channel.kind)
          json.field("delivered", channel.deliveredSinceStart)
          json.field("failed_tries", channel.failedTries)
          json.field("dead", channel.dead)
          if let error = channel.lastError { json.field("last_error", error) } else { json.nullField("last_error") }
        }
      }
    }
    print(json.text)
  }
}
