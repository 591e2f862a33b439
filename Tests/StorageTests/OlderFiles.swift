@testable import Storage

/// Takes files back to older versions, as the programs of their time wrote them. What stands here never changes.
enum OlderFiles {
  static func edit(_ path: String, _ statements: [String]) throws {
    let database = try Database(path: path, options: DatabaseOptions(temporaryDirectory: path + ".tmp"))
    let connection = try database.connect()
    for statement in statements { try connection.execute(statement) }
  }

  /// Rows of a file of whatever version, without opening it as a store.
  static func rows(_ path: String, _ sql: String) throws -> [String] {
    let database = try Database(path: path, options: DatabaseOptions(temporaryDirectory: path + ".tmp"))
    return try database.connect().rows(sql)
  }

  /// Version 5: minutes with a key.
  static func makeVersion5(_ path: String, _ profile: StoreProfile) throws {
    let tables = [
      "ALTER TABLE base.rollups_min RENAME TO rollups_min_after",
      """
      CREATE TABLE base.rollups_min (run_id INTEGER NOT NULL, instrument INTEGER NOT NULL, minute TIMESTAMP_NS NOT NULL, \
      open DECIMAL(18,6) NOT NULL, high DECIMAL(18,6) NOT NULL, low DECIMAL(18,6) NOT NULL, close DECIMAL(18,6) NOT NULL, \
      trades BIGINT NOT NULL, volume BIGINT NOT NULL, premium DECIMAL(18,6) NOT NULL, buy_volume BIGINT NOT NULL, \
      sell_volume BIGINT NOT NULL, PRIMARY KEY (run_id, instrument, minute))
      """,
      "INSERT INTO base.rollups_min SELECT * FROM base.rollups_min_after", "DROP TABLE base.rollups_min_after",
    ]
    try edit(path, (profile == .full ? tables : []) + ["UPDATE schema_info SET version = 5"])
  }

  /// Version 4: no detections.
  static func makeVersion4(_ path: String, _ profile: StoreProfile) throws {
    try makeVersion5(path, profile)
    let tables = [
      "DROP VIEW detections", "DROP VIEW detection_legs", "DROP TABLE base.detections",
      "DROP TABLE base.detection_legs",
    ]
    try edit(
      path,
      (profile == .full ? tables : []) + [
        "DROP TYPE detection_kind", "DROP TYPE detection_state", "DROP TYPE position_effect",
        "ALTER TABLE main.ingest_runs DROP COLUMN told_prints", "UPDATE schema_info SET version = 4",
      ])
  }

  /// Version 3: neither days nor digests nor holes.
  static func makeVersion3(_ path: String, _ profile: StoreProfile) throws {
    try makeVersion4(path, profile)
    try edit(
      path,
      [
        "DROP TABLE main.ingest_days", "DROP TABLE main.state_digests", "DROP TABLE main.ingest_holes",
        "UPDATE schema_info SET version = 3",
      ])
  }

  /// Version 2: three tables of prints.
  static func makeVersion2(_ path: String, _ profile: StoreProfile) throws {
    try makeVersion3(path, profile)
    try edit(path, (profile == .full ? threeTables : []) + ["UPDATE schema_info SET version = 2"])
  }

  /// Version 1: no volatility, incidents without scope and gaps, four kinds of them.
  static func makeVersion1(_ path: String, _ profile: StoreProfile) throws {
    try makeVersion2(path, profile)
    let prints = [
      "ALTER TABLE base.trades_labeled DROP COLUMN greeks_source",
      "ALTER TABLE base.trades_labeled DROP COLUMN implied_volatility",
    ]
    try edit(
      path,
      ["DROP VIEW feed_gaps", "DROP VIEW feed_incidents", "DROP TABLE base.feed_incidents"]
        + (profile == .full ? prints : []) + [
          "DROP TYPE greeks_source", "DROP TYPE incident_scope", "DROP TYPE incident_kind",
          "CREATE TYPE incident_kind AS ENUM ('connected', 'disconnected', 'ended', 'session_start')",
          """
          CREATE TABLE base.feed_incidents (run_id INTEGER NOT NULL, ts TIMESTAMP_NS NOT NULL, kind incident_kind NOT NULL, \
          session DATE, PRIMARY KEY (run_id, ts, kind))
          """,
          "INSERT INTO base.feed_incidents VALUES (1, '2024-06-14 13:30:00', 'session_start', '2024-06-14')",
          "CREATE VIEW feed_incidents AS SELECT * FROM base.feed_incidents",
          "ALTER TABLE main.ingest_runs DROP COLUMN commits", "UPDATE schema_info SET version = 1",
        ])
  }

  private static let threeTables = [
    """
    CREATE TABLE base.trades_raw (print_id BIGINT, run_id INTEGER NOT NULL, message message_kind NOT NULL, \
    ts TIMESTAMP_NS NOT NULL, seq BIGINT NOT NULL, instrument INTEGER NOT NULL, exchange USMALLINT NOT NULL, \
    price DECIMAL(18,6) NOT NULL, size UINTEGER NOT NULL, conditions UBIGINT NOT NULL, \
    reporting_facility USMALLINT NOT NULL, injected BOOLEAN NOT NULL)
    """,
    """
    INSERT INTO base.trades_raw SELECT print_id, print_id >> 36, 'print', ts, seq, instrument, exchange, price, size, \
    conditions, reporting_facility, flags & 128 <> 0 FROM base.trades_labeled
    """,
    """
    INSERT INTO base.trades_raw SELECT print_id, run_id, 'cancel', ts, seq, instrument, exchange, price, size, \
    conditions, reporting_facility, injected FROM base.cancellations
    """,
    """
    CREATE TABLE base.nbbo_at_trade (print_id BIGINT NOT NULL, ts TIMESTAMP_NS NOT NULL, instrument INTEGER NOT NULL, \
    bid DECIMAL(18,6), ask DECIMAL(18,6), quote_time TIMESTAMP_NS, quote_age_ns BIGINT)
    """,
    """
    INSERT INTO base.nbbo_at_trade SELECT print_id, ts, instrument, bid, ask, quote_time, \
    epoch_ns(ts) - epoch_ns(quote_time) FROM base.trades_labeled
    """,
    "CREATE TABLE base.newer AS SELECT * FROM base.trades_labeled",
    "CREATE TABLE base.net_deltas AS SELECT print_id, net_delta FROM trades_labeled",
    "DROP VIEW trades_raw", "DROP VIEW trades_labeled", "DROP VIEW nbbo_at_trade", "DROP TABLE base.cancellations",
    "DROP TABLE base.trades_labeled",
    """
    CREATE TABLE base.trades_labeled (print_id BIGINT NOT NULL, run_id INTEGER NOT NULL, ts TIMESTAMP_NS NOT NULL, \
    seq BIGINT NOT NULL, instrument INTEGER NOT NULL, exchange USMALLINT NOT NULL, price DECIMAL(18,6) NOT NULL, \
    size UINTEGER NOT NULL, conditions UBIGINT NOT NULL, side aggressor_side NOT NULL, method label_method NOT NULL, \
    bid DECIMAL(18,6), ask DECIMAL(18,6), quote_time TIMESTAMP_NS, premium DECIMAL(18,6) NOT NULL, delta DECIMAL(18,9), \
    gamma DECIMAL(18,9), net_delta DECIMAL(18,9) NOT NULL, underlying_price DECIMAL(18,6), sweep_id UINTEGER NOT NULL, \
    flags USMALLINT NOT NULL, cancelled BOOLEAN NOT NULL, implied_volatility DECIMAL(18,9), greeks_source greeks_source)
    """,
    """
    INSERT INTO base.trades_labeled SELECT print_id, print_id >> 36, ts, seq, instrument, exchange, price, size, conditions, \
    side, method, bid, ask, quote_time, premium, delta, gamma, net_delta, underlying_price, sweep_id, flags, cancelled, \
    implied_volatility, greeks_source FROM base.newer JOIN base.net_deltas USING (print_id) ORDER BY print_id
    """,
    "DROP TABLE base.newer", "DROP TABLE base.net_deltas",
    """
    CREATE VIEW trades_raw AS SELECT t.print_id, t.message, t.ts, t.seq, i.symbol AS ticker, i.underlying, i.expiry, i.strike, \
    i.type, t.exchange, t.price, t.size, \(conditionIDs) AS conditions, t.reporting_facility, t.injected, t.run_id \
    FROM base.trades_raw t JOIN base.instruments i ON i.id = t.instrument
    """,
    """
    CREATE VIEW trades_labeled AS SELECT t.print_id, t.ts, t.seq, i.symbol AS ticker, i.underlying, i.expiry, i.strike, i.type, \
    t.exchange, t.price, t.size, t.side, t.method, t.bid, t.ask, t.quote_time, t.premium, t.delta, t.gamma, t.net_delta, \
    t.underlying_price, nullif(t.sweep_id, 0) AS sweep_id, (t.flags & 1) <> 0 AS block, (t.flags & 128) <> 0 AS injected, \
    t.cancelled, t.flags, \(conditionIDs) AS conditions, t.run_id, t.implied_volatility, t.greeks_source, \
    (t.flags & 2048) <> 0 AS backfilled FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument
    """,
    """
    CREATE VIEW nbbo_at_trade AS SELECT t.print_id, t.ts, i.symbol AS ticker, t.bid, t.ask, t.quote_time, t.quote_age_ns \
    FROM base.nbbo_at_trade t JOIN base.instruments i ON i.id = t.instrument
    """,
  ]

  private static let conditionIDs = """
    list_transform(list_filter(range(63), lambda bit: (t.conditions >> bit::UBIGINT) & 1::UBIGINT = 1), \
    lambda bit: CASE i.kind WHEN 'option' THEN bit + 201 ELSE bit END)
    """
}
