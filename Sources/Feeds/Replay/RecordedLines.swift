import MarketModel

/// A recorded file line by line: unpacked, cut, told apart from others, and with what was skipped counted.
struct RecordedLines: ~Copyable {
  let path: String
  let compression: ReplayCompression
  /// Identity of the content, whatever the file's name: size and a hash of its first and last 64 KiB.
  let fingerprint: String
  /// Lines that were skipped because they are too long or not what the first one promises.
  private(set) var refusedLines = 0
  /// What was wrong with the first of them, and where.
  private(set) var firstRefusal: String?

  private let file: FileBytes
  private let source: any ReplayBytes
  private let limitBytes: Int
  private var lines: LineReader

  /// Opens the file; how it is packed is told by its first bytes.
  /// - Parameters:
  ///   - chunkBytes: text read at once.
  ///   - limitBytes: longest line.
  init(path: String, chunkBytes: Int, limitBytes: Int) throws(ReplayFileError) {
    let file = try FileBytes(path: path)
    let (compression, source) = try RecordedLines.unpacked(file, chunkBytes: chunkBytes)
    fingerprint = try RecordedLines.fingerprint(of: file)
    lines = LineReader(source, chunkBytes: chunkBytes, limitBytes: limitBytes)
    self.path = path
    self.compression = compression
    self.file = file
    self.source = source
    self.limitBytes = limitBytes
  }

  /// Bytes of the file used so far; unpacking reads ahead by up to a chunk of text.
  var bytesRead: Int { source.fileOffset }

  /// Length of the file in bytes, as it was opened.
  var totalBytes: Int { file.size }

  /// Number of the line handed out last, from 1.
  var lineNumber: Int { lines.lineNumber }

  /// The line that says what the others are, without a byte order mark. Before any other.
  mutating func first() throws(ReplayFileError) -> UnsafeBufferPointer<UInt8> {
    guard case .text(let line) = try lines.next() else {
      throw ReplayFileError(
        .empty, "replay file \(path): holds no line of text; name a file of recorded frames or a flat file")
    }
    return line.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeBufferPointer(rebasing: line[3...]) : line
  }

  /// The next line that is not empty and not too long, valid until the next call; nil at the end of the file.
  mutating func next() throws(ReplayFileError) -> UnsafeBufferPointer<UInt8>? {
    while true {
      switch try lines.next() {
      case .text(let line): return line
      case .tooLong(let bytes): refuse("\(bytes) bytes, at most \(limitBytes) wanted")
      case .end: return nil
      }
    }
  }

  /// Counts the line handed out last as skipped.
  mutating func refuse(_ reason: String) {
    refusedLines += 1
    if firstRefusal == nil {
      firstRefusal = "replay file \(path): line \(lines.lineNumber): \(reason); the line is skipped"
    }
  }

  /// What is wrong with a first line that promises nothing known.
  func unknownFormat(_ line: UnsafeBufferPointer<UInt8>, wanted: String) -> ReplayFileError {
    let start = String(decoding: line.prefix(40), as: UTF8.self).unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFFFD ? "." : String(scalar)
    }.joined()
    return ReplayFileError(.unknownFormat, "replay file \(path): begins with \"\(start)\"; wanted \(wanted)")
  }

  // MARK: Opening

  private static func unpacked(
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

  private static func fingerprint(of file: FileBytes) throws(ReplayFileError) -> String {
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
}
