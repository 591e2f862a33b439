import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow export`: the prints of a day as a file that other programs read.
enum ExportCommand {
  static let declaration = Command(
    "export", summary: "write a day's prints as CSV, JSON lines or Parquet",
    discussion: """
      The columns are those of the view trades_labeled, in the order the prints came; times UTC, money in USD. The day reaches \
      from 04:00 New York time to 04:00 of the next session. The database is opened for it: stop marketflow serve before.
      """,
    options: [
      CommandOption("date", .value(.date), help: "the trading day"),
      CommandOption("format", .value(.choice(PrintExport.Format.allCases.map(\.rawValue))), help: "how it is written"),
      CommandOption("output", .value(.path), help: "the file; standard output when left out, not for Parquet"),
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example("marketflow export --date 2026-11-20 --format parquet --output day.parquet", "a day as Parquet"),
      Command.Example("marketflow export --date 2026-11-20 --format csv | head", "its first prints"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let date = command.date("date") else { throw command.usage("export needs --date YYYY-MM-DD") }
    guard let format = command.text("format").flatMap({ PrintExport.Format(rawValue: $0) }) else {
      throw command.usage("export needs --format csv, jsonl or parquet")
    }
    let output = command.text("output")
    if format == .parquet, output == nil {
      throw command.usage("Parquet cannot go to standard output: name a file with --output")
    }
    guard TradingCalendar.isSession(date) else {
      throw command.usage("--date is \(date), a day without a session; wanted a trading day")
    }
    let directory = try DataDirectory(command)
    guard access(directory.database, F_OK) == 0 else {
      throw ServeError("\(directory.database) is not there: nothing was stored; name another --data-dir")
    }
    let reader = try Store(StoreOptions(path: directory.database)).makeReader(timeLimitSeconds: longestSeconds)
    let rows = try reader.export(PrintExport(date: date, format: format, path: output ?? "/dev/stdout"))
    printError("marketflow: \(rows) prints of \(date)\(output.map { " in \($0)" } ?? "")")
    return .ok
  }

  private static let longestSeconds = 3600.0
}
