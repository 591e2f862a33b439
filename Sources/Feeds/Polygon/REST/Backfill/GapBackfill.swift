import MarketModel
import Synchronization

/// How gaps are filled.
public struct BackfillSettings: Hashable, Sendable {
  /// Asked for on each side of the gap beside it.
  public var marginNanoseconds: Int64
  /// From a gap's end until the vendor's history has it.
  public var settleNanoseconds: Int64
  /// How long nothing may come before a gap is given up: shorter outages heal.
  public var patienceNanoseconds: Int64
  /// Instruments asked for at once.
  public var parallelRequests: Int
  /// Rows of one part handed to the feed.
  public var partRows: Int

  /// What the newest prints of a feed are remembered for.
  public static let standardMarginNanoseconds: Int64 = 2_000_000_000

  public init(
    marginNanoseconds: Int64 = standardMarginNanoseconds, settleNanoseconds: Int64 = 3_000_000_000,
    patienceNanoseconds: Int64 = 600_000_000_000, parallelRequests: Int = 4, partRows: Int = 20_000
  ) {
    precondition(parallelRequests > 0 && partRows > 0, "BackfillSettings: requests and rows above 0 wanted")
    self.marginNanoseconds = marginNanoseconds
    self.settleNanoseconds = settleNanoseconds
    self.patienceNanoseconds = patienceNanoseconds
    self.parallelRequests = parallelRequests
    self.partRows = partRows
  }
}

/// How the back-fill stands, for /health.
public struct BackfillState: Hashable, Sendable {
  /// Numbers of the gaps that wait for their turn.
  public var waiting: [UInt32] = []
  /// Numbers of the gaps being read; empty when none is.
  public var running: [UInt32] = []
  public var gapsFilled: Int64 = 0
  public var gapsUnfilled: Int64 = 0
  /// Rows handed to the feed, those it knows already included.
  public var trades: Int64 = 0
  public var quotes: Int64 = 0
  /// Prints left out, because a later correction made them void.
  public var corrected: Int64 = 0
  /// Rows left out, because they say what no print may.
  public var refused: Int64 = 0
  /// Why the latest unfilled gap was not filled, in words without the key.
  public var lastComplaint: String?

  public init() {}
}

/// Asks the vendor's history for what was missed and offers it to the feed, gap by gap, each closed by an incident.
public final class GapBackfill: Sendable {
  private struct State {
    var queue: BackfillQueue
    var plan: BackfillPlan?
    var report = BackfillState()
  }
  private let state: Mutex<State>
  private let rest: PolygonREST
  private let settings: BackfillSettings
  private let leavesGapsOpen: Bool
  private let offer: @Sendable (LiveItem) -> Void
  private let wakeUp = WakeUp()

  /// - Parameters:
  ///   - leavesGapsOpen: gaps that are not filled when the task is cancelled stay open, for a later start to take them up;
  ///     otherwise they are closed as unfilled.
  ///   - offer: gets the recovered parts and, last, the incident that closes the gap.
  public init(
    rest: PolygonREST, settings: BackfillSettings = BackfillSettings(), leavesGapsOpen: Bool,
    offer: @escaping @Sendable (LiveItem) -> Void
  ) {
    self.rest = rest
    self.settings = settings
    self.leavesGapsOpen = leavesGapsOpen
    self.offer = offer
    state = Mutex(State(queue: BackfillQueue(marginNanoseconds: settings.marginNanoseconds)))
  }

  /// Queues a gap; any thread. The caller has said `.gapFound`.
  public func add(_ gap: BackfillGap) {
    let notBefore = rest.clock.now() + settings.settleNanoseconds
    state.withLock { $0.queue.add(gap, notBefore: notBefore) }
    wakeUp.ring()
  }

  public var report: BackfillState {
    state.withLock { state in
      var report = state.report
      report.waiting = state.queue.jobs.flatMap { $0.gaps.map(\.number) }
      report.running = state.plan?.job.gaps.map(\.number) ?? []
      return report
    }
  }

  /// Fills gap after gap until the task is cancelled. To be run once.
  public func run() async {
    while !Task.isCancelled {
      let job = state.withLock { $0.queue.take(at: rest.clock.now()) }
      if let job {
        await fill(job)
      } else {
        await wakeUp.wait(until: state.withLock { $0.queue.nextNanoseconds }, by: rest.clock)
      }
    }
    if leavesGapsOpen { return }
    while let job = state.withLock({ $0.queue.take(at: .max) }) { close(job) }
  }

  // MARK: One job

  private func fill(_ job: BackfillJob) async {
    state.withLock { state in
      state.plan = BackfillPlan(
        job, marginNanoseconds: settings.marginNanoseconds, patienceNanoseconds: settings.patienceNanoseconds,
        now: rest.clock.now())
    }
    while state.withLock({ !($0.plan?.isFinished ?? true) }) {
      await withTaskGroup { group in
        for _ in 0..<settings.parallelRequests { group.addTask { await self.work() } }
      }
    }
    if leavesGapsOpen, Task.isCancelled, state.withLock({ !($0.plan?.isFilled ?? false) }) { return }
    close(job)
  }

  private func close(_ job: BackfillJob) {
    let isFilled = state.withLock { state in
      let isFilled = state.plan?.isFilled ?? false
      if !isFilled { state.report.lastComplaint = state.plan?.complaints.joined(separator: " | ") }
      if isFilled {
        state.report.gapsFilled += Int64(job.gaps.count)
      } else {
        state.report.gapsUnfilled += Int64(job.gaps.count)
      }
      state.plan = nil
      return isFilled
    }
    for gap in job.gaps {
      offer(
        .incident(
          FeedIncident(
            kind: isFilled ? .gapFilled : .gapUnfilled, time: gap.to, scope: gap.scope, gap: gap.number,
            from: gap.from)))
    }
  }

  /// Takes steps until there is none to take, or until a chain brought new ones for all to share.
  private func work() async {
    while let step = state.withLock({ $0.plan?.take() }) {
      await carryOut(step)
      if case .chain = step { return }
    }
  }

  /// Until the step has come to an end, one way or the other.
  private func carryOut(_ step: BackfillPlan.Step) async {
    while true {
      do throws(PolygonRESTError) {
        let candidates = try await read(step)
        state.withLock { $0.plan?.completed(step, candidates: candidates, at: rest.clock.now()) }
        return
      } catch {
        let chance = rest.clock.random()
        let verdict = state.withLock { $0.plan?.failed(step, error, at: rest.clock.now(), chance: chance) ?? .over }
        guard case .retry(let moment) = verdict else { return }
        do {
          try await rest.clock.sleepUntil(moment)
        } catch {
          let cancelled = PolygonRESTError(.cancelled, request: "")
          state.withLock { _ = $0.plan?.failed(step, cancelled, at: rest.clock.now(), chance: chance) }
          return
        }
        if state.withLock({ $0.plan?.isFinished ?? true }) { return }
      }
    }
  }

  private func read(_ step: BackfillPlan.Step) async throws(PolygonRESTError) -> [String] {
    switch step {
    case .chain(let underlying): return try await candidates(underlying)
    case .history(let ticker, let hasQuotes):
      try await history(ticker, hasQuotes: hasQuotes)
      return []
    }
  }

  private func candidates(_ underlying: String) async throws(PolygonRESTError) -> [String] {
    let times = times
    let request = ChainRequest(underlying: underlying, firstExpiry: NewYorkTime(times.lowerBound).date)
    var found: [String] = []
    for try await page in rest.chain(request, for: .backfill) {
      progressed(refused: page.refusedRows)
      found += page.rows.compactMap { ChainContract($0) }.filter { $0.mayHaveTraded(since: times.lowerBound) }
        .map(\.symbol.description)
    }
    return found
  }

  private func history(_ ticker: String, hasQuotes: Bool) async throws(PolygonRESTError) {
    guard let symbol = SymbolText(ticker) else {
      throw PolygonRESTError(.notFound, request: ticker, words: "longer than \(SymbolText.capacity) bytes")
    }
    let times = times
    let request = HistoryRequest(ticker: ticker, from: times.lowerBound, to: times.upperBound)
    var rows = HistoryRows(ticker: ticker)
    for try await page in rest.trades(request) {
      progressed(refused: page.refusedRows)
      rows.add(page.rows)
    }
    // Quotes label prints; without prints they are not needed.
    if hasQuotes, !rows.trades.isEmpty {
      // The first print is held against the quote that stood when the time asked for began.
      let earlier = HistoryRequest(
        ticker: ticker, to: times.lowerBound.adding(nanoseconds: -1), isAscending: false, pageRows: 1)
      do throws(PolygonRESTError) {
        rows.add(try await rest.quotes(earlier).firstPage().rows)
        for try await page in rest.quotes(request) {
          progressed(refused: page.refusedRows)
          rows.add(page.rows)
        }
      } catch {
        // A plan may have prints and no quotes: prints without sides are better than none.
        if !error.isTransient, error.kind != .cancelled { hand(rows, symbol) }
        throw error
      }
    }
    hand(rows, symbol)
  }

  private func hand(_ rows: HistoryRows, _ symbol: SymbolText) {
    let margin = settings.marginNanoseconds
    guard let job = state.withLock({ $0.plan?.job }) else { return }
    // What lies between gaps that are read together is none of theirs.
    let trades = rows.trades.filter { job.reaches($0.record.time, marginNanoseconds: margin) }
    state.withLock { state in
      state.report.trades += Int64(trades.count)
      state.report.quotes += Int64(rows.quotes.count)
      state.report.corrected += rows.corrected
      state.report.refused += rows.refused
    }
    var rest = HistoryMerge.merged(trades: trades, quotes: rows.quotes)[...]
    while !rest.isEmpty {
      offer(
        .recovered(RecoveredPart(gap: job.gaps[0].number, symbol: symbol, rows: Array(rest.prefix(settings.partRows)))))
      rest = rest.dropFirst(settings.partRows)
    }
  }

  private var times: ClosedRange<Timestamp> {
    state.withLock { $0.plan?.times } ?? Timestamp.none...Timestamp.none
  }

  private func progressed(refused: Int) {
    state.withLock { state in
      state.plan?.progressed(at: rest.clock.now())
      state.report.refused += Int64(refused)
    }
  }
}

/// The rows of one instrument as they come in.
private struct HistoryRows {
  private let conversion: HistoryConversion
  var trades: [StampedRecord<Trade>] = []
  var quotes: [StampedRecord<Quote>] = []
  var corrected: Int64 = 0
  var refused: Int64 = 0

  init(ticker: String) { conversion = HistoryConversion(ticker: ticker, use: .gap) }

  mutating func add(_ rows: [HistoryTrade]) {
    for row in rows {
      switch conversion.trade(row) {
      case .row(let trade): trades.append(StampedRecord(record: trade, nanoseconds: row.sipTimestamp ?? 0))
      case .corrected: corrected += 1
      case .refused: refused += 1
      }
    }
  }

  mutating func add(_ rows: [HistoryQuote]) {
    for row in rows {
      switch conversion.quote(row) {
      case .row(let quote): quotes.append(StampedRecord(record: quote, nanoseconds: row.sipTimestamp ?? 0))
      case .corrected: break
      case .refused: refused += 1
      }
    }
  }
}
