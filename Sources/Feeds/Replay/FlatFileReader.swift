import MarketModel

/// The rows of a Polygon flat file (CSV; plain, gzip or zstd) one after the other, in the file's order: for who sorts them
/// himself. `ReplayFile` plays them in the order of their times.
public struct FlatFileReader: ~Copyable {
  public let content: ReplayContent

  private var lines: RecordedLines
  private var rows: FlatFileRows

  /// Opens the file and reads its header. Symbols are interned in `instruments`, on the thread that calls `next()`.
  /// - Throws: `ReplayFileError` when the file cannot be read or is no flat file.
  public init(path: String, instruments: InstrumentTable) throws(ReplayFileError) {
    var lines = try RecordedLines(path: path, chunkBytes: 1 << 20, limitBytes: Limits.frameBytes)
    let line = try lines.first()
    guard let header = FlatFileHeader(line: line) else {
      throw lines.unknownFormat(
        line, wanted: "the header of a \(FlatFileHeader.description); recorded frames are for marketflow replay")
    }
    self.lines = lines
    content = header.content
    rows = FlatFileRows(header: header, instruments: instruments)
  }

  /// Identity of the content, whatever the file's name: size and a hash of its first and last 64 KiB.
  public var fingerprint: String { lines.fingerprint }

  /// Lines and rows that were skipped because they are too long or not what the header promises.
  public var refusedLines: Int { lines.refusedLines }

  /// What was wrong with the first of them, and where.
  public var firstRefusal: String? { lines.firstRefusal }

  /// Prints left out because their correction makes them void.
  public var correctedRows: Int { rows.correctedRows }

  /// Bytes of the file used so far; unpacking reads ahead by up to 1 MiB of text.
  public var bytesRead: Int { lines.bytesRead }

  /// Length of the file in bytes, as it was opened.
  public var totalBytes: Int { lines.totalBytes }

  /// The next trade or quote; nil at the end of the file.
  /// - Throws: `ReplayFileError` when the compressed data are damaged or cannot be read.
  public mutating func next() throws(ReplayFileError) -> MarketEvent? { try rows.next(&lines) }
}
