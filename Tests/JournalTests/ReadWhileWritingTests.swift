import MarketModel
import Rings
import Synchronization
import Testing

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct ReadWhileWritingTests {
  /// A reader follows a writer through blocks, segments and their packing, and gets each event once. Large blocks reach the file
  /// piece by piece, so that the reader comes upon half of them.
  @Test(.timeLimit(.minutes(10)), arguments: [7, 1_024, 3_000]) func aReaderFollowsTheWriter(batch: Int) throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 30_000 + 40 * batch
    let events = run.events(0..<20_000)
    var disk = DiskCalls.hasty
    let write = disk.write
    disk.write = { descriptor, bytes, offset in
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(4_000)), offset)
      sched_yield()
      return count
    }
    let journal = try Journal(run.options, log: .quiet, disk: disk)
    journal.start()
    let appender = Appending(run, journal: journal, events: events, batch: batch)
    let thread = WorkerThread("test writer") { appender.run() }
    defer { thread.join() }
    try wait { try !journal.archive.days().isEmpty }
    var reader = try journal.archive.read(
      try #require(try journal.archive.days().first).date, into: InstrumentTable(capacity: 100))
    var read: [MarketEvent] = []
    while read.count < events.count {
      guard let block = try reader.next() else { continue }
      #expect(block.firstEvent == Int64(read.count))
      read += Array(block.events)
    }
    #expect(try reader.next() == nil)
    #expect(read == events)
    journal.close()
  }

  private final class Appending: Sendable {
    let journalRun: JournalRun
    let journal: Journal
    let events: [MarketEvent]
    let batch: Int
    init(_ journalRun: JournalRun, journal: Journal, events: [MarketEvent], batch: Int) {
      self.journalRun = journalRun
      self.journal = journal
      self.events = events
      self.batch = batch
    }
    func run() {
      do {
        var appender = try journal.makeAppender(instruments: journalRun.instruments)
        journalRun.append(events, batch: batch, to: &appender)
      } catch {
        Issue.record(error)
      }
    }
  }
}
