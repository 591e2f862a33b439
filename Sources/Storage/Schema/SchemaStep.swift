/// The way from one version of the tables to the next.
struct SchemaStep: Sendable, ExpressibleByArrayLiteral {
  var statements: @Sendable (StoreProfile) -> [String]

  init(_ statements: @escaping @Sendable (StoreProfile) -> [String]) { self.statements = statements }

  /// The same statements for every profile.
  init(arrayLiteral statements: String...) { self.init { _ in statements } }
}

extension SchemaStep {
  /// 1 to 2: prints have volatility and the source of their greeks, incidents their scope and what gaps need. Incidents are few,
  /// so their table is made anew: a key and the labels of an ENUM do not change in place.
  static let gapsAndVolatility = SchemaStep { profile in
    var sql = [create(Enumerations.greeksSource), create(Enumerations.scope)]
    if profile == .full {
      sql += [
        "ALTER TABLE base.trades_labeled ADD COLUMN implied_volatility DECIMAL(18,9)",
        "ALTER TABLE base.trades_labeled ADD COLUMN greeks_source greeks_source",
      ]
    }
    sql += [
      "ALTER TABLE main.ingest_runs ADD COLUMN commits BIGINT DEFAULT 0",
      // Files of version 1 have four labels or eight.
      "CREATE TABLE base.feed_incidents_before AS SELECT run_id, ts, kind::VARCHAR AS kind, session FROM base.feed_incidents",
      "DROP VIEW feed_incidents", "DROP TABLE base.feed_incidents", "DROP TYPE incident_kind",
      create(Enumerations.incident), SumTables.incidents.createSQL,
    ]
    sql += SumTables.incidents.commentSQL
    sql += [
      """
      INSERT INTO base.feed_incidents SELECT run_id, ts, kind::incident_kind, session, 'everything', 0, NULL, 0, ts \
      FROM base.feed_incidents_before
      """,
      "DROP TABLE base.feed_incidents_before",
    ]
    // The views of prints come with the next step.
    return sql + Views.changedSinceVersion1
  }

  /// 2 to 3: one table of prints instead of three that repeat each other; cancellations, which are no prints, have one of their
  /// own. Columns that follow from others are left out: run, net delta, age of the quote.
  static let onePrintTable = SchemaStep { profile in
    guard profile == .full else { return [] }
    let names = PrintTables.labeled.columns.map(\.name)
    let kept = names.map { $0 == "reporting_facility" ? "coalesce(r.reporting_facility, 0)" : "t.\($0)" }
    let cancelled = PrintTables.cancellations.columns.map(\.name).joined(separator: ", ")
    var sql = [
      // The run is read from the id from here on.
      """
      SELECT CASE WHEN count(*) > 0 THEN error(count(*) || ' prints have an id outside the block of their run') END \
      FROM base.trades_labeled WHERE print_id >> \(PrintNumbering.blockBits) <> run_id
      """,
      "DROP VIEW trades_labeled", "DROP VIEW trades_raw", "DROP VIEW nbbo_at_trade",
      "ALTER TABLE base.trades_labeled RENAME TO trades_labeled_before", PrintTables.labeled.createSQL,
    ]
    sql += PrintTables.labeled.commentSQL
    sql += [
      """
      INSERT INTO base.trades_labeled SELECT \(kept.joined(separator: ", ")) FROM base.trades_labeled_before t LEFT JOIN \
      (SELECT print_id, reporting_facility FROM base.trades_raw WHERE message = 'print' AND reporting_facility <> 0) r \
      ON r.print_id = t.print_id ORDER BY t.print_id
      """,
      PrintTables.cancellations.createSQL,
    ]
    sql += PrintTables.cancellations.commentSQL
    sql += [
      "INSERT INTO base.cancellations SELECT \(cancelled) FROM base.trades_raw WHERE message = 'cancel'",
      "DROP TABLE base.trades_labeled_before", "DROP TABLE base.trades_raw", "DROP TABLE base.nbbo_at_trade",
    ]
    return sql + Views.prints
  }

  /// 3 to 4: where each day begins among a run's prints, the engine's digests, and which prints are missing.
  static let daysDigestsAndHoles = SchemaStep { _ in
    [ProgressTables.days.createSQL] + ProgressTables.days.commentSQL + [ProgressTables.digests.createSQL]
      + ProgressTables.digests.commentSQL + [ProgressTables.holes.createSQL] + ProgressTables.holes.commentSQL
  }

  /// 4 to 5: what detectors found, and how far a run has told it.
  static let detections = SchemaStep { profile in
    var sql = [Enumerations.detectionKind, Enumerations.detectionState, Enumerations.positionEffect].map { create($0) }
    sql.append("ALTER TABLE main.ingest_runs ADD COLUMN told_prints BIGINT")
    guard profile == .full else { return sql }
    sql += [DetectionTables.detections.createSQL] + DetectionTables.detections.commentSQL
    sql += [DetectionTables.legs.createSQL] + DetectionTables.legs.commentSQL
    return sql + DetectionTables.views
  }

  /// 5 to 6: minutes lose their key, which took longer to keep than the minutes themselves. The reference profile had none.
  static let minutesWithoutKey = SchemaStep { profile in
    guard profile == .full else { return [] }
    let table = SumTables.rollups
    let columns = table.columns.map(\.name).joined(separator: ", ")
    return ["ALTER TABLE base.rollups_min RENAME TO rollups_min_before", table.createSQL] + table.commentSQL + [
      "INSERT INTO base.rollups_min SELECT \(columns) FROM base.rollups_min_before ORDER BY run_id, minute, instrument",
      "DROP TABLE base.rollups_min_before",
    ]
  }

  static func create(_ type: EnumerationType) -> String {
    "CREATE TYPE \(type.name) AS ENUM (\(type.labels.map(\.sqlLiteral).joined(separator: ", ")))"
  }
}
