import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Lake
@testable import Storage

/// What only a second process can show: locks, sudden death, a full disk. The children are this test binary.
@Suite(.serialized) struct OtherProcessTests {
  @Test func aSecondProcessOnADayIsRefusedInWords() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let lake = try LakeUnderTest(path)
    try lake.add(lake.prints.outputs(1...10))
    try lake.flush()
    let pid = getpid()
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String, pid = pid as Int32] in
      let compactor = try LakeCompactor(LakeOptions(directory: path + "/raw/flow"), store: nil)
      do {
        _ = try compactor.compact(Prints.friday) { _, _ in }
      } catch LakeError.dayLocked(let found, let holder) {
        let words = LakeError.dayLocked(path: found, holder: holder).description
        exit(found.hasSuffix("year=2024/month=06/day=14") && words.contains("PID \(pid)") ? 42 : 43)
      }
      exit(44)
    }
    // Given back, the day is anybody's.
    lake.loop.days.release(Prints.friday)
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
      let compactor = try LakeCompactor(LakeOptions(directory: path + "/raw/flow"), store: nil)
      let outcome = try compactor.compact(Prints.friday) { _, _ in }
      try compactor.finish()
      exit(outcome.rows == 10 && outcome.parts == 1 ? 42 : 43)
    }
  }

  @Test(arguments: [1, 700, 2_500, 6_000]) func aKilledLakeLosesAndDoublesNothing(rows: Int64) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, rows = rows as Int64] in
      let lake = try LakeUnderTest(path) { $0.flushRows = 50 }
      let status = lake.status
      Thread.detachNewThread {
        // Dies in the middle of whatever the lake is doing just then.
        while status.report.rowsWritten < rows { sched_yield() }
        kill(getpid(), SIGKILL)
      }
      for flush in 0..<100_000 as Range<Int64> {
        let start = Prints.open.adding(nanoseconds: flush * 600_000_000_000)
        try lake.add(lake.prints.outputs(flush * 100 + 1...flush * 100 + 100, from: start))
        lake.loop.round(isClosing: flush % 3 == 0)
      }
    }
    let lake = try LakeUnderTest(path)
    #expect(try lake.number("SELECT count(*) FROM main.trades_labeled") >= rows)
    try lake.flush()
    try lake.expectWhole()
    for day in lake.loop.days.days { try lake.loop.days.lock(day) }
    let left = try DiskFolder.names(lake.loop.days.folder.work).filter {
      !$0.hasSuffix(".lock") && !$0.hasSuffix(".tmp")
    }
    #expect(left == [])
  }

  @Test func aFullDiskIsShownAndNothingIsLost() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let lake = try LakeUnderTest(path)
      try lake.add(lake.prints.outputs(1...20_000))
      try lake.store.checkpoint()
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let unlimited = limit.rlim_cur
      // Files cannot grow past this size: the part hits it, as it would hit a full disk.
      limit.rlim_cur = 20_000
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      lake.loop.round(isClosing: true)
      guard lake.status.report.error != nil, lake.status.report.waitingRows == 20_000 else { exit(43) }
      guard try lake.names(Prints.friday).isEmpty else { exit(45) }
      limit.rlim_cur = unlimited
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      lake.loop.round(isClosing: true)
      let isWhole = try lake.number("SELECT count(DISTINCT print_id) FROM \(lake.glob)") == 20_000
      exit(isWhole && lake.status.report.error == nil ? 42 : 44)
    }
  }
}
