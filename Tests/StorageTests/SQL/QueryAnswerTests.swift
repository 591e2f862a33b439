import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// Answers are what DuckDB says, in each format, for the store and the lake.
@Suite struct QueryAnswerTests {
  @Test func theStoreAnswersAsItDoesInItsOwnProcess() throws {
    let fixture = try QueryRunnerFixture()
    for sql in [
      "SELECT count(*) FROM trades_labeled",
      "SELECT side, count(*), sum(premium) FROM trades_labeled GROUP BY ALL ORDER BY 1",
      "SELECT ticker, strike, type, sum(net_delta) FROM trades_labeled WHERE ts >= '2024-06-14 13:30:00.1' GROUP BY ALL ORDER BY 1",
      "SELECT t.print_id, n.quote_age_ns FROM trades_raw t JOIN nbbo_at_trade n USING (print_id) ORDER BY 1 DESC LIMIT 5",
      "SELECT r.ticker, r.minute, i.kind FROM rollups_min r JOIN instruments i ON i.symbol = r.ticker ORDER BY ALL",
      "SELECT max(minute), min(close) FROM base.rollups_min", "SELECT kind, session FROM feed_incidents ORDER BY ALL",
      "SELECT source, committed_prints FROM ingest_runs", "SELECT version FROM main.schema_info",
      "WITH big AS (FROM trades_labeled WHERE size > 40) SELECT count(*), max(price) FROM big",
      "SELECT row_number() OVER (PARTITION BY side ORDER BY print_id) AS n, seq FROM trades_labeled ORDER BY seq LIMIT 7",
      "SELECT print_id FROM trades_labeled WHERE bid IS NULL",
      "SELECT a.ticker FROM trades_labeled a ASOF JOIN trades_labeled b "
        + "ON a.ticker = b.ticker AND a.ts > b.ts ORDER BY a.print_id LIMIT 3",
      "FROM range(3)", "SELECT unnest([3, 1, 2]) AS x ORDER BY x", "VALUES (1, 'a'), (2, NULL)",
    ] {
      let expected = try fixture.store.rows(sql)
      let answered = try fixture.csv("SELECT concat_ws('|', *COLUMNS(*)) FROM (\(sql))")
      #expect(answered.map { $0.replacing("\"", with: "") } == expected, "\(sql)")
    }
    #expect(try fixture.csv("SHOW TABLES;  ").contains("trades_labeled"))
    #expect(try fixture.csv("DESCRIBE trades_labeled -- all of it").first?.hasPrefix("print_id,BIGINT") == true)
    #expect(try fixture.csv("SUMMARIZE trades_labeled").count > 20)
  }

  @Test func aScanOfManyWindowsIsWhole() throws {
    let fixture = try QueryRunnerFixture(prints: 260_000)
    #expect(
      try fixture.csv("SELECT count(*), count(DISTINCT print_id), sum(size), min(seq), max(seq) FROM trades_labeled")
        == ["260000,260000,\((1...260_000).reduce(0) { $0 + Int($1) % 50 + 1 }),10,2600000"])
    // Rows come in the order of the file, through the answer too.
    #expect(try fixture.csv("SELECT seq FROM trades_labeled LIMIT 3") == ["10", "20", "30"])
  }

  @Test func eachTypeIsWrittenAsPromised() throws {
    let fixture = try QueryRunnerFixture(prints: 0)
    let sql = """
      SELECT 1::TINYINT AS a, 170141183460469231731687303715884105727::HUGEINT AS b, 1.50::DECIMAL(9,2) AS c, 0.1::DOUBLE AS d, \
      'NaN'::DOUBLE AS e, '-Infinity'::FLOAT AS f, true AS g, 'say "hi",' || chr(10) || 'é' AS h, '' AS i, NULL AS j, \
      make_timestamp_ns(1718371800123456789) AS k, TIMESTAMP '2024-06-14 13:30:00' AS l, DATE '2024-06-14' AS m, \
      TIMESTAMPTZ '2024-06-14 13:30:00.5-04:00' AS n, [1, NULL] AS o, {'x': 1, 'y': 'z'} AS p, 'buy'::aggressor_side AS q, \
      TIME '13:30:00' AS r, '\\xAA'::BLOB AS s, INTERVAL 1 DAY AS t, '[1]'::JSON AS u, TIMESTAMP_S '2024-06-14 13:30:01' AS v
      """
    let json = try fixture.text(sql, .json)
    #expect(
      json.contains(
        """
        "rows":[[1,170141183460469231731687303715884105727,1.50,0.1,null,null,true,"say \\"hi\\",\\né","",null,\
        "2024-06-14T13:30:00.123456789Z","2024-06-14T13:30:00Z","2024-06-14","2024-06-14T17:30:00.5Z",[1,null],\
        {"x":1,"y":"z"},"buy","13:30:00","\\\\xAA","1 day",[1],"2024-06-14T13:30:01Z"]],"row_count":1,"truncated":false,"note":null}
        """), "\(json)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let columns = try #require(object["columns"] as? [[String: String]])
    #expect(columns.count == 22 && columns[10] == ["name": "k", "type": "TIMESTAMP_NS"])
    let csv = try fixture.text("SELECT 'a,\"b\"' AS \"x,y\", '' AS e, NULL AS n, 1.5 AS f", .csv)
    #expect(csv == "\"x,y\",e,n,f\r\n\"a,\"\"b\"\"\",\"\",,1.5\r\n")
    let table = try fixture.text("SELECT 'long text' || chr(27) AS t, 12 AS number UNION ALL SELECT NULL, 3", .table)
    #expect(
      table == "t           number\n──────────  ──────\nlong text·      12\nNULL             3\n(2 rows)\n", "\(table)")
    #expect(try fixture.text("SELECT 1 AS a WHERE false", .table) == "a\n─\n(0 rows)\n")
    #expect(try fixture.text("SELECT 1 AS a WHERE false", .json).contains("\"rows\":[],\"row_count\":0"))
  }

  @Test func aParquetAnswerKeepsItsTypes() throws {
    let fixture = try QueryRunnerFixture()
    let answer = try fixture.runner.answer(
      SQLQuestion(sql: "SELECT ts, ticker, price, size, side FROM trades_labeled ORDER BY print_id", format: .parquet))
    let path = fixture.folder.path + "/answer.parquet"
    try Data(answer.body).write(to: URL(filePath: path))
    #expect(answer.answer == SQLAnswer(rows: 300, cut: nil))
    var limited = SQLQuestion(sql: "FROM trades_labeled", format: .parquet)
    limited.rowLimit = 300
    #expect(try fixture.runner.answer(limited).answer == SQLAnswer(rows: 300, cut: nil))
    limited.rowLimit = 299
    #expect(try fixture.runner.answer(limited).answer == SQLAnswer(rows: 299, cut: .rows))
    #expect(
      try fixture.store.rows("SELECT count(*), sum(price), min(ts), any_value(typeof(price)) FROM '\(path)'")
        == fixture.store.rows(
          "SELECT count(*), sum(price), min(ts), any_value(typeof(price)) FROM trades_labeled"))
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).filter {
      $0.hasPrefix("answer-")
    }
    #expect(left.isEmpty)
  }

  @Test func theLakeIsATable() throws {
    let fixture = try QueryRunnerFixture()
    for day in ["05", "06"] {
      let part = fixture.folder.path + "/year=2024/month=06/day=\(day)"
      try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true)
      // The newer part has a column more.
      let extra = day == "06" ? ", 1 AS more" : ""
      _ = try fixture.store.database.connect().execute(
        "COPY (SELECT ts AS timestamp, ticker, size\(extra) FROM trades_labeled) TO '\(part)/flow_part_001.parquet'")
    }
    #expect(
      try fixture.csv("SELECT day, count(*), count(more) FROM lake GROUP BY 1 ORDER BY 1") == ["5,300,0", "6,300,300"])
    #expect(try fixture.csv("SELECT min(day), max(day), max(year), count(*) FROM lake") == ["5,6,2024,600"])
    #expect(
      try fixture.csv("SELECT count(*) FROM lake l JOIN trades_labeled t ON t.ts = l.timestamp AND l.day = 6") == [
        "300"
      ])
    #expect(throws: SQLError.self) {
      try fixture.csv("FROM '\(fixture.folder.path)/year=2024/month=06/day=05/flow_part_001.parquet'")
    }
  }

  @Test func withoutAStoreTheLakeAnswersAlone() throws {
    let fixture = try QueryRunnerFixture(prints: 1)
    let part = fixture.folder.path + "/lake/year=2024/month=06/day=05"
    try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true)
    _ = try fixture.store.database.connect().execute("COPY (SELECT 7 AS size) TO '\(part)/flow_part_001.parquet'")
    let runner = QueryRunner(
      store: nil, lakeDirectory: fixture.folder.path + "/lake", scratchDirectory: fixture.folder.path,
      executable: try QueryRunnerFixture.program())
    #expect(
      String(
        decoding: try runner.answer(SQLQuestion(sql: "SELECT size, month FROM lake", format: .csv)).body, as: UTF8.self)
        == "size,month\r\n7,6\r\n")
  }

  @Test func aFileOfMineIsReadAndStaysAsItIs() throws {
    var fixture: QueryRunnerFixture? = try QueryRunnerFixture()
    let folder = try #require(fixture?.folder)
    fixture = nil
    let before = try Data(contentsOf: URL(filePath: folder.file))
    do {
      let store = try Store(reading: folder.file)
      #expect(try store.integer("SELECT count(*) FROM trades_labeled") == 300)
      #expect(throws: StorageError.self) { try store.database.connect().execute("DELETE FROM base.trades_labeled") }
    }
    #expect(try Data(contentsOf: URL(filePath: folder.file)) == before)
    #expect(throws: StorageError.self) { try Store(reading: folder.path + "/missing.duckdb") }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/missing.duckdb"))
  }
}
