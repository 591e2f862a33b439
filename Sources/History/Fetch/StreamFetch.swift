import Feeds
import MarketModel
import Synchronization

/// Fetches contract after contract, several at once, each page kept as it comes.
final class StreamFetch: Sendable {
  private let rest: PolygonREST
  private let writer: DayWriter
  private let window: HistoryWindow
  private let clock: RESTClock
  private let options: FetchOptions
  private let tickers: [String]
  private let progress: @Sendable (FetchProgress) -> Void
  private let patience: Patience
  private let state: Mutex<State>

  private struct State {
    var next = 0
    var done = 0
    var rows: Int64 = 0
    /// Of the contracts under way, by their place: how much of the session is here.
    var shares: [Int: Double] = [:]
    /// Contents the plan does not include, with the vendor's words.
    var refused: [Refusal: String] = [:]
    var failure: HistoryError?
  }

  /// What a plan may lack without the rest being worthless.
  private enum Refusal: Hashable {
    case optionQuotes
    case stocks
  }

  struct Outcome: Sendable {
    var rows: Int64
    var complaints: [String]
  }

  init(
    rest: PolygonREST, writer: DayWriter, window: HistoryWindow, clock: RESTClock, options: FetchOptions,
    tickers: [String], progress: @escaping @Sendable (FetchProgress) -> Void
  ) {
    self.rest = rest
    self.writer = writer
    self.window = window
    self.clock = clock
    self.options = options
    self.tickers = tickers
    self.progress = progress
    patience = Patience(options.patienceNanoseconds, clock: clock)
    state = Mutex(State())
  }

  func run() async throws(HistoryError) -> Outcome {
    await withTaskGroup { group in
      for _ in 0..<options.parallelContracts { group.addTask { await self.work() } }
    }
    let (failure, outcome) = state.withLock { state in
      (state.failure, Outcome(rows: state.rows, complaints: state.refused.values.sorted()))
    }
    if let failure { throw failure }
    return outcome
  }

  // MARK: One contract

  private func work() async {
    while let place = take() {
      do throws(HistoryError) {
        try await fetch(tickers[place], place)
        state.withLock { state in
          state.done += 1
          state.shares[place] = nil
        }
        report()
      } catch {
        // The others come to an end with the page under way.
        state.withLock { if $0.failure == nil { $0.failure = error } }
        return
      }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < tickers.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func fetch(_ ticker: String, _ place: Int) async throws(HistoryError) {
    let isOption = ticker.hasPrefix("O:")
    let wantsQuotes = isOption && options.quotes != .none
    try await stream(ticker, .trades, place, 0...(wantsQuotes ? 0.3 : 1))
    guard wantsQuotes, !isRefused(.optionQuotes) else { return }
    let hasTraded = writer.stream(ticker, .trades).map { $0.rows > 0 } ?? false
    guard hasTraded || options.quotes == .all else { return }
    if writer.stream(ticker, .quotes) == nil, !writer.manifest.isComplete(ticker, .quotes) {
      try writer.change { $0.contracts[ticker, default: HistoryManifest.Contract()].quotes = HistoryManifest.Stream() }
    }
    try await stream(ticker, .quotes, place, 0.3...1)
  }

  private func stream(
    _ ticker: String, _ content: HistoryManifest.Content, _ place: Int, _ shares: ClosedRange<Double>
  ) async throws(HistoryError) {
    guard !writer.manifest.isComplete(ticker, content) else { return }
    let refusal: Refusal? = content == .quotes ? .optionQuotes : ticker.hasPrefix("O:") ? nil : .stocks
    if let refusal, isRefused(refusal) { return }
    while true {
      let failure: PolygonRESTError
      switch await pages(ticker, content, place, shares) {
      case .done: return
      case .broken(let error): throw error
      case .failed(let error): failure = error
      }
      switch failure.kind {
      case .notFound:
        // An instrument the vendor does not know has no history.
        try close(ticker, content, isOver: window.isOver(at: wallNow))
        return
      case .notEntitled:
        guard let refusal else { throw .upstream(failure) }
        state.withLock { $0.refused[refusal] = "\(ticker): \(failure)" }
        return
      default:
        do throws(PolygonRESTError) { try await patience.wait(after: failure) } catch { throw .upstream(error) }
      }
      // Others may have failed for good meanwhile.
      if state.withLock({ $0.failure != nil }) { return }
    }
  }

  private func isRefused(_ refusal: Refusal) -> Bool { state.withLock { $0.refused[refusal] != nil } }

  // MARK: Pages

  private enum PagesOutcome {
    case done
    case failed(PolygonRESTError)
    case broken(HistoryError)
  }

  private func pages(
    _ ticker: String, _ content: HistoryManifest.Content, _ place: Int, _ shares: ClosedRange<Double>
  ) async -> PagesOutcome {
    let conversion = HistoryConversion(ticker: ticker, use: .day)
    let resume = writer.stream(ticker, content)?.resume
    let request = HistoryRequest(
      ticker: ticker, from: resume.map { Timestamp(nanoseconds: $0.nanoseconds) } ?? window.asked.lowerBound,
      to: window.asked.upperBound, pageRows: options.pageRows)
    switch content {
    case .trades:
      return await pages(rest.trades(request), ticker, content, resume, place, shares) { row, rows in
        rows.add(row.sipTimestamp, conversion.trade(row)) { .trade($0) }
      }
    case .quotes:
      return await pages(rest.quotes(request), ticker, content, resume, place, shares) { row, rows in
        rows.add(row.sipTimestamp, conversion.quote(row)) { .quote($0) }
      }
    }
  }

  private func pages<Row>(
    _ pages: RESTPages<Row>, _ ticker: String, _ content: HistoryManifest.Content,
    _ resume: HistoryManifest.ResumePoint?, _ place: Int, _ shares: ClosedRange<Double>,
    _ add: (Row, inout PageRows) -> Void
  ) async -> PagesOutcome {
    var rows = PageRows(resume: resume)
    // Asked before the pages are: what happens after the last of them may be missing.
    let isOver = window.isOver(at: wallNow)
    var iterator = pages.makeAsyncIterator()
    while true {
      let page: RESTPage<Row>?
      do throws(PolygonRESTError) {
        page = try await iterator.next(isolation: nil)
      } catch {
        return .failed(error)
      }
      do throws(HistoryError) {
        guard let page else {
          try close(ticker, content, isOver: isOver)
          return .done
        }
        patience.progressed()
        for row in page.rows { add(row, &rows) }
        let count = Int64(rows.events.count)
        try writer.append(
          rows.take(refused: Int64(page.refusedRows), source: rest.settings.endpoint, fetched: wallNow), ticker,
          content)
        let share = rows.latest.map { window.share(at: $0) } ?? 0
        state.withLock { state in
          state.rows += count
          state.shares[place] = shares.lowerBound + share * (shares.upperBound - shares.lowerBound)
        }
        report()
      } catch {
        return .broken(error)
      }
    }
  }

  /// The last page has come.
  private func close(_ ticker: String, _ content: HistoryManifest.Content, isOver: Bool) throws(HistoryError) {
    try writer.append(
      DayWriter.Page(state: isOver ? .complete : .partial, source: rest.settings.endpoint, fetched: wallNow), ticker,
      content)
  }

  private func report() {
    let (done, shares, rows) = state.withLock { ($0.done, $0.shares.values.reduce(0, +), $0.rows) }
    progress(
      FetchProgress(
        phase: .fetching, share: (Double(done) + shares) / Double(max(tickers.count, 1)), contracts: tickers.count,
        contractsDone: done, rows: rows))
  }

  private var wallNow: Timestamp { Timestamp(nanoseconds: clock.wallNow()) }
}
