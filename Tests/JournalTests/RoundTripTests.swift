import Logging
import MarketModel
import Testing

@testable import Journal

@Suite struct RoundTripTests {
  @Test func eventsComeBackInOrder() throws {
    let folder = try TestFolder()
    var random = SplitMix(seed: 1)
    let table = InstrumentTable(capacity: 1 << 12)
    for symbol in ["AAPL", "O:SPY261218C00572000", "MSFT"] { _ = try #require(table.intern(symbol)) }
    let events = (0..<5_000).map { RandomEvents.event(at: Int64($0), instruments: table.count, &random) }
    do {
      let journal = try Journal(JournalOptions(directory: folder.path, source: "test"), log: .quiet)
      journal.start()
      var appender = try journal.makeAppender(instruments: table)
      for start in stride(from: 0, to: events.count, by: 100) {
        Array(events[start..<start + 100]).withUnsafeBufferPointer { appender.append($0, receivedNanoseconds: 7) }
      }
      journal.close()
      #expect(journal.status.appendedEvents == 5_000)
      #expect(journal.status.durableEvents == 5_000)
    }
    let archive = try JournalArchive(directory: folder.path)
    let days = try archive.days()
    #expect(days.count == 1)
    var reader = try archive.read(days[0].date, into: InstrumentTable(capacity: 1 << 12))
    var read: [MarketEvent] = []
    while let block = try reader.next() { read += Array(block.events) }
    #expect(read == events)
  }
}
