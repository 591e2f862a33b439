import MarketModel

/// Which instruments of a flat file are taken, and how many rows each has.
struct RowsOfInstruments {
  private enum Verdict: UInt8 {
    case undecided
    case wanted
    case unwanted
    case complete
  }
  private let underlyings: Set<String>
  private let manifest: HistoryManifest
  private let content: HistoryManifest.Content
  private let instruments: InstrumentTable
  private var verdicts: [Verdict] = []
  private var rows: [Int64] = []
  /// Rows of contracts that are complete already.
  private(set) var alreadyHere: Int64 = 0

  init(
    _ underlyings: [String], _ manifest: HistoryManifest, _ content: HistoryManifest.Content,
    _ instruments: InstrumentTable
  ) {
    self.underlyings = Set(underlyings)
    self.manifest = manifest
    self.content = content
    self.instruments = instruments
  }

  mutating func admits(_ instrument: InstrumentID) -> Bool {
    while verdicts.count <= instrument.index {
      verdicts.append(.undecided)
      rows.append(0)
    }
    if verdicts[instrument.index] == .undecided { verdicts[instrument.index] = verdict(instrument) }
    switch verdicts[instrument.index] {
    case .wanted:
      rows[instrument.index] += 1
      return true
    case .complete:
      alreadyHere += 1
      return false
    case .unwanted, .undecided: return false
    }
  }

  private func verdict(_ instrument: InstrumentID) -> Verdict {
    let record = instruments[instrument]
    guard underlyings.isEmpty || underlyings.contains(instruments[record.underlying].symbol.description) else {
      return .unwanted
    }
    return manifest.isComplete(record.symbol.description, content) ? .complete : .wanted
  }

  /// Of those that have rows, and which number each instrument has among them.
  func symbols() -> ([SymbolText], [InstrumentID]) {
    var symbols: [SymbolText] = []
    var numbers: [InstrumentID] = []
    for (index, count) in rows.enumerated() {
      numbers.append(InstrumentID(UInt32(symbols.count)))
      if count > 0 { symbols.append(instruments[InstrumentID(UInt32(index))].symbol) }
    }
    return (symbols, numbers)
  }

  func counts() -> [(ticker: String, rows: Int64)] {
    rows.enumerated().filter { $0.element > 0 }.map { index, count in
      (instruments[InstrumentID(UInt32(index))].symbol.description, count)
    }
  }
}
