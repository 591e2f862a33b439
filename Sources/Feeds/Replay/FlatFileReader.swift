import MarketModel

/// The rows of a Polygon flat file (CSV; plain, gzip or zstd) one after the other, in the file's order: for who sorts them
/// himself. `ReplayFile` plays them in the order of their times.
public struct FlatFileReader: ~Copyable {
  public let path: String
  public let content: ReplayContent
  /// Identity of the content, whatever the file's name: size and a hash of its first and last 64 KiB.
  public let fingerprint: String
  /// Lines and rows that were skipped because they are too long or not what the header promises.
  public private(set) var refusedLines = 0
  /// What was wrong with the first of them, and where.
  public private(set) var firstRefusal: String?
  /// Prints left out because their correction makes them void.
  public private(set) var correctedRows = 0

  private let file: FileBytes
  private let source: any ReplayBytes
  private var lines: LineReader
  private let rows: FlatFileRows

  /// Opens the file and reads its header. Symbols are interned in `instruments`, on the thread that calls `next()`.
  /// - Throws: `ReplayFileError` when the file cannot be read or is no flat file.
  public init(path: String, instruments: InstrumentTable) throws(ReplayFileError) {
    let file = try FileBytes(path: path)
    let (_, source) = try ReplayFile.unpacked(file, chunkBytes: 1 << 20)
    let fingerprint = try ReplayFile.fingerprint(of: file)
    var lines = LineReader(source, chunkBytes: 1 << 20, limitBytes: Limits.frameBytes)
    guard case .text(let line) = try lines.next() else {
      throw ReplayFileError(.empty, "flat file \(path): holds no line of text; name a trades_v1 or quotes_v1 file")
    }
    guard let header = FlatFileHeader(line: line) else { throw ReplayFile.unknownFormat(path, line) }
    self.path = path
    self.fingerprint = fingerprint
    self.file = file
    self.source = source
    self.lines = lines
    content = header.content
    rows = FlatFileRows(header: header, instruments: instruments)
  }

  /// Bytes of the file used so far; unpacking reads ahead by up to 1 MiB of text.
  public var bytesRead: Int { source.fileOffset }

  /// Length of the file in bytes, as it was opened.
  public var totalBytes: Int { file.size }

  /// The next trade or quote; nil at the end of the file.
  /// - Throws: `ReplayFileError` when the compressed data are damaged or cannot be read.
  public mutating func next() throws(ReplayFileError) -> MarketEvent? {
    while true {
      switch try lines.next() {
      case .end: return nil
      case .tooLong(let bytes): refuse("\(bytes) bytes, at most \(Limits.frameBytes) wanted")
      case .text(let line):
        switch rows.row(line) {
        case .event(let event): return event
        case .corrected: correctedRows += 1
        case .refused(let reason): refuse(reason)
        }
      }
    }
  }

  private mutating func refuse(_ reason: String) {
    refusedLines += 1
    if firstRefusal == nil {
      firstRefusal = "flat file \(path): line \(lines.lineNumber): \(reason); the line is skipped"
    }
  }
}
