import MarketModel

/// The network thread's own view of the instrument table: look-up by text (which the table allows its writer only) and the
/// texts that answers repeat. Grows with the table.
final class SymbolDirectory {
  struct Entry: Sendable {
    var instrument: Instrument
    var symbol: String
    /// Symbol of the underlying; the symbol itself for an equity.
    var underlying: String
  }

  private let table: InstrumentTable
  private var entries: [Entry] = []
  private var ids: [String: InstrumentID] = [:]

  init(table: InstrumentTable) { self.table = table }

  /// Takes over what the table has learned since.
  func grow() {
    let count = table.count
    while entries.count < count {
      let id = InstrumentID(UInt32(entries.count))
      let instrument = table[id]
      let symbol = instrument.symbol.description
      // An underlying is interned before its contracts.
      let underlying = instrument.underlying == id ? symbol : entries[instrument.underlying.index].symbol
      entries.append(Entry(instrument: instrument, symbol: symbol, underlying: underlying))
      ids[symbol] = id
    }
  }

  subscript(id: InstrumentID) -> Entry {
    if id.index >= entries.count { grow() }
    return entries[id.index]
  }

  /// The id of a symbol as users write it, see `canonical`; nil when no such instrument was seen in this run.
  func find(_ canonical: String) -> InstrumentID? {
    grow()
    return ids[canonical]
  }

  /// Upper case, and with `O:` before an option symbol that came without it; nil when it cannot be a symbol.
  static func canonical(_ text: String) -> String? {
    let upper = text.uppercased()
    let bytes = upper.utf8
    guard !bytes.isEmpty, bytes.count <= SymbolText.capacity,
      bytes.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || [45, 46, 47, 58].contains($0) })
    else { return nil }
    if upper.hasPrefix("O:") { return OptionSymbol(polygon: upper) == nil ? nil : upper }
    return OptionSymbol(occ: upper) == nil ? upper : "O:" + upper
  }
}
