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
      sql += PrintTables.labeled.commentSQL
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
    return sql + Views.changedSinceVersion1(profile)
  }

  static func create(_ type: EnumerationType) -> String {
    "CREATE TYPE \(type.name) AS ENUM (\(type.labels.map(\.sqlLiteral).joined(separator: ", ")))"
  }
}
