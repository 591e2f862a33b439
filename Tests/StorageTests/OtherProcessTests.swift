import CDuckDB
import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// What only a second process can show: locks and sudden death. The children are this test binary, started as exit tests.
@Suite(.serialized) struct OtherProcessTests {
  @Test func aSecondProcessIsRefusedInWords() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file
    let store = try Store(StoreOptions(path: path))
    let pid = getpid()
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String, pid = pid as Int32] in
      do {
        _ = try Store(StoreOptions(path: path))
      } catch StorageError.locked(let found, let holder) {
        let words = StorageError.locked(path: found, holder: holder).description
        exit(found == path && words.contains("PID \(pid)") && words.contains("--data-dir") ? 42 : 43)
      }
      exit(44)
    }
    #expect(try store.integer("SELECT 1") == 1)
  }

  @Test func theSameProcessIsRefusedToo() throws {
    let folder = try TemporaryFolder()
    var first: Store? = try Store(StoreOptions(path: folder.file))
    #expect(first != nil)
    #expect(throws: StorageError.alreadyOpen(path: folder.file)) { try Store(StoreOptions(path: folder.file)) }
    first = nil
    _ = try Store(StoreOptions(path: folder.file))
  }

  /// Small batches go through the write-ahead log, whole row groups around it.
  @Test(arguments: [(1, 500), (3000, 500), (20_000, 500), (1, 122_880), (130_000, 122_880)])
  func aKilledIngestGoesOnWithoutALossOrADouble(rows: Int64, batch: Int) async throws {
    let prints: Int64 = batch == 500 ? 100_000 : 400_000
    let folder = try TemporaryFolder()
    let path = folder.file
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, rows = rows as Int64, batch = batch as Int, prints = prints as Int64] in
      let stream = try OutputStream()
      var options = StoreOptions(path: path)
      options.flushPrints = 500
      options.flushPrintsUnderLoad = batch
      options.flushMillisecondsUnderLoad = 1_000_000
      let store = try Store(options)
      let writer = try store.makeWriter(instruments: stream.instruments)
      _ = try writer.reserve(IngestSource(source: "tape", fingerprint: "tape", resumable: true))
      let outputs = stream.outputs(prints: prints)
      Thread.detachNewThread {
        // Dies in the middle of whatever the writer is doing just then.
        while writer.counters.rowsWritten < rows { sched_yield() }
        kill(getpid(), SIGKILL)
      }
      writer.offerWithoutDraining(outputs, startAt: 50_000)
      while true { sched_yield() }
    }
    let stream = try OutputStream()
    let store = try Store(StoreOptions(path: path))
    let before = try #require(try store.integer("SELECT count(*) FROM trades_labeled"))
    #expect(before >= rows)
    let writer = try store.makeWriter(instruments: stream.instruments)
    let run = try writer.begin(IngestSource(source: "tape", fingerprint: "tape", resumable: true))
    #expect(run.runID == 1 && run.storedPrints == before)
    writer.offerAll(stream.outputs(prints: prints))
    try writer.close(finished: true)
    #expect(
      try store.rows(
        "SELECT count(*), count(DISTINCT print_id), count(DISTINCT seq), max(print_id) FROM trades_labeled")
        == ["\(prints)|\(prints)|\(prints)|\(OutputStream.firstID(ofRun: 1) + prints - 1)"])
    #expect(try store.integer("SELECT count(*) FROM trades_raw") == prints)
    #expect(try store.integer("SELECT count(*) FROM nbbo_at_trade") == prints)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == prints / 100)
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 3)
  }

  /// Of a write-ahead log and, with a whole row group, of the file itself.
  @Test(arguments: [15_000, 125_000]) func aFullDiskIsShownAndNothingIsLost(prints: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String, prints = prints as Int] in
      signal(SIGXFSZ, SIG_IGN)
      let stream = try OutputStream()
      var options = StoreOptions(path: path)
      options.flushMillisecondsUnderLoad = prints < options.flushPrintsUnderLoad ? 250 : 1_000_000
      let store = try Store(options)
      let writer = try store.makeWriter(instruments: stream.instruments)
      _ = try writer.reserve(IngestSource(source: "tape", fingerprint: "tape", resumable: true))
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let unlimited = limit.rlim_cur
      // Files cannot grow past this size: the writer hits it, as it would hit a full disk.
      limit.rlim_cur = 400_000
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let outputs = stream.outputs(prints: Int64(prints) + 5000)
      writer.offerWithoutDraining(Array(outputs[..<prints]), startAt: 15_000)
      while writer.counters.errorText == nil { sched_yield() }
      FileHandle.standardError.write(Data(("ERR " + (writer.counters.errorText ?? "") + "\n").utf8))
      limit.rlim_cur = unlimited
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      guard writer.drain(timeoutMilliseconds: 20_000) else {
        FileHandle.standardError.write(Data(("ERR " + (writer.counters.errorText ?? "") + "\n").utf8))
        exit(43)
      }
      writer.offerAll(Array(outputs[prints...]))
      try writer.close(finished: true)
      let whole = try store.rows("SELECT count(*), count(DISTINCT print_id), count(DISTINCT seq) FROM trades_labeled")
      exit(whole == ["\(prints + 5000)|\(prints + 5000)|\(prints + 5000)"] ? 42 : 44)
    }
  }
}
