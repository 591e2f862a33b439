import Foundation
import MarketModel
import Synchronization
import Testing

@testable import FlowEngine
@testable import Lake
@testable import Storage

@Suite struct CompactionTests {
  private static let hour: Int64 = 3_600_000_000_000

  /// Flushes of 100 prints, several each hour.
  private func fill(_ lake: LakeUnderTest, hours: Int64, flushes: Int64 = 3) throws {
    for flush in 0..<(hours * flushes) {
      let first = flush * 100 + 1
      let start = Prints.open.adding(
        nanoseconds: flush / flushes * CompactionTests.hour + flush % flushes * 10_000_000_000)
      try lake.add(lake.prints.outputs(first...first + 99, from: start))
      try lake.flush()
    }
  }

  @Test func theSmallPartsOfAnHourThatIsOverBecomeOne() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try fill(lake, hours: 3)
    #expect(try lake.names(Prints.friday).count == 9)
    #expect(try lake.loop.compaction.mergeHours(Prints.friday, isOver: false, news: lake.loop.export.news) == 6)
    #expect(lake.kinds(Prints.friday).filter { $0 == .hour }.count == 2)
    #expect(lake.kinds(Prints.friday).filter { $0 == .flush }.count == 3)
    // Names are never given twice.
    #expect(try lake.names(Prints.friday).sorted() == (7...11).map { LakeFolder.partName($0) })
    try lake.expectWhole()
    #expect(try lake.loop.compaction.mergeHours(Prints.friday, isOver: false, news: lake.loop.export.news) == 0)
    try lake.restart()
    try lake.add(lake.prints.outputs(901...1_000))
    try lake.flush()
    try lake.expectWhole()
  }

  @Test func manyPartsOfTheOpenHourBecomeOne() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try fill(lake, hours: 1, flushes: Int64(Compaction.openParts))
    #expect(
      try lake.loop.compaction.mergeHours(Prints.friday, isOver: false, news: lake.loop.export.news)
        == Compaction.openParts)
    #expect(try lake.names(Prints.friday).count == 1)
    try lake.expectWhole()
  }

  @Test(arguments: [20_000, 60_000, 10_000_000] as [Int64]) func aDayBecomesSortedPartsOfTheSize(
    partBytes: Int64
  ) throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path) { $0.partBytes = partBytes }
    for hour in 0..<4 as Range<Int64> {
      let first = hour * 10_000 + 1
      try lake.add(
        lake.prints.outputs(
          first...first + 9_999, from: Prints.open.adding(nanoseconds: hour * CompactionTests.hour),
          stepNanoseconds: 350_000_000))
      try lake.flush()
    }
    let late = lake.prints.outputs(40_001...40_100, stepNanoseconds: 20_000_000_000)
    try lake.add(late)
    try lake.flush()
    var told: [Int64] = []
    #expect(
      try lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news) { done, _ in
        told.append(done)
        return true
      })
    try lake.expectWhole()
    #expect(lake.loop.compaction.isCompact(Prints.friday) && told.last == 40_100)
    let parts = lake.loop.days.parts(of: Prints.friday)
    let total = parts.reduce(0) { $0 + $1.file.bytes }
    if total < partBytes { #expect(parts.count == 1) }
    for part in parts where parts.count > 1 {
      #expect(part.file.bytes > partBytes * 8 / 10 && part.file.bytes < partBytes * 12 / 10)
    }
    for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.facts.lastTime < next.facts.firstTime) }
    try lake.restart()
    try lake.flush()
    try lake.expectWhole()
    #expect(lake.loop.compaction.isCompact(Prints.friday))
  }

  @Test func cancellationsThatCameLaterAreInTheCompactedParts() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...100))
    try lake.flush()
    try lake.add([
      .cancellation(Cancellation(cancelledNumber: 7, trade: lake.prints.print(7, at: Prints.open).trade))
    ])
    #expect(try lake.number("SELECT count(*) FROM \(lake.glob) WHERE cancelled") == 0)
    #expect(try lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news) { _, _ in true })
    #expect(try lake.ask("SELECT sequence FROM \(lake.glob) WHERE cancelled") == [[.integer(70)]])
    try lake.expectWhole()
  }

  /// Somebody globs again and again while parts are replaced: each answer is whole, or says that a file is gone.
  @Test func readersSeeEachRowOnceOrAreTold() throws {
    let folder = try TemporaryFolder()
    let lake = try LakeUnderTest(folder.path)
    try fill(lake, hours: 4)
    let session = try SQLSession(memoryLimitMegabytes: 128, temporaryDirectory: folder.path + "/reader.tmp")
    let sql = "SELECT count(*), count(DISTINCT print_id) FROM \(lake.glob)"
    let isDone = Atomic<Bool>(false)
    let wrong = Mutex<[String]>([])
    let whole = Atomic<Int>(0)
    let reader = Thread {
      while !isDone.load(ordering: .acquiring) {
        do {
          let row = try session.rows(sql)[0]
          if row == [.integer(1_200), .integer(1_200)] {
            whole.add(1, ordering: .relaxed)
          } else {
            wrong.withLock { $0.append("\(row)") }
          }
        } catch {
          if !"\(error)".contains("No such file") { wrong.withLock { $0.append("\(error)") } }
        }
      }
      whole.add(1_000_000, ordering: .releasing)
    }
    reader.start()
    func waitForReads(_ count: Int) { while whole.load(ordering: .relaxed) < count { sched_yield() } }
    waitForReads(3)
    #expect(try lake.loop.compaction.mergeHours(Prints.friday, isOver: false, news: lake.loop.export.news) > 0)
    waitForReads(whole.load(ordering: .relaxed) + 3)
    while try !lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news, progress: { _, _ in true }) {
      sched_yield()
    }
    waitForReads(whole.load(ordering: .relaxed) + 3)
    isDone.store(true, ordering: .releasing)
    waitForReads(1_000_000)
    #expect(wrong.withLock { $0 } == [])
  }
}
