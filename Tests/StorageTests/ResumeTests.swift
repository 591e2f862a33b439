import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

@Suite struct ResumeTests {
  private static let source = IngestSource(source: "tape.ndjson", fingerprint: "tape", resumable: true)

  private func play(
    _ outputs: [FlowOutput], into path: String, _ instruments: InstrumentTable, finished: Bool,
    as source: IngestSource = ResumeTests.source
  ) throws -> (IngestRun, StoreWriter) {
    let store = try Store(StoreOptions(path: path))
    let writer = try store.makeWriter(instruments: instruments)
    let run = try writer.begin(source)
    writer.offerAll(outputs)
    try writer.close(finished: finished)
    return (run, writer)
  }

  /// Everything a stream of `count` prints must leave behind, once.
  private func expectWhole(_ path: String, prints count: Int64, extra: Int64 = 0) throws {
    let store = try Store(StoreOptions(path: path))
    for table in ["trades_labeled", "trades_raw", "nbbo_at_trade"] {
      #expect(
        try store.rows("SELECT count(*), count(DISTINCT print_id), min(print_id), max(print_id) FROM base.\(table)")
          == ["\(count + extra)|\(count + extra)|1|\(count + extra)"], "\(table)")
    }
    #expect(try store.integer("SELECT count(DISTINCT seq) FROM trades_labeled WHERE NOT injected") == count)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == count / 100)
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 3)
  }

  @Test func anInterruptedRunGoesOnWithoutALossOrADouble() throws {
    let folder = try TemporaryFolder()
    let all = try OutputStream().outputs(prints: 1000)
    var stream = try OutputStream()
    let (first, _) = try play(Array(all[..<437]), into: folder.file, stream.instruments, finished: false)
    // Ids of instruments differ in the next process: the file must not care.
    stream = try OutputStream()
    let (second, writer) = try play(all, into: folder.file, stream.instruments, finished: true)
    #expect(first.runID == second.runID)
    #expect(second.storedOutputs == 437 && !second.isComplete && second.firstPrintID == 1)
    #expect(writer.counters.skippedOutputs == 437)
    try expectWhole(folder.file, prints: 1000)
  }

  @Test func aFinishedRunAddsNothing() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 300)
    _ = try play(all, into: folder.file, stream.instruments, finished: true)
    let (again, writer) = try play(all, into: folder.file, stream.instruments, finished: true)
    #expect(again.isComplete && again.runID == 1 && again.storedOutputs == Int64(all.count))
    #expect(writer.counters.rowsWritten == 0 && writer.counters.skippedOutputs == Int64(all.count))
    try expectWhole(folder.file, prints: 300)
  }

  @Test func anotherSourceGetsItsOwnRunAndHigherIDs() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    _ = try play(Array(all[..<100]), into: folder.file, stream.instruments, finished: false)
    let live = IngestSource(source: "live", fingerprint: "tape", resumable: false)
    let (other, _) = try play(
      [.print(stream.print(1))], into: folder.file, stream.instruments, finished: true, as: live)
    // 100 outputs are two incidents and 98 prints.
    #expect(other.runID == 2 && other.firstPrintID == 99)
    // The interrupted run goes on behind the ids the other run took, and a cancellation still finds the prints of both parts.
    let cancels: [FlowOutput] = [5, 150].map {
      .cancellation(Cancellation(cancelledNumber: $0, trade: stream.print($0).trade))
    }
    let (resumed, _) = try play(all + cancels, into: folder.file, stream.instruments, finished: true)
    #expect(resumed.runID == 1 && resumed.firstPrintID == 2)
    let store = try Store(StoreOptions(path: folder.file))
    #expect(
      try store.rows(
        "SELECT count(*), count(DISTINCT print_id), max(print_id), count(DISTINCT (run_id, seq)) FROM trades_labeled")
        == ["201|201|201|201"])
    #expect(try store.rows("SELECT seq FROM trades_labeled WHERE cancelled ORDER BY seq") == ["50", "1500"])
  }

  @Test func handEnteredPrintsAreStoredOnceWhereverTheyCome() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let all = stream.outputs(prints: 200)
    // The engine numbers a hand-entered print like any other, so the prints after it move up by one.
    func inject(after position: Int, _ outputs: [FlowOutput]) -> [FlowOutput] {
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
    // 50 source outputs and one by hand, then an interruption.
    _ = try play(Array(inject(after: 20, all)[..<51]), into: folder.file, stream.instruments, finished: false)
    // Played again, now with a hand-entered print while stored ones are being skipped.
    let (run, _) = try play(inject(after: 30, all), into: folder.file, stream.instruments, finished: true)
    #expect(run.storedOutputs == 50)
    try expectWhole(folder.file, prints: 200, extra: 2)
    // A third time, complete: only what is entered by hand is new.
    let (third, _) = try play(inject(after: 150, all), into: folder.file, stream.instruments, finished: true)
    #expect(third.isComplete)
    try expectWhole(folder.file, prints: 200, extra: 3)
  }

  @Test func numberingFindsPrintsAcrossSegmentsAndHandEnteredOnes() {
    var numbering = PrintNumbering(
      lastPrintID: 20, storedPrints: 5,
      segments: [.init(firstOrdinal: 1, firstPrintID: 1), .init(firstOrdinal: 4, firstPrintID: 11)])
    #expect((1...3).map { numbering.assign(number: $0, isInjected: false) } == [nil, nil, nil])
    #expect(numbering.assign(number: 4, isInjected: true) == 21)
    #expect((5...8).map { numbering.assign(number: $0, isInjected: false) } == [nil, nil, 22, 23])
    #expect((1...9).map { numbering.printID(number: $0) } == [1, 2, 3, 21, 11, 12, 22, 23, nil])
    #expect(numbering.printID(number: 0) == nil)
  }

  /// Prints that found the queue full leave holes in the ids; the others keep theirs, and cancellations find the right ones.
  @Test func printsThatWereLeftOutKeepTheirIDs() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let kept: [Int64] = [1, 2, 3, 7, 8, 20]
    let cancels: [FlowOutput] = [5, 8].map {
      .cancellation(Cancellation(cancelledNumber: $0, trade: stream.print($0).trade))
    }
    let live = IngestSource(source: "live", fingerprint: "live", resumable: false)
    _ = try play(
      kept.map { .print(stream.print($0)) } + cancels, into: folder.file, stream.instruments, finished: true, as: live)
    let (next, _) = try play(
      [.print(stream.print(1))], into: folder.file, stream.instruments, finished: true, as: live)
    #expect(next.firstPrintID == 21)
    let store = try Store(StoreOptions(path: folder.file))
    #expect(
      try store.rows("SELECT print_id, seq FROM trades_labeled ORDER BY 1")
        == ["1|10", "2|20", "3|30", "7|70", "8|80", "20|200", "21|10"])
    #expect(try store.rows("SELECT print_id FROM trades_labeled WHERE cancelled") == ["8"])
  }

  /// A print entered by hand makes a minute that the source alone does not have: no minute of the source may be skipped for it.
  @Test func minutesMadeByHandDoNotHideOthers() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let prints = (1...4).map { FlowOutput.print(stream.print($0)) }
    let byHand: [FlowOutput] = [
      prints[0], .minuteBar(stream.bar(50)), .minuteBar(stream.bar(51)), prints[1],
    ]
    _ = try play(byHand, into: folder.file, stream.instruments, finished: false)
    let alone: [FlowOutput] = [
      prints[0], prints[1], .minuteBar(stream.bar(1)), prints[2], .minuteBar(stream.bar(2)), prints[3],
    ]
    _ = try play(alone, into: folder.file, stream.instruments, finished: true)
    let store = try Store(StoreOptions(path: folder.file))
    #expect(try store.rows("SELECT count(*), count(DISTINCT print_id) FROM trades_labeled") == ["4|4"])
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == 4)
  }
}
