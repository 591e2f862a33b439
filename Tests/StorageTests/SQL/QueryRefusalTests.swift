import Foundation
import Testing

@testable import Storage

/// Statements that may not be asked are refused in words, and nothing of what they wanted happens.
@Suite struct QueryRefusalTests {
  private let fixture: QueryRunnerFixture
  init() throws { fixture = try QueryRunnerFixture() }

  private func refusal(_ sql: String) throws -> String {
    do {
      let answer = try fixture.runner.answer(SQLQuestion(sql: sql))
      return "answered: \(String(decoding: answer.body, as: UTF8.self))"
    } catch {
      guard case .refused(let words) = error else { return "failed: \(error)" }
      return words
    }
  }

  private static let statements = [
    "INSERT INTO base.instruments SELECT * FROM base.instruments", "UPDATE base.trades_labeled SET size = 0",
    "DELETE FROM base.trades_labeled", "DROP TABLE base.trades_labeled", "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP VIEW x AS SELECT 1", "ALTER TABLE base.instruments ADD COLUMN x INTEGER", "TRUNCATE base.instruments",
    "COPY trades_labeled TO '/tmp/marketflow-stolen.csv'", "COPY (SELECT 1) TO '/tmp/marketflow-stolen.csv'",
    "ATTACH '/tmp/x.duckdb' AS x", "DETACH memory", "USE base", "PRAGMA database_list",
    "PRAGMA table_info('instruments')",
    "SET threads = 8", "SET enable_external_access = true", "RESET memory_limit", "INSTALL httpfs", "LOAD httpfs",
    "CALL duckdb_settings()", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'", "VACUUM", "CHECKPOINT", "FORCE CHECKPOINT", "BEGIN", "COMMIT", "PREPARE p AS SELECT 1",
    "EXECUTE p", "DEALLOCATE p", "CREATE SECRET (TYPE s3)", "CREATE MACRO m() AS 1", "SET VARIABLE x = 1",
  ]

  @Test func onlySelectIsAnswered() throws {
    for sql in Self.statements {
      #expect(try refusal(sql).hasPrefix("only one SELECT statement is allowed"), "\(sql)")
    }
    // Not behind another statement, not behind a comment, and not in front of one.
    for sql in Self.statements.prefix(3) + Self.statements.filter({ $0.hasPrefix("COPY") }) {
      for text in ["SELECT 1; \(sql)", "/* a harmless question */ \(sql)", "-- one\n\(sql)", "\(sql); SELECT 1"] {
        let words = try refusal(text)
        #expect(
          words.hasPrefix("only one SELECT statement is allowed") || words.contains("only one SELECT"),
          "\(text): \(words)")
      }
    }
    try nothingHappened()
  }

  private static let places = [
    "FROM 'x.csv'", "SELECT * FROM \"/etc/passwd.csv\"", "SELECT * FROM '/etc/passwd'",
    "FROM 'https://example.com/x.parquet'",
    "FROM 's3://bucket/x.parquet'", "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM read_json('x')",
    "SELECT * FROM read_json_objects('x')", "SELECT * FROM read_ndjson('x')", "SELECT * FROM read_parquet('x')",
    "SELECT * FROM parquet_scan('x')", "SELECT * FROM parquet_metadata('x')", "SELECT * FROM parquet_schema('x')",
    "SELECT * FROM glob('/etc/*')", "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM read_duckdb('x')",
    "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('trades_labeled')", "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings()", "FROM duckdb_settings", "FROM duckdb_databases", "FROM duckdb_tables",
    "SELECT * FROM information_schema.tables", "SELECT * FROM pg_catalog.pg_tables", "FROM sqlite_master",
    "FROM pragma_database_list", "SELECT * FROM pragma_table_info('instruments')", "FROM memory.main.trades_labeled",
    "FROM system.main.duckdb_settings", "FROM store_scan_0()", "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT * FROM test_all_types()", "SELECT * FROM which_secret('s3://x', 's3')", "SELECT * FROM duckdb_logs()",
    "SELECT * FROM enable_logging()", "SELECT * FROM checkpoint()",
  ]

  @Test func onlyOurTablesAreRead() throws {
    for sql in Self.places {
      let words = try refusal(sql)
      #expect(words.contains("cannot be used"), "\(sql): \(words)")
    }
    // Wherever it stands.
    for sql in ["FROM 'x.csv'", "SELECT * FROM read_text('/etc/passwd')", "FROM duckdb_settings"] {
      for text in [
        sql, "SELECT * FROM (\(sql))", "WITH x AS (\(sql)) SELECT * FROM x",
        "WITH a AS (WITH b AS (\(sql)) SELECT * FROM b) SELECT count(*) FROM a",
        "SELECT (SELECT count(*) FROM (\(sql)))",
        "SELECT * FROM trades_labeled t, LATERAL (SELECT * FROM (\(sql))) l", "SELECT 1 WHERE EXISTS (\(sql))",
        "SELECT print_id FROM trades_labeled WHERE 1 IN (SELECT 1 FROM (\(sql)))",
        "SELECT 1 UNION ALL (SELECT 1 FROM (\(sql)))",
        "DESCRIBE \(sql)", "SUMMARIZE \(sql)", "SELECT * FROM (DESCRIBE \(sql))",
        "SELECT ARRAY(SELECT 1 FROM (\(sql)))",
        "SELECT 1 ORDER BY (SELECT count(*) FROM (\(sql)))", "SELECT 1 LIMIT (SELECT count(*) FROM (\(sql)))",
        "SELECT list_transform([1], lambda x: (SELECT count(*) FROM (\(sql))))",
        "SELECT sum(1) FILTER (EXISTS (\(sql))) OVER (ORDER BY (SELECT count(*) FROM (\(sql))))",
        "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r, (\(sql)) WHERE x < 2) SELECT * FROM r",
      ] {
        let words = try refusal(text)
        #expect(words.contains("cannot be used") || words.contains("syntax error"), "\(text): \(words)")
      }
    }
    try nothingHappened()
  }

  private static let functions = [
    "SELECT getenv('HOME')", "SELECT current_setting('memory_limit')", "SELECT nextval('x')", "SELECT sleep_ms(10)",
    "SELECT max(1) OVER (ORDER BY getenv('HOME'))", "SELECT getvariable('x')", "SELECT write_log('x')",
    "SELECT main.getenv('HOME')", "SELECT \"GetEnv\"('HOME')", "SELECT * FROM range(getenv('HOME')::BIGINT)",
    "SELECT ('HOME').getenv()",
  ]

  @Test func functionsAboutTheMachineAreRefused() throws {
    for sql in Self.functions {
      #expect(try refusal(sql).contains("cannot be used"), "\(sql)")
    }
    try nothingHappened()
  }

  private static let mistakes = [
    ("", "got none"), (";", "got none"), ("-- nothing", "got none"),
    ("/* nothing */", "got none"), ("SELECT 1 /* open", "comment"),
    ("SELECT 1; SELECT 2", "got 2: \"SELECT 1; SELECT 2\""),
    ("SELECT 1) AS q(c0); DROP TABLE base.instruments; SELECT * FROM (SELECT 1", "syntax error"),
    ("SELECT 1\n) AS q(c0) UNION ALL SELECT * FROM (\nSELECT 2", "syntax error"), ("SELECT 'x", "unterminated"),
    ("SELECT $1", "cannot be used"), ("SELECT ?", "cannot be used"), ("SELECT $name", "cannot be used"),
    ("WITH duckdb_databases AS (SELECT 1) SELECT * FROM duckdb_databases", "WITH duckdb_databases"),
    ("SELECT * FROM (WITH \"x.csv\" AS (SELECT 1) FROM \"x.csv\"), 'x.csv'", "WITH x.csv"),
    ("FROM trades_labeled AT (VERSION => 1)", "AT (VERSION"), ("SHOW DATABASES", "cannot be used"),
    ("SHOW ALL TABLES", "cannot be used"),
    ("SELECT nothing FROM trades_labeled", "LINE 1: SELECT nothing FROM trades_labeled"),
    ("SELECT 1,\n nothing FROM trades_labeled", "LINE 2:  nothing FROM trades_labeled"),
    ("SELECT * FROM trades", "wanted one of detection_legs, detections, feed_gaps"),
    ("FROM lake", "the lake has no files yet"),
    ("SELECT error('of mine')", "cannot be used"), ("SELECT 1/'x'::INTEGER", "x"),
  ]

  @Test func mistakesAreNamed() throws {
    for (sql, words) in Self.mistakes {
      let seen = try refusal(sql)
      #expect(seen.contains(words), "\(sql): \(seen)")
    }
    try nothingHappened()
  }

  private func nothingHappened() throws {
    #expect(try fixture.store.integer("SELECT count(*) FROM base.trades_labeled WHERE size > 0") == 300)
    #expect(try fixture.store.integer("SELECT count(*) FROM base.instruments") == 3)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/marketflow-stolen.csv"))
  }
}
