import Feeds
import FlowEngine
import Logging
import MarketModel
import Synchronization
import Testing

@testable import Application
@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A journal that misses events because the disk did not take them: who plays it is told.
@Suite struct JournalHoleTests {
  private static let open = Timestamp(newYork: LiveSession.first, hour: 9, minute: 30)
  private static let spy = SymbolText("O:SPY251219C00680000")

  private static func time(_ second: Int) -> Timestamp { open.adding(nanoseconds: Int64(second) * 1_000_000_000) }

  /// A quote at the beginning of each second and a print at its end.
  private static func events(_ seconds: Range<Int>, _ option: InstrumentID) -> [MarketEvent] {
    seconds.flatMap { second -> [MarketEvent] in
      let price = Price(cents: 100 + Int64(second))
      return [
        .quote(
          Quote(time: time(second), bid: price, ask: Price(cents: 110 + Int64(second)), instrument: option)),
        .trade(Trade(time: time(second).adding(nanoseconds: 900_000_000), price: price, instrument: option, size: 1)),
      ]
    }
  }

  /// Ten seconds, of which 4 and 5 are missing.
  private func record(in directory: DataDirectory, source: String = "test") throws {
    try directory.create()
    let isFull = Flag()
    var disk = DiskCalls()
    let write = disk.write
    disk.write = { descriptor, bytes, offset in
      guard !isFull.value.load(ordering: .relaxed) else {
        errno = ENOSPC
        return -1
      }
      return write(descriptor, bytes, offset)
    }
    var options = JournalOptions(directory: directory.journal, source: source)
    options.heldBytes = 1
    let journal = try Journal(options, log: Log(minimumLevel: .critical), disk: disk)
    let instruments = InstrumentTable(capacity: 100)
    let symbol = try #require(Self.spy)
    let option = try #require(instruments.intern(symbol))
    var appender = try journal.makeAppender(instruments: instruments)
    func append(_ seconds: Range<Int>) {
      Self.events(seconds, option).withUnsafeBufferPointer { appender.append($0, receivedNanoseconds: 1) }
    }
    append(0..<3)
    isFull.value.store(true, ordering: .relaxed)
    append(3..<4)
    append(4..<6)
    isFull.value.store(false, ordering: .relaxed)
    #expect(journal.writer.retry() == false)
    append(6..<10)
    #expect(journal.status.missingEvents == 4)
    journal.close()
  }

  private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
  }

  private final class LinesOfLog: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var log: Log { Log(sink: .function { [self] line in lines.withLock { $0.append(line) } }) }
  }

  @Test func aHoleIsSaidWithItsCountAndItsSpan() throws {
    let folder = try ProcessFolder()
    let directory = DataDirectory(path: folder.path("data"))
    try record(in: directory)
    let lines = LinesOfLog()
    let instruments = InstrumentTable(capacity: 100)
    let source = try JournalDaySource(
      try JournalArchive(directory: directory.journal), LiveSession.first, instruments: instruments, log: lines.log)
    var reader = FeedReader(source: source, instruments: instruments)
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    var incidents: [FeedIncident] = []
    var prints: [LabeledPrint] = []
    while try reader.next() {
      engine.process(reader.batch.events, into: &outputs)
      for output in outputs.outputs {
        if case .incident(let incident) = output { incidents.append(incident) }
        if case .print(let print) = output { prints.append(print) }
      }
      outputs.removeAll()
    }
    let (start, end) = (Self.time(3).adding(nanoseconds: 900_000_000), Self.time(6))
    #expect(
      incidents == [
        FeedIncident(kind: .gapFound, time: end, from: start), FeedIncident(kind: .gapUnfilled, time: end, from: start),
      ])
    // All that is there is played, and each print is labelled by a quote from its side of the hole.
    #expect(prints.count == 8)
    #expect(
      prints.allSatisfy {
        $0.side == .sell && $0.quoteTime.nanoseconds / 1_000_000_000 == $0.trade.time.nanoseconds / 1_000_000_000
      })
    #expect(reader.source.missingEvents == 4)
    let words = try #require(lines.all.first)
    #expect(lines.all.count == 1)
    #expect(words.contains("events are missing") && words.contains("events=4"), "\(words)")
    #expect(words.contains("from=\(start.rfc3339)") && words.contains("to=\(end.rfc3339)"), "\(words)")
  }

  /// A restart comes to what a replay comes to.
  @Test func aRestartKnowsOfTheHole() throws {
    let market = try RecordedMarket("--no-store")
    let directory = DataDirectory(path: market.settings.dataDirectory)
    try record(in: directory, source: try #require(market.source.journalSource))
    let instruments = InstrumentTable(capacity: 100)
    let source = try JournalDaySource(
      try JournalArchive(directory: directory.journal), LiveSession.first, instruments: instruments, log: market.log)
    var reader = FeedReader(source: source, instruments: instruments)
    var engine = FlowEngine(configuration: market.rules, instruments: instruments)
    var outputs = OutputBuffer()
    while try reader.next() { engine.process(reader.batch.events, into: &outputs) }
    outputs.removeAll()
    engine.recordDigest(into: &outputs)
    guard case .digest(let replayed)? = outputs.outputs.first else { preconditionFailure("no digest") }
    let restarted = try #require(try market.live().digest)
    #expect(restarted.digest == replayed.digest && restarted.prints == replayed.prints)
    // Two more than the journal has: what the engine was told of the hole.
    #expect(restarted.events == replayed.events && restarted.prints == 8)
  }

  @Test func replayCountsWhatIsMissing() throws {
    let folder = try ProcessFolder()
    let directory = DataDirectory(path: folder.path("data"))
    try record(in: directory)
    let lines = LinesOfLog()
    var run = ReplayRun(source: .day(try RecordedDay(LiveSession.first, in: directory)))
    run.log = lines.log
    let summary = try run.play { _, _ in }
    #expect(summary.missingEvents == 4)
    #expect(summary.text.contains("4 events are missing in the recording"))
    #expect(lines.all.count == 1)
  }
}
