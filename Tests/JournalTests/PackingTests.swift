import MarketModel
import Testing

@testable import Journal

@Suite struct PackingTests {
  private func run(segmentBytes: Int = 3_000) throws -> (JournalRun, JournalFolder) {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = segmentBytes
    return (run, JournalFolder(path: run.folder.path))
  }

  @Test func closedSegmentsArePackedTheOpenOneIsNot() throws {
    let (run, folder) = try run()
    let events = run.events(0..<500)
    let journal = try run.write(events, batch: 10)
    let day = try #require(try folder.days().first)
    let plain = try folder.segments(day)
    try run.upkeep(journal)
    let packed = try folder.segments(day)
    #expect(packed.map(\.name) == plain.map(\.name))
    #expect(packed.dropLast().allSatisfy { $0.isPacked && !$0.isPlain })
    #expect(packed.last?.isPacked == false)
    #expect(try JournalFolder.names(in: folder.dayPath(day)).count == plain.count)
    #expect(try run.read() == [events])
    #expect(journal.status.storedBytes == packed.reduce(0) { $0 + $1.bytes })
    #expect(try journal.archive.days().first?.bytes == journal.status.storedBytes)

    // Goes on behind it.
    let more = run.events(500..<600)
    try run.write(more, batch: 10)
    #expect(try run.read() == [events + more])
  }

  /// The thread does it, while events come.
  @Test(.timeLimit(.minutes(10))) func theThreadPacks() throws {
    let (run, folder) = try run()
    let events = run.events(0..<500)
    let journal = try Journal(run.options, log: .quiet)
    journal.start()
    var appender = try journal.makeAppender(instruments: run.instruments)
    run.append(events, batch: 10, to: &appender)
    let day = try #require(try folder.days().first)
    try wait { try !folder.segments(day).dropLast().contains(where: \.isPlain) }
    wait { journal.status.durableEvents >= 500 }
    journal.close()
    #expect(try run.read() == [events])
  }

  /// A kill at any step of packing: an unfinished file, or both files.
  @Test func whatAKillLeftOfPackingIsResolved() throws {
    let (run, folder) = try run()
    let events = run.events(0..<300)
    let journal = try run.write(events, batch: 10)
    let name = SegmentName(day: try #require(try folder.days().first), number: 2)
    let plain = try TestFile.bytes(folder.plainPath(name))
    let unfinished = folder.packedPath(name) + ".tmp"
    try TestFile.write(Array(plain[..<100]), to: unfinished)
    _ = try Journal(run.options, log: .quiet)
    #expect(!TestFile.exists(unfinished))
    #expect(TestFile.exists(folder.plainPath(name)))
    #expect(try run.read() == [events])

    try run.upkeep(journal)
    #expect(!TestFile.exists(folder.plainPath(name)))
    try TestFile.write(plain, to: folder.plainPath(name))
    #expect(try run.read() == [events])
    _ = try Journal(run.options, log: .quiet)
    #expect(!TestFile.exists(folder.plainPath(name)))
    #expect(TestFile.exists(folder.packedPath(name)))
    #expect(try run.read() == [events])
  }

  /// The last segment was packed, because the one after it was lost with the power: the journal goes on in a new one.
  @Test func aPackedSegmentMayBeTheLast() throws {
    let (run, folder) = try run()
    let events = run.events(0..<300)
    let journal = try run.write(events, batch: 10)
    try run.upkeep(journal)
    let day = try #require(try folder.days().first)
    let last = try #require(try folder.segments(day).last)
    #expect(TestFile.remove(folder.plainPath(last.name)))
    let left = try run.read()[0]
    #expect(left == Array(events[..<left.count]))
    try run.write(Array(events[left.count...]), batch: 10)
    #expect(try run.read() == [events])
    #expect(try folder.segments(day).last?.name == last.name)
  }

  /// Reading goes on while the file under it is packed and removed.
  @Test func aReaderKeepsItsFile() throws {
    let (run, _) = try run()
    let events = run.events(0..<300)
    let journal = try run.write(events, batch: 10)
    var reader = try journal.archive.read(try #require(try journal.archive.days().first).date, into: run.instruments)
    let first = try #require(try reader.next().map { Array($0.events) })
    try run.upkeep(journal)
    #expect(try first + JournalRun.rest(&reader) == events)
  }
}
