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
}
