import Alerting
import JSONText

/// `marketflow alerts test TARGET`.
enum AlertsTest {
  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let name = command.argument("TARGET") else {
      throw command.usage("test needs CHANNEL: the channel that is tried")
    }
    let channels = try AlertChannels(command).all
    guard let channel = channels.first(where: { $0.name == name }) else {
      throw SettingsError("there is no channel \(name); there are \(channels.map(\.name).joined(separator: ", "))")
    }
    AlertsCommand.surviveBrokenPipes()
    let problem = ChannelTest.send(through: channel)
    if command.flag("json") {
      var json = JSONWriter()
      json.object { json in
        json.field("channel", name)
        json.field("kind", channel.destination.kind)
        json.field("delivered", problem == nil)
        if let problem { json.field("error", problem) }
      }
      print(json.text)
    } else if let problem {
      printError("marketflow: alerts: channel \(name): \(problem)")
    } else {
      print("channel \(name) (\(channel.destination.kind)) took the message")
    }
    return problem == nil ? .ok : .upstream
  }
}
