import MarketModel

/// A recorded stream: vendor WebSocket frames, one a line (NDJSON), or a Polygon flat file of trades or quotes (CSV); plain,
/// gzip or zstd, told by content.
///
/// Frames point into the reading buffer and are not checked here: that is the decoder's work. Rows of a flat file become
/// events in the order of their times: the vendor sorts day files by ticker first, so the first step reads the whole file, up
/// to `Limits.flatFileRows`, and sorts it. A longer file is played only if it is in order. Prints that a correction made void
/// are left out and counted. Lines too long and rows that cannot be read are skipped and counted.
public struct ReplayFile: FrameSource, ~Copyable, @unchecked Sendable {
  public let content: ReplayContent

  private let limitRows: Int
  private var lines: RecordedLines
  private var rows: FlatFileRows?
  private var firstLine: UnsafeBufferPointer<UInt8>?
  private let events: UnsafeMutableBufferPointer<MarketEvent>
  private var tape = FlatFileTape()
  private var isLoaded = false
  /// The first row that found no place on the tape.
  private var rowBehindTape: MarketEvent?

  /// Opens the file and looks at its beginning. Symbols of a flat file are interned in `instruments`, on the thread that calls
  /// `next()`.
  public init(path: String, instruments: InstrumentTable) throws(ReplayFileError) {
    try self.init(path: path, instruments: instruments, chunkBytes: 1 << 20, limitBytes: Limits.frameBytes)
  }

  init(
    path: String, instruments: InstrumentTable, chunkBytes: Int, limitBytes: Int, limitRows: Int = Limits.flatFileRows
  ) throws(ReplayFileError) {
    var lines = try RecordedLines(path: path, chunkBytes: chunkBytes, limitBytes: limitBytes)
    let line = try lines.first()
    if line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) == UInt8(ascii: "[") {
      content = .frames
      firstLine = line
      rows = nil
    } else if let header = FlatFileHeader(line: line) {
      content = header.content
      firstLine = nil
      rows = FlatFileRows(header: header, instruments: instruments)
    } else {
      throw lines.unknownFormat(
        line,
        wanted: "a WebSocket frame ([{\"ev\":…) on each line, or the header of a \(FlatFileHeader.description)")
    }
    self.limitRows = limitRows
    self.lines = lines
    events = .allocate(capacity: ReplayFile.rowsPerBatch)
  }

  deinit { events.deallocate() }

  public var path: String { lines.path }
  public var compression: ReplayCompression { lines.compression }

  /// Identity of the content, whatever the file's name: size and a hash of its first and last 64 KiB.
  public var fingerprint: String { lines.fingerprint }

  /// Lines and rows that were skipped because they are too long or not what the header promises.
  public var refusedLines: Int { lines.refusedLines }

  /// What was wrong with the first of them, and where.
  public var firstRefusal: String? { lines.firstRefusal }

  /// Flat files: prints left out because their correction makes them void.
  public var correctedRows: Int {
    switch rows {
    case .some(let rows): rows.correctedRows
    case nil: 0
    }
  }

  /// `replay small.ndjson.gz`.
  public var summary: String { "replay \(path.split(separator: "/").last.map(String.init) ?? path)" }

  /// Bytes of the file used so far; unpacking reads ahead by up to 1 MiB of text, a flat file is read whole at the first step.
  public var bytesRead: Int { lines.bytesRead }

  /// Length of the file in bytes, as it was opened.
  public var totalBytes: Int { lines.totalBytes }

  /// A file is always there.
  public var hasFrameAtHand: Bool { content == .frames }

  public mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    do throws(ReplayFileError) {
      return content == .frames ? try nextFrame() : try nextEvents()
    } catch {
      throw FrameSourceError(error.description)
    }
  }

  // MARK: Lines

  private static let rowsPerBatch = 512

  private mutating func nextFrame() throws(ReplayFileError) -> FrameSourceItem {
    if let line = firstLine {
      firstLine = nil
      return .frame(line)
    }
    guard let line = try lines.next() else { return .end }
    return .frame(line)
  }

  private mutating func nextEvents() throws(ReplayFileError) -> FrameSourceItem {
    if !isLoaded {
      isLoaded = true
      try loadTape()
    }
    var count = tape.take(into: events)
    if count == 0 {
      while count < events.count, let event = try nextRowBehindTape() {
        events.initializeElement(at: count, to: event)
        count += 1
      }
    }
    return count == 0 ? .end : .events(UnsafeBufferPointer(rebasing: events[..<count]))
  }

  private mutating func loadTape() throws(ReplayFileError) {
    while let event = try nextRow() {
      guard tape.count < limitRows else {
        if !tape.isInOrder { throw tooLongToSort() }
        rowBehindTape = event
        return
      }
      tape.append(event, at: event.flatFileTime)
    }
    tape.sort()
  }

  /// What of a long file in order is not on the tape.
  private mutating func nextRowBehindTape() throws(ReplayFileError) -> MarketEvent? {
    let held = rowBehindTape
    rowBehindTape = nil
    guard let event = if let held { held } else { try nextRow() } else { return nil }
    guard tape.pass(event.flatFileTime) else { throw tooLongToSort() }
    return event
  }

  /// Nil at the end of the file.
  private mutating func nextRow() throws(ReplayFileError) -> MarketEvent? { try rows?.next(&lines) ?? nil }

  private func tooLongToSort() -> ReplayFileError {
    ReplayFileError(
      .tooLongToSort,
      """
      replay file \(path): out of time order by line \(lines.lineNumber), and with more than \(limitRows) rows too long to be \
      sorted here; sort it first: duckdb -c "COPY (FROM read_csv('\(path)', all_varchar=true) ORDER BY sip_timestamp::BIGINT) \
      TO 'sorted.csv'", or split it by hours with a WHERE
      """)
  }
}
