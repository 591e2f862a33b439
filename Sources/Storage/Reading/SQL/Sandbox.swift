/// The worker's DuckDB: a database in memory that has the store's tables and views, and the lake, and can reach nothing else.
struct Sandbox {
  let connection: Connection
  let check: StatementCheck

  init(_ job: WorkerJob, _ pipe: WorkerPipe) throws(StorageError) {
    let database = try Database(
      path: ":memory:",
      options: DatabaseOptions(memoryLimitMegabytes: job.question.memoryLimitMegabytes, temporaryDirectory: ""))
    connection = try database.connect()
    try connection.execute("CREATE SCHEMA base")
    for type in Enumerations.all { try connection.execute(SchemaStep.create(type)) }
    for (number, table) in job.tables.enumerated() {
      let function = try ScanFunction(table, number: number, pipe: pipe, connection: connection)
      try function.register(connection)
      try connection.execute(
        "CREATE VIEW \(table.schema.sqlName).\(table.name.sqlName) AS SELECT * FROM \(function.name)()")
    }
    if !job.tables.isEmpty {
      for view in Views.trades(job.profile) + Views.sums { try connection.execute(view) }
    }
    if let lake = job.lakeDirectory { try Sandbox.addLake(lake, connection) }
    try Sandbox.lock(connection, job)
    check = try StatementCheck(connection)
  }

  /// The view `lake`, when there is a file.
  private static func addLake(_ directory: String, _ connection: Connection) throws(StorageError) {
    let pattern = "\(directory)/year=*/month=*/day=*/flow_part_*.parquet".sqlLiteral
    let files = try connection.integer("SELECT count(*) FROM glob(\(pattern))") ?? 0
    guard files > 0 else { return }
    // Without the types 05 would be read as text.
    try connection.execute(
      """
      CREATE VIEW lake AS SELECT * FROM read_parquet(\(pattern), hive_partitioning = true, union_by_name = true, \
      hive_types = {'year': INTEGER, 'month': INTEGER, 'day': INTEGER})
      """)
  }

  /// From here on nothing can be reached but the lake's files and the one file an answer may be written to.
  private static func lock(_ connection: Connection, _ job: WorkerJob) throws(StorageError) {
    var settings = [
      "SET TimeZone = 'UTC'",
      // DuckDB 1.5.5 fails on min and max of a hive column when it answers them from statistics.
      "SET disabled_optimizers = 'statistics_propagation'",
    ]
    if let lake = job.lakeDirectory { settings.append("SET allowed_directories = [\(lake.sqlLiteral)]") }
    if let output = job.question.outputPath { settings.append("SET allowed_paths = [\(output.sqlLiteral)]") }
    settings += ["SET enable_external_access = false", "SET lock_configuration = true"]
    for setting in settings { try connection.execute(setting) }
  }
}
