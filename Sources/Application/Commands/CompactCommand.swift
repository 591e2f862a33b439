import JSONText
import Lake
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow compact [DATE]`: few large Parquet files out of many small ones.
enum CompactCommand {
  static let declaration = Command(
    "compact", summary: "sort a day of the Parquet lake into few large files",
    discussion: """
      serve does this by itself a quarter of an hour after the market has closed; this is for days that it did not come to, and \
      for lakes of recordings. When the database is free, what it has and the lake lacks is written first. A day that a running \
      serve writes is refused. Without DATE every day that has small files is done.
      """,
    arguments: [CommandArgument("DATE", .date, .optional, help: "trading day, as 2026-11-20")],
    options: SettingKey.options([.dataDirectory, .lakePartMegabytes]) + [
      CommandOption("demo", .flag, help: "the lake of the demo market"), .json,
    ],
    examples: [Command.Example("marketflow compact 2026-11-20 --json", "that day, with its sizes")])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let wanted = command.date(argument: "DATE")
    let settings = try Settings.ofThisProcess(command: command)
    let directory = DataDirectory(path: settings.dataDirectory)
    let isDemo = command.flag("demo")
    var options = LakeOptions(directory: isDemo ? directory.demoLake : directory.lake)
    options.partBytes = Int64(settings.lake.partMegabytes) << 20
    guard access(options.directory, F_OK) == 0 else {
      throw ServeError("there is no lake at \(options.directory); serve makes it, or name another --data-dir")
    }
    let store = try openStore(isDemo ? directory.demoDatabase : directory.database)
    let compactor = try LakeCompactor(options, store: store)
    let added = try compactor.catchUp()
    if added > 0 { printError("marketflow compact: \(added) prints were in the database only and are in the lake now") }
    if let wanted, !compactor.allDays.contains(wanted) {
      throw ServeError("the lake \(options.directory) has no day \(wanted); it has \(days(compactor.allDays))")
    }
    let outcomes = try compact(compactor, wanted.map { [$0] } ?? compactor.openDays, mustHave: wanted != nil)
    try compactor.finish()
    show(outcomes, asJSON: command.flag("json"))
    return .ok
  }

  /// Nil when another process has it: then the files are compacted as they are.
  private static func openStore(_ path: String) throws -> Store? {
    guard access(path, F_OK) == 0 else { return nil }
    do {
      return try Store(StoreOptions(path: path))
    } catch StorageError.locked(let path, let holder) {
      printError("marketflow compact: \(path) is in use (\(holder)); only what the files hold is compacted")
      return nil
    }
  }

  /// - Parameter mustHave: a day in use is an error; otherwise it is told and left out.
  private static func compact(
    _ compactor: LakeCompactor, _ days: [MarketDate], mustHave: Bool
  ) throws -> [LakeCompactor.Outcome] {
    var outcomes: [LakeCompactor.Outcome] = []
    for day in days {
      var bar = ProgressBar(subject: "compact \(day)")
      defer { bar.clear() }
      do {
        outcomes.append(
          try compactor.compact(day) { done, total in
            bar.show(share: Double(done) / Double(max(1, total))) {
              "\(Int(Double(done) / max($0, 0.001) / 1e3)) k rows/s"
            }
          })
      } catch {
        guard case .dayLocked = error, !mustHave else { throw error }
        printError("marketflow compact: \(error)")
      }
    }
    return outcomes
  }

  private static func days(_ days: [MarketDate]) -> String {
    guard let first = days.first, let last = days.last else { return "none" }
    return first == last ? "\(first)" : "\(days.count) from \(first) to \(last)"
  }

  private static func show(_ outcomes: [LakeCompactor.Outcome], asJSON: Bool) {
    guard asJSON else {
      for day in outcomes {
        print(
          "\(day.day)  \(day.rows) rows, \(day.partsBefore) files are \(day.parts) now, \(megabytes(day.bytes)) MB, "
            + "\(megabytes(day.smallestPart)) to \(megabytes(day.largestPart)) MB each, \(day.milliseconds) ms")
      }
      if outcomes.isEmpty { print("nothing to compact") }
      return
    }
    var json = JSONWriter()
    json.array { json in
      for day in outcomes {
        json.object { json in
          json.field("day", "\(day.day)")
          json.field("rows", day.rows)
          json.field("files_before", day.partsBefore)
          json.field("files", day.parts)
          json.field("bytes", day.bytes)
          json.field("smallest_file_bytes", day.smallestPart)
          json.field("largest_file_bytes", day.largestPart)
          json.field("milliseconds", day.milliseconds)
        }
      }
    }
    print(json.text)
  }

  private static func megabytes(_ bytes: Int64) -> String { "\((Double(bytes) / 1e5).rounded() / 10)" }
}
