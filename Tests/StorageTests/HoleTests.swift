import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// Outputs that are lost on the way to the store leave holes that the next playing of the journal fills.
@Suite struct HoleTests {
  private let journal: JournalStream
  private let folder: TemporaryFolder
  private let first = OutputStream.firstID(ofRun: 1)

  init() throws {
    journal = try JournalStream(prints: 120)
    folder = try TemporaryFolder()
  }

  private func index(ofPrint number: Int64) throws -> Int {
    let index = journal.outputs.firstIndex { if case .print(let print) = $0 { print.number == number } else { false } }
    return try #require(index)
  }

  private func progress() throws -> IngestProgress { try #require(try JournalStream.progress(folder.file)) }

  private func rows(_ sql: String) throws -> [String] { try Store(StoreOptions(path: folder.file)).rows(sql) }

  /// What is stored and what is said to be missing are all prints up to the newest, each once.
  private func expectConsistent(_ comment: Comment) throws {
    let store = try Store(StoreOptions(path: folder.file))
    guard let progress = try store.ingestProgress(of: JournalStream.source) else { return }
    let stored = try store.rows("SELECT print_id - \(first) + 1 FROM trades_labeled").compactMap { Int64($0) }
    let missing = progress.holes.flatMap { Array($0) }
    #expect((stored + missing).sorted() == Array(1..<(progress.committed.prints + 1)), comment)
    // A cancellation that is stored has marked its print.
    let unmarked =
      "SELECT count(*) FROM base.trades_labeled SEMI JOIN base.cancellations USING (print_id) WHERE NOT cancelled"
    #expect(try store.integer(unmarked) == 0, comment)
    #expect(
      try store.integer("SELECT count(*) - count(DISTINCT print_id) FROM base.cancellations") == 0, comment)
  }

  private func stretches(_ random: inout SeededRandom, in range: Range<Int>) -> [Range<Int>] {
    var place = range.lowerBound
    return (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
      guard place + 2 < range.upperBound else { return nil }
      let start = Int.random(in: place..<range.upperBound, using: &random)
      let end = min(range.upperBound, start + Int.random(in: 1...40, using: &random))
      place = end + 5
      return start..<end
    }
  }

  /// The store goes on by itself, and playing the journal from before the hole fills exactly the hole.
  @Test func whatIsLostIsFilled() throws {
    let (start, end) = (try index(ofPrint: 50), try index(ofPrint: 71))
    let (_, counters) = try journal.play(0..<300, into: folder.file, losing: [start..<end])
    #expect(counters.lostOutputs == Int64(end - start) && counters.missingPrints == 21)
    let found = try progress()
    #expect(found.holes == [50..<71] && found.firstMissingNumber == 50)
    #expect(found.committed.prints == journal.position(before: 300).prints)
    #expect(try rows("SELECT * FROM main.ingest_holes") == ["1|50|70"])
    try expectConsistent("after the loss")
    let (run, filling) = try journal.play(0..<journal.outputs.count, into: folder.file, finished: true)
    #expect(run.runID == 1 && run.storedPrints == found.committed.prints && filling.missingPrints == 0)
    #expect(filling.rowsWritten == 360 - found.committed.prints + 21)
    try journal.expectWhole(folder.file)
    // Nothing is lacking, so nothing is added.
    #expect(try journal.play(0..<journal.outputs.count, into: folder.file).counters.rowsWritten == 0)
    try journal.expectWhole(folder.file)
  }

  /// A start behind the hole leaves it as it is, one within fills what comes.
  @Test func aHoleIsFilledAsFarAsItIsPlayed() throws {
    try journal.play(
      0..<300, into: folder.file, losing: [try index(ofPrint: 50)..<(try index(ofPrint: 71))])
    try journal.play(try index(ofPrint: 100)..<200, into: folder.file)
    #expect(try progress().holes == [50..<71])
    try journal.play(try index(ofPrint: 60)..<(try index(ofPrint: 65)), into: folder.file)
    #expect(try progress().holes == [50..<60, 65..<71])
    try journal.play(try index(ofPrint: 68)..<310, into: folder.file)
    #expect(try progress().holes == [50..<60, 65..<68])
    try expectConsistent("in pieces")
    // Lost once more while it is filled.
    try journal.play(0..<310, into: folder.file, losing: [try index(ofPrint: 53)..<(try index(ofPrint: 54))])
    #expect(try progress().holes == [53..<54])
    try journal.play(0..<journal.outputs.count, into: folder.file)
    try journal.expectWhole(folder.file)
  }

  /// Stopped between a hole's last print and the one behind it, what lies between them is still to come.
  @Test func theEndOfAHoleIsNotForgotten() throws {
    let end = try index(ofPrint: 71)
    try journal.play(0..<300, into: folder.file, losing: [try index(ofPrint: 50)..<end])
    // 70 is followed by a minute.
    try journal.play(0..<(try index(ofPrint: 70) + 1), into: folder.file)
    let found = try progress()
    #expect(found.holes == [71..<71] && found.firstMissingNumber == 71)
    #expect(!found.covers(journal.position(before: end)))
    #expect(found.startDay(among: JournalStream.days)?.session == JournalStream.days[0])
    try journal.play(0..<journal.outputs.count, into: folder.file)
    try journal.expectWhole(folder.file)
  }

  /// Minutes and cancellations that are lost without a print take the next print with them, so that numbers show the loss.
  @Test func aLossWithoutAPrintIsSeen() throws {
    for number: Int64 in [40, 48] {
      let folder = try TemporaryFolder()
      let place = try index(ofPrint: number) + 1
      if case .print = journal.outputs[place] { Issue.record("print \(number + 1) follows at once") }
      let (_, counters) = try journal.play(0..<300, into: folder.file, losing: [place..<(place + 1)])
      let found = try #require(try JournalStream.progress(folder.file))
      #expect(found.holes == [(number + 1)..<(number + 2)] && counters.missingPrints == 1)
      try journal.play(0..<journal.outputs.count, into: folder.file)
      try journal.expectWhole(folder.file)
    }
  }

  /// What is lost at the very end leaves no hole: the journal has more than the store. But the file is not closed.
  @Test func aLossAtTheEndIsPlayedAgain() throws {
    let (start, end) = (try index(ofPrint: 131), try index(ofPrint: 150))
    try journal.play(0..<end, into: folder.file, finished: true, losing: [start..<end])
    let found = try progress()
    #expect(found.committed.prints == 130 && found.holes.isEmpty && !found.isClosed)
    #expect(!found.covers(journal.position(before: end)) && !found.covers(journal.position(before: start)))
    #expect(throws: StorageError.self) { try journal.play(end..<300, into: folder.file) }
    let day = try #require(found.startDay(among: JournalStream.days))
    #expect(day.session == JournalStream.days[1])
    let resumed = try #require(journal.outputs.indices.first { journal.position(before: $0 + 1).prints == 121 })
    try journal.play((resumed - 1)..<journal.outputs.count, into: folder.file, finished: true)
    try journal.expectWhole(folder.file)
    #expect(try progress().isClosed)
  }

  /// Losses, kills and stops anywhere; each start is one that the progress allows.
  @Test(arguments: 0..<24 as Range<UInt64>) func anyHistoryEndsWhole(_ seed: UInt64) throws {
    var random = SeededRandom(state: seed)
    let count = journal.outputs.count
    for life in 0..<5 {
      let place = try start(&random)
      let range = place..<Int.random(in: (place + 1)...count, using: &random)
      let kill = Bool.random(using: &random) ? Int.random(in: range, using: &random) : nil
      try journal.play(
        range, into: folder.file, finished: Bool.random(using: &random), losing: stretches(&random, in: range),
        killedAt: kill)
      try expectConsistent("seed \(seed), life \(life), \(range), killed at \(kill ?? -1)")
    }
    let day = try JournalStream.progress(folder.file)?.startDay(among: JournalStream.days)
    try journal.play(index(ofDay: day)..<count, into: folder.file, finished: true)
    try journal.expectWhole(folder.file, "seed \(seed)")
  }

  /// Starts that nobody should choose, too: no print is ever lost or doubled, and one playing of all makes it whole.
  @Test(arguments: 100..<112 as Range<UInt64>) func noStartDoublesAnything(_ seed: UInt64) throws {
    var random = SeededRandom(state: seed)
    let count = journal.outputs.count
    for life in 0..<5 {
      let committed = try JournalStream.progress(folder.file)?.committed.prints ?? 0
      let last = journal.outputs.indices.last { journal.position(before: $0).prints < committed } ?? 0
      let range = Int.random(in: 0...last, using: &random)..<Int.random(in: (last + 1)...count, using: &random)
      try journal.play(range, into: folder.file, losing: stretches(&random, in: range))
      try expectConsistent("seed \(seed), life \(life), \(range)")
    }
    try journal.play(0..<count, into: folder.file)
    try journal.expectWhole(folder.file, "seed \(seed)")
  }

  private func index(ofDay day: IngestDay?) -> Int {
    journal.outputs.firstIndex {
      if case .sessionReset(let reset) = $0 { reset.session == day?.session } else { false }
    } ?? 0
  }

  /// The day to begin with, or a moment of it that is covered.
  private func start(_ random: inout SeededRandom) throws -> Int {
    let found = try JournalStream.progress(folder.file)
    let day = index(ofDay: found?.startDay(among: JournalStream.days))
    guard let found, Bool.random(using: &random) else { return day }
    let next = journal.outputs.indices.first { place in
      if place > day, case .sessionReset = journal.outputs[place] { true } else { false }
    }
    let covered = (day..<(next ?? journal.outputs.count)).filter { found.covers(journal.position(before: $0)) }
    // Right before the hole or the end is where it is hardest.
    return (Bool.random(using: &random) ? covered.last : covered.randomElement(using: &random)) ?? day
  }

  /// The print is filled in when its cancellation is stored long since and does not come again.
  @Test func aFilledPrintIsVoidWhenItsCancellationIsStored() throws {
    // 76 is voided behind 78.
    let (lost, behind) = (try index(ofPrint: 76), try index(ofPrint: 77))
    try journal.play(0..<300, into: folder.file, losing: [lost..<behind])
    #expect(try rows("SELECT print_id FROM base.cancellations WHERE print_id = \(first + 75)").count == 1)
    try journal.play(0..<behind, into: folder.file)
    #expect(try rows("SELECT cancelled FROM trades_labeled WHERE print_id = \(first + 75)") == ["true"])
    try journal.play(0..<journal.outputs.count, into: folder.file)
    try journal.expectWhole(folder.file)
  }

  /// A cancellation that matched nothing is told apart by what it says.
  @Test func unmatchedCancellationsAreStoredOnce() throws {
    let stream = try OutputStream()
    let voids = [3, 4].map { FlowOutput.cancellation(Cancellation(cancelledNumber: 0, trade: stream.print($0).trade)) }
    for again in 0..<2 {
      let writer = try Store(StoreOptions(path: folder.file)).makeWriter(instruments: stream.instruments)
      _ = try writer.begin(JournalStream.source)
      writer.offerAll([.print(stream.print(1)), voids[0]])
      #expect(writer.drain(timeoutMilliseconds: 20_000))
      writer.offerAll([voids[0], voids[again], .print(stream.print(2))])
      try writer.close(finished: false)
    }
    #expect(
      try rows("SELECT seq FROM trades_raw WHERE message = 'cancel' AND print_id IS NULL ORDER BY seq") == ["30", "40"])
  }

  /// A commit that fails while a hole is opened or filled.
  @Test(arguments: [Database.CommitFault.refused, .unanswered]) func holesGoWithTheCommit(
    _ fault: Database.CommitFault
  ) throws {
    for filling in [false, true] {
      let store = try Store(StoreOptions(path: folder.file))
      let writer = try store.makeWriter(instruments: try OutputStream().instruments)
      _ = try writer.begin(JournalStream.source)
      for start in stride(from: 0, to: 200, by: 50) {
        store.database.failNextCommit(fault)
        let part = Array(journal.outputs[start..<(start + 50)])
        if start == 50, !filling {
          part.withUnsafeBufferPointer { writer.giveUp($0) }
        } else {
          writer.offerAll(part)
        }
        #expect(writer.drain(timeoutMilliseconds: 20_000))
      }
      try writer.close(finished: false)
      #expect(try store.integer("SELECT count(*) FROM main.ingest_holes") == (filling ? 0 : 1))
    }
    try expectConsistent("\(fault)")
    try journal.play(0..<journal.outputs.count, into: folder.file)
    try journal.expectWhole(folder.file)
  }

  /// With its queue full the store drops until the queue is half empty: one hole instead of many.
  @Test func afterALossTheQueueIsEmptiedFirst() {
    let boundary = LossBoundary(queueCapacity: 100)
    boundary.begin(behind: PrintNumbering(firstPrintID: 1, holes: PrintHoles()))
    let prints = Array(journal.outputs[1..<4])
    prints.withUnsafeBufferPointer { prints in
      boundary.open(prints)
      #expect(boundary.isOpen)
      #expect(boundary.extend(over: prints, queued: 51) == 3)
      #expect(boundary.extend(over: UnsafeBufferPointer(rebasing: prints[1...]), queued: 50) == 0)
    }
    boundary.close()
    #expect(!boundary.isOpen)
  }

  @Test func progressWithHoles() throws {
    let days = JournalStream.days
    func made(_ holes: [Range<Int64>]) -> IngestProgress {
      IngestProgress(
        runID: 1, committed: IngestPosition(prints: 300, cancellations: 20), isClosed: true,
        days: zip(days, [0, 120, 240] as [Int64]).map {
          IngestDay(session: $0, before: IngestPosition(prints: $1, cancellations: 0))
        }, holes: holes, toldPrints: 300)
    }
    func at(_ prints: Int64) -> IngestPosition { IngestPosition(prints: prints, cancellations: 9) }
    #expect(made([]).startDay(among: days)?.session == days[2] && made([]).covers(at(300)))
    let inSecond = made([130..<140, 250..<251])
    #expect(inSecond.startDay(among: days)?.session == days[1])
    #expect(inSecond.covers(at(128)) && !inSecond.covers(at(129)) && !inSecond.covers(at(260)))
    // The first day's last outputs may be lost with the second's first print.
    #expect(made([121..<122]).startDay(among: days)?.session == days[0])
    #expect(made([122..<123]).startDay(among: days)?.session == days[1])
    #expect(made([121..<121]).startDay(among: days)?.session == days[0])
    // What the journal has no more is no reason to begin early.
    let kept = Array(days[1...])
    #expect(made([100..<121]).startDay(among: kept)?.session == days[2])
    #expect(made([100..<121]).covers(at(280), playableFrom: at(120)) && !made([100..<121]).covers(at(280)))
    #expect(made([100..<122]).startDay(among: kept)?.session == days[1])
    #expect(!made([100..<122]).covers(at(280), playableFrom: at(120)))
    #expect(made([]).startDay(among: []) == nil)
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
