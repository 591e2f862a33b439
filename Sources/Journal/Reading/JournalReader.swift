import MarketModel

/// Plays one day of a journal, block by block, in the order of the events. One thread.
public struct JournalReader: ~Copyable {
  /// Events of the day that were found missing so far: the disk did not take them when they came.
  public private(set) var missingEvents: Int64 = 0
  /// Bytes of the day's files when the reading began.
  public let totalBytes: Int64

  private let folder: JournalFolder
  private let id: JournalID
  /// Keeps the day from being removed.
  private let lease: DayLease
  private let skipped: Int64
  private let symbols: SymbolMap
  private let events: UnsafeMutablePointer<MarketEvent>
  private var segment: SegmentReader
  private var name: SegmentName
  /// Number of the event behind the last block that was passed.
  private var position: Int64
  private var finishedBytes: Int64
  /// Missing events that no block was given out for yet.
  private var pendingMissing: Int64 = 0
  /// The next segment is there, so that nothing is written to this one any more.
  private var isFollowed = false

  init(
    _ folder: JournalFolder, id: JournalID, day: MarketDate, from skipped: Int64, instruments: InstrumentTable
  ) throws(JournalError) {
    guard let lease = DayLease(reading: folder.dayPath(day)) else {
      throw .noDay(directory: folder.path, day: day)
    }
    let segments = try folder.segments(day)
    guard let index = try JournalReader.first(of: segments, folder, id, skipped),
      var reader = try SegmentReader(folder, segments[index].name, id: id)
    else { throw .noDay(directory: folder.path, day: day) }
    let symbols = SymbolMap(instruments)
    guard case .header(let header) = try reader.header({ symbols.add($0) }) else {
      throw JournalReader.badHeader(reader.path)
    }
    try JournalReader.check(header, segments[index].name, id, symbols, path: reader.path)
    guard header.firstEvent <= skipped else { throw JournalReader.missingSegment(reader.path, before: header) }
    self.folder = folder
    self.id = id
    self.lease = lease
    self.skipped = skipped
    self.symbols = symbols
    totalBytes = segments.reduce(0) { $0 + $1.bytes }
    finishedBytes = segments[..<index].reduce(0) { $0 + $1.bytes }
    position = header.firstEvent
    name = segments[index].name
    segment = reader
    events = .allocate(capacity: BlockHeader.mostEvents)
  }

  /// Which segment to begin with: the last that does not begin behind the first wanted event; its header names all symbols
  /// before. Nil when there is none yet.
  private static func first(
    of segments: [JournalFolder.Segment], _ folder: JournalFolder, _ id: JournalID, _ skipped: Int64
  ) throws(JournalError) -> Int? {
    for index in segments.indices.reversed() {
      // Usually the first is wanted, and it is whole when there are others.
      if index == 0, segments.count > 1 { return 0 }
      guard var reader = try SegmentReader(folder, segments[index].name, id: id) else { continue }
      if case .header(let header) = try reader.header({ _ in }) {
        if header.firstEvent <= skipped || index == 0 { return index }
        continue
      }
      // The last one may be in the making.
      let isLast = index == segments.count - 1
      let isDamaged = try isDamaged(&reader)
      guard isLast, !isDamaged else { throw badHeader(reader.path) }
    }
    return nil
  }

  deinit { events.deallocate() }

  /// Number, within the day, of the next event, those missing counted.
  public var eventsRead: Int64 { max(skipped, position) }
  /// Bytes of the day's files that were passed.
  public var bytesRead: Int64 { finishedBytes + segment.fileBytes }

  /// The next block. Nil at the end of what is there; asked again it goes on with what has been written since.
  /// - Throws: `.damaged` where whole blocks, or segments, follow bytes that are none; `.newerFormat`, `.instruments`, `.file`.
  public mutating func next() throws(JournalError) -> JournalBlock? {
    while true {
      switch try segment.next() {
      case .block(let header):
        if let block = try play(header) { return block }
      case .end:
        if isFollowed {
          guard try advance() else { return nil }
        } else {
          // The writer may have added blocks before it began the next segment: this one is looked at once more.
          guard try isFollowedBySegment() else { return nil }
          isFollowed = true
        }
      case .broken:
        guard try passBreak() else { return nil }
      }
    }
  }

  // MARK: Blocks

  private mutating func play(_ header: BlockHeader) throws(JournalError) -> JournalBlock? {
    guard header.missingEvents >= 0, header.firstEvent == position + header.missingEvents else {
      throw .damaged(
        path: segment.path, offset: segment.offset - Int64(header.length),
        words:
          "the block begins with event \(header.firstEvent) of the day, wanted \(position + header.missingEvents); "
          + "put a good copy in its place, or move the day's folder away")
    }
    let symbols = symbols
    let isWanted = header.nextEvent > skipped && header.events > 0
    let instruments = try segment.contents(of: header, symbol: { symbols.add($0) }, events: isWanted ? events : nil)
    try JournalReader.check(symbols, named: instruments, path: segment.path)
    position = header.nextEvent
    missingEvents += header.missingEvents
    pendingMissing = header.nextEvent > skipped ? pendingMissing + header.missingEvents : 0
    guard isWanted else { return nil }
    defer { pendingMissing = 0 }
    let all = UnsafeMutableBufferPointer(start: events, count: header.events)
    symbols.translate(all)
    let passed = Int(max(0, skipped - header.firstEvent))
    return JournalBlock(
      events: UnsafeBufferPointer(rebasing: all[passed...]), receivedNanoseconds: header.receivedNanoseconds,
      firstEvent: header.firstEvent + Int64(passed), missingBefore: pendingMissing)
  }

  // MARK: Segments

  private func isFollowedBySegment() throws(JournalError) -> Bool {
    try folder.segments(name.day).contains { $0.name > name }
  }

  /// Goes to the next segment; false when it is not whole yet.
  private mutating func advance() throws(JournalError) -> Bool {
    let following = SegmentName(day: name.day, number: name.number + 1)
    let symbols = symbols
    // Its header may be completed while we look.
    for isLastLook in [false, true] {
      guard var reader = try SegmentReader(folder, following, id: id) else {
        throw .damaged(
          path: folder.plainPath(following), offset: 0,
          words: "the segment is missing, later ones are there; put a copy in its place, or move the day's folder away")
      }
      symbols.beginSegment()
      if case .header(let header) = try reader.header({ symbols.add($0) }) {
        try JournalReader.check(header, following, id, symbols, path: reader.path)
        guard header.firstEvent == position else { throw JournalReader.missingSegment(reader.path, before: header) }
        finishedBytes += segment.fileBytes
        segment = reader
        name = following
        isFollowed = false
        return true
      }
      guard try JournalReader.isDamaged(&reader) else { return false }
      if isLastLook { throw JournalReader.badHeader(reader.path) }
    }
    return false
  }

  /// What to do with bytes that are no block: true when reading goes on, false at the end.
  private mutating func passBreak() throws(JournalError) -> Bool {
    guard !segment.isPacked else { throw broken("it was whole when it was packed") }
    switch try segment.examineBreak() {
    case .mended: return true
    case .gap(let bytes): throw broken("\(bytes) bytes further a whole block follows")
    case .tail(let bytes):
      // The last block may be in the writing; not so when the writer has gone on to another file.
      guard let last = try folder.lastSegment(), last.name > name else { return false }
      guard try segment.examineBreak() == .mended else {
        throw broken("these last \(bytes) bytes are no whole block, though later files exist")
      }
      return true
    }
  }

  private func broken(_ words: String) -> JournalError {
    .damaged(
      path: segment.path, offset: segment.offset,
      words: "\(words); put a good copy of the file in its place, or move the day's folder away")
  }

  // MARK: Checks

  static func check(
    _ header: SegmentHeader, _ name: SegmentName, _ id: JournalID, _ symbols: SymbolMap, path: String
  ) throws(JournalError) {
    guard header.name == name, header.id == id else {
      throw .damaged(
        path: path, offset: 0,
        words: "it is segment \(header.name) of journal \(header.id), wanted \(name) of \(id); move it away")
    }
    try check(symbols, named: 0, path: path)
  }

  private static func check(_ symbols: SymbolMap, named instruments: UInt32, path: String) throws(JournalError) {
    if let symbol = symbols.refused {
      throw .instruments(
        path: path,
        words: "symbol `\(symbol)` finds no room in the table of instruments, or is none; raise its capacity")
    }
    guard Int(instruments) <= symbols.count else {
      throw .instruments(
        path: path,
        words: "an event names instrument \(instruments - 1), of \(symbols.count) that are known; the file is of no use"
      )
    }
  }

  /// Whether a header that cannot be read has whole blocks behind it; else it may be in the making.
  private static func isDamaged(_ reader: inout SegmentReader) throws(JournalError) -> Bool {
    guard !reader.isPacked else { return true }
    if case .gap = try reader.examineBreak() { return true }
    return false
  }

  private static func badHeader(_ path: String) -> JournalError {
    .damaged(
      path: path, offset: 0,
      words: "its header is not whole; put a good copy of the file in its place, or move the day's folder away")
  }

  private static func missingSegment(_ path: String, before header: SegmentHeader) -> JournalError {
    .damaged(
      path: path, offset: 0,
      words: "it begins with event \(header.firstEvent) of the day, what comes before is not there; "
        + "put the missing file in its place, or move the day's folder away")
  }
}
