import Clocks
import MarketModel

/// The feed thread's end of a journal: events go in before anybody concludes something from them.
public struct JournalAppender: ~Copyable {
  private let journal: Journal
  private let instruments: InstrumentTable
  private var block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var stream: StreamDay
  /// The day that events belong to; nil before the first event with a time.
  private var day: MarketDate?
  /// Number, within the day, of the next event.
  private var nextEvent: Int64
  /// The last segment that was begun.
  private var name: SegmentName?
  /// Whether blocks may go on in it.
  private var isOpen: Bool
  private var seed: UInt64 = 0
  private var segmentBytes: Int64
  /// Symbols that the segment has named.
  private var namedSymbols: Int
  /// What came before the first event with a time: its day is not known yet.
  private var early: [MarketEvent] = []
  private var earlyMissing: Int64 = 0
  /// Events lost since the last block, by day.
  private var holes: [Hole] = []

  private struct Hole {
    var day: MarketDate
    var events: Int64
    /// Number of the event behind them.
    var nextEvent: Int64
  }

  init(_ journal: Journal, _ point: AppendPoint, instruments: InstrumentTable) {
    self.journal = journal
    self.instruments = instruments
    stream = StreamDay(time: point.stream.time, doubted: point.stream.doubted)
    day = point.name?.day
    nextEvent = point.nextEvent
    name = point.name
    isOpen = point.goesOn
    segmentBytes = point.segmentBytes
    namedSymbols = point.symbols
    seed = point.name?.seed(journal.id) ?? 0
  }

  deinit { block.deallocate() }

  /// Writes events behind those before: one system call a batch, and no wait for the disk itself. What the disk refuses waits
  /// in memory. Nothing is thrown: `Journal.status` says how it goes.
  /// - Parameters:
  ///   - events: in order; a day may begin among them.
  ///   - receivedNanoseconds: wall clock of their receipt.
  public mutating func append(_ events: UnsafeBufferPointer<MarketEvent>, receivedNanoseconds: Int64) {
    let writtenBefore = journal.status.writtenBytes
    var mark = StreamMark(time: stream.time, doubted: stream.doubted)
    var start = 0
    for index in events.indices {
      guard let time = events[index].reachedTime else { continue }
      let before = stream
      guard case .begins(let day) = stream.advance(to: time) else { continue }
      add(UnsafeBufferPointer(rebasing: events[start..<index]), receivedNanoseconds, mark)
      start = index
      mark = StreamMark(time: before.time, doubted: before.doubted)
      begin(day, receivedNanoseconds, mark)
    }
    add(UnsafeBufferPointer(rebasing: events[start...]), receivedNanoseconds, mark)
    journal.noteAppended(behind: writtenBefore)
  }

  // MARK: Days

  private mutating func begin(_ day: MarketDate, _ receivedNanoseconds: Int64, _ mark: StreamMark) {
    guard day != self.day else { return }
    let isFirst = self.day == nil
    self.day = day
    nextEvent = 0
    guard isFirst else { return }
    let held = early
    early = []
    held.withUnsafeBufferPointer { add($0, receivedNanoseconds, mark) }
    if earlyMissing > 0 { lose(earlyMissing, day) }
  }

  /// - Parameter mark: what the stream had come to before the first of the events.
  private mutating func add(
    _ events: UnsafeBufferPointer<MarketEvent>, _ receivedNanoseconds: Int64, _ mark: StreamMark
  ) {
    guard !events.isEmpty else { return }
    guard let day else {
      holdBack(events)
      return
    }
    var start = 0
    while start < events.count {
      let end = min(events.count, start + BlockHeader.mostEvents)
      let part = UnsafeBufferPointer(rebasing: events[start..<end])
      // A batch is not spread over segments: `mark` is about its first event.
      if journal.hasRoom(bytes: mostBytes(part.count)) {
        fillHoles(receivedNanoseconds, mark)
        prepareSegment(day, firstEvent: nextEvent, mark, mayRotate: start == 0)
        write(part, receivedNanoseconds)
      } else {
        lose(Int64(part.count), day)
      }
      start = end
    }
  }

  private mutating func holdBack(_ events: UnsafeBufferPointer<MarketEvent>) {
    if (early.count + events.count) * MemoryLayout<MarketEvent>.stride <= journal.options.heldBytes, earlyMissing == 0 {
      early.append(contentsOf: events)
    } else {
      earlyMissing += Int64(events.count)
    }
  }

  // MARK: Holes

  private mutating func lose(_ events: Int64, _ day: MarketDate) {
    nextEvent += events
    journal.status.noteMissing(events)
    if let last = holes.indices.last, holes[last].day == day {
      holes[last].events += events
      holes[last].nextEvent = nextEvent
    } else {
      holes.append(Hole(day: day, events: events, nextEvent: nextEvent))
    }
  }

  /// A block without events for each day that lost some.
  private mutating func fillHoles(_ receivedNanoseconds: Int64, _ mark: StreamMark) {
    guard !holes.isEmpty else { return }
    for hole in holes {
      prepareSegment(hole.day, firstEvent: hole.nextEvent - hole.events, mark, mayRotate: true)
      finish(
        BlockHeader(
          length: BlockHeader.bytes, firstEvent: hole.nextEvent, receivedNanoseconds: receivedNanoseconds, events: 0,
          symbols: 0, missingEvents: hole.events))
    }
    holes = []
  }

  // MARK: Segments and blocks

  private mutating func prepareSegment(_ day: MarketDate, firstEvent: Int64, _ mark: StreamMark, mayRotate: Bool) {
    var next = SegmentName(day: day, number: 1)
    if let name, name.day == day {
      let isFull = segmentBytes >= Int64(journal.options.segmentBytes) || journal.isRefused(name)
      if isOpen, !mayRotate || !isFull { return }
      next.number = name.number + 1
    }
    let header = SegmentHeader(
      id: journal.id, name: next, firstEvent: firstEvent, stream: mark, createdNanoseconds: SystemClock.wallNanoseconds,
      source: journal.archive.source)
    let symbols = instruments.count
    let instruments = instruments
    let bytes = header.encoded(symbols: symbols) { instruments[InstrumentID(UInt32($0))].symbol }
    journal.writer.begin(next, header: bytes)
    name = next
    seed = next.seed(journal.id)
    isOpen = true
    segmentBytes = Int64(bytes.count)
    namedSymbols = symbols
  }

  private mutating func write(_ events: UnsafeBufferPointer<MarketEvent>, _ receivedNanoseconds: Int64) {
    let symbols = instruments.count
    reserve(mostBytes(events.count))
    guard let base = block.baseAddress else { return }
    var length = BlockHeader.bytes
    for id in namedSymbols..<symbols {
      length += SymbolBytes.encode(instruments[InstrumentID(UInt32(id))].symbol, to: base + length)
    }
    for event in events { length += EventCodec.encode(event, to: base + length) }
    finish(
      BlockHeader(
        length: length, firstEvent: nextEvent, receivedNanoseconds: receivedNanoseconds, events: events.count,
        symbols: UInt32(symbols - namedSymbols), missingEvents: 0))
    nextEvent += Int64(events.count)
    namedSymbols = symbols
  }

  private mutating func finish(_ header: BlockHeader) {
    guard let base = block.baseAddress else { return }
    header.seal(base, seed: seed)
    journal.writer.append(
      UnsafeRawBufferPointer(start: base, count: header.length), events: Int64(header.events))
    segmentBytes += Int64(header.length)
  }

  private func mostBytes(_ events: Int) -> Int {
    BlockHeader.bytes + (instruments.count - namedSymbols) * SymbolBytes.longest + events * EventCodec.longestEvent
  }

  private mutating func reserve(_ bytes: Int) {
    guard block.count < bytes else { return }
    block.deallocate()
    block = .allocate(byteCount: max(bytes, 2 * block.count), alignment: 16)
  }
}
