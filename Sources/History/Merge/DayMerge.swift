import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes of everything a day has the one file that is replayed.
enum DayMerge {
  /// - Parameters:
  ///   - runEvents: how many events are sorted in memory at once.
  ///   - progress: told now and then how many of how many steps are done.
  static func run(
    _ writer: DayWriter, runEvents: Int = EventSorter.runEvents, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(HistoryError) {
    let manifest = writer.manifest
    guard !manifest.isMergedCurrent else { return }
    let inputs = inputs(manifest, writer.folder)
    let symbols = symbols(manifest)
    var numbers: [SymbolText: InstrumentID] = [:]
    for (index, symbol) in symbols.enumerated() { numbers[symbol] = InstrumentID(UInt32(index)) }
    let total = max(manifest.storedRows, 1)
    var sorter = EventSorter(folder: writer.folder, runEvents: runEvents)
    var taken: Int64 = 0
    for input in inputs {
      let reader = try EventFileReader(path: input.path, length: input.length)
      let renumbering = reader.symbols.map { numbers[$0] ?? InstrumentID(0) }
      while let block = try reader.next() {
        for event in block { try sorter.add(event.renumbered(renumbering[event.storedInstrument.index])) }
        taken += Int64(block.count)
        progress(taken, 2 * total)
      }
    }
    let number = manifest.lastFile + 1
    let file = "day-\(number).events"
    let summary = try sorter.finish(path: writer.folder.file(file), symbols: symbols) { written in
      progress(taken + written, 2 * total)
    }
    let previous = manifest.merged?.file
    try writer.change { manifest in
      manifest.lastFile = number
      manifest.merged = HistoryManifest.Merged(file, summary, revision: manifest.revision)
    }
    try writer.save()
    // Whoever is replaying it keeps it open.
    if let previous { unlink(writer.folder.file(previous)) }
  }

  private struct Input {
    var path: String
    var length: Int64
  }

  /// Contracts in the order of their tickers, quotes first, then the parts.
  private static func inputs(_ manifest: HistoryManifest, _ folder: DayFolder) -> [Input] {
    var inputs: [Input] = []
    for (ticker, contract) in manifest.contracts.sorted(by: { $0.key < $1.key }) {
      for content in [HistoryManifest.Content.quotes, .trades] {
        guard let stream = contract[content], stream.bytes > 0 else { continue }
        inputs.append(Input(path: folder.stream(ticker, content), length: stream.bytes))
      }
    }
    return inputs + manifest.parts.map { Input(path: folder.file($0.file), length: $0.bytes) }
  }

  /// Of everything that has rows, in order: the same data get the same numbers, whatever road they came.
  private static func symbols(_ manifest: HistoryManifest) -> [SymbolText] {
    var tickers = Set<String>()
    for (ticker, contract) in manifest.contracts where contract.rows > 0 { tickers.insert(ticker) }
    return tickers.sorted().compactMap { SymbolText($0) }
  }
}

extension HistoryManifest {
  /// Trades and quotes of all contracts.
  public var storedRows: Int64 { contracts.values.reduce(0) { $0 + $1.rows } }
}

extension HistoryManifest.Contract {
  /// Trades and quotes.
  public var rows: Int64 { trades.rows + (quotes?.rows ?? 0) }
}

extension HistoryManifest.Merged {
  init(_ file: String, _ summary: EventFileSummary, revision: Int64) {
    let digits = String(summary.fingerprint, radix: 16)
    self.init(
      file: file, trades: summary.trades, quotes: summary.quotes, bytes: summary.bytes,
      fingerprint: String(repeating: "0", count: 16 - digits.count) + digits, first: summary.first.nanoseconds,
      last: summary.last.nanoseconds, revision: revision)
  }
}
