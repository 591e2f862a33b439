import Foundation
import MarketModel
import Synchronization
import Testing

@testable import FlowEngine
@testable import Storage

/// Whatever a query does, it is cut or stopped in words, and the writer of the same store goes on.
@Suite(.serialized, .timeLimit(.minutes(10))) struct QueryLimitTests {
  /// Offers prints without end until it is told to stop.
  private final class Ingest: Sendable {
    let writer: StoreWriter
    private let isStopping = Atomic(false)
    private let offered = Mutex<Int64>(0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ fixture: QueryRunnerFixture) throws {
      let writer = try fixture.store.makeWriter(instruments: fixture.stream.instruments)
      _ = try writer.begin(IngestSource(source: "live", fingerprint: "live", resumable: false))
      self.writer = writer
      let stream = fixture.stream
      Thread.detachNewThread { [self] in
        var number: Int64 = 0
        while !isStopping.load(ordering: .acquiring) {
          writer.offerAll((1...200).map { .print(stream.print(number + $0)) })
          number += 200
          offered.withLock { $0 = number }
          // At the pace of the disk: the processor is for the queries.
          _ = writer.drain(timeoutMilliseconds: 1000)
        }
        ended.signal()
      }
    }

    /// Returns once the writer has written more than it had: it is alive.
    func waitForProgress() {
      let before = writer.counters.rowsWritten
      while writer.counters.rowsWritten <= before { sched_yield() }
    }

    func finish() throws -> Int64 {
      isStopping.store(true, ordering: .releasing)
      ended.wait()
      #expect(writer.counters.errorText == nil)
      try writer.close(finished: false)
      return offered.withLock { $0 }
    }
  }

  private func outcome(_ fixture: QueryRunnerFixture, _ question: SQLQuestion) -> Result<SQLAnswer, SQLError> {
    Result { () throws(SQLError) in try fixture.runner.answer(question).answer }
  }

  @Test func theWriterGoesOnWhateverIsAsked() throws {
    let fixture = try QueryRunnerFixture()
    let ingest = try Ingest(fixture)
    // More memory than there is: counted by DuckDB, and what it does not count.
    for sql in [
      "SELECT len(repeat('x', 2000000000))", "SELECT len(range(2000000000))",
      "SELECT count(*) FROM (SELECT DISTINCT hash(range) FROM range(100000000))",
      "SELECT count(*) FROM (FROM range(100000000) ORDER BY hash(range)) WHERE range > 5",
      "SELECT list(range) FROM range(300000000)",
      "SELECT string_agg(range::VARCHAR || 'aaaaaaaaaaaaaaaaaaaa', '') FROM range(50000000)",
      """
      WITH RECURSIVE t AS (SELECT 'xxxxxxxxxxxxxxxx' AS s, 1 AS i UNION ALL SELECT s || s, i + 1 FROM t WHERE i < 40) \
      SELECT max(len(s)) FROM t
      """,
    ] {
      var question = SQLQuestion(sql: sql)
      question.timeLimitSeconds = 120
      #expect(outcome(fixture, question) == .failure(.tooMuchMemory(megabytes: 256)), "\(sql)")
      ingest.waitForProgress()
    }
    // More time than there is, also where DuckDB does not look at the clock.
    for sql in [
      "SELECT count(*) FROM range(10000000) a, range(10000000) b",
      "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t",
      "SELECT count(*) FROM trades_labeled a, trades_labeled b, trades_labeled c WHERE a.size * b.size * c.size < 0",
    ] {
      var question = SQLQuestion(sql: sql)
      question.timeLimitSeconds = 1
      #expect(outcome(fixture, question) == .failure(.timedOut(seconds: 1)), "\(sql)")
      ingest.waitForProgress()
    }
    // More rows than anybody reads.
    #expect(
      outcome(fixture, SQLQuestion(sql: "FROM range(100000000)")) == .success(SQLAnswer(rows: 10_000, cut: .rows)))
    #expect(
      outcome(fixture, SQLQuestion(sql: "SELECT a.print_id FROM trades_labeled a, trades_labeled b", format: .csv))
        == .success(SQLAnswer(rows: 10_000, cut: .rows)))
    ingest.waitForProgress()
    for sql in [
      "DELETE FROM base.trades_labeled", "FROM read_text('/etc/passwd')", "FROM 'http://127.0.0.1:9/x.parquet'",
    ] {
      guard case .failure(.refused) = outcome(fixture, SQLQuestion(sql: sql)) else {
        Issue.record("\(sql) was not refused")
        continue
      }
      ingest.waitForProgress()
    }
    // What is being written can be asked meanwhile.
    #expect(try fixture.csv("SELECT count(*) > 300 FROM trades_labeled") == ["true"])
    let offered = try ingest.finish()
    #expect(try fixture.store.integer("SELECT count(*) FROM trades_labeled") == 300 + offered)
    #expect(
      try fixture.csv("SELECT count(*), count(DISTINCT print_id) FROM trades_labeled") == [
        "\(300 + offered),\(300 + offered)"
      ])
  }

  @Test func anAnswerIsCutInWords() throws {
    let fixture = try QueryRunnerFixture(prints: 1)
    var question = SQLQuestion(sql: "SELECT range AS n FROM range(20)")
    question.rowLimit = 20
    #expect(try fixture.runner.answer(question).answer == SQLAnswer(rows: 20, cut: nil))
    question.rowLimit = 19
    let cut = try fixture.runner.answer(question)
    #expect(cut.answer == SQLAnswer(rows: 19, cut: .rows))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(cut.body)) as? [String: Any])
    #expect((object["rows"] as? [Any])?.count == 19 && object["truncated"] as? Bool == true)
    #expect((object["note"] as? String)?.hasPrefix("cut after 19 rows, the limit") == true)
    question = SQLQuestion(sql: "SELECT repeat('x', 1000) FROM range(5000)")
    question.byteLimit = 100_000
    let bytes = try fixture.runner.answer(question)
    #expect(bytes.answer.cut == .bytes && bytes.answer.rows == 100)
    #expect(bytes.body.count < 110_000)
    question.format = .parquet
    question.sql = "SELECT uuid() AS u FROM range(9000)"
    #expect(
      throws: SQLError.refused("the Parquet file would be longer than 100000 bytes, the limit; ask for fewer rows")
    ) {
      try fixture.runner.answer(question)
    }
  }

  @Test func aServerThatStopsEndsTheQuery() throws {
    let fixture = try QueryRunnerFixture(prints: 1)
    let runner = fixture.runner
    let result = Mutex<Result<SQLAnswer, SQLError>?>(nil)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      var question = SQLQuestion(sql: "SELECT count(*) FROM range(10000000) a, range(10000000) b")
      question.timeLimitSeconds = 3600
      let outcome = Result { () throws(SQLError) in try runner.answer(question).answer }
      result.withLock { $0 = outcome }
      ended.signal()
    }
    runner.stop()
    ended.wait()
    #expect(result.withLock { $0 } == .failure(.stopped))
  }

  @Test func aProgramThatIsNotThereIsNamed() throws {
    let fixture = try QueryRunnerFixture(prints: 1)
    let runner = QueryRunner(
      store: fixture.store, lakeDirectory: nil, scratchDirectory: fixture.folder.path, executable: "/nowhere/marketflow"
    )
    #expect(throws: SQLError.process("cannot be started: No such file or directory")) {
      try runner.answer(SQLQuestion(sql: "SELECT 1"))
    }
  }
}
