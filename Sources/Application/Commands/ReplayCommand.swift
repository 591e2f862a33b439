import JSONText
import MarketModel

/// `marketflow replay FILE` or `--date D`: totals and digest of what was recorded, without a server.
enum ReplayCommand {
  static let declaration = Command(
    "replay", summary: "play a recording or a recorded day and print its totals",
    discussion: """
      FILE holds WebSocket frames, one a line, or a Polygon flat file of trades or quotes (CSV); plain, gzip or zstd. --date \
      plays a day of the journal instead, or one that was fetched (--from-cache where both have it): without --underlying, --from and --to the digest of a \
      journal's day is that of the live session. The same recording gives the same digest at any speed, here and in serve --replay. Times are New York's; what comes before \
      --from is played, too, without pauses, so that the prints of the stretch are labelled as in the whole day, and only what \
      the stretch brings is counted.
      """,
    arguments: [CommandArgument("FILE", .path, .optional, help: "the recording")],
    options: [
      CommandOption("date", .value(.date), help: "a day of the journal or of the cache instead of a file"),
      CommandOption("from-cache", .flag, help: "the day as it was fetched, also when the journal has it"),
      CommandOption("underlying", .value(.text(placeholder: "SYMBOL")), help: "only this underlying and its contracts"),
      CommandOption("from", .value(.dayTime), help: "count from this time on"),
      CommandOption("to", .value(.dayTime), help: "end at this time"),
      CommandOption("market-hours", .flag, help: "from the open to the close of that day by the calendar"),
      CommandOption(
        "speed", .value(.numberOrWord(0.01...1_000_000, ["max"])), help: "1 is the recorded pace, max without pauses",
        default: "max"),
      CommandOption("contracts", .value(.path), help: "greeks of a recording's contracts (JSON)"),
      CommandOption("into", .value(.path), help: "also make a database of the day; a new file"),
      .json,
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example("marketflow replay day.ndjson.gz --json | jq .digest", "the digest alone"),
      Command.Example(
        "marketflow replay --date 2026-11-20 --underlying SPY --from 09:30 --to 11:00", "an underlying's morning"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    // What is wrong with the words is said before anything is looked for.
    if command.isGiven("into") { try checkWhole(command) }
    let (window, underlying) = (try window(command), try underlying(command))
    let replay = ReplayRun(
      source: try source(command), speed: command.number("speed"), window: window, underlying: underlying)
    var bar = ProgressBar(subject: "replay")
    let summary: ReplaySummary
    if let path = command.text("into") {
      summary = try replay.play(into: path) { bar.show($0, of: $1) }
    } else {
      summary = try replay.play { bar.show($0, of: $1) }
    }
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

  private static func source(_ command: ParsedCommand) throws -> ReplayRun.Source {
    switch (command.argument("FILE"), command.date("date")) {
    case (let path?, nil):
      for option in ["from-cache", "data-dir", "into"] where command.isGiven(option) {
        throw command.usage("--\(option) goes with --date, not with a FILE; leave it out")
      }
      return .file(path: path, contracts: command.text("contracts"))
    case (nil, let date?):
      guard !command.isGiven("contracts") else {
        throw command.usage("--contracts goes with a FILE; a recorded day has its own greeks")
      }
      return .day(try RecordedDay(date, in: try DataDirectory(command), fromCache: command.flag("from-cache")))
    case (nil, nil): throw command.usage("replay needs a FILE or --date YYYY-MM-DD")
    case (.some, .some): throw command.usage("FILE and --date exclude each other; leave one out")
    }
  }

  /// A stretch's prints rest on what came before, and would be numbered from elsewhere.
  private static func checkWhole(_ command: ParsedCommand) throws {
    for option in ["from", "to", "market-hours", "underlying"] where command.isGiven(option) {
      throw command.usage("--into makes a database of the whole day, --\(option) takes a part of it; leave one out")
    }
  }

  private static func window(_ command: ParsedCommand) throws -> PlayWindow {
    let window = PlayWindow(
      from: command.dayTime("from"), to: command.dayTime("to"), isMarketHours: command.flag("market-hours"))
    if let from = window.from, let to = window.to, from >= to {
      throw command.usage(
        "--to is \(command.text("to") ?? ""), wanted a time after --from \(command.text("from") ?? "")")
    }
    if window.isMarketHours, window.from != nil, window.to != nil {
      throw command.usage("--market-hours has no say beside both --from and --to; leave it out")
    }
    return window
  }

  private static func underlying(_ command: ParsedCommand) throws -> SymbolText? {
    guard let text = command.text("underlying") else { return nil }
    guard let symbol = SymbolText(text.uppercased()), symbol.isPrintable, !text.contains(":") else {
      throw command.usage("--underlying is \"\(text)\", wanted a stock's symbol as SPY")
    }
    return symbol
  }
}
