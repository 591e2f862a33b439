import Foundation
import Logging
import MarketModel
import Storage
import Testing

@testable import FlowEngine
@testable import Server

/// `/history/…` and `POST /query` over real sockets, each held against SQL that is written here.
@Suite struct HistoryTests {
  /// Numbers prints as the first run of a database does.
  private let fixture = Fixture(printBase: 1 << 36)

  private func withServer(storing: Bool = true, _ body: (LoopbackSocket) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "server-history-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
    let store = try filledStore(directory + "/flow.duckdb")
    var configuration = ServerConfiguration(epoch: "e1", versions: Fixture.identity.versions)
    configuration.port = 0
    let facts = fixture.facts
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "marketflow").path
    var runner: QueryRunner?
    var openStore: (@Sendable () throws -> StoreReader)?
    if storing {
      runner = QueryRunner(store: store, lakeDirectory: nil, scratchDirectory: directory, executable: program)
      openStore = { try store.makeReader(timeLimitSeconds: 60) }
    }
    let server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: fixture.table, outputs: fixture.outputs, snapshots: fixture.snapshots, facts: { facts.value },
        statements: runner), openStore: openStore, log: Log(minimumLevel: .critical))
    try server.start()
    defer { server.stop() }
    try body(try LoopbackSocket(port: server.port))
  }

  /// Two days, two underlyings, all sides, a cancelled print, one without volume, an equity; and minutes.
  private func filledStore(_ path: String) throws -> Store {
    var outputs: [FlowOutput] = []
    let symbols = [
      Fixture.symbol(.call, 672), Fixture.symbol(.put, 670), Fixture.symbol(.call, 680, expiry: Fixture.later),
      Fixture.symbol("QQQ", .put, 500), "SPY",
    ]
    for number in 1...400 {
      var print = fixture.print(
        symbols[number % symbols.count], price: Double(number % 7) + 0.01, size: UInt32(number % 30 + 1),
        side: AggressorSide.allCases[number % 4], hasQuote: number % 11 != 0)
      print.trade.time = Fixture.open.adding(nanoseconds: Int64(number) * 700_000_000_000)
      if number % 50 == 0 { print.trade.conditions = .noVolume }
      outputs.append(.print(print))
      if number % 97 == 0 {
        outputs.append(.cancellation(Cancellation(cancelledNumber: print.number, trade: print.trade)))
      }
    }
    for minute in 0..<90 {
      for symbol in symbols {
        outputs.append(
          .minuteBar(
            MinuteBar(
              instrument: fixture.id(symbol), minute: Fixture.open.adding(nanoseconds: Int64(minute) * 60_000_000_000),
              open: Price(cents: 100 + Int64(minute)), high: Price(cents: 150 + Int64(minute)),
              low: Price(cents: 90 - Int64(minute)), close: Price(cents: 101 + Int64(minute)), trades: 2,
              volume: Int64(minute) + 1, premiumMicros: Int64(minute) * 1_000_000, buyVolume: 1, sellVolume: 0)))
      }
    }
    let store = try Store(StoreOptions(path: path))
    let writer = try store.makeWriter(instruments: fixture.table, log: Log(minimumLevel: .critical))
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "test", resumable: false))
    let taken = outputs.withUnsafeBufferPointer { writer.offer($0) }
    #expect(taken == outputs.count)
    try writer.close(finished: true)
    return store
  }

  private func query(_ socket: LoopbackSocket, _ sql: String, _ members: String = "") throws -> LoopbackSocket.Answer {
    let text = String(decoding: try JSONSerialization.data(withJSONObject: [sql]), as: UTF8.self).dropFirst().dropLast()
    return try socket.request(
      "/query", method: "POST", headers: ["Content-Type": "application/json"], body: "{\"sql\":\(text)\(members)}")
  }

  /// The rows of SQL as lists of text.
  private func rows(_ socket: LoopbackSocket, _ sql: String) throws -> [[String]] {
    let answer = try query(socket, sql)
    #expect(answer.status == 200, "\(sql): \(String(decoding: answer.body, as: UTF8.self))")
    return (answer.object["rows"] as? [[Any]] ?? []).map { $0.map(HistoryTests.plain) }
  }

  /// 1 and 1.0 are one number in JSON.
  private static func plain(_ value: Any) -> String {
    (value as? NSNumber).map { String($0.doubleValue) } ?? "\(value)"
  }

  private func members(_ row: [String: Any], _ names: [String]) -> [String] {
    names.map { HistoryTests.plain(row[$0] ?? "missing") }
  }

  // MARK: Flow

  @Test func flowIsWhatSQLSays() throws {
    try withServer { socket in
      for (question, condition) in [
        ("", "true"),
        ("from=2025-12-16T17:00:00Z&to=2025-12-17T03:00:00Z", "ts >= '2025-12-16 17:00' AND ts < '2025-12-17 03:00'"),
        ("to=2025-12-16", "ts < '2025-12-17 05:00'"), ("from=2025-12-17", "ts >= '2025-12-17 05:00'"),
        ("symbol=QQQ&side=sell", "underlying = 'QQQ' AND side = 'sell'"),
        ("min_strike=671&max_strike=680", "strike BETWEEN 671 AND 680"),
        ("max_strike=670.5&type=put", "strike <= 670.5 AND type = 'put'"),
        ("expiry=2025-12-19", "expiry = '2025-12-19'"),
        ("min_premium=2000.5", "premium >= 2000.5"),
        (
          "from=2025-12-16T20:00:00-05:00&symbol=SPY&side=buy&min_premium=10",
          "ts >= '2025-12-17 01:00' AND underlying = 'SPY' AND side = 'buy' AND premium >= 10"
        ),
        ("from=2030-01-01", "false"),
      ] {
        var ids: [String] = []
        var cursor = ""
        repeat {
          let answer = try socket.request("/history/flow?limit=37\(question.isEmpty ? "" : "&")\(question)\(cursor)")
          #expect(answer.status == 200, "\(question)")
          ids += answer.rows.map { HistoryTests.plain($0["id"] ?? "") }
          cursor = (answer.object["next"] as? String).map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty
        let expected = try rows(socket, "SELECT print_id FROM trades_labeled WHERE \(condition) ORDER BY 1 DESC")
        #expect(ids == expected.map { $0[0] }, "\(question)")
        #expect(expected.isEmpty == (condition == "false"), "\(question) proves nothing")
      }
    }
  }

  // MARK: Totals

  @Test func totalsAreWhatSQLSays() throws {
    try withServer { socket in
      let sums = """
        count(*), sum(size), sum(premium)::DOUBLE, coalesce(sum(premium) FILTER (side = 'buy'), 0)::DOUBLE, \
        coalesce(sum(premium) FILTER (side = 'sell'), 0)::DOUBLE, sum(net_delta)::DOUBLE
        """
      let counted =
        "expiry IS NOT NULL AND NOT cancelled AND print_id NOT IN (SELECT print_id FROM base.trades_labeled "
        + "WHERE conditions & \(ConditionSet.noVolume.rawValue)::UBIGINT <> 0)"
      let columns = [
        "day": "(ts - INTERVAL 5 HOUR)::DATE", "hour": "strftime(date_trunc('hour', ts), '%Y-%m-%dT%H:%M:%S.000Z')",
        "underlying": "underlying", "symbol": "ticker", "expiry": "expiry", "strike": "strike::DOUBLE", "type": "type",
        "side": "side",
      ]
      for (by, filter, condition) in [
        (["day"], "", "true"), (["side"], "", "true"), (["strike"], "symbol=SPY", "underlying = 'SPY'"),
        (["expiry"], "", "true"),
        (["type", "side"], "", "true"), (["day", "underlying", "side"], "", "true"),
        (["symbol"], "side=buy", "side = 'buy'"),
        (["hour", "type"], "to=2025-12-17", "ts < '2025-12-18 05:00'"),
        (["strike", "expiry", "type"], "min_premium=500", "premium >= 500"),
        (["side", "day"], "min_strike=671", "strike >= 671"),
      ] as [([String], String, String)] {
        let answer = try socket.request(
          "/history/totals?by=\(by.joined(separator: ","))\(filter.isEmpty ? "" : "&")\(filter)")
        #expect(answer.status == 200, "\(by)")
        let keys = by.map { columns[$0] ?? "" }.joined(separator: ", ")
        let expected = try rows(
          socket,
          "SELECT \(keys), \(sums) FROM trades_labeled WHERE \(counted) AND \(condition) GROUP BY \(keys) ORDER BY \(keys)"
        )
        let names = by + ["prints", "volume", "premium", "buy_premium", "sell_premium", "net_delta"]
        #expect(answer.rows.map { members($0, names) } == expected, "\(by) \(filter)")
        #expect(expected.count > 1, "\(by) proves nothing")
        #expect(answer.object["truncated"] as? Bool == false)
        for name in columns.keys where !by.contains(name) { #expect(answer.rows.allSatisfy { $0[name] is NSNull }) }
      }
      let cut = try socket.request("/history/totals?by=symbol&limit=2")
      #expect(cut.rows.count == 2 && cut.object["truncated"] as? Bool == true)
    }
  }

  // MARK: Rollups

  @Test func rollupsAreWhatSQLSays() throws {
    try withServer { socket in
      for step in [1, 7, 60] {
        let bucket =
          "strftime(time_bucket(INTERVAL \(step) MINUTE, minute, TIMESTAMP '1970-01-01'), '%Y-%m-%dT%H:%M:%S.000Z')"
        for (by, filter, condition) in [
          ("underlying", "", "expiry IS NOT NULL"), ("contract", "", "true"),
          ("contract", "symbol=SPY&type=put", "underlying = 'SPY' AND type = 'put'"),
          (
            "underlying", "from=2025-12-16T15:40:00Z&to=2025-12-16T16:01:00Z",
            "expiry IS NOT NULL AND minute >= '2025-12-16 15:40' AND minute < '2025-12-16 16:01'"
          ),
          ("contract", "min_strike=600", "strike >= 600"),
        ] {
          let symbol = by == "underlying" ? "underlying" : "ticker"
          let prices =
            by == "underlying"
            ? "NULL, NULL, NULL, NULL"
            : "arg_min(open, minute)::DOUBLE, max(high)::DOUBLE, min(low)::DOUBLE, arg_max(close, minute)::DOUBLE"
          let expected = try rows(
            socket,
            """
            SELECT \(bucket), \(symbol), \(prices), sum(trades), sum(volume), sum(premium)::DOUBLE, sum(buy_volume), sum(sell_volume) \
            FROM rollups_min WHERE \(condition) GROUP BY 1, 2 ORDER BY 1, 2
            """)
          var seen: [[String]] = []
          var cursor = ""
          repeat {
            let answer = try socket.request(
              "/history/rollups?by=\(by)&step=\(step)&limit=50\(filter.isEmpty ? "" : "&")\(filter)\(cursor)")
            #expect(answer.status == 200)
            seen += answer.rows.map {
              members(
                $0,
                [
                  "time", "symbol", "open", "high", "low", "close", "trades", "volume", "premium", "buy_volume",
                  "sell_volume",
                ])
            }
            cursor = (answer.object["next"] as? String).map { "&cursor=\($0)" } ?? ""
          } while !cursor.isEmpty
          #expect(seen == expected, "\(by) \(step) \(filter)")
          #expect(!expected.isEmpty)
        }
      }
    }
  }

  // MARK: Problems and descriptions

  @Test func unusableValuesAreProblems() throws {
    try withServer { socket in
      for (target, parameter) in [
        ("/history/flow?from=yesterday", "from"), ("/history/flow?to=2025-13-01", "to"),
        ("/history/flow?from=2025-12-17&to=2025-12-16T00:00:00Z", "to"),
        ("/history/flow?min_strike=x", "min_strike"), ("/history/flow?min_strike=5&max_strike=4", "max_strike"),
        ("/history/flow?cursor=-1", "cursor"),
        ("/history/flow?limit=1001", "limit"), ("/history/flow?by=day", "by"), ("/history/rollups?step=0", "step"),
        ("/history/rollups?step=1441", "step"),
        ("/history/rollups?by=minute", "by"), ("/history/rollups?side=buy", "side"),
        ("/history/rollups?cursor=7", "cursor"), ("/history/totals?by=day,day", "by"),
        ("/history/totals?by=day,,side", "by"), ("/history/totals?by=moon", "by"),
        ("/history/totals?limit=5001", "limit"),
      ] {
        let answer = try socket.request(target)
        #expect(answer.status == 400 && answer.headers["content-type"] == "application/problem+json", "\(target)")
        #expect(answer.object["parameter"] as? String == parameter, "\(target)")
      }
      #expect(try socket.request("/history").status == 404)
      #expect(try socket.request("/history/flow", method: "DELETE").status == 405)
    }
  }

  @Test func withoutAStoreThereIsNoHistory() throws {
    try withServer(storing: false) { socket in
      for path in ["/history/flow", "/history/rollups", "/history/totals"] {
        let answer = try socket.request(path)
        #expect(answer.status == 503 && answer.object.text("detail").contains("no store"))
      }
      #expect(try query(socket, "SELECT 1").status == 503)
    }
  }

  @Test func answersAreAsDescribed() throws {
    try withServer { socket in
      let validator = SchemaValidator(openAPI: try socket.request("/openapi.json").object)
      for (target, schema) in [
        ("/history/flow?limit=9", "Prints"), ("/history/rollups?by=contract", "Rollups"),
        ("/history/rollups", "Rollups"),
        ("/history/totals?by=day,hour,underlying,symbol,expiry,strike,type,side", "FlowTotals"),
        ("/history/totals?by=x", "Problem"),
      ] {
        #expect(validator.errors(try socket.request(target).object, against: schema) == [], "\(target)")
      }
      #expect(
        validator.errors(try query(socket, "FROM trades_labeled LIMIT 3").object, against: "StatementAnswer") == [])
      #expect(validator.errors(try query(socket, "DROP TABLE x").object, against: "Problem") == [])
    }
  }

  // MARK: SQL

  @Test func statementsAreAnsweredInEachFormat() throws {
    try withServer { socket in
      let sql = "SELECT side, count(*) AS n FROM trades_labeled GROUP BY 1 ORDER BY 1"
      let json = try query(socket, sql)
      #expect(json.headers["content-type"] == "application/json" && json.object["truncated"] as? Bool == false)
      let csv = try query(socket, sql, #","format":"csv""#)
      #expect(csv.headers["content-type"]?.hasPrefix("text/csv") == true)
      #expect(
        String(decoding: csv.body, as: UTF8.self) == "side,n\r\nsell,100\r\nmid,100\r\nbuy,100\r\nunknown,100\r\n")
      let table = try query(socket, sql, #","format":"table""#)
      #expect(String(decoding: table.body, as: UTF8.self).hasPrefix("side       n\n───────  ───\n"))
      let parquet = try query(socket, sql, #","format":"parquet""#)
      #expect(parquet.body.starts(with: Array("PAR1".utf8)) && parquet.body.suffix(4).elementsEqual("PAR1".utf8))
      let cut = try query(socket, "FROM trades_labeled", #","format":"csv","limit":3"#)
      #expect(cut.headers["marketflow-truncated"]?.hasPrefix("cut after 3 rows") == true)
      #expect(String(decoding: cut.body, as: UTF8.self).split(separator: "\r\n").count == 4)
    }
  }

  @Test func statementsThatCannotBeAnsweredAreProblems() throws {
    try withServer { socket in
      for (sql, members, status, words) in [
        ("DELETE FROM base.trades_labeled", "", 400, "only one SELECT"),
        ("FROM read_csv('/etc/passwd')", "", 400, "cannot be used"),
        (
          "SELECT count(*) FROM range(10000000) a, range(10000000)", ",\"timeout_seconds\":0.5", 422,
          "ran longer than 0.5 s"
        ),
        ("SELECT len(repeat('x', 2000000000))", "", 422, "more than 256 MB"), ("", "", 422, "wanted a SELECT"),
        ("SELECT 1", ",\"limit\":0", 422, "limit"), ("SELECT 1", ",\"limit\":100001", 422, "limit"),
        ("SELECT 1", ",\"timeout_seconds\":61", 422, "timeout_seconds"),
        ("SELECT 1", ",\"format\":\"xml\"", 422, "format"), ("SELECT 1", ",\"file\":\"x\"", 422, "file"),
      ] {
        let answer = try query(socket, sql, members)
        #expect(answer.status == status, "\(sql)\(members)")
        #expect(answer.object.text("detail").contains(words), "\(answer.object)")
        #expect(answer.headers["content-type"] == "application/problem+json")
      }
      let type = ["Content-Type": "application/json"]
      let body = #"{"sql":"SELECT 1"}"#
      #expect(try socket.request("/query", method: "POST", body: body).status == 415)
      #expect(try socket.request("/query", method: "POST", headers: type, body: "SELECT 1").status == 400)
      #expect(try socket.request("/query").status == 405)
      let foreign = type.merging(["Origin": "http://evil.example"]) { $1 }
      #expect(try socket.request("/query", method: "POST", headers: foreign, body: body).status == 403)
    }
  }

  /// The network thread answers others while a statement runs.
  @Test func aLongStatementHoldsNobodyUp() throws {
    try withServer { socket in
      let port = socket.port
      let slow = try LoopbackSocket(port: port)
      let text = #"{"sql":"SELECT count(*) FROM range(10000000) a, range(10000000)","timeout_seconds":3}"#
      try slow.begin("/query", method: "POST", headers: ["Content-Type": "application/json"], body: text)
      for _ in 0..<20 {
        #expect(try socket.request("/health").status == 200)
        #expect(try socket.request("/history/flow?limit=2").rows.count == 2)
      }
      #expect(try slow.answer().status == 422)
    }
  }
}
