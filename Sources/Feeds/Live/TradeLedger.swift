import MarketModel

/// The prints a live feed has handed over, as far back as its bound allows: what comes a second time, over the socket or from
/// the vendor's history, is told by it. What lies in a stretch that history is or will be asked for is remembered until that has
/// been done, however much comes meanwhile.
///
/// A print is itself by instrument and sequence number. Prints without a number are told by their millisecond, price, size and
/// venue; since two prints can agree in all of them, such a row of the history takes up one remembered print each.
struct TradeLedger: ~Copyable {
  private let instruments: InstrumentTable
  /// The newest prints.
  private var recent: PrintMemory
  /// Prints that are not among the newest any more and lie in a stretch.
  private var kept: PrintMemory
  private let keptLimit: Int
  private var stretches = KeptStretches()
  /// Whether a print without a number was ever remembered.
  private var hasUnnumbered = false
  /// Latest time of the prints that are not among the newest any more; `.none` before. What is older can only be told in a stretch.
  private(set) var forgottenUntil = Timestamp.none
  /// One wrong stamp must not make all that is remembered look too old.
  private var doubt = TimeDoubt()

  /// What an empty memory of stretches has room for.
  private static let smallestKept = 1 << 12

  /// - Parameters:
  ///   - capacity: newest prints, rounded up to a power of two.
  ///   - keptLimit: prints of stretches at most, rounded up to a power of two.
  init(
    capacity: Int = Limits.handedOverPrints, keptLimit: Int = Limits.keptPrints, instruments: InstrumentTable
  ) {
    self.instruments = instruments
    self.keptLimit = keptLimit
    recent = PrintMemory(capacity: capacity, instruments: instruments.capacity)
    kept = PrintMemory(
      capacity: min(keptLimit, TradeLedger.smallestKept), instruments: instruments.capacity)
  }

  /// Newest prints remembered at most.
  var capacity: Int { recent.capacity }

  // MARK: Prints

  /// Remembers a print of the socket.
  /// - Returns: false when it was handed over before. Prints without a number are taken as new.
  @inline(__always)
  mutating func admit(_ trade: Trade) -> Bool {
    if trade.sequence == 0 {
      hasUnnumbered = true
      remember(trade, claimedBy: 0)
      return true
    }
    if isKnown(trade) { return false }
    remember(trade, claimedBy: 0)
    return true
  }

  /// Remembers a print that the vendor's history brought.
  /// - Parameter gap: the gap it was looked for in; not 0.
  /// - Returns: false when it was handed over before.
  mutating func admit(_ trade: Trade, recoveredFor gap: UInt32) -> Bool {
    if trade.sequence != 0 {
      if isKnown(trade) { return false }
      if hasUnnumbered, claim(trade, gap, onlyUnnumbered: true) { return false }
    } else {
      if claim(trade, gap, onlyUnnumbered: false) { return false }
      hasUnnumbered = true
    }
    // Another row of the same gap that looks the same is another print.
    remember(trade, claimedBy: gap)
    return true
  }

  /// Whether all prints of a stream at this time that were handed over are remembered.
  func remembers(_ time: Timestamp, _ scope: FeedIncident.Scope) -> Bool {
    time > forgottenUntil || stretches.know(time, scope)
  }

  /// Prints up to this time were not remembered.
  mutating func forget(until time: Timestamp) {
    forgottenUntil = max(forgottenUntil, time)
    stretches.forget(until: time)
  }

  // MARK: Stretches

  /// Numbers of the gaps that a moment of a stream belongs to.
  func gaps(at time: Timestamp, _ scope: FeedIncident.Scope) -> [UInt32] { stretches.gaps(at: time, scope) }

  /// From here on a stream may have been missed; until that is a gap with a number, all that follows is remembered.
  mutating func expectGap(_ scope: FeedIncident.Scope, from time: Timestamp) {
    stretches.expectGap(scope, from: time, forgottenUntil: forgottenUntil)
  }

  /// Where the first stretch begins; nil when there is none.
  var earliestStretch: Timestamp? { stretches.earliest }

  /// As `expectGap`, and none that would begin earlier is expected any more.
  mutating func expectGapOnly(_ scope: FeedIncident.Scope, from time: Timestamp) {
    stretches.endExpecting(scope, before: time)
    expectGap(scope, from: time)
  }

  /// A gap begins or ends to matter.
  mutating func note(_ incident: FeedIncident) {
    switch incident.kind {
    case .disconnected, .muted:
      let from = incident.from == .none ? incident.time : incident.from
      if from != .none { expectGap(incident.scope, from: from) }
    case .gapFound: stretches.begin(incident, forgottenUntil: forgottenUntil)
    case .gapFilled, .gapUnfilled:
      stretches.end(incident.gap)
      if stretches.isEmpty, !kept.isEmpty {
        kept = PrintMemory(
          capacity: min(keptLimit, TradeLedger.smallestKept), instruments: instruments.capacity)
      }
    case .connected, .ended, .restarted: break
    }
  }

  // MARK: Pieces

  @inline(__always)
  private func isKnown(_ trade: Trade) -> Bool {
    recent.isKnown(trade) || (!kept.isEmpty && kept.isKnown(trade))
  }

  private func claim(_ trade: Trade, _ gap: UInt32, onlyUnnumbered: Bool) -> Bool {
    recent.claim(trade, gap, onlyUnnumbered: onlyUnnumbered)
      || (!kept.isEmpty && kept.claim(trade, gap, onlyUnnumbered: onlyUnnumbered))
  }

  @inline(__always)
  private mutating func remember(_ trade: Trade, claimedBy gap: UInt32) {
    if recent.isFull { passOldest() }
    recent.remember(PrintMemory.Print(trade, claimedBy: gap))
  }

  /// The oldest of the newest prints makes room.
  private mutating func passOldest() {
    let print = recent.takeOldest()
    // What history brought stands among younger prints: its time must not make those look remembered.
    if print.time > forgottenUntil, doubt.believes(print.time, after: forgottenUntil) { forgottenUntil = print.time }
    guard !stretches.isEmpty, isInStretch(print) else { return }
    if kept.isFull { makeRoom() }
    kept.remember(print)
  }

  private func isInStretch(_ print: PrintMemory.Print) -> Bool {
    stretches.contain(print.time, FeedIncident.Scope(of: instruments[print.instrument]))
  }

  /// Leaves out what lies in no stretch any more; when that is not much, there is twice the room. At the limit the oldest goes, and
  /// its stretches are not known so far back any more.
  private mutating func makeRoom() {
    var rest: [PrintMemory.Print] = []
    rest.reserveCapacity(kept.capacity)
    while !kept.isEmpty {
      let print = kept.takeOldest()
      if isInStretch(print) { rest.append(print) }
    }
    if rest.count > kept.capacity / 2, kept.capacity < keptLimit {
      kept = PrintMemory(capacity: kept.capacity * 2, instruments: instruments.capacity)
    }
    let left = max(0, rest.count - kept.capacity / 4 * 3)
    for print in rest[..<left] {
      stretches.forget(until: print.time, FeedIncident.Scope(of: instruments[print.instrument]))
    }
    for print in rest[left...] { kept.remember(print) }
  }
}
