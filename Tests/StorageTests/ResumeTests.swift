import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

@Suite struct ResumeTests {
  private static let source = IngestSource(source: "tape.ndjson", fingerprint: "tape", resumable: true)
  private let first = OutputStream.firstID(ofRun: 1)

  @discardableResult
  private func play(
    _ outputs: [FlowOutput], into path: String, finished: Bool, as source: IngestSource = ResumeTests.source
  ) throws -> (IngestRun, StoreWriter) {
    let store = try Store(StoreOptions(path: path))
    // Ids of instruments differ in each process: the file must not care.
    let writer = try store.makeWriter(instruments: try OutputStream().instruments)
    let run = try writer.begin(source)
    writer.offerAll(outputs)
    try writer.close(finished: finished)
    return (run, writer)
  }

  private func rows(_ path: String, _ sql: String) throws -> [String] {
    try Store(StoreOptions(path: path)).rows(sql)
  }

  /// Everything a stream of `count` prints must leave behind, once.
  private func expectWhole(_ path: String, prints count: Int64, extra: Int64 = 0) throws {
    let store = try Store(StoreOptions(path: path))
    for table in ["trades_labeled", "trades_raw", "nbbo_at_trade"] {
      #expect(
        try store.rows("SELECT count(*), count(DISTINCT print_id), min(print_id), max(print_id) FROM \(table)")
          == ["\(count + extra)|\(count + extra)|\(first)|\(first + count + extra - 1)"], "\(table)")
    }
    #expect(try store.integer("SELECT count(DISTINCT seq) FROM trades_labeled WHERE NOT injected") == count)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == count / 100)
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 3)
  }

  /// The engine numbers a hand-entered print like any other, so the prints after it move up by one.
  private func inject(_ stream: OutputStream, after position: Int, _ outputs: [FlowOutput]) -> [FlowOutput] {
    var result = Array(outputs[..<position])
    var number: Int64 = 0
    for case .print(let print) in result { number = print.number }
    result.append(.print(stream.print(number + 1, injected: true)))
    for output in outputs[position...] {
      guard case .print(var print) = output else {
        result.append(output)
        continue
      }
      print.number += 1
      result.append(.print(print))
    }
    return result
  }

  private func cancel(_ stream: OutputStream, _ number: Int64) -> FlowOutput {
    .cancellation(Cancellation(cancelledNumber: number, trade: stream.print(number).trade))
  }

  @Test func anInterruptedRunGoesOnWithoutALossOrADouble() throws {
    let folder = try TemporaryFolder()
    let all = try OutputStream().outputs(prints: 1000)
    let (before, _) = try play(Array(all[..<437]), into: folder.file, finished: false)
    let (after, writer) = try play(all, into: folder.file, finished: true)
    #expect(before.runID == after.runID)
    // 437 outputs are two incidents, four minutes and 431 prints.
    #expect(after.storedPrints == 431 && !after.isComplete && after.firstPrintID == first)
    #expect(writer.counters.skippedOutputs == 431)
    try expectWhole(folder.file, prints: 1000)
  }

  @Test func aFinishedRunAddsNothing() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 300) + [cancel(stream, 5)]
    try play(all, into: folder.file, finished: true)
    let (again, writer) = try play(
      inject(stream, after: 20, all) + [.minuteBar(stream.bar(77))], into: folder.file, finished: true)
    #expect(again.isComplete && again.runID == 1 && again.storedPrints == 300 && again.storedCancellations == 1)
    #expect(writer.counters.rowsWritten == 0 && writer.counters.skippedOutputs == Int64(all.count + 2))
    #expect(writer.counters.leftOutPrints == 1)
    #expect(try rows(folder.file, "SELECT count(*) FROM trades_raw WHERE message = 'cancel'") == ["1"])
    #expect(try rows(folder.file, "SELECT count(*) FROM trades_labeled") == ["300"])
    #expect(try rows(folder.file, "SELECT count(*) FROM rollups_min") == ["3"])
  }

  /// A print entered by hand can open a minute that the source alone would not have: it must not count as progress.
  @Test func minutesOfHandEnteredPrintsDoNotShiftTheProgress() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    var withHand = inject(stream, after: 20, all)
    withHand.insert(contentsOf: [.minuteBar(stream.bar(50)), .minuteBar(stream.bar(51))], at: 25)
    try play(Array(withHand[..<60]), into: folder.file, finished: false)
    let (run, _) = try play(all, into: folder.file, finished: true)
    // 60 outputs: two incidents, two minutes, one print by hand.
    #expect(run.storedPrints == 55)
    #expect(
      try rows(folder.file, "SELECT count(*), count(DISTINCT seq) FROM trades_labeled WHERE NOT injected") == [
        "200|200"
      ])
    #expect(try rows(folder.file, "SELECT count(*), count(DISTINCT print_id) FROM trades_labeled") == ["201|201"])
    #expect(try rows(folder.file, "SELECT count(*) FROM feed_incidents") == ["3"])
  }

  @Test func cancellationsAreStoredOnceWhereverTheRunStopped() throws {
    let stream = try OutputStream()
    var all = stream.outputs(prints: 50)
    all.insert(cancel(stream, 3), at: 20)
    all.insert(cancel(stream, 18), at: 21)
    for length in [20, 21, 22, 30] {
      let folder = try TemporaryFolder()
      try play(Array(all[..<length]), into: folder.file, finished: false)
      try play(all, into: folder.file, finished: true)
      #expect(
        try rows(folder.file, "SELECT print_id FROM trades_raw WHERE message = 'cancel' ORDER BY 1")
          == ["\(first + 2)", "\(first + 17)"], "stopped after \(length)")
      #expect(try rows(folder.file, "SELECT seq FROM trades_labeled WHERE cancelled ORDER BY 1") == ["30", "180"])
      #expect(try rows(folder.file, "SELECT count(*) FROM trades_labeled") == ["50"])
    }
  }

  @Test func anotherRunInBetweenTakesNoIDsOfAnInterruptedOne() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    try play(Array(all[..<100]), into: folder.file, finished: false)
    let live = IngestSource(source: "live", fingerprint: "tape", resumable: false)
    let (other, _) = try play([.print(stream.print(1))], into: folder.file, finished: true, as: live)
    #expect(other.runID == 2 && other.firstPrintID == OutputStream.firstID(ofRun: 2))
    let cancels = [cancel(stream, 5), cancel(stream, 150)]
    let (resumed, _) = try play(all + cancels, into: folder.file, finished: true)
    #expect(resumed.runID == 1 && resumed.firstPrintID == first)
    let store = try Store(StoreOptions(path: folder.file))
    #expect(
      try store.rows("SELECT count(*), min(print_id), max(print_id) FROM trades_labeled WHERE run_id = 1")
        == ["200|\(first)|\(first + 199)"])
    #expect(try store.rows("SELECT seq FROM trades_labeled WHERE cancelled ORDER BY seq") == ["50", "1500"])
  }

  @Test func handEnteredPrintsOfAnInterruptedRunStay() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    // 49 prints of the source and one by hand in its place 19, then an interruption.
    try play(Array(inject(stream, after: 20, all)[..<52]), into: folder.file, finished: false)
    // Cancellations after the interruption: of prints before and behind the one by hand, and of a new one.
    let cancels = [cancel(stream, 7), cancel(stream, 30), cancel(stream, 120)]
    let (run, _) = try play(all + cancels, into: folder.file, finished: false)
    #expect(run.storedPrints == 49 && run.firstPrintID == first + 1)
    try expectWholeLabels(folder.file, prints: 200, extra: 1)
    #expect(
      try rows(folder.file, "SELECT seq FROM trades_labeled WHERE cancelled ORDER BY seq") == ["70", "300", "1200"])
    #expect(
      try rows(
        folder.file, "SELECT print_id FROM trades_labeled WHERE seq IN (70, 300, 1200) AND NOT injected ORDER BY 1")
        == ["\(first + 6)", "\(first + 30)", "\(first + 120)"])
  }

  private func expectWholeLabels(_ path: String, prints count: Int64, extra: Int64) throws {
    #expect(
      try rows(path, "SELECT count(*), count(DISTINCT print_id), min(print_id), max(print_id) FROM trades_labeled")
        == ["\(count + extra)|\(count + extra)|\(first)|\(first + count + extra - 1)"])
    #expect(
      try rows(path, "SELECT count(DISTINCT seq) FROM trades_labeled WHERE NOT injected") == ["\(count)"])
  }

  @Test func printsEnteredWhileStoredOnesAreSkippedAreStoredBehindThem() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    try play(Array(all[..<102]), into: folder.file, finished: false)
    // In this process the print with sequence 300 is number 31, and 1500 is number 151.
    let (_, writer) = try play(
      inject(stream, after: 20, all) + [cancel(stream, 31), cancel(stream, 151)], into: folder.file, finished: false)
    #expect(writer.counters.leftOutPrints == 0)
    #expect(try rows(folder.file, "SELECT seq FROM trades_labeled WHERE cancelled ORDER BY 1") == ["300", "1500"])
    try expectWholeLabels(folder.file, prints: 200, extra: 1)
    #expect(try rows(folder.file, "SELECT print_id FROM trades_labeled WHERE injected") == ["\(first + 100)"])
    // New prints have the id that is shown for them.
    #expect(try rows(folder.file, "SELECT print_id FROM trades_labeled WHERE seq = 1500") == ["\(first + 150)"])
    // A third process still knows where everything is.
    let (third, _) = try play(all + [cancel(stream, 40), cancel(stream, 160)], into: folder.file, finished: true)
    #expect(third.storedPrints == 200 && third.storedCancellations == 2)
    try expectWholeLabels(folder.file, prints: 200, extra: 1)
  }

  /// Interrupted again before the source came as far as it had come: ids stay without a gap and without a double, and a
  /// cancellation finds the print it means.
  @Test func printsEnteredInSeveralInterruptedLivesAreAllThere() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    try play(Array(all[..<102]), into: folder.file, finished: false)
    let hand = inject(stream, after: 20, all)
    for _ in 0..<2 { try play(Array(hand[..<40]), into: folder.file, finished: false) }
    try expectWholeLabels(folder.file, prints: 100, extra: 2)
    let number = try #require(
      hand.lazy.compactMap { output -> Int64? in
        guard case .print(let print) = output, print.flags.contains(.injected) else { return nil }
        return print.number
      }.first)
    let (run, _) = try play(hand + [cancel(stream, number), cancel(stream, 151)], into: folder.file, finished: true)
    #expect(run.storedPrints == 100)
    try expectWholeLabels(folder.file, prints: 200, extra: 3)
    #expect(
      try rows(folder.file, "SELECT print_id, injected FROM trades_labeled WHERE cancelled ORDER BY 1")
        == ["\(first + 102)|true", "\(first + 152)|false"])
  }

  @Test func whatALiveSourceDropsLeavesAHole() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let live = IngestSource(source: "live", fingerprint: "live", resumable: false)
    let outputs = (1...30).filter { !(11...20).contains($0) }.map { FlowOutput.print(stream.print($0)) }
    try play(outputs + [cancel(stream, 25)], into: folder.file, finished: true, as: live)
    #expect(
      try rows(folder.file, "SELECT print_id FROM trades_labeled WHERE cancelled AND seq = 250") == ["\(first + 24)"])
    #expect(
      try rows(
        folder.file, "SELECT count(*), max(print_id) FROM trades_labeled WHERE print_id - \(first) + 1 = seq // 10")
        == ["20|\(first + 29)"])
  }

  /// What is behind a gap would be stored a second time when the recording is played again.
  @Test func whatARecordingLosesEndsTheRunThere() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    try play(Array(all[..<50] + all[60...]), into: folder.file, finished: true)
    #expect(try rows(folder.file, "SELECT count(*) FROM trades_labeled") == ["48"])
    #expect(try rows(folder.file, "SELECT count(*) FROM main.ingest_runs WHERE finished_at IS NULL") == ["1"])
    try play(all, into: folder.file, finished: true)
    try expectWhole(folder.file, prints: 200)
  }

  @Test func aReservedRunLeavesNoTraceUntilSomethingIsStored() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    do {
      let writer = try store.makeWriter(instruments: stream.instruments)
      #expect(try writer.reserve(ResumeTests.source).runID == 1)
    }
    #expect(try store.integer("SELECT count(*) FROM main.ingest_runs") == 0)
    let writer = try store.makeWriter(instruments: stream.instruments)
    #expect(try writer.reserve(ResumeTests.source).runID == 1)
    writer.start()
    writer.offerAll([.print(stream.print(1))])
    try writer.close(finished: true)
    #expect(try store.integer("SELECT count(*) FROM main.ingest_runs") == 1)
  }

  @Test func idsOfTheLastRunAreExactInJSON() {
    let last = PrintNumbering.firstPrintID(ofRun: Int32(PrintNumbering.lastRunID)) + (1 << PrintNumbering.blockBits) - 1
    #expect(last == 1 << 53)
    #expect(PrintNumbering.firstPrintID(ofRun: 1) == OutputStream.firstID(ofRun: 1))
  }
}
