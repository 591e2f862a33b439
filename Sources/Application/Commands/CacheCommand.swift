import History
import JSONText
import MarketModel

/// `marketflow cache`: what was fetched, and whether it is still what it was.
enum CacheCommand {
  static let declaration = Command(
    "cache", summary: "show what was fetched, day by day; verify reads all of it",
    arguments: [
      CommandArgument(
        "verify", .choice(["verify"]), .optional, help: "read every file from end to end and check what it holds")
    ],
    options: [CommandOption("date", .value(.date), help: "this day only")]
      + SettingKey.options([.dataDirectory]) + [.json],
    examples: [
      Command.Example("marketflow cache", "days, contracts, rows and bytes"),
      Command.Example("marketflow cache verify --date 2025-12-16", "whether the day is what was written"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let cache = HistoryCache(HistoryOptions(directory: try DataDirectory(command).cache))
    let dates = try command.date("date").map { [$0] } ?? cache.days()
    let isJSON = command.flag("json")
    guard command.argument("verify") == nil else { return try verify(cache, dates, isJSON: isJSON) }
    let statistics = CacheStatistics(days: try dates.map { try cache.statistics(of: $0) })
    if isJSON {
      var json = JSONWriter()
      statistics.write(to: &json)
      print(json.text)
    } else {
      print(text(statistics, directory: cache.options.directory))
    }
    return .ok
  }

  // MARK: Verify

  private static func verify(_ cache: HistoryCache, _ dates: [MarketDate], isJSON: Bool) throws -> ExitCode {
    var results: [CacheVerification] = []
    for date in dates {
      var bar = ProgressBar(subject: "verify \(date)")
      results.append(try cache.verify(date) { bar.show(Int($0), of: Int($1)) })
      bar.clear()
    }
    if isJSON {
      var json = JSONWriter()
      json.array { json in for result in results { write(result, &json) } }
      print(json.text)
    } else if dates.isEmpty {
      print(nothingFetched(cache.options.directory))
    } else {
      for result in results {
        let verdict = result.complaints.isEmpty ? "ok  " : "FAIL"
        print("\(verdict) \(result.date): \(result.events) events in \(result.files) files")
        for complaint in result.complaints { print("     \(complaint)") }
      }
    }
    return results.allSatisfy(\.complaints.isEmpty) ? .ok : .damagedData
  }

  private static func write(_ result: CacheVerification, _ json: inout JSONWriter) {
    json.object { json in
      json.field("date", result.date.description)
      json.field("ok", result.complaints.isEmpty)
      json.field("files", result.files)
      json.field("events", result.events)
      json.field("complaints", array: { json in for complaint in result.complaints { json.value(complaint) } })
    }
  }

  // MARK: Words

  private static func nothingFetched(_ directory: String) -> String {
    "nothing was fetched yet: \(directory) has no day; marketflow fetch --help says how one gets there"
  }

  private static func text(_ statistics: CacheStatistics, directory: String) -> String {
    guard !statistics.days.isEmpty else { return nothingFetched(directory) }
    var rows = [["day", "contracts", "complete", "partial", "missing", "trades", "quotes", "size", "replay"]]
    for day in statistics.days {
      rows.append([
        day.date.description, "\(day.contracts)", "\(day.complete)", "\(day.partial)", "\(day.missing)",
        "\(day.trades)", "\(day.quotes)", ByteText.words(day.bytes), day.isReplayable ? "yes" : "not yet",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 || column == row.count - 1 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension HistoryError {
  /// What the process tells its caller.
  var exitCode: ExitCode {
    switch kind {
    case .upstream: .upstream
    case .damaged: .damagedData
    case .unusable, .locked, .system, .incomplete: .failure
    }
  }
}
