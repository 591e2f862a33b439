import MarketModel

/// How far a live stream had come when the process ended, learned from the events that it recorded: what the next life needs
/// to know so that nothing is missed and nothing is twice. Small enough to be kept with a snapshot of the engine.
public struct LiveStanding: Hashable, Sendable {
  /// Newest event of the socket by scope; `.none` before the first.
  private var latest: [Timestamp]
  private var doubts: [TimeDoubt]
  /// Newest time of anything, chains and connections included: a stream without an event had none until then.
  private var reached = Timestamp.none
  private var doubt = TimeDoubt()
  /// What was lost and no gap covers yet, by scope.
  private var unreported: [UnreportedStretches]
  /// Gaps that were found and neither filled nor given up.
  public private(set) var openGaps: [FeedIncident] = []
  /// Highest number a gap has had.
  public private(set) var highestGap: UInt32 = 0
  /// Two earlier looks at `latest`, the older one at least `overlapNanoseconds` before the newest block.
  private var earlier: [Look] = []

  private struct Look: Hashable, Sendable {
    var receivedNanoseconds: Int64
    var latest: [Timestamp]
  }

  /// A frame that could not be read becomes a gap when the next good event has come or a moment of silence has passed, and a
  /// second later. Whoever dies in between tells nobody: so much before the end is asked for again.
  static let overlapNanoseconds = DamageWatch.quietNanoseconds + 3_000_000_000

  /// - Parameter highestGap: of what came before the first event that will be noted.
  public init(highestGap: UInt32 = 0) {
    self.highestGap = highestGap
    let scopes = FeedIncident.Scope.allCases.count
    latest = Array(repeating: .none, count: scopes)
    doubts = Array(repeating: TimeDoubt(), count: scopes)
    unreported = Array(repeating: UnreportedStretches(), count: scopes)
  }

  /// Newest event of all streams; before the first, the newest time of anything; `.none` before that.
  public var streamTime: Timestamp {
    let newest = latest.max() ?? .none
    return newest == .none ? reached : newest
  }

  func latest(_ scope: FeedIncident.Scope) -> Timestamp { latest[scope.index] }
  func doubt(_ scope: FeedIncident.Scope) -> TimeDoubt { doubts[scope.index] }

  /// Where the stretch begins that may not have been received of a stream: the time since the end, and what the earlier life
  /// had no time to report. `.none` when nothing of any stream had come.
  func lostFrom(_ scope: FeedIncident.Scope) -> Timestamp {
    let newest = latest[scope.index] == .none ? reached : latest[scope.index]
    var from = newest
    if let look = earlier.first, look.latest[scope.index] != .none { from = min(from, look.latest[scope.index]) }
    let unreported = unreported[scope.index].earliest
    if unreported != .none { from = min(from, unreported) }
    return from
  }

  // MARK: Learning

  /// Gaps before have had numbers up to this one.
  public mutating func noteGaps(through number: UInt32) { highestGap = max(highestGap, number) }

  /// Takes in events in the order in which they were recorded.
  /// - Parameter receivedNanoseconds: wall time at which they were received.
  public mutating func note(
    _ events: UnsafeBufferPointer<MarketEvent>, receivedNanoseconds: Int64, instruments: InstrumentTable
  ) {
    for event in events {
      if let time = event.reachedTime, time > reached, doubt.believes(time, after: reached) { reached = time }
      switch event {
      case .trade(let trade):
        // History and trades by hand say nothing of how far the socket had come.
        if trade.flags.isEmpty { reach(trade.time, instruments[trade.instrument].kind) }
      case .quote(let quote):
        if !quote.flags.contains(.backfilled) { reach(quote.time, instruments[quote.instrument].kind) }
      case .bar(let bar): reach(event.time ?? .none, instruments[bar.instrument].kind)
      case .incident(let incident): note(incident)
      case .reference, .clock: break
      }
    }
    look(at: receivedNanoseconds)
  }

  @inline(__always)
  private mutating func reach(_ time: Timestamp, _ kind: Instrument.Kind) {
    let scope = (kind == .option ? FeedIncident.Scope.options : .equities).index
    guard time > latest[scope], doubts[scope].believes(time, after: latest[scope]) else { return }
    latest[scope] = time
    if unreported[scope].isReturning { unreported[scope].received(time) }
  }

  private mutating func note(_ incident: FeedIncident) {
    switch incident.kind {
    case .ended, .restarted: break
    case .connected: unreported[incident.scope.index].returned()
    case .disconnected, .muted:
      unreported[incident.scope.index].lost(from: incident.from == .none ? incident.time : incident.from)
    case .gapFound:
      highestGap = max(highestGap, incident.gap)
      openGaps.removeAll { $0.gap == incident.gap }
      openGaps.append(incident)
      unreported[incident.scope.index].found(from: incident.from, to: incident.time)
    case .gapFilled, .gapUnfilled:
      highestGap = max(highestGap, incident.gap)
      openGaps.removeAll { $0.gap == incident.gap }
    }
  }

  private mutating func look(at received: Int64) {
    // Before the first event there is nothing to go back to.
    if latest.max() == Timestamp.none { return }
    if let newest = earlier.last, received - newest.receivedNanoseconds < LiveStanding.overlapNanoseconds { return }
    if earlier.count == 2 { earlier.removeFirst() }
    earlier.append(Look(receivedNanoseconds: received, latest: latest))
  }
}

// MARK: To words and back

extension LiveStanding {
  /// As numbers, for a file of the same program.
  public var words: [Int64] {
    var words: [Int64] = [Int64(highestGap), Int64(openGaps.count), Int64(earlier.count), reached.nanoseconds]
    words += latest.map(\.nanoseconds)
    for gap in openGaps {
      words += [Int64(gap.gap), Int64(gap.scope.rawValue), gap.time.nanoseconds, gap.from.nanoseconds]
    }
    for look in earlier { words += [look.receivedNanoseconds] + look.latest.map(\.nanoseconds) }
    for stretches in unreported { words += stretches.words }
    return words
  }

  /// - Returns: nil for numbers that `words` never gives.
  public init?(words: [Int64]) {
    self.init()
    let scopes = latest.count
    guard words.count >= 4 + scopes, let highest = UInt32(exactly: words[0]), words[1] >= 0, words[2] >= 0,
      words[2] <= 2, words[1] <= Int64(words.count),
      Int64(words.count) >= 4 + Int64(scopes) + 4 * words[1] + Int64(1 + scopes) * words[2]
    else { return nil }
    reached = Timestamp(nanoseconds: words[3])
    var rest = words[4...]
    func takeTimes() -> [Timestamp] {
      defer { rest = rest.dropFirst(scopes) }
      return rest.prefix(scopes).map { Timestamp(nanoseconds: $0) }
    }
    highestGap = highest
    latest = takeTimes()
    for _ in 0..<words[1] {
      let gap = Array(rest.prefix(4))
      rest = rest.dropFirst(4)
      guard let number = UInt32(exactly: gap[0]), let raw = UInt8(exactly: gap[1]),
        let scope = FeedIncident.Scope(rawValue: raw)
      else { return nil }
      openGaps.append(
        FeedIncident(
          kind: .gapFound, time: Timestamp(nanoseconds: gap[2]), scope: scope, gap: number,
          from: Timestamp(nanoseconds: gap[3])))
    }
    for _ in 0..<words[2] {
      let received = rest.removeFirst()
      earlier.append(Look(receivedNanoseconds: received, latest: takeTimes()))
    }
    for scope in unreported.indices {
      guard let stretches = UnreportedStretches(words: &rest) else { return nil }
      unreported[scope] = stretches
    }
    guard rest.isEmpty else { return nil }
  }
}
