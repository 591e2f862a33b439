/// What people read: the base tables with ids turned into names, bits into words. All times UTC, money in USD.
enum Views {
  static func trades(_ profile: StoreProfile) -> [String] {
    switch profile {
    case .full: prints + DetectionTables.views
    case .reference: [referenceTrades]
    }
  }

  /// Of the full profile.
  static let prints = [rawTrades, labeledTrades, nbbo]

  static let sums = [rollups, openInterest, incidents, gaps, instruments]

  /// What a file of version 1 gets anew, because its base table has grown.
  static let changedSinceVersion1 = [incidents, gaps]

  /// Of a print `t`, in contracts; 0 when side or delta is unknown, the largest number there is when it does not fit.
  private static let netDelta = """
    CAST(greatest(-999999999.999999999, least(999999999.999999999, coalesce(t.delta::DECIMAL(38,9) * t.size \
    * CASE t.side WHEN 'buy' THEN 1 WHEN 'sell' THEN -1 ELSE 0 END, 0))) AS DECIMAL(18,9))
    """

  /// Of a print `t`: runs have blocks of ids.
  private static let runID = "CAST(t.print_id >> \(PrintNumbering.blockBits) AS INTEGER)"

  private static func conditionIDs(_ table: String) -> String {
    """
    list_transform(list_filter(range(63), lambda bit: (\(table).conditions >> bit::UBIGINT) & 1::UBIGINT = 1), \
    lambda bit: CASE i.kind WHEN 'option' THEN bit + 201 ELSE bit END)
    """
  }

  private static let rawTrades = """
    CREATE VIEW trades_raw AS \(rawMessages("trades_labeled", "print", injected: "(t.flags & 128) <> 0", runID: runID)) \
    UNION ALL \(rawMessages("cancellations", "cancel", injected: "t.injected", runID: "t.run_id"))
    """

  private static func rawMessages(_ table: String, _ message: String, injected: String, runID: String) -> String {
    """
    SELECT t.print_id, '\(message)'::message_kind AS message, t.ts, t.seq, i.symbol AS ticker, i.underlying, i.expiry, i.strike, \
    i.type, t.exchange, t.price, t.size, \(conditionIDs("t")) AS conditions, t.reporting_facility, \(injected) AS injected, \
    \(runID) AS run_id FROM base.\(table) t JOIN base.instruments i ON i.id = t.instrument
    """
  }

  private static let labeledTrades = """
    CREATE VIEW trades_labeled AS SELECT t.print_id, t.ts, t.seq, i.symbol AS ticker, i.underlying, i.expiry, i.strike, i.type, \
    t.exchange, t.price, t.size, t.side, t.method, t.bid, t.ask, t.quote_time, t.premium, t.delta, t.gamma, \
    \(netDelta) AS net_delta, t.underlying_price, nullif(t.sweep_id, 0) AS sweep_id, (t.flags & 1) <> 0 AS block, \
    (t.flags & 128) <> 0 AS injected, t.cancelled, t.flags, \(conditionIDs("t")) AS conditions, \(runID) AS run_id, \
    t.implied_volatility, t.greeks_source, (t.flags & 2048) <> 0 AS backfilled \
    FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument
    """

  private static let nbbo = """
    CREATE VIEW nbbo_at_trade AS SELECT t.print_id, t.ts, i.symbol AS ticker, t.bid, t.ask, t.quote_time, \
    epoch_ns(t.ts) - epoch_ns(t.quote_time) AS quote_age_ns \
    FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument
    """

  private static let referenceTrades = """
    CREATE VIEW trades_labeled AS SELECT t.ts, t.seq, i.symbol AS ticker, i.strike, i.type, t.exchange, t.price, t.size, t.side, \
    t.bid, t.ask, t.premium, t.delta, t.gamma, t.net_delta, t.sweep_id, t.block, i.underlying, i.expiry \
    FROM base.trades_labeled t JOIN base.instruments i ON i.id = t.instrument
    """

  private static let rollups = """
    CREATE VIEW rollups_min AS SELECT i.symbol AS ticker, i.underlying, i.expiry, i.strike, i.type, t.minute, t.open, t.high, \
    t.low, t.close, t.trades, t.volume, t.premium, t.buy_volume, t.sell_volume, t.run_id \
    FROM base.rollups_min t JOIN base.instruments i ON i.id = t.instrument
    """

  private static let openInterest = """
    CREATE VIEW open_interest_eod AS SELECT i.symbol AS ticker, i.underlying, i.expiry, i.strike, i.type, t.reported_on, t.ts, \
    t.open_interest, t.run_id FROM base.open_interest_eod t JOIN base.instruments i ON i.id = t.instrument
    """

  private static let incidents = "CREATE VIEW feed_incidents AS SELECT * FROM base.feed_incidents"

  /// One row a gap. Opened and closed are separate incidents; the newest word on a gap counts.
  private static let gaps = """
    CREATE VIEW feed_gaps AS SELECT run_id, gap AS number, any_value(scope) AS scope, min(gap_start) AS gap_start, \
    max(ts) AS gap_end, CASE WHEN bool_or(kind = 'gap_filled') THEN 'filled' WHEN bool_or(kind = 'gap_unfilled') \
    THEN 'unfilled' ELSE 'open' END AS state, max(recovered) AS recovered, \
    min(recorded_at) FILTER (kind = 'gap_found') AS found_at, \
    max(recorded_at) FILTER (kind IN ('gap_filled', 'gap_unfilled')) AS closed_at \
    FROM base.feed_incidents WHERE kind IN ('gap_found', 'gap_filled', 'gap_unfilled') GROUP BY run_id, gap
    """
  private static let instruments = "CREATE VIEW instruments AS SELECT * FROM base.instruments"
}
