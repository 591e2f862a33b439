import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `marketflow query` as a stranger types it: on a folder that nobody holds, and on one that `serve` holds.
@Suite(.serialized) struct ProcessQueryTests {
  private static let fixture = BenchTests.path("small.ndjson.gz")
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func query(_ words: String...) throws -> ProcessProgram.Outcome {
    try ProcessProgram(["query", "--data-dir", folder.path("data")] + words, in: folder).outcome()
  }

  private func serve() throws -> (program: ProcessProgram, port: Int) {
    let program = try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", folder.path("data"), "--replay", Self.fixture, "--replay-speed", "max"],
      in: folder)
    let client = try ProcessClient(port: program.port())
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    try stream.state { _ in try client.health()["digest"] is String }
    // The last batch is on the disk.
    try stream.state { _ in
      let health = try client.health()
      let queues = health["queues"] as? [String: Any]
      let storage = health["storage"] as? [String: Any]
      return (queues?["storage"] as? [String: Any])?["depth"] as? Int == 0 && storage?["lag_milliseconds"] as? Int == 0
    }
    return (program, client.port)
  }

  @Test func theAnswerIsTheSameWhoeverHoldsTheFile() throws {
    let (program, port) = try serve()
    let questions: [[String]] = [
      ["SELECT side, count(*) AS prints, sum(premium) AS premium FROM trades_labeled GROUP BY 1 ORDER BY 1"],
      ["SELECT print_id, ts, ticker FROM trades_labeled ORDER BY 1", "--limit", "5"],
      ["SELECT count(*), max(minute) FROM rollups_min", "--format", "json"], ["SHOW TABLES", "--format", "csv"],
    ]
    let held = try questions.map { try ask($0) }
    for outcome in held { #expect(outcome.code == 0, "\(outcome.errors)") }
    #expect(held[0].output.contains("(4 rows)") || held[0].output.contains("(3 rows)"))
    #expect(held[1].output.contains("(5 rows; truncated: true; cut after 5 rows, the limit"))
    let byAddress = try ProcessProgram.run(
      "query", "SELECT 7 AS seven", "--url", "http://127.0.0.1:\(port)", "--format", "csv", in: folder)
    #expect(byAddress.output == "seven\r\n7\r\n")
    let parquet = try query("FROM trades_labeled", "-o", "held.parquet", "--limit", "100000")
    #expect(parquet.code == 0 && parquet.output.isEmpty, "\(parquet.errors)")
    program.signal(SIGTERM)
    #expect(try program.outcome().code == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path("data/marketflow.duckdb.server")))

    let free = try questions.map { try ask($0) }
    #expect(free.map(\.output) == held.map(\.output))
    #expect(try query("FROM trades_labeled", "-o", "free.parquet", "--limit", "100000").code == 0)
    for name in ["held.parquet", "free.parquet"] {
      let bytes = try Data(contentsOf: folder.url.appending(path: name))
      #expect(bytes.starts(with: Array("PAR1".utf8)) && bytes.count > 100_000, "\(name)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!left.contains { $0.hasSuffix(".partial") })
  }

  private func ask(_ words: [String]) throws -> ProcessProgram.Outcome {
    try ProcessProgram(["query", "--data-dir", folder.path("data")] + words, in: folder).outcome()
  }

  @Test func whatCannotBeDoneIsSaidOnStandardErrorAlone() throws {
    let missing = try query("SELECT 1")
    #expect(missing.code == 1 && missing.output.isEmpty)
    #expect(missing.errors.contains("has no marketflow.duckdb or demo.duckdb; start marketflow serve once"))
    let (program, _) = try serve()
    let refusals = [
      ["DROP TABLE base.instruments"], ["FROM read_text('/etc/passwd')"], ["SELECT nothing"], ["SELECT 1; SELECT 2"],
      ["SELECT count(*) FROM range(10000000) a, range(10000000)", "--timeout", "0.5"],
    ]
    let held = try refusals.map { try ask($0) }
    for refused in held {
      #expect(refused.code == 1 && refused.output.isEmpty && refused.errors.hasPrefix("marketflow: query: "))
      #expect(!refused.errors.contains("json"), "\(refused.errors)")
    }
    // What a server does not give is said, and what it gives is not.
    let limited = try ask(["SELECT 1 AS a", "--limit", "1000000", "--timeout", "90.5", "--memory", "512"])
    #expect(limited.code == 0 && limited.output.hasPrefix("a\n"))
    #expect(limited.errors.contains("--limit is 1000000, a server allows 100000 rows: that is used"))
    #expect(limited.errors.contains("--timeout is 90.5, a server allows 60.0 s: that is used"))
    #expect(limited.errors.contains("--memory is 512, a server always takes 256 MB: that is used"))
    #expect(try ask(["SELECT 1", "--limit", "100000", "--timeout", "60", "--memory", "256"]).errors.isEmpty)
    program.signal(SIGTERM)
    #expect(try program.outcome().code == 0)
    #expect(try refusals.map { try ask($0) }.map(\.errors) == held.map(\.errors))
    #expect(try ask(["SELECT 1", "--limit", "1000000", "--timeout", "90.5", "--memory", "512"]).errors.isEmpty)
    for (words, part) in [
      (["DROP TABLE base.instruments"], "marketflow: query: only one SELECT statement is allowed"),
      (["DROP TABLE base.instruments"], "got \"DROP TABLE base.instruments\""),
      (["FROM read_text('/etc/passwd')"], "cannot be used"),
      (["SELECT count(*) FROM range(10000000) a, range(10000000)", "--timeout", "0.5"], "ran longer than 0.5 s"),
      (["SELECT len(repeat('x', 2000000000))", "--memory", "64"], "more than 64 MB"),
      (
        ["SELECT 1", "-o", "/nowhere/x.csv"],
        "query: /nowhere/x.csv cannot be made: No such file or directory; make the folder /nowhere first"
      ),
      (["SELECT 1", "-o", "/nowhere/x.parquet"], "make the folder /nowhere first"),
      (["SELECT 1", "-o", folder.url.path], "is a folder; name a file"),
      (["SELECT 1", "--demo"], "has no demo.duckdb"),
    ] {
      let outcome = try ask(words)
      #expect(
        outcome.code == 1 && outcome.output.isEmpty && outcome.errors.contains(part), "\(words): \(outcome.errors)")
    }
    let deaf = try ask(["SELECT 1", "--url", "http://127.0.0.1:1"])
    #expect(deaf.code == 4 && deaf.output.isEmpty && deaf.errors.contains("does not answer"), "\(deaf.errors)")
    let shapeless = try ask(["FROM trades_labeled", "--format", "parquet"])
    #expect(shapeless.code == 2 && shapeless.errors.contains("needs a file; give --output"))
    // A failed answer leaves the file that was there.
    try Data("mine".utf8).write(to: folder.url.appending(path: "kept.csv"))
    #expect(try query("SELECT nothing", "-o", "kept.csv").code == 1)
    #expect(try Data(contentsOf: folder.url.appending(path: "kept.csv")) == Data("mine".utf8))
    #expect(try query("SELECT 1 AS a", "-o", "kept.csv").code == 0)
    #expect(try Data(contentsOf: folder.url.appending(path: "kept.csv")) == Data("a\r\n1\r\n".utf8))
    #expect(try ask(["SELECT 1", "--format", "xml"]).code == 2)
  }
}
