import MarketModel

/// What is still to be asked for one job, as a value: its steps may be taken by several tasks, fail, and be put back. What was
/// read stays read, so a job goes on where an outage stopped it. Time is handed in.
public struct BackfillPlan: Sendable {
  /// One errand; pages are followed within it.
  public enum Step: Hashable, Sendable {
    /// Contracts of an underlying that may have traded since the gap began.
    case chain(underlying: String)
    /// History of one instrument.
    case history(ticker: String, hasQuotes: Bool)
  }

  /// What to do with a failed step.
  public enum Verdict: Hashable, Sendable {
    /// Ask again at this moment.
    case retry(atNanoseconds: Int64)
    /// It will not come; the others go on.
    case skipped
    /// Nothing will come; the job is over.
    case over
  }

  public let job: BackfillJob
  /// SIP times asked for: the gap and a margin each side.
  public let times: ClosedRange<Timestamp>
  public private(set) var pending: [Step] = []
  public private(set) var running = 0
  public private(set) var done = 0
  /// Why something could not be read, once each; empty: all of it was.
  public private(set) var complaints: [String] = []
  private var known: Set<String> = []
  private var lastProgressNanoseconds: Int64
  private var failuresInRow = 0
  /// Refusals that no answer came between: the plan lacks the data, or the endpoint is wrong for every instrument.
  private var refusalsInRow = 0
  private let patienceNanoseconds: Int64
  private var isOver = false

  private static let longestWaitNanoseconds: Int64 = 15_000_000_000
  private static let mostComplaints = 8
  private static let mostRefusalsInRow = 5

  /// - Parameter patienceNanoseconds: how long nothing may come before the job is given up.
  public init(_ job: BackfillJob, marginNanoseconds: Int64, patienceNanoseconds: Int64, now: Int64) {
    self.job = job
    self.patienceNanoseconds = patienceNanoseconds
    let span = job.span
    times = span.from.adding(nanoseconds: -marginNanoseconds)...span.to.adding(nanoseconds: marginNanoseconds)
    lastProgressNanoseconds = now
    if span.scope != .equities {
      // What is on the screen heals first.
      for ticker in span.quotedContracts { addHistory(ticker, hasQuotes: true) }
      for ticker in span.tradedContracts { addHistory(ticker, hasQuotes: false) }
      if span.filter.needsChains { pending += span.underlyings.map { .chain(underlying: $0) } }
    }
    if span.scope != .options {
      // Indices have values, no prints.
      for ticker in span.underlyings where !ticker.hasPrefix("I:") { addHistory(ticker, hasQuotes: false) }
    }
    // Everything is followed, and nobody says what that is.
    if pending.isEmpty {
      complain("no underlying is named whose history could be asked for; follow some by name, as [\"SPY\",\"QQQ\"]")
    }
  }

  /// Everything was read that the vendor has.
  public var isFilled: Bool { isFinished && complaints.isEmpty }

  /// Nothing is left to do.
  public var isFinished: Bool { isOver || (pending.isEmpty && running == 0) }

  /// The next step; nil when none can be taken now.
  public mutating func take() -> Step? {
    guard !isOver, !pending.isEmpty else { return nil }
    running += 1
    return pending.removeFirst()
  }

  /// A page came: the server is there, though the step is not at its end.
  public mutating func progressed(at now: Int64) {
    lastProgressNanoseconds = max(lastProgressNanoseconds, now)
    failuresInRow = 0
    refusalsInRow = 0
  }

  /// - Parameter candidates: contracts that a chain step found.
  public mutating func completed(_ step: Step, candidates: [String] = [], at now: Int64) {
    running -= 1
    done += 1
    progressed(at: now)
    for ticker in candidates { addHistory(ticker, hasQuotes: false) }
  }

  /// - Parameter chance: from 0 up to, not including, 1.
  public mutating func failed(_ step: Step, _ error: PolygonRESTError, at now: Int64, chance: Double) -> Verdict {
    guard error.kind != .cancelled else {
      running -= 1
      isOver = true
      complain("cancelled")
      return .over
    }
    if case .notFound = error.kind, case .history = step {
      // An instrument the vendor does not know has no history.
      completed(step, at: now)
      return .skipped
    }
    guard error.isTransient else {
      running -= 1
      done += 1
      complain(error.description)
      refusalsInRow += 1
      isOver = error.kind == .unauthorised || refusalsInRow >= Self.mostRefusalsInRow
      return isOver ? .over : .skipped
    }
    failuresInRow += 1
    let moment: Int64
    if case .suspended(let until) = error.kind {
      moment = max(until, now)
    } else {
      let policy = RetryPolicy(firstNanoseconds: 1_000_000_000, longestNanoseconds: Self.longestWaitNanoseconds)
      moment = now + policy.waitNanoseconds(afterFailures: failuresInRow, chance: chance)
    }
    guard moment - lastProgressNanoseconds <= patienceNanoseconds else {
      running -= 1
      isOver = true
      complain("nothing came for \(patienceNanoseconds / 1_000_000_000) s; last: \(error.description)")
      return .over
    }
    return .retry(atNanoseconds: moment)
  }

  private mutating func addHistory(_ ticker: String, hasQuotes: Bool) {
    guard job.span.filter.passes(ticker: ticker) else { return }
    guard known.insert(ticker).inserted else { return }
    pending.append(.history(ticker: ticker, hasQuotes: hasQuotes))
  }

  private mutating func complain(_ words: String) {
    if complaints.count < Self.mostComplaints, !complaints.contains(words) { complaints.append(words) }
  }
}
