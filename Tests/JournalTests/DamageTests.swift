import Logging
import MarketModel
import Synchronization
import Testing

@testable import Journal

/// Spoiled files: what is read is a beginning of what was written, or nothing is read and words say why.
@Suite struct DamageTests {
  /// A journal of one plain segment with small blocks, and where each block begins.
  private func small(events count: Int, batch: Int) throws -> (
    run: JournalRun, events: [MarketEvent], path: String, bytes: [UInt8], blocks: [Int]
  ) {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<count)
    let journal = try run.write(events, batch: batch)
    let name = SegmentName(day: try #require(try journal.archive.days().first).date, number: 1)
    let path = JournalFolder(path: run.folder.path).plainPath(name)
    var blocks: [Int] = []
    guard var reader = try SegmentReader(JournalFolder(path: run.folder.path), name, id: journal.id) else {
      throw JournalError.noDay(directory: path, day: name.day)
    }
    _ = try reader.header { _ in }
    var offset = Int(reader.offset)
    while case .block(let block) = try reader.next() {
      blocks.append(offset)
      offset += block.length
    }
    return (run, events, path, try TestFile.bytes(path), blocks)
  }

  @Test func theTailCutAtEveryByteOfTheLastThreeBlocks() throws {
    let (run, events, path, bytes, blocks) = try small(events: 24, batch: 3)
    #expect(blocks.count == 8)
    for length in blocks[5]...bytes.count {
      try TestFile.write(Array(bytes[..<length]), to: path)
      let whole = 3 * (blocks + [bytes.count]).dropFirst().count { $0 <= length }
      // Whoever reads meanwhile ends there, too.
      #expect(try run.read() == [Array(events[..<whole])])
      let lines = Lines()
      let journal = try Journal(run.options, log: lines.log, disk: .hasty)
      let isTorn = !(blocks + [bytes.count]).contains(length)
      #expect(lines.all.count == (isTorn ? 1 : 0))
      if isTorn {
        let torn = length - blocks.last { $0 <= length }!
        #expect(lines.all[0].contains("\(torn) bytes cut off"))
      }
      var appender = try journal.makeAppender(instruments: run.instruments)
      run.append(Array(events[whole...]), batch: 3, to: &appender)
      journal.close()
      #expect(try TestFile.bytes(path).count == bytes.count)
      #expect(try run.read() == [events])
    }
  }

  /// Nothing but a beginning of the header is left, after a kill between making the file and writing it.
  @Test func aHeaderThatIsNotWholeIsTakenAway() throws {
    let (run, events, path, bytes, blocks) = try small(events: 10, batch: 5)
    for length in [0, 1, 16, 87, blocks[0] - 1, blocks[0]] {
      try TestFile.write(Array(bytes[..<length]), to: path)
      try run.write(events, batch: 5)
      #expect(try run.read() == [events])
    }
  }

  @Test(arguments: [UInt8(0x01), 0xFF])
  func aFlippedByteAnywhere(flip: UInt8) throws {
    let (run, events, path, bytes, blocks) = try small(events: 12, batch: 3)
    var refused = 0
    for offset in bytes.indices {
      var spoiled = bytes
      spoiled[offset] ^= flip
      try TestFile.write(spoiled, to: path)
      for attempt in 0..<2 {
        do {
          let read = attempt == 0 ? try run.read() : try run.write([]).archive.allEvents()
          let count = read.first?.count ?? 0
          // Only the last block may be missing: it cannot be told from one that was never finished.
          #expect(offset >= blocks[3] && count == 9, "byte \(offset)")
          #expect(read == [Array(events[..<count])])
        } catch let error as JournalError {
          refused += 1
          #expect(offset < blocks[3], "byte \(offset): \(error)")
          #expect("\(error)".contains(path))
        }
        if attempt == 0 { #expect(try TestFile.bytes(path) == spoiled, "a reader changes nothing") }
      }
    }
    #expect(refused == 2 * blocks[3])
  }

  /// A closed segment has no torn tail: each flipped byte and each cut is refused.
  @Test func aClosedSegmentIsWholeOrRefused() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 600
    let journal = try run.write(run.events(0..<60), batch: 5)
    let folder = JournalFolder(path: run.folder.path)
    let segments = try folder.segments(try #require(try folder.days().first))
    #expect(segments.count > 2)
    let path = folder.plainPath(segments[1].name)
    let bytes = try TestFile.bytes(path)
    for offset in bytes.indices {
      var spoiled = bytes
      spoiled[offset] ^= 0x10
      try TestFile.write(spoiled, to: path)
      #expect(throws: JournalError.self, "byte \(offset)") { try run.read() }
    }
    for length in bytes.indices {
      try TestFile.write(Array(bytes[..<length]), to: path)
      #expect(throws: JournalError.self, "length \(length)") { try run.read() }
    }
    try TestFile.write(Array(bytes.dropLast()), to: path)
    try run.upkeep(journal)
    #expect(TestFile.exists(path), "what cannot be read is not packed")
    #expect(journal.status.errorText?.contains(path) == true)
    #expect(TestFile.remove(path))
    #expect(throws: JournalError.self) { try run.read() }
  }

  @Test func aPackedSegmentIsWholeOrRefused() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 600
    let events = run.events(0..<60)
    let journal = try run.write(events, batch: 5)
    try run.upkeep(journal)
    let folder = JournalFolder(path: run.folder.path)
    let path = folder.packedPath(try folder.segments(try #require(try folder.days().first))[0].name)
    let bytes = try TestFile.bytes(path)
    for offset in bytes.indices {
      var spoiled = bytes
      spoiled[offset] ^= 0x04
      try TestFile.write(spoiled, to: path)
      do { #expect(try run.read() == [events], "byte \(offset)") } catch is JournalError {}
      try TestFile.write(Array(bytes[..<offset]), to: path)
      #expect(throws: JournalError.self, "length \(offset)") { try run.read() }
    }
  }

  @Test func aSegmentOfAnotherPlaceOrJournalIsRefused() throws {
    let (run, _, path, bytes, _) = try small(events: 10, batch: 5)
    let folder = JournalFolder(path: run.folder.path)
    let day = try #require(try folder.days().first)
    try TestFile.write(bytes, to: folder.plainPath(SegmentName(day: day, number: 2)))
    #expect(throws: JournalError.self) { try run.read() }
    #expect(throws: JournalError.self) { _ = try Journal(run.options, log: .quiet) }
    #expect(TestFile.remove(folder.plainPath(SegmentName(day: day, number: 2))))

    let other = try small(events: 10, batch: 5)
    try TestFile.write(try TestFile.bytes(other.path), to: path)
    #expect(throws: JournalError.self) { try run.read() }
    #expect(throws: JournalError.self) { _ = try Journal(run.options, log: .quiet) }
  }

  @Test func aNewerFormatIsSaid() throws {
    let (run, _, path, bytes, _) = try small(events: 10, batch: 5)
    var newer = bytes
    newer[8] = 2
    try TestFile.write(newer, to: path)
    #expect(throws: JournalError.newerFormat(path: path, found: 2, supported: 1)) { try run.read() }
    #expect(throws: JournalError.newerFormat(path: path, found: 2, supported: 1)) {
      _ = try Journal(run.options, log: .quiet)
    }
  }

  /// A block whose checksum is right and whose events are of a kind that this program does not know.
  @Test func unknownEventsAreSaid() throws {
    let (run, _, path, bytes, blocks) = try small(events: 10, batch: 5)
    let archive = try JournalArchive(directory: run.folder.path)
    let name = SegmentName(day: try #require(try archive.days().first).date, number: 1)
    let id = try #require(JournalID(archive.id))
    var block = Array(bytes[blocks[1]...])
    block[BlockHeader.bytes] = 9
    block.withUnsafeMutableBytes { buffer in
      BlockHeader(length: buffer.count, firstEvent: 5, receivedNanoseconds: 0, events: 5, symbols: 0, missingEvents: 0)
        .seal(buffer.baseAddress!, seed: name.seed(id))
    }
    try TestFile.write(bytes[..<blocks[1]] + block, to: path)
    let error = JournalError.unreadable(
      path: path, offset: Int64(blocks[1]), words: "the block is whole, but it holds an event of the unknown kind 9")
    #expect(throws: error) { try run.read() }
    #expect(throws: error) { _ = try Journal(run.options, log: .quiet) }
  }

  @Test func aFolderThatIsNoJournalIsRefused() throws {
    let (run, _, _, _, _) = try small(events: 10, batch: 5)
    let identity = JournalFolder(path: run.folder.path).identityPath
    try TestFile.write(Array("something else\n".utf8), to: identity)
    #expect(throws: JournalError.self) { _ = try JournalArchive(directory: run.folder.path) }
    #expect(TestFile.remove(identity))
    #expect(throws: JournalError.self) { _ = try JournalArchive(directory: run.folder.path) }
    #expect(throws: JournalError.self) { _ = try Journal(run.options, log: .quiet) }
    #expect(throws: JournalError.noDay(directory: run.folder.path, day: MarketDate(daysSinceEpoch: 1))) {
      _ = try JournalReader(
        JournalFolder(path: run.folder.path), id: .random(), day: MarketDate(daysSinceEpoch: 1), from: 0,
        instruments: run.instruments)
    }
  }
}

/// What was logged.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  var log: Log { Log(sink: .function { [self] line in lines.withLock { $0.append(line) } }) }
}
