import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Lake
@testable import Storage

@Suite struct ExportTests {
  @Test func everyPrintOnceInOrderOfTimeWithItsDay() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    // The second half is of the next trading day; the last prints were reported late.
    try lake.add(lake.prints.outputs(1...6_000))
    try lake.add(lake.prints.outputs(6_001...12_000, from: Prints.open.adding(nanoseconds: 3 * 86_400_000_000_000)))
    try lake.add(lake.prints.outputs(12_001...12_010, from: Prints.open.adding(nanoseconds: 1)))
    try lake.flush()
    try lake.expectWhole()
    #expect(try lake.names(Prints.friday) == ["flow_part_001.parquet"])
    #expect(try lake.names(Prints.monday) == ["flow_part_001.parquet"])
    #expect(
      try lake.number(
        """
        SELECT count(*) FROM (SELECT timestamp < lag(timestamp) OVER (PARTITION BY filename ORDER BY file_row_number) AS back \
        FROM read_parquet('\(folder.path)/raw/flow/**/*.parquet', filename = true, file_row_number = true)) WHERE back
        """) == 0)
    #expect(lake.status.report.rows == 12_010 && lake.status.report.waitingRows == 0)
    // Another round has nothing to do.
    try lake.flush()
    #expect(lake.status.report.parts == 2)
  }

  @Test func aPartIsWrittenWhenThereAreRowsEnough() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path) { $0.flushRows = 1_000 }
    try lake.add(lake.prints.outputs(1...999))
    lake.loop.round(isClosing: false)
    #expect(lake.status.report.waitingRows == 999 && lake.status.report.parts == 0)
    try lake.add(lake.prints.outputs(1_000...1_000))
    lake.loop.round(isClosing: false)
    #expect(lake.status.report.waitingRows == 0 && lake.status.report.parts == 1)
    try lake.expectWhole()
  }

  @Test func aPartIsWrittenWhenRowsHaveWaitedLongEnough() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path) { $0.flushSeconds = 0 }
    try lake.add(lake.prints.outputs(1...3))
    lake.loop.round(isClosing: false)
    #expect(lake.status.report.parts == 1)
  }

  @Test func moreThanOneChunk() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...StoreExport.chunkPrints + 5))
    try lake.flush()
    #expect(lake.status.report.parts == 2)
    try lake.expectWhole()
  }

  /// What a kill can leave: a part that was not renamed, and a flush of two days of which one arrived.
  @Test func afterAKillNothingIsLostOrDoubled() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    let monday = Prints.open.adding(nanoseconds: 3 * 86_400_000_000_000)
    try lake.add(lake.prints.outputs(1...100))
    try lake.flush()
    try lake.add(lake.prints.outputs(101...200) + lake.prints.outputs(201...300, from: monday))
    try lake.flush()
    let days = lake.loop.days.folder
    let lost = "\(days.folder(of: Prints.monday))/flow_part_001.parquet"
    try FileManager.default.moveItem(atPath: lost, toPath: days.unfinishedPart(of: Prints.monday))
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
    #expect(try lake.names(Prints.friday).count == 2)
    #expect(try DiskFolder.bytes(days.unfinishedPart(of: Prints.monday)) == nil)
    // The other way round: the first day of the flush was not renamed, so neither was the second.
    try FileManager.default.removeItem(atPath: lost)
    try FileManager.default.removeItem(atPath: "\(days.folder(of: Prints.friday))/flow_part_002.parquet")
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
  }

  /// A recording that was interrupted goes on after another one was played: its ids are lower than the newest ones.
  @Test func runsAreFollowedOneByOne() throws {
    let folder = try TemporaryFolder()
    for (fingerprint, numbers) in [("one", 1...50), ("two", 1...70), ("one", 1...90)] as [(String, ClosedRange<Int64>)]
    {
      let lake = try LakeUnderTest(folder.path, fingerprint: fingerprint)
      try lake.add(lake.prints.outputs(numbers))
      try lake.flush()
      try lake.writer.close(finished: false)
      try lake.expectWhole()
    }
    let lake = try LakeUnderTest(folder.path, fingerprint: "two")
    #expect(try lake.number("SELECT count(*) FROM \(lake.glob)") == 160)
  }

  @Test func gapsAndRangesStandInTheFooter() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    let from = Prints.open
    let found = FeedIncident(
      kind: .gapFound, time: from.adding(nanoseconds: 2_000_000_000), scope: .options, gap: 1, from: from)
    try lake.add([.incident(found)] + lake.prints.outputs(1...10))
    try lake.flush()
    let facts = try #require(lake.loop.days.parts(of: Prints.friday).first?.facts)
    #expect(facts.gaps.contains("\"state\":\"open\"") && facts.gaps.contains("2024-06-14T13:30:00"))
    let first = try lake.number("SELECT first_print_id FROM main.ingest_runs")
    #expect(facts.ranges == [PartFacts.Range(run: 1, after: first - 1, through: first + 9)])
    let read = FooterReader(session: try lake.store.makeSession())
    #expect(try read.parts(try lake.loop.days.folder.parts(of: Prints.friday)).first?.facts == facts)
  }

  @Test func aStrangeFileIsRefusedInWords() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...10))
    let day = lake.loop.days.folder.folder(of: Prints.friday)
    try DiskFolder.make(day)
    _ = try lake.ask("COPY (SELECT 1 AS a) TO '\(day)/flow_part_001.parquet' (FORMAT parquet)")
    lake.loop.round(isClosing: true)
    #expect(lake.status.report.error?.contains("is no part of ours") == true)
    try FileManager.default.removeItem(atPath: "\(day)/flow_part_001.parquet")
    try lake.flush()
    try lake.expectWhole()
  }

  /// Prints that were lost on the way to the store come later, with ids below those the lake has.
  @Test func whatFillsAHoleComesIntoTheLake() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path, isJournal: true)
    let first = lake.firstID
    func ranges() -> [ClosedRange<Int64>] {
      lake.loop.days.parts(of: Prints.friday).flatMap(\.facts.ranges).map {
        ($0.after + 2 - first)...($0.through + 1 - first)
      }
    }
    try lake.add(lake.prints.outputs(1...100) + lake.prints.outputs(151...200))
    try lake.flush()
    try lake.expectWhole()
    #expect(ranges() == [1...100, 151...200] && lake.status.report.waitingRows == 0)
    // Half of it, and what comes behind.
    try lake.add(lake.prints.outputs(111...130) + lake.prints.outputs(201...210))
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
    #expect(ranges() == [1...100, 151...200, 111...130, 201...210])
    #expect(lake.loop.compaction.isCompact(Prints.friday) == false)
    #expect(try lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news) { _, _ in true })
    #expect(ranges() == [1...100, 111...130, 151...210])
    try lake.add(lake.prints.outputs(101...110) + lake.prints.outputs(131...150))
    try lake.flush()
    try lake.expectWhole()
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
    #expect(lake.status.report.rows == 210 && lake.status.report.waitingRows == 0)
  }

  /// A kill between the two days of a flush that filled a hole: its ids are not the highest.
  @Test func aHoleOfTwoDaysIsFilledAfterAKill() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path, isJournal: true)
    let monday = Prints.open.adding(nanoseconds: 3 * 86_400_000_000_000)
    try lake.add(lake.prints.outputs(1...100) + lake.prints.outputs(201...300, from: monday))
    try lake.flush()
    try lake.add(
      lake.prints.outputs(101...150) + lake.prints.outputs(151...200, from: monday.adding(nanoseconds: -1_000_000_000)))
    try lake.flush()
    try lake.expectWhole()
    try FileManager.default.removeItem(
      atPath: "\(lake.loop.days.folder.folder(of: Prints.monday))/flow_part_002.parquet")
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
    #expect(try lake.names(Prints.friday).count == 2)
  }

  /// An error between the two days of a flush: what is written is not written again.
  @Test func afterAnErrorBetweenTwoDaysNothingIsDoubled() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    let monday = Prints.open.adding(nanoseconds: 3 * 86_400_000_000_000)
    try lake.add(lake.prints.outputs(1...50))
    try lake.flush()
    try lake.add(lake.prints.outputs(51...100) + lake.prints.outputs(101...200, from: monday))
    let obstacle = lake.loop.days.folder.folder(of: Prints.monday)
    try DiskFolder.make((obstacle as NSString).deletingLastPathComponent)
    try Data().write(to: URL(fileURLWithPath: obstacle))
    lake.loop.round(isClosing: true)
    #expect(lake.status.report.error != nil)
    #expect(try lake.names(Prints.friday).count == 2)
    try FileManager.default.removeItem(atPath: obstacle)
    try lake.flush()
    try lake.expectWhole()
  }

  /// While the store's writer has its hands full, only whole chunks are worth the lake's while.
  @Test func inABurstWholeChunksAreWritten() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    let loop = try LakeUnderTest.makeLoop(lake.options, lake.store, lake.status, isStoreBusy: { true })
    try lake.add(lake.prints.outputs(1...10_000))
    loop.round(isClosing: false)
    #expect(lake.status.report.parts == 0 && lake.status.report.waitingRows == 10_000)
    try lake.add(lake.prints.outputs(10_001...StoreExport.chunkPrints + 7))
    loop.round(isClosing: false)
    #expect(lake.status.report.parts == 1 && lake.status.report.waitingRows == 7)
    loop.round(isClosing: true)
    try lake.expectWhole()
  }

  /// DuckDB may read the few prints of a part in the order of the many instruments they are joined with.
  @Test func fewPrintsOfManyInstrumentsAreInOrder() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...4))
    _ = try lake.ask(
      """
      INSERT INTO base.instruments SELECT i.* REPLACE (id + n::INTEGER AS id, symbol || n AS symbol) \
      FROM base.instruments i, range(1, 20_000) r(n) WHERE id = (SELECT min(id) FROM base.instruments) AND n > 100
      """)
    try lake.flush()
    try lake.add(lake.prints.outputs(5...60))
    try lake.flush()
    try lake.expectWhole()
    #expect(
      try lake.number(
        """
        SELECT count(*) FROM (SELECT timestamp < lag(timestamp) OVER (PARTITION BY filename ORDER BY file_row_number) AS back \
        FROM read_parquet('\(folder.path)/raw/flow/**/*.parquet', filename = true, file_row_number = true)) WHERE back
        """) == 0)
  }
}
