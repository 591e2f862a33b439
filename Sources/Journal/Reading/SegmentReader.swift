import MarketModel

/// Reads one segment file, plain or packed: its header, then block by block. Says where whole blocks end, not why.
struct SegmentReader: ~Copyable {
  let path: String
  private let name: SegmentName
  private let seed: UInt64
  private let bytes: SegmentBytes
  private var buffer: UnsafeMutableRawBufferPointer
  /// What is in the buffer and not used yet.
  private var start = 0
  private var end = 0
  /// Where the unused bytes begin, in the unpacked segment.
  private(set) var offset: Int64 = 0
  /// Bytes of the block that was read last.
  private var blockStart = 0

  private static let usualBytes = 1 << 20

  /// Nil when there is no such segment, plain or packed.
  init?(_ folder: JournalFolder, _ name: SegmentName, id: JournalID) throws(JournalError) {
    // Packing renames first and removes then, so that a segment is always there under one name; it may have happened between
    // the two looks.
    for _ in 0..<2 {
      if let file = try OpenFile(reading: folder.packedPath(name)) {
        self.init(file, isPacked: true, name: name, id: id)
        return
      }
      if let file = try OpenFile(reading: folder.plainPath(name)) {
        self.init(file, isPacked: false, name: name, id: id)
        return
      }
    }
    return nil
  }

  init(_ file: OpenFile, isPacked: Bool, name: SegmentName, id: JournalID) {
    path = file.path
    self.name = name
    seed = name.seed(id)
    bytes = SegmentBytes(file, isPacked: isPacked)
    buffer = .allocate(byteCount: SegmentReader.usualBytes, alignment: 16)
  }

  deinit { buffer.deallocate() }

  var isPacked: Bool { bytes.isPacked }
  /// Bytes of the file, as it lies there, that were taken from it.
  var fileBytes: Int64 { bytes.fileOffset }

  // MARK: Header

  enum Beginning {
    case header(SegmentHeader)
    /// The file ends within the header, or the header is damaged.
    case broken
  }

  /// Reads the header, once, and tells every symbol so far in order.
  mutating func header(_ symbol: (SymbolText) -> Void) throws(JournalError) -> Beginning {
    var wanted = SegmentHeader.fixedBytes
    while true {
      guard try fill(wanted) else { return .broken }
      switch SegmentHeader.read(unused) {
      case .needs(let count): wanted = count
      case .broken: return .broken
      case .newerFormat(let found):
        throw .newerFormat(path: path, found: found, supported: SegmentHeader.format)
      case .header(let header, let symbols, let symbolOffset, let length):
        let list = UnsafeRawBufferPointer(rebasing: unused[symbolOffset..<length])
        guard SymbolBytes.decode(list, count: symbols, symbol) == list.count else { return .broken }
        use(length)
        return .header(header)
      }
    }
  }

  // MARK: Blocks

  enum Step {
    case block(BlockHeader)
    /// Nothing behind the last whole block.
    case end
    /// Bytes that are no whole block, from `offset` on.
    case broken
  }

  /// The next block; its symbols and events can be read until the next call.
  mutating func next() throws(JournalError) -> Step {
    var wanted = BlockHeader.bytes
    while true {
      guard try fill(wanted) else { return end == start ? .end : .broken }
      switch BlockHeader.read(unused, seed: seed) {
      case .needs(let count): wanted = count
      case .broken: return .broken
      case .block(let header):
        blockStart = start
        use(header.length)
        return .block(header)
      }
    }
  }

  /// The symbols that are new with the block read last, then its events.
  /// - Returns: one more than the highest instrument number among the events.
  func contents(
    of header: BlockHeader, symbol: (SymbolText) -> Void, events: UnsafeMutablePointer<MarketEvent>?
  ) throws(JournalError) -> UInt32 {
    let body = UnsafeRawBufferPointer(
      rebasing: buffer[blockStart + BlockHeader.bytes..<blockStart + header.length])
    guard let symbolBytes = SymbolBytes.decode(body, count: header.symbols, symbol) else {
      throw unreadable("its list of symbols does not end", header)
    }
    guard let events else { return 0 }
    do throws(EventFault) {
      return try EventCodec.decode(
        UnsafeRawBufferPointer(rebasing: body[symbolBytes...]), count: header.events, into: events)
    } catch {
      switch error {
      case .unknownKind(let kind, _): throw unreadable("it holds an event of the unknown kind \(kind)", header)
      case .unknownIncident: throw unreadable("it holds an incident of an unknown kind or scope", header)
      case .wrongLength: throw unreadable("its events do not fill it", header)
      }
    }
  }

  private func unreadable(_ reason: String, _ header: BlockHeader) -> JournalError {
    .unreadable(path: path, offset: offset - Int64(header.length), words: "the block is whole, but \(reason)")
  }

  // MARK: Behind a break

  /// What a break is, looked at anew.
  enum Break: Equatable {
    /// Whole by now: the writer was in the middle of it. Reading goes on.
    case mended
    /// So many bytes, and no whole block among them.
    case tail(bytes: Int64)
    /// Whole blocks follow, the first of them so many bytes behind the break.
    case gap(bytes: Int64)
  }

  /// Looks at the bytes from `offset` to the end of the file again. Plain files only.
  mutating func examineBreak() throws(JournalError) -> Break {
    let size = try bytes.file.size()
    let count = Int(max(0, size - offset))
    let rest = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { rest.deallocate() }
    let got = try bytes.file.read(rest, at: offset)
    let whole = UnsafeRawBufferPointer(rebasing: rest[..<got])
    if case .block = BlockHeader.read(whole, seed: seed) {
      bytes.seek(offset)
      start = 0
      end = 0
      return .mended
    }
    guard let base = whole.baseAddress, got >= BlockHeader.bytes else { return .tail(bytes: Int64(got)) }
    for candidate in 0...(got - BlockHeader.bytes) where base.get(UInt32.self, at: candidate) == BlockHeader.magic {
      let block = UnsafeRawBufferPointer(rebasing: whole[candidate...])
      if case .block = BlockHeader.read(block, seed: seed) { return .gap(bytes: Int64(candidate)) }
    }
    return .tail(bytes: Int64(got))
  }

  // MARK: Buffer

  private var unused: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  private mutating func use(_ count: Int) {
    start += count
    offset += Int64(count)
  }

  /// Makes at least `count` unused bytes available; false when the file has fewer.
  private mutating func fill(_ count: Int) throws(JournalError) -> Bool {
    if end - start >= count { return true }
    if count > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 2 * buffer.count), alignment: 16)
      larger.copyMemory(from: unused)
      buffer.deallocate()
      buffer = larger
    } else if start > 0 {
      buffer.copyMemory(from: unused)
    }
    end -= start
    start = 0
    while end < count {
      let got = try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
      if got == 0 { return false }
      end += got
    }
    return true
  }
}
