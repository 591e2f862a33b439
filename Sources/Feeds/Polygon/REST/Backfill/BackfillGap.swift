import MarketModel

/// Something between two moments may not have been received: what to ask the vendor's history for.
public struct BackfillGap: Hashable, Sendable {
  /// Within the run, from 1.
  public var number: UInt32
  public var scope: FeedIncident.Scope
  public var from: Timestamp
  public var to: Timestamp
  /// Underlyings whose options (scope options) or whose own prints (scope equities) are followed, as the vendor writes
  /// them: `SPY`, `I:SPX`.
  public var underlyings: [String]
  /// Contracts whose quotes are held: their trades and quotes are asked for.
  public var quotedContracts: [String]
  /// Contracts that are followed by name, without quotes: their trades are asked for.
  public var tradedContracts: [String]
  /// What is followed: nothing else is asked for.
  public var filter: SymbolFilter

  public init(
    number: UInt32, scope: FeedIncident.Scope, from: Timestamp, to: Timestamp, underlyings: [String],
    quotedContracts: [String] = [], tradedContracts: [String] = [], filter: SymbolFilter = .everything
  ) {
    precondition(from <= to, "BackfillGap: from \(from.rfc3339) to \(to.rfc3339), in this order wanted")
    self.number = number
    self.scope = scope
    self.from = from
    self.to = to
    self.underlyings = underlyings
    self.quotedContracts = quotedContracts
    self.tradedContracts = tradedContracts
    self.filter = filter
  }
}

/// One errand: a gap, or several of one scope that overlap.
public struct BackfillJob: Hashable, Sendable {
  /// In the order they came; recovered rows carry the first one's number.
  public private(set) var gaps: [BackfillGap]
  /// All of them together.
  public private(set) var span: BackfillGap
  /// Not before this moment of the monotonic clock: the vendor's history must have the end of the gap.
  public private(set) var notBeforeNanoseconds: Int64

  init(_ gap: BackfillGap, notBefore: Int64) {
    gaps = [gap]
    span = gap
    notBeforeNanoseconds = notBefore
  }

  /// Whether a moment is in one of the gaps, or so close to one.
  func reaches(_ time: Timestamp, marginNanoseconds margin: Int64) -> Bool {
    gaps.contains { $0.from - time <= margin && time - $0.to <= margin }
  }

  func overlaps(_ gap: BackfillGap, marginNanoseconds: Int64) -> Bool {
    gap.scope == span.scope && gap.from - span.to <= 2 * marginNanoseconds
      && span.from - gap.to <= 2 * marginNanoseconds
  }

  mutating func merge(_ gap: BackfillGap, notBefore: Int64) {
    gaps.append(gap)
    span.from = min(span.from, gap.from)
    span.to = max(span.to, gap.to)
    span.underlyings.appendNew(gap.underlyings)
    span.quotedContracts.appendNew(gap.quotedContracts)
    span.tradedContracts.appendNew(gap.tradedContracts)
    notBeforeNanoseconds = max(notBeforeNanoseconds, notBefore)
  }
}

/// Gaps that wait, oldest first. One that overlaps a waiting one of its scope is merged with it. Time is handed in.
public struct BackfillQueue: Sendable {
  public private(set) var jobs: [BackfillJob] = []
  private let marginNanoseconds: Int64

  public init(marginNanoseconds: Int64) { self.marginNanoseconds = marginNanoseconds }

  public mutating func add(_ gap: BackfillGap, notBefore: Int64) {
    let margin = marginNanoseconds
    if let index = jobs.firstIndex(where: { $0.overlaps(gap, marginNanoseconds: margin) }) {
      jobs[index].merge(gap, notBefore: notBefore)
    } else {
      jobs.append(BackfillJob(gap, notBefore: notBefore))
    }
  }

  /// Gaps this close are one errand when both wait: asking for what lies between costs less than asking every contract twice.
  static let joinNanoseconds: Int64 = 60_000_000_000

  /// The first job whose time has come, with those close to it whose time has come as well.
  public mutating func take(at now: Int64) -> BackfillJob? {
    guard let first = jobs.firstIndex(where: { $0.notBeforeNanoseconds <= now }) else { return nil }
    var job = jobs.remove(at: first)
    while let next = jobs.firstIndex(where: { other in
      other.notBeforeNanoseconds <= now
        && other.gaps.contains { job.overlaps($0, marginNanoseconds: BackfillQueue.joinNanoseconds / 2) }
    }) {
      for gap in jobs.remove(at: next).gaps { job.merge(gap, notBefore: now) }
    }
    return job
  }

  /// When the next job's time comes; nil when none waits.
  public var nextNanoseconds: Int64? { jobs.map(\.notBeforeNanoseconds).min() }
}

extension [String] {
  mutating func appendNew(_ others: [String]) {
    var known = Set(self)
    for other in others where known.insert(other).inserted { append(other) }
  }
}
