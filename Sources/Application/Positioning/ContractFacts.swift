import MarketModel

/// What never changes of an instrument, taken apart once: a symbol costs more to read than all its greeks.
struct ContractFacts {
  var isOption: Bool
  /// Whether it delivers the underlying itself: the root of an adjusted contract ends in a digit, and neither its strike nor
  /// its multiplier can be held against the underlying's price.
  var isStandard: Bool
  var isCall: Bool
  var underlying: InstrumentID
  var strike: Price
  var expiry: MarketDate
  var multiplier: Int64
  /// When its worth is settled.
  var settlement: Timestamp

  init(_ instrument: Instrument) {
    let symbol = instrument.kind == .option ? OptionSymbol(polygon: instrument.symbol.description) : nil
    isOption = symbol != nil
    isStandard = symbol?.root.utf8.last.map { $0 >= UInt8(ascii: "A") } ?? false
    isCall = instrument.right == .call
    underlying = instrument.underlying
    strike = instrument.strike
    expiry = instrument.expiry
    multiplier = Int64(instrument.multiplier)
    settlement = symbol?.settlementTime ?? .none
  }
}

/// The facts of all instruments, taken over as they come.
struct ContractFactsTable {
  private let instruments: InstrumentTable
  private var facts: [ContractFacts] = []

  init(_ instruments: InstrumentTable) { self.instruments = instruments }

  mutating func grow() {
    for index in facts.count..<max(facts.count, instruments.count) {
      facts.append(ContractFacts(instruments[InstrumentID(UInt32(index))]))
    }
  }

  /// After `grow`, of every instrument that a snapshot asked for before knows.
  subscript(id: InstrumentID) -> ContractFacts { facts[id.index] }
}
