import Clocks
import Feeds
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Takes a vendor's flat file of trades or quotes into the cache: as a whole or not at all.
public struct FlatFileImport: Sendable {
  public struct Options: Sendable {
    public var path: String
    /// The day whose rows are taken; nil: that of the file's first row.
    public var date: MarketDate?
    /// Only these underlyings' contracts and prints; empty for all.
    public var underlyings: [String] = []
    /// Events sorted in memory at once.
    var runEvents = EventSorter.runEvents

    public init(path: String) { self.path = path }
  }

  /// How far it has come.
  public struct Progress: Sendable {
    /// Bytes of the file, or while it is put in order events.
    public var done: Int64
    public var total: Int64
    public var rows: Int64
    /// The file is read; its rows are brought into order.
    public var isMerging: Bool
  }

  private let cache: HistoryCache
  private let options: Options

  public init(cache: HistoryCache, options: Options) {
    self.cache = cache
    self.options = options
  }

  /// - Throws: `HistoryError`, and `ReplayFileError` where the flat file itself is at fault.
  public func run(progress: (Progress) -> Void = { _ in }) throws -> FlatFileSummary {
    let instruments = InstrumentTable()
    var reader = try FlatFileReader(path: options.path, instruments: instruments)
    guard let first = try reader.next() else {
      throw HistoryError(
        .unusable, "\(options.path): has no row that can be read; \(reader.firstRefusal ?? "the file is only a header")")
    }
    let date = options.date ?? TradingCalendar.tradingDay(containing: first.storedTime)
    let window = try HistoryWindow(date)
    let now = Timestamp(nanoseconds: SystemClock.wallNanoseconds)
    guard window.isOver(at: now) else {
      throw HistoryError(
        .unusable, "\(options.path): its day \(date) is not over yet; only whole days are taken from files")
    }
    let writer = try DayWriter(cache.folder(date))
    let content: HistoryManifest.Content = reader.content == .tradesFlatFile ? .trades : .quotes
    var summary = FlatFileSummary(date: date, content: content)
    let manifest = writer.manifest
    summary.isKnown = manifest.parts.contains {
      $0.sourceFingerprint == reader.fingerprint && $0.content == content && $0.underlyings == options.underlyings
    }
    if !summary.isKnown {
      try take(first, &reader, rows: RowsOfInstruments(options.underlyings, manifest, content, instruments), writer, window, now, &summary, progress)
    }
    try DayMerge.run(writer, runEvents: options.runEvents) { done, total in
      progress(Progress(done: done, total: total, rows: summary.rows, isMerging: true))
    }
    try writer.save()
    return summary
  }

  // MARK: Pieces

  private func take(
    _ first: MarketEvent, _ reader: inout FlatFileReader, rows: consuming RowsOfInstruments, _ writer: DayWriter,
    _ window: HistoryWindow, _ now: Timestamp, _ summary: inout FlatFileSummary, _ progress: (Progress) -> Void
  ) throws {
    var sorter = EventSorter(folder: writer.folder, runEvents: options.runEvents)
    var next: MarketEvent? = first
    var read = 0
    while let event = next {
      if !window.day.contains(event.storedTime) {
        summary.otherDays += 1
      } else if rows.admits(event.storedInstrument) {
        try sorter.add(event)
        summary.rows += 1
      }
      read += 1
      if read & 0xFFFF == 0 {
        progress(
          Progress(
            done: Int64(reader.bytesRead), total: Int64(reader.totalBytes), rows: summary.rows, isMerging: false))
      }
      next = try reader.next()
    }
    summary.refused = Int64(reader.refusedLines)
    summary.firstRefusal = reader.firstRefusal
    summary.corrected = Int64(reader.correctedRows)
    summary.alreadyHere = rows.alreadyHere
    guard summary.rows > 0 else {
      guard summary.alreadyHere == 0 else { return }
      throw HistoryError(
        .unusable,
        "\(options.path): none of its \(read) rows is of \(window.date)"
          + (options.underlyings.isEmpty ? "" : " and of \(options.underlyings.joined(separator: ", "))")
          + "; name another --date or --underlying")
    }
    try store(&sorter, rows, fingerprint: reader.fingerprint, writer, now, summary)
  }

  /// The rows first, then the manifest that names them.
  private func store(
    _ sorter: inout EventSorter, _ rows: RowsOfInstruments, fingerprint: String, _ writer: DayWriter, _ now: Timestamp,
    _ summary: FlatFileSummary
  ) throws(HistoryError) {
    let number = writer.manifest.lastFile + 1
    let file = "flat-\(number).events"
    let source = options.path.split(separator: "/").last.map(String.init) ?? options.path
    let (symbols, renumbering) = rows.symbols()
    let written = try sorter.finish(
      path: writer.folder.file(file), symbols: symbols, renumbering: renumbering, progress: { _ in })
    let part = HistoryManifest.Part(
      file: file, content: summary.content, rows: summary.rows, bytes: written.bytes, source: source,
      sourceFingerprint: fingerprint, fetched: now.rfc3339, underlyings: options.underlyings)
    var replaced: [String] = []
    try writer.change { manifest in
      manifest.lastFile = number
      manifest.parts.append(part)
      manifest.revision += 1
      for (ticker, count) in rows.counts() {
        if manifest.contracts[ticker]?[part.content]?.bytes ?? 0 > 0 { replaced.append(ticker) }
        var stream = HistoryManifest.Stream()
        stream.state = .complete
        stream.rows = count
        stream.source = source
        stream.fetched = now.rfc3339
        stream.part = file
        manifest.contracts[ticker, default: HistoryManifest.Contract()][part.content] = stream
      }
    }
    try writer.save()
    for ticker in replaced { unlink(writer.folder.stream(ticker, part.content)) }
  }
}

/// Which instruments of a flat file are taken, and how many rows each has.
private struct RowsOfInstruments {
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

/// What came of an import.
public struct FlatFileSummary: Sendable {
  public var date: MarketDate
  public var content: HistoryManifest.Content
  /// Rows that are in the cache now.
  public var rows: Int64 = 0
  /// Rows of contracts that were complete already.
  public var alreadyHere: Int64 = 0
  /// Rows of other trading days.
  public var otherDays: Int64 = 0
  public var corrected: Int64 = 0
  public var refused: Int64 = 0
  public var firstRefusal: String?
  /// The very file was imported before: nothing was done.
  public var isKnown = false
}
