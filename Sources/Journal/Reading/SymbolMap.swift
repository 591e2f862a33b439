import MarketModel

/// The journal's instrument numbers and those of the table they are read into: equal when the table held nothing else, which
/// is the usual case; mapped otherwise.
final class SymbolMap {
  private let instruments: InstrumentTable
  private var ids: [UInt32] = []
  private var isEqual = true
  /// The first symbol that the table did not take.
  private(set) var refused: SymbolText?

  init(_ instruments: InstrumentTable) { self.instruments = instruments }

  /// Symbols the journal has named so far.
  var count: Int { ids.count }

  /// A segment names all symbols anew.
  func beginSegment() {
    ids.removeAll(keepingCapacity: true)
    isEqual = true
  }

  func add(_ symbol: SymbolText) {
    let number = UInt32(ids.count)
    guard let id = instruments.intern(symbol) else {
      if refused == nil { refused = symbol }
      ids.append(number)
      return
    }
    ids.append(id.rawValue)
    if id.rawValue != number { isEqual = false }
  }

  /// Puts the table's numbers in place of the journal's, all of which are below `count`.
  func translate(_ events: UnsafeMutableBufferPointer<MarketEvent>) {
    guard !isEqual else { return }
    for index in events.indices {
      switch events[index] {
      case .trade(var trade):
        trade.instrument = InstrumentID(ids[trade.instrument.index])
        events[index] = .trade(trade)
      case .quote(var quote):
        quote.instrument = InstrumentID(ids[quote.instrument.index])
        events[index] = .quote(quote)
      case .bar(var bar):
        bar.instrument = InstrumentID(ids[bar.instrument.index])
        events[index] = .bar(bar)
      case .reference(var reference):
        reference.instrument = InstrumentID(ids[reference.instrument.index])
        events[index] = .reference(reference)
      case .clock, .incident: break
      }
    }
  }
}
