import MarketModel
import Rings
import Synchronization
import Testing

@testable import Journal

@Suite struct ReadWhileWritingTests {
  /// A reader follows a writer through blocks, segments and their packing, and gets each event once.
  @Test(.timeLimit(.minutes(2))) func aReaderFollowsTheWriter() throws {
    var run = JournalRun(try TestFolder())
    run.options.segmentBytes = 30_000
    let events = run.events(0..<20_000)
    let journal = try Journal(run.options, log: .quiet, disk: .hasty)
    journal.start()
    let appender = Appending(run, journal: journal, events: events)
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
    init(_ journalRun: JournalRun, journal: Journal, events: [MarketEvent]) {
      self.journalRun = journalRun
      self.journal = journal
      self.events = events
    }
    func run() {
      do {
        var appender = try journal.makeAppender(instruments: journalRun.instruments)
        journalRun.append(events, batch: 7, to: &appender)
      } catch {
        Issue.record(error)
      }
    }
  }
}
