import Alerting
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow alerts`: what people were told, and the messages to channels, by hand.
enum AlertsCommand {
  static let declaration = Command(
    "alerts", summary: "list and acknowledge alerts, show rules, send messages again, try a channel",
    discussion: """
      list shows the newest alerts, rules what makes them, acknowledge and resolve take the id of one; a running serve is asked. \
      resend puts messages that were given up (dead) back into the queue: of one channel with --channel, one with --id, else all. \
      A running serve is asked to do it and sends them; without one they wait for the next serve, or for send. send delivers \
      what waits, without a server, and ends when nothing does. test sends one message through a channel at once and says what \
      came of it.
      """,
    arguments: [
      CommandArgument(
        "ACTION", .choice(["list", "rules", "acknowledge", "resolve", "resend", "send", "test"]), help: "what to do"),
      CommandArgument(
        "TARGET", .text(placeholder: "TARGET"), .optional,
        help: "the alert's id, or the channel that test tries"),
    ],
    options: [
      CommandOption("channel", .value(.text(placeholder: "CHANNEL")), help: "resend: messages of this channel only"),
      CommandOption("id", .value(.integer(1...Int.max)), help: "resend: this message only"),
      CommandOption("limit", .value(.integer(1...1000)), help: "list: most alerts", default: "50"),
      CommandOption("url", .value(.text(placeholder: "URL")), help: "ask this server, as http://127.0.0.1:8000"),
      CommandOption("demo", .flag, help: "the demo market's alerts"), .json,
    ] + SettingKey.options([.dataDirectory, .alertChannels]),
    examples: [
      Command.Example("marketflow alerts list --limit 10", "the newest ten"),
      Command.Example("marketflow alerts acknowledge 17", "somebody has seen it"),
      Command.Example("marketflow alerts test desk", "whether a message gets through"),
      Command.Example("marketflow alerts resend --channel desk", "what desk did not take"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let action = command.argument("ACTION") else { preconditionFailure("ACTION is a required argument") }
    switch action {
    case "list", "rules", "acknowledge", "resolve": return try AlertsAsk.run(action, command)
    case "resend": return try AlertsResend.run(command)
    case "send": return try AlertsSend.run(command)
    default: return try AlertsTest.run(command)
    }
  }

  /// A receiver that hangs up is an error of its message, not the end of the process.
  static func surviveBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// The outbox of the data folder, to be opened by this process.
  /// - Throws: `.locked` when a server has it; `.newerSchema`, `.cannotOpen`, `.statement` for a file that cannot be used.
  static func openOutbox(_ command: ParsedCommand) throws -> SQLSession {
    let directory = try DataDirectory(command)
    let path = command.flag("demo") ? directory.demoAlerts : directory.alerts
    guard access(path, F_OK) == 0 else {
      throw ServeError("there are no alerts at \(path); serve makes them, or name another --data-dir")
    }
    return try AlertDatabase(path: path).session
  }
}
