import CZstd
import Journal
import MarketModel

/// Reads a file of events block by block; what is damaged is refused with words, never handed out.
final class EventFileReader {
  let path: String
  /// What instrument numbers stand for.
  let symbols: [SymbolText]
  /// Bytes of the file that count.
  let length: Int64
  /// Where the next block begins.
  private(set) var offset: Int64
  /// Hash of symbols and events so far; as the writer's when every block was read.
  private(set) var fingerprint: UInt64
  private let file: DiskFile
  private let unpacker: OpaquePointer
  private let raw: UnsafeMutableRawPointer
  private let packed: UnsafeMutableRawPointer
  private let events: UnsafeMutablePointer<MarketEvent>
  private let hashesContent: Bool
  /// Instrument numbers below this are admitted.
  private let instruments: Int

  /// - Parameters:
  ///   - length: bytes that count; nil for the whole file.
  ///   - instruments: how many instrument numbers mean something; nil: as many as there are symbols.
  ///   - hashesContent: whether `fingerprint` is kept.
  init(
    path: String, length: Int64? = nil, instruments: Int? = nil, hashesContent: Bool = false
  ) throws(HistoryError) {
    self.path = path
    self.hashesContent = hashesContent
    file = try DiskFile(reading: path)
    let size = try file.size()
    self.length = length ?? size
    guard size >= self.length else {
      throw EventFileReader.damaged(path, "has \(size) bytes, \(self.length) wanted")
    }
    let header = try EventFileReader.header(file, size)
    symbols = header.symbols
    self.instruments = instruments ?? header.symbols.count
    offset = Int64(header.bytes.count)
    fingerprint = header.bytes.withUnsafeBytes { XXHash64.hash($0, seed: 0) }
    guard let unpacker = ZSTD_createDCtx() else { preconditionFailure("EventFileReader: out of memory") }
    self.unpacker = unpacker
    raw = .allocate(byteCount: EventFileFormat.blockBytes, alignment: 16)
    packed = .allocate(byteCount: 2 * EventFileFormat.blockBytes, alignment: 16)
    events = .allocate(capacity: EventFileFormat.blockEvents)
  }

  deinit {
    ZSTD_freeDCtx(unpacker)
    raw.deallocate()
    packed.deallocate()
    events.deallocate()
  }

  /// The events of the next block; nil at the end. Memory is the reader's until the next call, and the caller's to change.
  func next() throws(HistoryError) -> UnsafeMutableBufferPointer<MarketEvent>? {
    guard offset < length else { return nil }
    let head = try head()
    try unpack(head)
    offset += Int64(EventFileFormat.headBytes + head.packed)
    return UnsafeMutableBufferPointer(start: events, count: head.events)
  }

  // MARK: One block

  private func head() throws(HistoryError) -> EventFileFormat.Head {
    let buffer = UnsafeMutableRawBufferPointer(start: packed, count: EventFileFormat.headBytes)
    guard try file.read(into: buffer, at: offset) == buffer.count, let head = EventFileFormat.Head(packed),
      offset + Int64(EventFileFormat.headBytes + head.packed) <= length
    else { throw damaged("no block begins here") }
    return head
  }

  private func unpack(_ head: EventFileFormat.Head) throws(HistoryError) {
    // Of the head in front of the bytes only what the hash covers.
    let headHash = EventFileFormat.hash(
      head: UnsafeRawBufferPointer(start: packed, count: 32), place: offset)
    let bytes = UnsafeMutableRawBufferPointer(start: packed, count: head.packed)
    guard try file.read(into: bytes, at: offset + Int64(EventFileFormat.headBytes)) == head.packed,
      XXHash64.hash(UnsafeRawBufferPointer(bytes), seed: headHash) == head.hash
    else { throw damaged("a block's bytes are not those that were written") }
    let size = ZSTD_decompressDCtx(unpacker, raw, EventFileFormat.blockBytes, packed, head.packed)
    guard ZSTD_isError(size) == 0, size == head.unpacked else { throw damaged("a block cannot be unpacked") }
    let content = UnsafeRawBufferPointer(start: raw, count: size)
    let named: UInt32
    do throws(EventFault) {
      named = try EventCodec.decode(content, count: head.events, into: events)
    } catch {
      throw damaged("a block's events cannot be read (\(error))")
    }
    guard Int(named) <= instruments else { throw damaged("an event names instrument \(named - 1)") }
    if hashesContent { fingerprint = XXHash64.hash(content, seed: fingerprint) }
  }

  private func damaged(_ words: String) -> HistoryError {
    EventFileReader.damaged(path, "at byte \(offset) of \(length): \(words)")
  }

  private static func damaged(_ path: String, _ words: String) -> HistoryError {
    HistoryError(
      .damaged, "cache file \(path): \(words); delete the folder of the day and fetch it again")
  }

  // MARK: Header

  private static func header(
    _ file: DiskFile, _ size: Int64
  ) throws(HistoryError) -> (bytes: [UInt8], symbols: [SymbolText]) {
    let start = try bytes(file, count: EventFileFormat.headerBytes)
    let count = start.withUnsafeBytes { $0.baseAddress?.get(UInt32.self, at: 8) ?? 0 }
    let whole = EventFileFormat.headerBytes + Int(count) * EventFileFormat.symbolBytes
    guard start.starts(with: EventFileFormat.magic), Int(count) <= EventFileFormat.mostSymbols, size >= whole else {
      throw damaged(file.path, "is no file of the cache")
    }
    let all = try bytes(file, count: whole)
    let symbols: [SymbolText]? = all.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        base.get(UInt32.self, at: 12) == 0,
        base.get(UInt64.self, at: 16)
          == EventFileFormat.hash(
            ofSymbols: UnsafeRawBufferPointer(rebasing: buffer[EventFileFormat.headerBytes...]))
      else { return nil }
      return (0..<Int(count)).map { index in
        var words = SIMD4<UInt64>()
        for word in 0..<4 {
          words[word] = base.get(
            UInt64.self, at: EventFileFormat.headerBytes + index * EventFileFormat.symbolBytes + word * 8)
        }
        return SymbolText(words: words)
      }
    }
    guard let symbols else { throw damaged(file.path, "its list of symbols is not what was written") }
    return (all, symbols)
  }

  private static func bytes(_ file: DiskFile, count: Int) throws(HistoryError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
    defer { buffer.deallocate() }
    guard try file.read(into: buffer, at: 0) == count else { throw damaged(file.path, "is no file of the cache") }
    return Array(buffer)
  }
}
