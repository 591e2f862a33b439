import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// A journal is played again from a day or a snapshot; whatever was stored before, the file ends up the same.
@Suite struct JournalResumeTests {
  private let journal: JournalStream
  private let first = OutputStream.firstID(ofRun: 1)

  init() throws { journal = try JournalStream(prints: 120) }

  /// Offers outputs from one place to another, in a process of its own as far as the file can tell.
  @discardableResult
  private func play(
    _ range: Range<Int>, into path: String, finished: Bool = false
  ) throws -> (run: IngestRun, counters: StoreCounters) {
    let writer = try Store(StoreOptions(path: path)).makeWriter(instruments: try OutputStream().instruments)
    let run = try writer.reserve(JournalStream.source, startingAt: journal.position(before: range.lowerBound))
    writer.start()
    writer.offerAll(Array(journal.outputs[range]))
    try writer.close(finished: finished)
    return (run, writer.counters)
  }

  private func progress(_ path: String) throws -> IngestProgress? {
    try Store(StoreOptions(path: path)).ingestProgress(of: JournalStream.source)
  }

  /// Everything of the stream, once.
  private func expectWhole(_ path: String) throws {
    let store = try Store(StoreOptions(path: path))
    let prints = journal.outputs.compactMap { if case .print(let print) = $0 { print } else { nil } }
    let voided = Set(
      journal.outputs.compactMap { if case .cancellation(let void) = $0 { void.cancelledNumber } else { nil } })
    let read = try store.makeReader().prints(limit: 10_000).reversed()
    #expect(read.map(\.printID) == prints.map { first - 1 + $0.number })
    #expect(read.map(\.sequence) == prints.map(\.trade.sequence))
    #expect(read.map { $0.flags.contains(.injected) } == prints.map { $0.flags.contains(.injected) })
    #expect(read.map(\.isCancelled) == prints.map { voided.contains($0.number) })
    #expect(
      try store.rows("SELECT print_id FROM trades_raw WHERE message = 'cancel' ORDER BY print_id")
        == voided.sorted().map { "\(first - 1 + $0)" })
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == 36)
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 3)
    for day in JournalStream.days {
      #expect(
        try store.makeReader().digests(ofRun: 1, session: day)
          == [120, 240, 360, 361].map { JournalStream.digest(day, events: $0) })
    }
    let committed = try store.ingestProgress(of: JournalStream.source)?.committed
    #expect(committed == journal.position(before: journal.outputs.count))
  }

  /// A second process begins at a day's beginning or anywhere before what is stored, a third one likewise.
  @Test(arguments: [40, 139, 150, 151, 222, 300, 400]) func whereverItStoppedAndWhereverItGoesOn(_ stop: Int) throws {
    let end = journal.outputs.count
    for fraction in [0.0, 0.3, 0.9, 1.0] {
      let folder = try TemporaryFolder()
      try play(0..<stop, into: folder.file)
      let committed = try #require(try progress(folder.file)).committed
      #expect(committed == journal.position(before: stop))
      // The last place with fewer prints: right before the newest stored one.
      let newest = try #require(journal.outputs[..<stop].lastIndex { if case .print = $0 { true } else { false } })
      let from = Int(Double(newest) * fraction)
      let middle = (stop + end) / 2
      let second = try play(from..<middle, into: folder.file)
      #expect(second.run.storedPrints == committed.prints && second.run.firstPrintID == first && second.run.runID == 1)
      // Interrupted before it came as far as it had come, too.
      try play(from..<((from + middle) / 2), into: folder.file)
      try play(from..<end, into: folder.file, finished: true)
      try expectWhole(folder.file)
    }
  }

  /// A kill leaves the file and its log as they are at that moment.
  @Test func aCopyTakenWhileItIsWrittenGoesOn() throws {
    let folder = try TemporaryFolder()
    let writer = try Store(StoreOptions(path: folder.file)).makeWriter(instruments: try OutputStream().instruments)
    _ = try writer.begin(JournalStream.source)
    var copies: [String] = []
    for end in stride(from: 50, through: journal.outputs.count, by: 50) {
      writer.offerAll(Array(journal.outputs[(end - 50)..<end]))
      if end % 100 == 0 { #expect(writer.drain(timeoutMilliseconds: 20_000)) }
      let copy = folder.path + "/copy-\(end)"
      for suffix in ["", ".wal"] where FileManager.default.fileExists(atPath: folder.file + suffix) {
        try FileManager.default.copyItem(atPath: folder.file + suffix, toPath: copy + suffix)
      }
      copies.append(copy)
    }
    try writer.close(finished: false)
    for copy in copies {
      let stored = try progress(copy)?.committed ?? .start
      let resumed = journal.outputs.indices.last { journal.position(before: $0).prints < stored.prints } ?? 0
      try play(resumed..<journal.outputs.count, into: copy)
      try expectWhole(copy)
    }
  }

  @Test func progressNamesTheDays() throws {
    let folder = try TemporaryFolder()
    #expect(try progress(folder.file) == nil)
    let second = try #require(
      journal.outputs.lastIndex { if case .sessionReset(let reset) = $0 { reset.printsBefore == 120 } else { false } })
    try play(0..<(second + 1), into: folder.file)
    let found = try #require(try progress(folder.file))
    #expect(
      found.days == [
        IngestDay(session: JournalStream.days[0], before: .start),
        IngestDay(session: JournalStream.days[1], before: IngestPosition(prints: 120, cancellations: 8)),
      ])
    #expect(found.runID == 1 && !found.isClosed)
    // A day that is in the file may be played from its beginning, whatever is known of what lies behind the last print.
    try play(second..<journal.outputs.count, into: folder.file)
    try expectWhole(folder.file)
  }

  @Test func aHoleIsRefused() throws {
    let folder = try TemporaryFolder()
    try play(0..<100, into: folder.file)
    let stored = journal.position(before: 100)
    let later = journal.position(before: 101)
    #expect(later.prints == stored.prints + 1)
    #expect(throws: StorageError.startsBehindStored(path: folder.file, start: later, stored: stored)) {
      try play(101..<110, into: folder.file)
    }
    let empty = try TemporaryFolder()
    #expect(throws: StorageError.startsBehindStored(path: empty.file, start: later, stored: .start)) {
      try play(101..<110, into: empty.file)
    }
  }

  /// Closed in good order it still grows; while it does, the file does not say that it is closed.
  @Test func aClosedJournalGoesOn() throws {
    let folder = try TemporaryFolder()
    let (stop, end) = (200, journal.outputs.count)
    try play(0..<stop, into: folder.file, finished: true)
    let here = journal.position(before: stop)
    let closed = try #require(try progress(folder.file))
    #expect(closed.isClosed && closed.covers(here))
    #expect(closed.covers(IngestPosition(prints: here.prints - 1, cancellations: here.cancellations)))
    #expect(!closed.covers(IngestPosition(prints: here.prints + 1, cancellations: here.cancellations)))
    #expect(!closed.covers(IngestPosition(prints: here.prints, cancellations: here.cancellations + 1)))
    // Open from its start on, with nothing new yet.
    let (run, counters) = try play(stop..<stop, into: folder.file)
    #expect(!run.isComplete && counters.rowsWritten == 0)
    let open = try #require(try progress(folder.file))
    #expect(!open.isClosed && !open.covers(here))
    #expect(open.covers(IngestPosition(prints: here.prints - 1, cancellations: here.cancellations)))
    try play(0..<end, into: folder.file, finished: true)
    try expectWhole(folder.file)
    #expect(try progress(folder.file)?.isClosed == true)
  }

  @Test func sumsOfADay() throws {
    let folder = try TemporaryFolder()
    try play(0..<journal.outputs.count, into: folder.file, finished: true)
    let reader = try Store(StoreOptions(path: folder.file)).makeReader()
    for (i, day) in JournalStream.days.enumerated() {
      var expected = SessionSums()
      for case .print(let print) in journal.outputs where (print.number - 1) / 120 == i {
        expected[print.side].add(
          SessionSums.Part(prints: 1, size: Int64(print.trade.size), premiumMicros: print.premiumMicros))
      }
      expected.cancelled = 8
      #expect(try reader.sums(ofRun: 1, session: day) == expected)
      #expect(expected.all.prints == 120)
    }
    #expect(try reader.sums(ofRun: 1, session: MarketDate(daysSinceEpoch: 0)) == nil)
    #expect(try reader.sums(ofRun: 2, session: JournalStream.days[0]) == nil)
    #expect(try reader.digests(ofRun: 2, session: JournalStream.days[0]).isEmpty)
  }

  /// A digest told again in the same batch and in a later one is one row.
  @Test func digestsAreKeptOnce() throws {
    let folder = try TemporaryFolder()
    let day = JournalStream.days[0]
    let digests = [
      JournalStream.digest(day, events: 9), DigestRecord(session: day, time: .none, events: 9, prints: 1, digest: .max),
    ]
    for _ in 0..<2 {
      let writer = try Store(StoreOptions(path: folder.file)).makeWriter(instruments: journal.stream.instruments)
      _ = try writer.begin(JournalStream.source)
      writer.offerAll([.print(journal.stream.print(1))] + (digests + digests).map { .digest($0) })
      try writer.close(finished: false)
    }
    let store = try Store(StoreOptions(path: folder.file))
    #expect(try store.makeReader().digests(ofRun: 1, session: day) == [digests[1]])
    #expect(try store.rows("SELECT digest FROM main.state_digests") == ["ffffffffffffffff"])
  }
}
