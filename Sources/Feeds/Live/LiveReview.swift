import MarketModel

/// Looks at each decoded frame of a live stream before the engine does: drops what came twice or is not followed, notes times,
/// prices and damage.
struct LiveReview: ~Copyable {
  var ledger: TradeLedger
  private let observations: FeedObservations
  let followed: FollowedInstruments
  private let spots: [InstrumentID?]
  private var stretches: StreamStretches
  private var scope = FeedIncident.Scope.everything
  private var receivedNanoseconds: Int64 = 0
  private var lostBefore = 0
  private var badFrames: Int64 = 0
  private var badEvents: Int64 = 0
  /// Time of the latest event by scope.
  private var latest = InlineArray<3, Timestamp>(repeating: .none)
  private var doubts = InlineArray<3, TimeDoubt>(repeating: TimeDoubt())

  /// - Parameter memory: what an earlier life of the process left; a new one when there was none.
  init(
    instruments: InstrumentTable, observations: FeedObservations, filter: SymbolFilter, memory: consuming LiveMemory
  ) {
    self.observations = observations
    self.followed = FollowedInstruments(filter, instruments: instruments)
    spots = observations.spotSymbols.map { instruments.intern($0) }
    stretches = StreamStretches(observations)
    let standing = memory.standing
    for scope in FeedIncident.Scope.allCases {
      latest[scope.index] = standing.latest(scope)
      doubts[scope.index] = standing.doubt(scope)
      // What came while nobody listened lies between here and the next event.
      if scope != .everything { stretches.resume(scope, lastEvent: standing.lostFrom(scope)) }
    }
    ledger = memory.ledger
  }

  /// Time of the latest event of all streams; `.none` before the first.
  var streamTime: Timestamp { max(latest[0], max(latest[1], latest[2])) }

  /// What a mark among the frames says to the engine; valid for what has been reviewed so far.
  mutating func incidents(of mark: ConnectionMarks.Mark, into batch: inout EventBatch) {
    let time = latest[mark.scope.index]
    stretches.connection(mark.kind, mark.scope, lastEvent: time, at: mark.nanoseconds)
    if mark.kind == .lostMute { batch.append(.incident(FeedIncident(kind: .muted, time: time, scope: mark.scope))) }
    let kind: FeedIncident.Kind = mark.kind == .returned ? .connected : .disconnected
    let incident = FeedIncident(kind: kind, time: time, scope: mark.scope)
    ledger.note(incident)
    batch.append(.incident(incident))
  }

  /// Whether it matters that time passes without frames.
  var awaitsTime: Bool { stretches.isAnyOpen }

  /// So late it is, and all frames received before have been reviewed.
  mutating func pass(to monotonic: Int64) { stretches.pass(to: monotonic) }

  /// The frame that is decoded next.
  mutating func begin(_ scope: FeedIncident.Scope, receivedNanoseconds: Int64, lostBefore: Int) {
    if stretches.isAnyOpen { stretches.pass(to: receivedNanoseconds) }
    self.scope = scope
    self.receivedNanoseconds = receivedNanoseconds
    self.lostBefore = lostBefore
    observations.noteFrame(scope, receivedNanoseconds: receivedNanoseconds)
  }

  /// - Parameter first: where the frame's events begin in the batch.
  mutating func review(_ batch: inout EventBatch, from first: Int, badFrames: Int64, badEvents: Int64) {
    let before = latest[scope.index]
    let earlier = latest
    keepWhatIsNew(&batch, from: first)
    let now = latest[scope.index]
    if lostBefore > 0 {
      let lost = lostBefore
      observations.count { $0.lostFrames += lost }
      // They may have been of any stream, and one may lag seconds behind the other.
      for scope in [FeedIncident.Scope.options, .equities] {
        stretches.damaged(scope, lastEvent: earlier[scope.index], at: receivedNanoseconds)
      }
    }
    if badFrames != self.badFrames || badEvents != self.badEvents {
      self.badFrames = badFrames
      self.badEvents = badEvents
      observations.count { $0.damagedFrames += 1 }
      stretches.damaged(scope, lastEvent: before, at: receivedNanoseconds)
    }
    guard now > before else { return }
    observations.noteEvent(scope, now, receivedNanoseconds: receivedNanoseconds)
    stretches.received(now, scope, at: receivedNanoseconds)
  }

  // MARK: Pieces

  /// Keeps events in their order and drops prints that are not followed or came before.
  @inline(__always)
  private mutating func keepWhatIsNew(_ batch: inout EventBatch, from first: Int) {
    var filtered = 0
    var duplicates = 0
    var time = latest[scope.index]
    var last = Timestamp.none
    batch.keep(from: first) { event in
      switch event {
      case .trade(let trade):
        if trade.time > time { last = trade.time }
        guard followed.contains(trade.instrument) else {
          filtered += 1
          return false
        }
        guard ledger.admit(trade) else {
          duplicates += 1
          return false
        }
        if scope != .options { noteSpot(trade) }
        return true
      case .quote(let quote):
        if quote.time > time { last = quote.time }
        return followed.hasQuotes(quote.instrument)
      default:
        if let eventTime = event.time, eventTime > time { last = eventTime }
        return true
      }
    }
    if last != .none, doubts[scope.index].believes(last, after: time) {
      time = max(time, last)
      latest[scope.index] = time
    }
    if filtered > 0 || duplicates > 0 {
      observations.count {
        $0.filteredOut += filtered
        $0.duplicates += duplicates
      }
    }
  }

  private func noteSpot(_ trade: Trade) {
    // A price made by something other than the market of the moment says nothing of where the market is.
    guard trade.price > .zero, trade.conditions.isDisjoint(with: .equityNoSide) else { return }
    for (index, instrument) in spots.enumerated() where instrument == trade.instrument {
      observations.noteSpot(index, FeedObservations.Spot(price: trade.price, time: trade.time))
    }
  }
}
