import Logging
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks at a journal before it is written again: what a kill left unfinished is cleared away, what cannot be explained by one
/// is refused.
struct JournalOpening {
  private(set) var point = AppendPoint()
  private(set) var symbols: [SymbolText] = []
  /// The last segment, when it is plain.
  private(set) var file: OpenFile?

  /// Closed segments that are to be packed, in order.
  private(set) var unpacked: [SegmentName] = []

  private let folder: JournalFolder
  private let id: JournalID
  private let log: Log

  init(_ folder: JournalFolder, id: JournalID, log: Log) throws(JournalError) {
    self.folder = folder
    self.id = id
    self.log = log
    try Retention.finish(in: folder)
    for day in try folder.days() { try tidy(day) }
    while let last = try folder.lastSegment() {
      if try read(last) { break }
      // Nothing is in it, or the file ends within its header.
      try remove(folder.plainPath(last.name))
    }
    for day in try folder.days() {
      unpacked += try folder.segments(day).filter { $0.isPlain && $0.name != point.name }.map(\.name)
    }
  }

  // MARK: Unfinished files

  /// Removes what packing had not finished, and the plain file of what it had.
  private func tidy(_ day: MarketDate) throws(JournalError) {
    for file in try JournalFolder.names(in: folder.dayPath(day)) where file.hasSuffix(JournalFolder.unfinishedSuffix) {
      try remove("\(folder.dayPath(day))/\(file)")
    }
    for segment in try folder.segments(day) where segment.isPlain && segment.isPacked {
      // The packed file got its name when it was whole on the disk.
      try remove(folder.plainPath(segment.name))
    }
  }

  private func remove(_ path: String) throws(JournalError) {
    guard unlink(path) == 0 else { throw .file(path, "removed") }
  }

  // MARK: The last segment

  /// Reads a segment to its end; false when it holds nothing and may go.
  private mutating func read(_ segment: JournalFolder.Segment) throws(JournalError) -> Bool {
    guard var reader = try SegmentReader(folder, segment.name, id: id) else { return true }
    let names = SymbolList()
    guard case .header(let header) = try reader.header({ names.symbols.append($0) }) else {
      guard !reader.isPacked, case .tail(let bytes) = try reader.examineBreak() else {
        throw damaged(reader, "its header is not whole, blocks follow")
      }
      log.warning("journal", "\(reader.path) ends within its header: \(bytes) bytes removed, no event was in them")
      return false
    }
    guard header.name == segment.name, header.id == id else {
      throw .damaged(
        path: reader.path, offset: 0,
        words: "it is segment \(header.name) of journal \(header.id), wanted \(segment.name) of \(id); move it away")
    }
    var stream = StreamDay(time: header.stream.time, doubted: header.stream.doubted)
    var nextEvent = header.firstEvent
    var blocks = 0
    let events = UnsafeMutablePointer<MarketEvent>.allocate(capacity: BlockHeader.mostEvents)
    defer { events.deallocate() }
    reading: while true {
      switch try reader.next() {
      case .block(let block):
        guard block.firstEvent == nextEvent + block.missingEvents else {
          throw damaged(reader, "the block before begins with event \(block.firstEvent), wanted \(nextEvent)")
        }
        _ = try reader.contents(of: block, symbol: { names.symbols.append($0) }, events: events)
        for event in UnsafeBufferPointer(start: events, count: block.events) {
          if let time = event.reachedTime { _ = stream.advance(to: time) }
        }
        nextEvent = block.nextEvent
        blocks += 1
      case .end: break reading
      case .broken:
        try cut(&reader)
        break reading
      }
    }
    guard blocks > 0 || reader.isPacked else { return false }
    if !reader.isPacked { file = try open(reader.path) }
    symbols = names.symbols
    point = AppendPoint(
      name: segment.name, goesOn: !reader.isPacked, segmentBytes: reader.offset, nextEvent: nextEvent,
      symbols: names.symbols.count, stream: StreamMark(time: stream.time, doubted: stream.doubted))
    return true
  }

  private func open(_ path: String) throws(JournalError) -> OpenFile {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
    #else
      let descriptor = Darwin.open(path, O_RDWR | O_CLOEXEC)
    #endif
    guard descriptor >= 0 else { throw .file(path, "opened for writing") }
    return OpenFile(descriptor: descriptor, path: path)
  }

  /// Takes away what a kill left of the last block.
  private func cut(_ reader: inout SegmentReader) throws(JournalError) {
    guard !reader.isPacked else { throw damaged(reader, "it was whole when it was packed") }
    switch try reader.examineBreak() {
    case .mended: throw damaged(reader, "somebody else writes the file")
    case .gap(let bytes): throw damaged(reader, "\(bytes) bytes further a whole block follows")
    case .tail(let bytes):
      guard truncate(reader.path, off_t(reader.offset)) == 0 else { throw .file(reader.path, "cut") }
      log.warning(
        "journal",
        "\(reader.path) ends within a block: \(bytes) bytes cut off at byte \(reader.offset), "
          + "the journal goes on from there")
    }
  }

  private func damaged(_ reader: borrowing SegmentReader, _ words: String) -> JournalError {
    .damaged(
      path: reader.path, offset: reader.offset,
      words: "\(words); put a good copy of the file in its place, or move the day's folder away")
  }

  private final class SymbolList {
    var symbols: [SymbolText] = []
  }
}
