import MarketModel
import Testing

@testable import Journal

@Suite struct RoundTripTests {
  @Test func eventsComeBackInOrder() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<5_000)
    let journal = try run.write(events, disk: DiskCalls())
    #expect(journal.status.appendedEvents == 5_000)
    #expect(journal.status.durableEvents == 5_000)
    #expect(journal.status.errorText == nil)
    #expect(try run.read() == [events])
  }

  @Test func blocksCarryTheirReceiptAndTheirPlace() throws {
    let run = JournalRun(try TestFolder())
    try run.write(run.events(0..<250))
    let archive = try JournalArchive(directory: run.folder.path)
    #expect(archive.source == "test")
    #expect(archive.id.utf8.count == 32)
    let day = try #require(try archive.days().first)
    #expect(day.date == MarketDate(year: 2026, month: 11, day: 20))
    #expect(day.segments == 1)
    var reader = try archive.read(day.date, into: InstrumentTable(capacity: 100))
    var places: [[Int64]] = []
    while let block = try reader.next() {
      places.append([block.receivedNanoseconds, block.firstEvent, Int64(block.events.count), block.missingBefore])
    }
    #expect(places == [[0, 0, 100, 0], [100, 100, 100, 0], [200, 200, 50, 0]])
    #expect(reader.bytesRead == day.bytes)
    #expect(reader.totalBytes == day.bytes)
  }

  /// A batch of any size comes back, in blocks that a reader's memory holds.
  @Test func aLargeBatchIsSeveralBlocks() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<(2 * BlockHeader.mostEvents + 7))
    try run.write(events, batch: events.count)
    #expect(try run.read() == [events])
  }

  @Test func aSegmentIsClosedWhenItIsFull() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 20_000
    let events = run.events(0..<5_000)
    let journal = try run.write(events)
    let segments = try #require(try journal.archive.days().first).segments
    #expect(segments > 8)
    #expect(journal.status.closedSegments == Int64(segments - 1))
    #expect(try run.read() == [events])
  }

  @Test func readingBeginsAnywhere() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 5_000
    let events = run.events(0..<700)
    let journal = try run.write(events)
    try run.upkeep(journal)
    let date = try #require(try journal.archive.days().first).date
    for start in 0...700 {
      let table = InstrumentTable(capacity: 100)
      var reader = try journal.archive.read(date, from: Int64(start), into: table)
      #expect(reader.eventsRead == Int64(start))
      #expect(try JournalRun.rest(&reader) == Array(events[start...]))
      #expect(table.count == 3)
    }
    var behind = try journal.archive.read(date, from: 800, into: InstrumentTable(capacity: 100))
    #expect(try behind.next() == nil)
  }

  @Test func symbolsGoOnOverSegmentsAndRestarts() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 4_000
    var all: [MarketEvent] = []
    for round in 0..<6 {
      // The process is another one: it knows only the symbols the journal tells it.
      let again = JournalRun(run.folder, options: run.options)
      let journal = try Journal(again.options, log: .quiet)
      var appender = try journal.makeAppender(instruments: again.instruments)
      #expect(again.instruments.count == round * 10)
      let events = again.events(round * 200..<(round + 1) * 200, symbols: (round + 1) * 10)
      again.append(events, batch: 30, to: &appender)
      journal.close()
      all += events
      if round.isMultiple(of: 2) { try again.upkeep(journal) }
    }
    #expect(try run.read() == [all])
    let table = InstrumentTable(capacity: 100)
    let archive = try JournalArchive(directory: run.folder.path)
    var reader = try archive.read(try #require(try archive.days().first).date, into: table)
    _ = try JournalRun.rest(&reader)
    #expect((0..<UInt32(table.count)).map { table[InstrumentID($0)].symbol.description } == (0..<60).map { "SYM\($0)" })
  }

  /// A table that knows other symbols already, on either side.
  @Test func numbersAreTranslated() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<300)
    try run.write(events)
    let other = JournalRun(run.folder)
    for symbol in ["OTHER", "SYM2"] { _ = other.instruments.intern(symbol) }
    let journal = try Journal(other.options, log: .quiet)
    var appender = try journal.makeAppender(instruments: other.instruments)
    let ids = (0..<3).map { other.instruments.intern("SYM\($0)") }
    #expect(ids == [InstrumentID(2), InstrumentID(3), InstrumentID(1)])
    let more = [
      MarketEvent.quote(
        Quote(
          time: RandomEvents.start.adding(nanoseconds: 1_000_000_000), bid: .zero, ask: .zero,
          instrument: InstrumentID(0)))
    ]
    other.append(more, to: &appender)
    journal.close()
    #expect(try journal.archive.days().first?.segments == 2)

    let table = InstrumentTable(capacity: 10)
    var reader = try journal.archive.read(try #require(try journal.archive.days().first).date, into: table)
    let read = try JournalRun.rest(&reader)
    #expect(Array(read[..<300]) == events)
    guard case .quote(let quote) = read[300] else {
      Issue.record("no quote")
      return
    }
    #expect(table[quote.instrument].symbol.description == "OTHER")
  }

  @Test func symbolsWithoutRoomAreRefused() throws {
    let run = JournalRun(try TestFolder())
    let journal = try run.write(run.events(0..<10))
    let day = try #require(try journal.archive.days().first)
    #expect(throws: JournalError.self) { _ = try journal.archive.read(day.date, into: InstrumentTable(capacity: 2)) }
  }
}
