import Clocks
import Feeds
import History
import JSONText
import Journal
import MarketModel
import Rings
import Synchronization

/// `marketflow fetch`: a day from the vendor's history, or from one of his flat files, into the cache.
enum FetchCommand {
  static let declaration = Command(
    "fetch", summary: "fetch a day of market data into the cache: once, to be replayed for ever",
    discussion: """
      Asks the vendor for the contracts that were listed on the day and for their prints and quotes, page by page, at the rate \
      the plan allows; or takes them from a flat file (trades_v1 or quotes_v1, plain or gzip). Stopped at any moment, the same \
      command goes on from there. What is complete is never asked for again; a session under way is completed by another \
      fetch after its end.
      """,
    options: what
      + SettingKey.options([
        .polygonBrand, .polygonEndpoint, .requestsPerMinute, .stocksStream, .dataDirectory,
      ]) + [.json],
    examples: [
      Command.Example("marketflow fetch --date 2025-12-16 --underlying SPY", "prints, and quotes of what traded"),
      Command.Example(
        "marketflow fetch --date 2025-12-16 --contracts O:SPY251216C00680000 --quotes", "one contract with its quotes"),
      Command.Example("marketflow fetch --file 2025-12-16.csv.gz --underlying SPY", "from the vendor's flat file"),
    ])

  private static let what = [
    CommandOption(
      "date", .value(.date), help: "the session; with --file its own by default"),
    CommandOption(
      "underlying", .repeated(.text(placeholder: "SYMBOL")), help: "all contracts of it, and its own prints"),
    CommandOption("contracts", .repeated(.text(placeholder: "O:…")), help: "a contract by name"),
    CommandOption("quotes", .flag, help: "quotes of all contracts; without, of those that traded"),
    CommandOption("no-quotes", .flag, help: "prints only"),
    CommandOption("file", .value(.path), help: "a flat file of trades or quotes instead of the vendor's REST"),
  ]

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    // What is wrong with the words comes before what is wrong with the settings.
    let request = try request(command)
    let cache = HistoryCache(HistoryOptions(directory: try DataDirectory(command).cache))
    let bar = FetchBar()
    let start = SystemClock.monotonicNanoseconds
    var report: FetchReport
    switch request {
    case .file(let options):
      let summary = try FlatFileImport(cache: cache, options: options).run { bar.show($0) }
      report = FetchReport(file: summary, source: options.path)
    case .vendor(let options):
      report = FetchReport(fetch: try fetch(options, try Settings.ofThisProcess(command: command), cache, bar))
    }
    bar.clear()
    let journal = try JournalArchive.ifPresent(in: DataDirectory(command))
    report.isRecorded = try journal?.days().contains { [date = report.date] in $0.date == date } ?? false
    try print(
      report, cache, seconds: Double(SystemClock.monotonicNanoseconds - start) / 1e9, isJSON: command.flag("json"))
    for complaint in report.complaints { printError("marketflow: \(complaint)") }
    return report.complaints.isEmpty ? .ok : .upstream
  }

  private static func fetch(
    _ options: FetchOptions, _ settings: Settings, _ cache: HistoryCache, _ bar: FetchBar
  ) throws -> FetchSummary {
    guard let key = settings.vendorKey else {
      throw SettingsError(
        "polygon_key is not set, and the vendor's history needs one: set \(SettingReader.keyNames) in the environment or in "
          + ".env, or take a flat file with --file")
    }
    let live = settings.live
    guard
      let rest = PolygonREST(
        settings: PolygonRESTSettings(key: key, endpoint: live.restBase, rate: .perMinute(live.requestsPerMinute)))
    else { throw SettingsError("polygon_endpoint \(live.restBase) is no address; wanted http://host:port") }
    var options = options
    options.includesStocks = live.followsStocks
    let fetch = HistoryFetch(cache: cache, rest: rest, options: options)
    return try AsyncWait.result { () async -> Result<FetchSummary, HistoryError> in
      do throws(HistoryError) {
        return .success(try await fetch.run { bar.show($0) })
      } catch {
        bar.clear()
        return .failure(error)
      }
    }.get()
  }

  // MARK: Options

  private enum Request {
    case vendor(FetchOptions)
    case file(FlatFileImport.Options)
  }

  private static func request(_ command: ParsedCommand) throws(UsageError) -> Request {
    if let path = command.text("file") { return .file(try fileOptions(command, path: path)) }
    return .vendor(try vendorOptions(command))
  }

  private static func vendorOptions(_ command: ParsedCommand) throws(UsageError) -> FetchOptions {
    guard let date = try command.session("date") else {
      throw command.usage("fetch needs --date YYYY-MM-DD, or a flat file with --file")
    }
    if command.flag("quotes"), command.flag("no-quotes") {
      throw command.usage("--quotes and --no-quotes exclude each other; leave one out")
    }
    var options = FetchOptions(
      date: date, underlyings: try command.underlyings("underlying"),
      contracts: try command.contracts("contracts", on: date))
    guard !options.underlyings.isEmpty || !options.contracts.isEmpty else {
      throw command.usage("fetch needs --underlying SYMBOL or --contracts O:…; a whole market is a flat file, --file")
    }
    options.quotes = command.flag("quotes") ? .all : command.flag("no-quotes") ? .none : .ofTraded
    return options
  }

  private static func fileOptions(
    _ command: ParsedCommand, path: String
  ) throws(UsageError) -> FlatFileImport.Options {
    for option in ["contracts", "quotes", "no-quotes"] where command.isGiven(option) {
      throw command.usage("--\(option) is for the vendor's REST, not for --file; leave it out")
    }
    var options = FlatFileImport.Options(path: path)
    options.date = try command.session("date")
    options.underlyings = try command.underlyings("underlying")
    return options
  }

  // MARK: Words

  private static func print(_ report: FetchReport, _ cache: HistoryCache, seconds: Double, isJSON: Bool) throws {
    let day = try cache.statistics(of: report.date)
    guard isJSON else { return Swift.print(report.text(day, seconds: seconds)) }
    var json = JSONWriter()
    report.write(to: &json, day, seconds: seconds)
    Swift.print(json.text)
  }
}

/// The bar of a fetch; told from any thread.
private final class FetchBar: Sendable {
  private struct Bar {
    var bar: ProgressBar
    var isMerging = false
  }
  private let state = Mutex(Bar(bar: ProgressBar(subject: "fetch")))

  func show(_ progress: FetchProgress) {
    let isMerging = progress.phase == .merging
    show(progress.share, isMerging: isMerging) { seconds in
      let rate = "\(Int(Double(progress.rows) / max(seconds, 0.001))) rows/s"
      return isMerging
        ? "\(progress.rows) rows" : "\(progress.contractsDone) of \(progress.contracts) contracts  \(rate)"
    }
  }

  func show(_ progress: FlatFileImport.Progress) {
    show(Double(progress.done) / Double(max(progress.total, 1)), isMerging: progress.isMerging) { seconds in
      progress.isMerging ? "\(progress.rows) rows" : "\(Int(Double(progress.rows) / max(seconds, 0.001))) rows/s"
    }
  }

  private func show(_ share: Double, isMerging: Bool, _ rate: (Double) -> String) {
    state.withLock { state in
      if isMerging, !state.isMerging { state = Bar(bar: ProgressBar(subject: "sort "), isMerging: true) }
      state.bar.show(share: share, rate: rate)
    }
  }

  func clear() { state.withLock { $0.bar.clear() } }
}
