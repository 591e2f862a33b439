import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

@Suite struct QueryTests {
  private func filled(_ folder: TemporaryFolder, prints count: Int64) throws -> (Store, OutputStream) {
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    writer.offerAll(stream.outputs(prints: count))
    try writer.close(finished: true)
    return (store, stream)
  }

  @Test func pagesAreNewestFirstAndMeetWithoutGap() throws {
    let folder = try TemporaryFolder()
    let (store, _) = try filled(folder, prints: 250)
    let reader = try store.makeReader()
    var ids: [Int64] = []
    var before: Int64?
    while true {
      let page = try reader.prints(beforePrintID: before, limit: 100)
      ids += page.map(\.printID)
      before = page.last?.printID
      if page.count < 100 { break }
    }
    #expect(ids == (0..<250).reversed().map { OutputStream.firstID(ofRun: 1) + $0 })
    #expect(try reader.prints(beforePrintID: OutputStream.firstID(ofRun: 1), limit: 5).isEmpty)
    let counts = try reader.rowCounts()
    #expect(counts.tradesLabeled == 250 && counts.cancellations == 0 && counts.rollups == 2 && counts.instruments == 3)
  }

  @Test func eachFilterKeepsExactlyItsPrints() throws {
    let folder = try TemporaryFolder()
    let (store, stream) = try filled(folder, prints: 240)
    let reader = try store.makeReader()
    func ids(_ filter: PrintFilter) throws -> [Int64] {
      try reader.prints(filter, limit: 1000).map { $0.printID - OutputStream.firstID(ofRun: 1) + 1 }
    }
    func expected(_ keep: (LabeledPrint) -> Bool) -> [Int64] {
      (1...240).reversed().filter { keep(stream.print($0)) }
    }
    #expect(try ids(PrintFilter(symbol: "SPY")) == expected { $0.trade.instrument != stream.contracts[2] })
    #expect(
      try ids(PrintFilter(symbol: "O:SPY240621P00500000")) == expected { $0.trade.instrument == stream.contracts[1] })
    #expect(try ids(PrintFilter(symbol: "' OR 1=1 --")).isEmpty)
    #expect(try ids(PrintFilter(symbol: "")).isEmpty)
    #expect(try ids(PrintFilter(right: .put)) == expected { $0.trade.instrument == stream.contracts[1] })
    for side in AggressorSide.allCases { #expect(try ids(PrintFilter(side: side)) == expected { $0.side == side }) }
    let premium = stream.print(30).premiumMicros
    #expect(try ids(PrintFilter(minimumPremiumMicros: premium)) == expected { $0.premiumMicros >= premium })
    #expect(try ids(PrintFilter(minimumPremiumMicros: premium + 1)) == expected { $0.premiumMicros > premium })
    #expect(try ids(PrintFilter(expiry: MarketDate(year: 2024, month: 6, day: 21))).count == 240)
    #expect(try ids(PrintFilter(expiry: MarketDate(year: 2024, month: 6, day: 22))).isEmpty)
    #expect(
      try ids(PrintFilter(symbol: "SPY", right: .call, side: .buy, minimumPremiumMicros: 1))
        == expected { $0.trade.instrument == stream.contracts[0] && $0.side == .buy })
  }

  @Test func aRarePrintFarBackIsFound() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    // Further back than the part that is looked through first.
    writer.offerAll(
      [.print(stream.print(1, contract: 2))] + (2...140_000).map { .print(stream.print($0, contract: 0)) })
    try writer.close(finished: true)
    #expect(
      try store.makeReader().prints(PrintFilter(symbol: "QQQ"), limit: 10).map(\.printID)
        == [OutputStream.firstID(ofRun: 1)])
  }

  @Test func windowsStepOverTheGapsBetweenRuns() {
    var blocks = PrintBlocks([1000...1004, 500...501, 1...100])
    #expect(blocks.lowest(below: .max, prints: 3) == 1002)
    #expect(blocks.lowest(below: 1002, prints: 3) == 501)
    #expect(blocks.lowest(below: 501, prints: 21) == 81)
    #expect(blocks.lowest(below: 81, prints: 1000) == 1)
    #expect(blocks.lowest(below: 1, prints: 1000) == nil)
    var none = PrintBlocks([])
    #expect(none.lowest(below: .max, prints: 1) == nil)
    var middle = PrintBlocks([1000...1004, 1...100])
    #expect(middle.lowest(below: 700, prints: 10) == 91)
  }

  @Test func pagesGoThroughAllRuns() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: folder.file))
    for run in 1...5 {
      let writer = try store.makeWriter(instruments: stream.instruments)
      _ = try writer.begin(IngestSource(source: "live", fingerprint: "\(run)", resumable: false))
      // The third run stores nothing.
      if run != 3 { writer.offerAll((1...40).map { .print(stream.print($0)) }) }
      try writer.close(finished: true)
    }
    let reader = try store.makeReader()
    var ids: [Int64] = []
    while true {
      let page = try reader.prints(beforePrintID: ids.last, limit: 33)
      if page.isEmpty { break }
      ids += page.map(\.printID)
    }
    let expected = [5, 4, 2, 1].flatMap { run in (0..<40).reversed().map { OutputStream.firstID(ofRun: run) + $0 } }
    #expect(ids == expected)
  }

  @Test func aQueryThatRunsTooLongIsStopped() throws {
    let folder = try TemporaryFolder()
    let store = try Store(StoreOptions(path: folder.file))
    let connection = try store.database.connect()
    let guardian = QueryGuardian(connection)
    #expect(throws: StorageError.timedOut(seconds: 0.05)) {
      try guardian.run(0.05) { () throws(StorageError) in
        try connection.integer("SELECT sum(a.range * b.range % 7)::BIGINT FROM range(1000000) a, range(1000000) b")
      }
    }
    // The connection is usable afterwards, and an ordinary error stays what it is.
    #expect(try guardian.run(60) { () throws(StorageError) in try connection.integer("SELECT 7") } == 7)
    #expect(throws: StorageError.self) {
      try guardian.run(60) { () throws(StorageError) in try connection.integer("SELECT nothing") }
    }
  }

  @Test func theLatestTimeIsTheMarketsNotAHands() throws {
    let folder = try TemporaryFolder()
    let (store, stream) = try filled(folder, prints: 20)
    #expect(try store.makeReader().latestPrintTime() == stream.print(20).trade.time)
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "b", resumable: false))
    writer.offerAll([.print(stream.print(900, injected: true))])
    try writer.close(finished: true)
    #expect(try store.makeReader().latestPrintTime() == stream.print(20).trade.time)
  }

  @Test func aReaderHasItsOwnTimeLimit() throws {
    let folder = try TemporaryFolder()
    let (store, _) = try filled(folder, prints: 20)
    #expect(try store.makeReader().timeLimitSeconds == 5)
    #expect(throws: StorageError.timedOut(seconds: 0)) {
      let reader = try store.makeReader(timeLimitSeconds: 0)
      while true { _ = try reader.prints(limit: 1) }
    }
  }

  @Test func decimalsAreExact() {
    #expect(PrintQuery.decimalText(micros: 1) == "0.000001")
    #expect(PrintQuery.decimalText(micros: -1_500_000) == "-1.500000")
    #expect(PrintQuery.decimalText(micros: 25_000_000_000) == "25000.000000")
    #expect(decimal18(.max) == 999_999_999_999_999_999)
  }
}
