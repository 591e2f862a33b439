import MarketModel

/// Looks at each decoded frame of a live stream before the engine does: drops what came twice or is not followed, notes times,
/// prices and damage.
struct LiveReview: ~Copyable {
  var ledger: TradeLedger
  private let observations: FeedObservations
  private let followed: FollowedInstruments
  private let spots: [InstrumentID?]
  private var scope = FeedIncident.Scope.everything
  private var lostBefore = 0
  private var badFrames: Int64 = 0
  private var badEvents: Int64 = 0
  /// Time of the latest event by scope.
  private var latest = InlineArray<3, Timestamp>(repeating: .none)
  /// Damage that came before any event: told with the first time there is.
  private var isDamagedFromStart = InlineArray<3, Bool>(repeating: false)
  private var doubts = InlineArray<3, TimeDoubt>(repeating: TimeDoubt())

  init(instruments: InstrumentTable, observations: FeedObservations, filter: SymbolFilter) {
    self.observations = observations
    self.followed = FollowedInstruments(filter, instruments: instruments)
    spots = observations.spotSymbols.map { instruments.intern($0) }
    ledger = TradeLedger(instruments: instruments.capacity)
  }

  /// The frame that is decoded next.
  mutating func begin(_ scope: FeedIncident.Scope, receivedNanoseconds: Int64, lostBefore: Int) {
    self.scope = scope
    self.lostBefore = lostBefore
    observations.noteFrame(scope, receivedNanoseconds: receivedNanoseconds)
  }

  mutating func review(_ batch: inout EventBatch, badFrames: Int64, badEvents: Int64) {
    let before = latest[scope.index]
    keepWhatIsNew(&batch)
    let now = latest[scope.index]
    if now > before { observations.noteEvent(scope, now) }
    if lostBefore > 0 {
      let lost = lostBefore
      observations.count { $0.lostFrames += lost }
      // They may have been of any stream.
      report(.everything, from: before, to: now)
    }
    if badFrames != self.badFrames || badEvents != self.badEvents {
      self.badFrames = badFrames
      self.badEvents = badEvents
      observations.count { $0.damagedFrames += 1 }
      report(scope, from: before, to: now)
    } else if isDamagedFromStart[scope.index], now != .none {
      isDamagedFromStart[scope.index] = false
      report(scope, from: now, to: now)
    }
  }

  // MARK: Pieces

  /// Keeps events in their order and drops prints that are not followed or came before.
  @inline(__always)
  private mutating func keepWhatIsNew(_ batch: inout EventBatch) {
    var filtered = 0
    var duplicates = 0
    var time = latest[scope.index]
    var last = Timestamp.none
    batch.keep { event in
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
        return true
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

  private mutating func report(_ damaged: FeedIncident.Scope, from: Timestamp, to: Timestamp) {
    guard to != .none else {
      isDamagedFromStart[scope.index] = true
      return
    }
    observations.noteDamage(FeedObservations.Damage(scope: damaged, from: from == .none ? to : from, to: to))
  }
}

extension FeedIncident.Scope {
  /// Place in an array with one for each scope.
  @inline(__always) fileprivate var index: Int { Int(rawValue) }
}
