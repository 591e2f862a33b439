import MarketModel

/// A recorded stream: vendor WebSocket frames, one a line (NDJSON), or a Polygon flat file of trades or quotes (CSV); plain,
/// gzip or zstd, told by content.
///
/// Frames point into the reading buffer and are not checked here: that is the decoder's work. Rows of a flat file become
/// events in the order of their times: the vendor sorts day files by ticker first, so the first step reads the whole file, up
/// to `Limits.flatFileRows`, and sorts it. A longer file is played only if it is in order. Prints that a correction made void
/// are left out and counted. Lines too long and rows that cannot be read are skipped and counted.
public struct ReplayFile: FrameSource, ~Copyable, @unchecked Sendable {
  public let path: String
  public let compression: ReplayCompression
  public let content: ReplayContent
  /// Identity of the content, whatever the file's name: size and a hash of its first and last 64 KiB.
  public let fingerprint: String
  /// Lines and rows that were skipped because they are too long or not what the header promises.
  public private(set) var refusedLines = 0
  /// What was wrong with the first of them, and where.
  public private(set) var firstRefusal: String?
  /// Flat files: prints left out because their correction makes them void.
  public private(set) var correctedRows = 0

  private let file: FileBytes
  private let source: any ReplayBytes
  private let limitBytes: Int
  private let limitRows: Int
  private var lines: LineReader
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
    let file = try FileBytes(path: path)
    let (compression, source) = try ReplayFile.unpacked(file, chunkBytes: chunkBytes)
    let fingerprint = try ReplayFile.fingerprint(of: file)
    var lines = LineReader(source, chunkBytes: chunkBytes, limitBytes: limitBytes)
    guard case .text(var line) = try lines.next() else {
      throw ReplayFileError(.empty, "replay file \(path): holds no line of text; name a file of recorded frames")
    }
    if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeBufferPointer(rebasing: line[3...]) }
    if line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) == UInt8(ascii: "[") {
      content = .frames
      firstLine = line
      rows = nil
    } else if let header = FlatFileHeader(line: line) {
      content = header.content
      firstLine = nil
      rows = FlatFileRows(header: header, instruments: instruments)
    } else {
      throw ReplayFile.unknownFormat(path, line)
    }
    self.path = path
    self.compression = compression
    self.fingerprint = fingerprint
    self.file = file
    self.source = source
    self.limitBytes = limitBytes
    self.limitRows = limitRows
    self.lines = lines
    events = .allocate(capacity: ReplayFile.rowsPerBatch)
  }

  deinit { events.deallocate() }

  /// `replay small.ndjson.gz`.
  public var summary: String { "replay \(path.split(separator: "/").last.map(String.init) ?? path)" }

  /// Bytes of the file used so far; unpacking reads ahead by up to 1 MiB of text, a flat file is read whole at the first step.
  public var bytesRead: Int { source.fileOffset }

  /// Length of the file in bytes, as it was opened.
  public var totalBytes: Int { file.size }

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
    while true {
      switch try lines.next() {
      case .text(let line): return .frame(line)
      case .tooLong(let bytes): refuse("\(bytes) bytes, at most \(limitBytes) wanted")
      case .end: return .end
      }
    }
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
  private mutating func nextRow() throws(ReplayFileError) -> MarketEvent? {
    while true {
      switch try lines.next() {
      case .tooLong(let bytes): refuse("\(bytes) bytes, at most \(limitBytes) wanted")
      case .end: return nil
      case .text(let line):
        switch rows?.row(line) {
        case .event(let event): return event
        case .corrected: correctedRows += 1
        case .refused(let reason): refuse(reason)
        case nil: preconditionFailure("ReplayFile: rows without a header")
        }
      }
    }
  }

  private func tooLongToSort() -> ReplayFileError {
    ReplayFileError(
      .tooLongToSort,
      """
      replay file \(path): out of time order by line \(lines.lineNumber), and with more than \(limitRows) rows too long to be \
      sorted here; sort it first: duckdb -c "COPY (FROM read_csv('\(path)', all_varchar=true) ORDER BY sip_timestamp::BIGINT) \
      TO 'sorted.csv'", or split it by hours with a WHERE
      """)
  }

  private mutating func refuse(_ reason: String) {
    refusedLines += 1
    if firstRefusal == nil {
      firstRefusal = "replay file \(path): line \(lines.lineNumber): \(reason); the line is skipped"
    }
  }

  // MARK: Opening

  static func unpacked(
    _ file: FileBytes, chunkBytes: Int
  ) throws(ReplayFileError) -> (ReplayCompression, any ReplayBytes) {
    var magic: UInt32 = 0
    let failure = withUnsafeMutableBytes(of: &magic) { bytes -> ReplayFileError? in
      do throws(ReplayFileError) {
        _ = try file.read(into: bytes, at: 0)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    let compression = withUnsafeBytes(of: magic) { ReplayCompression(magic: $0) }
    let inputBytes = min(chunkBytes, 1 << 18)
    switch compression {
    case .none: return (.none, file)
    case .gzip: return (.gzip, try GzipBytes(file: file, inputBytes: inputBytes))
    case .zstd: return (.zstd, ZstdBytes(file: file, inputBytes: inputBytes))
    }
  }

  static func fingerprint(of file: FileBytes) throws(ReplayFileError) -> String {
    let window = min(file.size, 1 << 16)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: window, alignment: 16)
    defer { buffer.deallocate() }
    // FNV-1a: not secret, only to tell files apart.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for offset in [0, file.size - window] {
      let count = try file.read(into: buffer, at: offset)
      for byte in buffer[..<count] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let digits = String(hash, radix: 16)
    return "\(file.size)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
  }

  static func unknownFormat(_ path: String, _ line: UnsafeBufferPointer<UInt8>) -> ReplayFileError {
    let start = String(decoding: line.prefix(40), as: UTF8.self).unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFFFD ? "." : String(scalar)
    }.joined()
    return ReplayFileError(
      .unknownFormat,
      """
      replay file \(path): begins with "\(start)"; wanted a WebSocket frame ([{"ev":…) on each line, or the header of a \
      trades_v1 or quotes_v1 flat file (ticker,…,sip_timestamp,…)
      """)
  }
}
