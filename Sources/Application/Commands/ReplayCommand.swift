import JSONText

/// `marketflow replay FILE`: a recording's totals and digest, without a server.
enum ReplayCommand {
  static let declaration = Command(
    "replay", summary: "play a recording and print its totals",
    discussion: """
      FILE holds WebSocket frames, one a line, or a Polygon flat file of trades or quotes (CSV); plain, gzip or zstd. The same \
      file gives the same digest at any speed, here and in serve --replay.
      """,
    arguments: [CommandArgument("FILE", help: "the recording")],
    options: [
      CommandOption(
        "speed", .value(.numberOrWord(0.01...1_000_000, ["max"])), help: "1 is the recorded pace, max without pauses",
        default: "max"),
      CommandOption("contracts", .value(.path), help: "greeks of the recording's contracts (JSON)"),
      .json,
    ],
    examples: [Command.Example("marketflow replay day.ndjson.gz --json | jq .digest", "the digest alone")])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let path = command.argument("FILE") else { preconditionFailure("FILE is a required argument") }
    let replay = ReplayRun(path: path, contracts: command.text("contracts"), speed: command.number("speed"))
    var bar = ProgressBar(subject: "replay")
    let summary = try replay.play { bar.show($0, of: $1) }
    bar.clear()
    if command.flag("json") {
      var json = JSONWriter()
      summary.write(to: &json)
      print(json.text)
    } else {
      print(summary.text)
    }
    return .ok
  }
}
