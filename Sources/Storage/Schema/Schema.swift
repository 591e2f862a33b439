import Clocks

/// What a store keeps.
public enum StoreProfile: String, Sendable {
  /// Everything: raw prints, labels, quotes, minutes, open interest, incidents.
  case full
  /// The labelled rows of the reference benchmark (17 columns, without excluded prints) and the minutes.
  case reference
}

/// The tables of a file, and the way from an older file to them.
struct Schema: Sendable {
  var version: Int
  /// `steps[n]`: the statements that turn a file of version n into one of version n + 1.
  var steps: [Int: SchemaStep]

  static let current = Schema(
    version: 6,
    steps: [
      1: .gapsAndVolatility, 2: .onePrintTable, 3: .daysDigestsAndHoles, 4: .detections, 5: .minutesWithoutKey,
    ])

  /// Creates the tables in a new file, migrates an older one, refuses what it does not know.
  func prepare(_ connection: Connection, profile: StoreProfile) throws(StorageError) {
    let tables = try Schema.tableNames(connection)
    if tables.isEmpty { return try create(connection, profile) }
    try migrate(connection, profile, from: try foundVersion(connection, tables, profile))
  }

  /// Refuses every file that is not exactly of this version.
  func check(_ connection: Connection, profile: StoreProfile) throws(StorageError) {
    let found = try foundVersion(connection, try Schema.tableNames(connection), profile)
    guard found == version else {
      throw .notMigrated(path: connection.database.path, found: found, supported: version)
    }
  }

  private func foundVersion(
    _ connection: Connection, _ tables: [String], _ profile: StoreProfile
  ) throws(StorageError) -> Int {
    let path = connection.database.path
    guard tables.contains("schema_info") else {
      throw .foreignFile(path: path, tables: tables.prefix(5).joined(separator: ", "))
    }
    var found: Int64 = 0
    var foundProfile = ""
    try connection.query("SELECT version, profile FROM main.schema_info") { chunk in
      for row in 0..<chunk.count {
        found = chunk.integer(0, row) ?? 0
        foundProfile = chunk.text(1, row) ?? ""
      }
    }
    guard found <= version else { throw .newerSchema(path: path, found: Int(found), supported: version) }
    guard foundProfile == profile.rawValue else {
      throw .otherProfile(path: path, found: foundProfile, wanted: profile.rawValue)
    }
    return Int(found)
  }

  private func migrate(
    _ connection: Connection, _ profile: StoreProfile, from found: Int
  ) throws(StorageError) {
    guard found < version else { return }
    var statements: [String] = []
    for step in found..<version {
      guard let step = steps[step] else {
        throw .olderSchema(path: connection.database.path, found: found, supported: version)
      }
      statements += step.statements(profile)
    }
    try connection.transaction { () throws(StorageError) in
      for statement in statements { try connection.execute(statement) }
      try connection.execute("UPDATE main.schema_info SET version = \(version)")
    }
  }

  private func create(_ connection: Connection, _ profile: StoreProfile) throws(StorageError) {
    try connection.transaction { () throws(StorageError) in
      for statement in creationSQL(profile) { try connection.execute(statement) }
    }
  }

  private func creationSQL(_ profile: StoreProfile) -> [String] {
    var sql = ["CREATE SCHEMA base"]
    sql += Enumerations.all.map { SchemaStep.create($0) }
    func add<Row>(_ table: TableLayout<Row>) { sql += [table.createSQL] + table.commentSQL }
    add(SumTables.instruments)
    switch profile {
    case .full:
      add(PrintTables.labeled)
      add(PrintTables.cancellations)
      add(DetectionTables.detections)
      add(DetectionTables.legs)
    case .reference:
      add(ReferenceTables.labeled)
    }
    add(SumTables.rollups)
    add(SumTables.openInterest)
    add(SumTables.incidents)
    add(ProgressTables.days)
    add(ProgressTables.digests)
    add(ProgressTables.holes)
    sql += Views.trades(profile) + Views.sums + IngestLedger.createSQL
    sql += [
      "CREATE TABLE main.schema_info (version INTEGER NOT NULL, profile VARCHAR NOT NULL, created_at TIMESTAMP_NS NOT NULL)",
      "INSERT INTO main.schema_info VALUES (\(version), \(profile.rawValue.sqlLiteral), make_timestamp_ns(\(SystemClock.wallNanoseconds)))",
    ]
    return sql
  }

  private static func tableNames(_ connection: Connection) throws(StorageError) -> [String] {
    var names: [String] = []
    try connection.query(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal ORDER BY 1"
    ) { chunk in
      for row in 0..<chunk.count { if let name = chunk.text(0, row) { names.append(name) } }
    }
    return names
  }
}
