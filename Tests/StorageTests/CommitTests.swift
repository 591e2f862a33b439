import Foundation
import MarketModel
import Synchronization
import Testing

@testable import FlowEngine
@testable import Storage

/// A commit whose answer is a failure, whether it happened or not: the file tells, nothing is lost, nothing is doubled.
@Suite struct CommitTests {
  private static let count: Int64 = 3000

  private func options(_ folder: TemporaryFolder, _ profile: StoreProfile) -> StoreOptions {
    var options = StoreOptions(path: folder.file)
    options.profile = profile
    options.flushPrints = 500
    options.flushPrintsUnderLoad = 500
    options.flushMilliseconds = 1_000_000
    return options
  }

  private func expectWhole(_ store: Store, _ profile: StoreProfile) throws {
    let tables = profile == .full ? ["trades_labeled", "trades_raw", "nbbo_at_trade"] : ["trades_labeled"]
    for table in tables {
      let id = profile == .full ? "print_id" : "seq"
      #expect(
        try store.rows("SELECT count(*), count(DISTINCT \(id)) FROM \(table)")
          == ["\(CommitTests.count)|\(CommitTests.count)"], "\(table)")
    }
    #expect(try store.integer("SELECT count(*) FROM instruments") == 3)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == CommitTests.count / 100)
    #expect(try store.integer("SELECT count(*) FROM main.ingest_runs WHERE finished_at IS NOT NULL") == 1)
    #expect(try store.integer("SELECT committed_prints FROM main.ingest_runs") == CommitTests.count)
  }

  @Test(arguments: [Database.CommitFault.refused, .unanswered], [StoreProfile.full, .reference])
  func theFileDecides(_ fault: Database.CommitFault, _ profile: StoreProfile) throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    do {
      let store = try Store(options(folder, profile))
      // Somebody reads meanwhile.
      let reader = try store.database.connect()
      let writer = try store.makeWriter(instruments: stream.instruments)
      _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: true))
      let all = stream.outputs(prints: CommitTests.count)
      for start in stride(from: 0, to: all.count, by: 500) {
        // At the first commit, in the middle and at the last one.
        if [0, 1500].contains(start) { store.database.failNextCommit(fault) }
        writer.offerAll(Array(all[start..<min(start + 500, all.count)]))
        #expect(writer.drain(timeoutMilliseconds: 60_000))
        #expect(writer.counters.errorText == nil)
        #expect(try reader.integer("SELECT count(*) FROM base.trades_labeled") == writer.counters.rowsWritten)
      }
      store.database.failNextCommit(fault)
      try writer.close(finished: true)
      #expect(writer.counters.rowsWritten == CommitTests.count)
      try expectWhole(store, profile)
    }
    // And so it stays on the disk.
    try expectWhole(try Store(options(folder, profile)), profile)
  }

  /// Cancellations and marks go with the transaction.
  @Test func aCancellationIsStoredOnce() throws {
    let folder = try TemporaryFolder()
    let stream = try OutputStream()
    let store = try Store(options(folder, .full))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: true))
    writer.offerAll((1...10).map { .print(stream.print($0)) })
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    store.database.failNextCommit(.unanswered)
    // No print in this batch that could tell.
    writer.offerAll([.cancellation(Cancellation(cancelledNumber: 3, trade: stream.print(3).trade))])
    #expect(writer.drain(timeoutMilliseconds: 60_000))
    try writer.close(finished: true)
    #expect(try store.rows("SELECT count(*) FROM trades_raw WHERE message = 'cancel'") == ["1"])
    #expect(try store.rows("SELECT seq FROM trades_labeled WHERE cancelled") == ["30"])
  }

  /// A statement that runs while the file is opened anew is stopped; the next one finds the file open again.
  @Test func readersSurviveAReopening() throws {
    let folder = try TemporaryFolder()
    let store = try Store(options(folder, .full))
    let connections = try (0..<3).map { _ in try store.database.connect() }
    for connection in connections { #expect(try connection.integer("SELECT 1") == 1) }
    try store.database.reopen()
    for connection in connections { #expect(try connection.integer("SELECT count(*) FROM instruments") == 0) }
    // Still one store per file.
    #expect(throws: StorageError.alreadyOpen(path: folder.file)) { try Store(StoreOptions(path: folder.file)) }
  }
}
