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
        .unusable,
        "\(options.path): has no row that can be read; \(reader.firstRefusal ?? "the file is only a header")")
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
      let rows = RowsOfInstruments(options.underlyings, manifest, content, instruments)
      try take(first, &reader, rows: rows, writer, window, now, &summary, progress)
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
      manifest.closeCovered()
    }
    try writer.save()
    for ticker in replaced { unlink(writer.folder.stream(ticker, part.content)) }
  }
}
