import JSONText
import Logging

/// The file in which people name their channels:
///
///     [{"name": "desk", "kind": "slack", "url": "$SLACK_WEBHOOK_URL", "fallback": "ops"},
///      {"name": "ops", "kind": "email", "server": "smtp.example.com:587", "from": "flow@example.com", "to": ["ops@example.com"],
///       "user": "flow", "password": "$SMTP_PASSWORD"}]
///
/// A text that begins with `$` is taken from the environment, so that keys need not stand in the file.
public enum ChannelFile {
  /// Everything that is wrong with it, without secrets.
  public struct Problems: Error, CustomStringConvertible {
    public var lines: [String]
    public var description: String { lines.joined(separator: "\n") }
  }

  /// The channel that is always there.
  public static let console = ChannelConfiguration(name: "console", destination: .console)

  /// The channels of the file, and the console.
  /// - Parameters:
  ///   - environment: the value of a variable; nil when it is not set.
  ///   - file: its name, for problems.
  public static func channels(
    _ bytes: [UInt8], file: String, environment: @escaping (String) -> String?
  ) throws(Problems) -> [ChannelConfiguration] {
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch { throw Problems(lines: ["\(file) is not JSON: \(error)"]) }
    guard case .list(let entries) = value else {
      throw Problems(lines: ["\(file) is \(word(value)), wanted a list of channels"])
    }
    var channels: [ChannelConfiguration] = []
    var problems: [String] = []
    for (index, entry) in entries.enumerated() {
      guard case .object(let members) = entry else {
        problems.append("\(file): channel \(index + 1) is \(word(entry)), wanted an object with name and kind")
        continue
      }
      var reader = ChannelReader(members, place: "\(file): channel \(index + 1)", environment: environment)
      if let channel = reader.channel() { channels.append(channel) }
      problems += reader.problems
    }
    problems += crossProblems(channels, file: file)
    guard problems.isEmpty else { throw Problems(lines: problems) }
    return channels.contains { $0.name == console.name } ? channels : [console] + channels
  }

  private static func crossProblems(_ channels: [ChannelConfiguration], file: String) -> [String] {
    let names = channels.map(\.name) + [console.name]
    var problems: [String] = []
    for name in Set(channels.map(\.name)).sorted() where channels.filter({ $0.name == name }).count > 1 {
      problems.append("\(file): two channels are called \(name), wanted different names")
    }
    for channel in channels {
      guard let fallback = channel.fallback else { continue }
      if fallback == channel.name {
        problems.append("\(file): channel \(channel.name) falls back on itself, wanted another one")
      } else if !names.contains(fallback) {
        problems.append(
          "\(file): channel \(channel.name) falls back on \(fallback), wanted one of \(names.joined(separator: ", "))")
      }
    }
    return problems
  }

  /// A text may be a secret.
  static func word(_ value: JSONValue) -> String {
    if case .text = value { return "a text" }
    return value.kind
  }
}
