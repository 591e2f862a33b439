import Feeds
import MarketModel

/// Fetches a day from the vendor's history into the cache: what is complete is not asked for again, what is partial goes on
/// where it stopped. To be run once.
public final class HistoryFetch: Sendable {
  private let cache: HistoryCache
  private let rest: PolygonREST
  private let clock: RESTClock
  private let options: FetchOptions
  /// Events sorted in memory at once.
  private let runEvents: Int

  /// - Parameters:
  ///   - rest: the vendor; its rate and its retries hold.
  ///   - clock: the one `rest` has.
  public convenience init(
    cache: HistoryCache, rest: PolygonREST, options: FetchOptions, clock: RESTClock = .system
  ) {
    self.init(cache: cache, rest: rest, options: options, clock: clock, runEvents: EventSorter.runEvents)
  }

  init(cache: HistoryCache, rest: PolygonREST, options: FetchOptions, clock: RESTClock, runEvents: Int) {
    self.cache = cache
    self.rest = rest
    self.options = options
    self.clock = clock
    self.runEvents = runEvents
  }

  /// Runs to the end of what can be had now.
  /// - Parameter progress: told now and then, from any thread.
  /// - Throws: `.unusable` for a day or contract that cannot be, `.upstream` when the vendor refuses or is not there,
  ///   `.locked`, `.damaged`, `.system`. What was fetched until then is kept.
  public func run(
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) async throws(HistoryError) -> FetchSummary {
    let window = try HistoryWindow(options.date)
    let now = wallNow
    guard window.hasBegun(at: now) else {
      throw HistoryError(
        .unusable, "\(options.date) has not begun: it is \(now.newYorkText) now; name a day that has")
    }
    try checkContracts()
    let writer = try DayWriter(cache.folder(options.date))
    do throws(HistoryError) {
      return try await run(writer, window, progress)
    } catch {
      // What came is kept, whatever went wrong.
      try writer.save()
      throw error
    }
  }

  private func run(
    _ writer: DayWriter, _ window: HistoryWindow, _ progress: @escaping @Sendable (FetchProgress) -> Void
  ) async throws(HistoryError) -> FetchSummary {
    let before = rest.counters.requests
    let listing = ContractListing(
      rest: rest, writer: writer, window: window, clock: clock, patienceNanoseconds: options.patienceNanoseconds)
    progress(FetchProgress())
    var tickers: [String] = []
    for underlying in options.underlyings {
      tickers += try await listing.contracts(of: underlying)
      if options.includesStocks, OptionRoot.indexRoots.allSatisfy({ $0.underlying != underlying }) {
        tickers.append(underlying)
      }
    }
    for contract in options.contracts where !tickers.contains(contract) { tickers.append(contract) }
    let run = StreamFetch(
      rest: rest, writer: writer, window: window, clock: clock, options: options, tickers: tickers, progress: progress)
    let outcome = try await run.run()
    try writer.save()
    try DayMerge.run(writer, runEvents: runEvents) { done, total in
      progress(FetchProgress(phase: .merging, share: Double(done) / Double(total), rows: total / 2))
    }
    try writer.save()
    let manifest = writer.manifest
    var summary = FetchSummary(date: options.date, source: rest.settings.endpoint)
    summary.contracts = tickers.count
    summary.complete = tickers.count { ticker in
      manifest.contracts[ticker].map { $0.state == .complete } ?? manifest.isCovered(ticker, .trades)
    }
    summary.rows = outcome.rows
    summary.requests = rest.counters.requests - before
    summary.isSessionOpen = !window.isOver(at: wallNow)
    summary.complaints = outcome.complaints
    return summary
  }

  private func checkContracts() throws(HistoryError) {
    guard !options.underlyings.isEmpty || !options.contracts.isEmpty else {
      throw HistoryError(.unusable, "nothing is named that could be fetched; name an underlying or a contract")
    }
    for contract in options.contracts {
      guard let symbol = OptionSymbol(polygon: contract) else {
        throw HistoryError(.unusable, "\(contract) is no option contract; wanted one as O:SPY251216C00572000")
      }
      guard symbol.expiry >= options.date else {
        throw HistoryError(
          .unusable, "\(contract) had expired on \(symbol.expiry), before \(options.date); name an earlier day")
      }
    }
  }

  private var wallNow: Timestamp { Timestamp(nanoseconds: clock.wallNow()) }
}

extension HistoryError {
  /// What the vendor said, and that what came is kept.
  static func upstream(_ error: PolygonRESTError) -> HistoryError {
    HistoryError(.upstream, "\(error); what was fetched is kept, and the same command goes on from there")
  }
}
