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
    ledger = TradeLedger(instruments: instruments.capacity)
  }

  /// Events in the order in which they were recorded.
  /// - Parameter receivedNanoseconds: wall time at which they were received.
  public mutating func note(_ events: UnsafeBufferPointer<MarketEvent>, receivedNanoseconds: Int64) {
    noteHandedOver(events)
    standing.note(events, receivedNanoseconds: receivedNanoseconds, instruments: instruments)
  }

  /// Events that `standing` knows of: only their prints are remembered.
  public mutating func noteHandedOver(_ events: UnsafeBufferPointer<MarketEvent>) {
    // A trade by hand is none of the vendor's: one that looks like it must not be taken for it.
    for case .trade(let trade) in events where !trade.flags.contains(.injected) { _ = ledger.admit(trade) }
  }

  /// What came before is not remembered: prints as old as this one cannot be told from what was handed over.
  public mutating func forget(until time: Timestamp) { ledger.forget(until: time) }
}
