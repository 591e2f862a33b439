import MarketModel

/// What a live source knows of an earlier life of the process: how far the stream had come, and which prints were handed over.
/// Filled from the recorded events, on the thread that interns.
public struct LiveMemory: ~Copyable {
  public private(set) var standing: LiveStanding
  var ledger: TradeLedger
  private let instruments: InstrumentTable

  /// - Parameter standing: what is known already; the events that are noted come behind it.
  public init(instruments: InstrumentTable, standing: LiveStanding = LiveStanding()) {
    self.instruments = instruments
    self.standing = standing
    ledger = TradeLedger(instruments: instruments)
    for gap in standing.openGaps { ledger.note(gap) }
    expectGaps()
  }

  /// Events in the order in which they were recorded.
  /// - Parameter receivedNanoseconds: wall time at which they were received.
  public mutating func note(_ events: UnsafeBufferPointer<MarketEvent>, receivedNanoseconds: Int64) {
    for event in events {
      switch event {
      case .trade(let trade): remember(trade)
      case .incident(let incident): ledger.note(incident)
      default: break
      }
    }
    standing.note(events, receivedNanoseconds: receivedNanoseconds, instruments: instruments)
    expectGaps()
  }

  /// Events that `standing` knows of: only their prints are remembered.
  public mutating func noteHandedOver(_ events: UnsafeBufferPointer<MarketEvent>) {
    for case .trade(let trade) in events { remember(trade) }
  }

  /// Prints since this moment must be noted, or what the vendor's history will bring cannot be told from them; nil when it will
  /// not be asked for anything.
  public var neededFrom: Timestamp? { ledger.earliestStretch }

  /// What came before is not remembered: prints as old as this one cannot be told from what was handed over.
  public mutating func forget(until time: Timestamp) { ledger.forget(until: time) }

  // MARK: Pieces

  @inline(__always)
  private mutating func remember(_ trade: Trade) {
    // A trade by hand is none of the vendor's: one that looks like it must not be taken for it.
    if !trade.flags.contains(.injected) { _ = ledger.admit(trade) }
  }

  /// If these were the last events, a gap would begin there.
  private mutating func expectGaps() {
    for scope in [FeedIncident.Scope.options, .equities] {
      let from = standing.lostFrom(scope)
      if from != .none { ledger.expectGapOnly(scope, from: from) }
    }
  }
}
