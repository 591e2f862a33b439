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
      CommandOption(
        "output", short: "o", .value(.path), help: "the file; standard output when left out, not for Parquet"),
      CommandOption("demo", .flag, help: "the demo market's database"),
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example("marketflow export --date 2026-11-20 --format parquet --output day.parquet", "a day as Parquet"),
      Command.Example("marketflow export --date 2026-11-20 --format csv | head", "its first prints"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let date = try command.session("date") else { throw command.usage("export needs --date YYYY-MM-DD") }
    guard let format = command.text("format").flatMap({ PrintExport.Format(rawValue: $0) }) else {
      throw command.usage("export needs --format csv, jsonl or parquet")
    }
    let name = command.text("output")
    if format == .parquet, name == nil {
      throw command.usage("--format parquet cannot go to standard output; name a file with --output")
    }
    let database = try DataDirectory(command).databaseToExport(demo: command.flag("demo"))
    let reader = try open(database)
    let output = try CommandOutput(name, subject: "export", writer: .database)
    do {
      let rows = try reader.export(PrintExport(date: date, format: format, path: output.path ?? "/dev/stdout"))
      try output.finish()
      let place = name.map { " in \($0)" } ?? ""
      printError("marketflow: export: \(rows) prints of \(date)\(place)\(rows == 0 ? try latest(reader) : "")")
      return .ok
    } catch StorageError.statement(_, let words) {
      output.discard()
      throw ServeError("export: \(name ?? "standard output") cannot be written: \(reason(words))")
    } catch {
      output.discard()
      throw error
    }
  }

  private static let longestSeconds = 3600.0

  private static func open(_ path: String) throws -> StoreReader {
    do {
      return try Store(reading: path).makeReader(timeLimitSeconds: longestSeconds)
    } catch StorageError.locked(let path, let holder) {
      throw ServeError(
        "export: database \(path) is in use by another process (\(holder)); stop that process, or ask it: "
          + "marketflow query \"FROM trades_labeled\" --format csv --limit 100000")
    }
  }

  /// Where there is something, for who named a day without prints.
  private static func latest(_ reader: StoreReader) throws(StorageError) -> String {
    guard let time = try reader.latestPrintTime() else { return "; the database holds none of any day" }
    return "; the latest in the database are of \(TradingCalendar.tradingDay(containing: time))"
  }

  /// DuckDB's words without the name of its error.
  private static func reason(_ words: String) -> String {
    let name = "IO Error: "
    return words.hasPrefix(name) ? String(words.dropFirst(name.count)) : words
  }
}

extension DataDirectory {
  /// The database that is exported: the invented market's only for who asks for it, so that nobody takes it for a real one.
  fileprivate func databaseToExport(demo: Bool) throws(ServeError) -> String {
    let wanted = demo ? demoDatabase : database
    if access(wanted, F_OK) == 0 { return wanted }
    let other = demo ? database : demoDatabase
    guard access(other, F_OK) == 0 else {
      throw ServeError(
        "export: \(wanted) is not there: nothing was stored; start marketflow serve once, or name another --data-dir")
    }
    throw ServeError(
      "export: \(wanted) is not there, only \(other) is; "
        + (demo ? "leave out --demo" : "add --demo for the invented market's prints") + ", or name another --data-dir")
  }
}
