import Simulator

/// `marketflow report`: how good MarketFlow's own words are.
enum ReportCommand {
  static let declaration = Command(
    "report", summary: "measure how right labels are, and what came of alerts",
    discussion: """
      labels plays an invented session whose buyers and sellers are known through the engine and counts how often it is right, by \
      circumstance, method and age of the quote; exit code 1 when less than 99 % are right where the side can be told, or one \
      side is guessed where it cannot. alerts looks at what the underlying did after each alert of your own history: how often it \
      went the alert's way within 5 minutes, 30 minutes and to the day's end, how far, and how that compares with all minutes of \
      the same days; without alerts it looks at detections by kind. It opens the database: stop marketflow serve before. How \
      each figure is made: docs/accuracy.md.
      """,
    arguments: [CommandArgument("SUBJECT", .choice(["labels", "alerts"]), help: "what to measure")],
    options: [
      CommandOption(
        "prints", .value(.integer(AggressorTape.leastPrints...10_000_000)), help: "labels: prints of the session",
        default: "\(defaultPrints)"),
      CommandOption("seed", .value(.integer(0...Int.max)), help: "labels: another seed, another session", default: "1"),
      CommandOption("from", .value(.date), help: "alerts: first trading day", default: "the first there is"),
      CommandOption("to", .value(.date), help: "alerts: last trading day", default: "the last there is"),
      CommandOption("demo", .flag, help: "alerts: those of the demo market"), .json,
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example("marketflow report labels --prints 100000", "a shorter session"),
      Command.Example("marketflow report alerts --from 2026-11-02 --to 2026-11-20", "three weeks of alerts"),
    ])

  static let defaultPrints = 1_000_000

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    command.argument("SUBJECT") == "labels" ? ReportLabels.run(command) : try ReportAlerts.run(command)
  }
}
