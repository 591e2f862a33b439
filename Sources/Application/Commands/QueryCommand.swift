import MarketModel
import Server
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow query SQL`: a SELECT over the store and the lake, whether a server holds them or nobody does.
enum QueryCommand {
  static let declaration = Command(
    "query", summary: "ask SQL of the store and the lake, read only",
    discussion: """
      SQL is one SELECT over the tables and views of the database (SHOW TABLES) and lake, the Parquet files of the data folder. It \
      runs in a process of its own with bounds on rows, time and memory, and can reach no file and no network. A database that a \
      running serve holds is asked through that server. The demo market's database is asked when there is no other, or with \
      --demo.
      """,
    arguments: [CommandArgument("SQL", .text(placeholder: "SQL"), help: "exactly one statement")],
    options: [
      CommandOption(
        "format", .value(.choice(SQLQuestion.Format.allCases.map(\.rawValue))),
        help: "how rows are written; parquet needs --output", default: "table"),
      CommandOption("output", short: "o", .value(.path), help: "file to write instead of standard output"),
      CommandOption(
        "limit", .value(.integer(1...1_000_000_000)),
        help: "most rows; what is beyond is cut off and said (a server allows \(Limits.statementRows))",
        default: "10000"),
      CommandOption(
        "timeout", .value(.number(0.1...86_400)),
        help: "most seconds (a server allows \(Int(Limits.statementSeconds)))", default: "10"),
      CommandOption(
        "memory", .value(.integer(64...1_000_000)), help: "most megabytes; a server has its own limit", default: "256"),
      CommandOption("demo", .flag, help: "the demo market's database"),
      CommandOption("url", .value(.text(placeholder: "URL")), help: "ask this server, as http://127.0.0.1:8000"),
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example(
        "marketflow query \"SELECT underlying, sum(premium) FROM trades_labeled GROUP BY 1 ORDER BY 2 DESC\"", "a table"
      ),
      Command.Example("marketflow query \"SHOW TABLES\"", "what can be asked"),
      Command.Example(
        "marketflow query \"FROM lake WHERE ticker LIKE 'O:SPY%'\" --format parquet -o spy.parquet", "a file"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    var question = try question(command)
    let output = try QueryOutput(command.text("output"), format: question.format)
    question.outputPath = question.format == .parquet ? output.path : nil
    do {
      let note = try ask(question, command, output)
      try output.finish()
      if let note, question.format != .table { printError("marketflow: truncated: true; \(note)") }
      return .ok
    } catch {
      output.discard()
      throw error
    }
  }

  private static func question(_ command: ParsedCommand) throws -> SQLQuestion {
    guard let sql = command.argument("SQL") else { preconditionFailure("SQL is a required argument") }
    let ending = command.text("output").flatMap { path in path.split(separator: ".").last.map(String.init) } ?? ""
    var question = SQLQuestion(sql: sql)
    question.format =
      SQLQuestion.Format(rawValue: command.text("format") ?? ending) ?? .table
    question.rowLimit = command.integer("limit") ?? question.rowLimit
    question.timeLimitSeconds = command.number("timeout") ?? question.timeLimitSeconds
    question.memoryLimitMegabytes = command.integer("memory") ?? question.memoryLimitMegabytes
    // Standard output and disks take what they are given.
    question.byteLimit = .max >> 1
    return question
  }

  /// - Returns: why the answer is cut; nil when it is whole.
  private static func ask(_ question: SQLQuestion, _ command: ParsedCommand, _ output: QueryOutput) throws -> String? {
    if let url = command.text("url") { return try QueryRequest(url: url).ask(question, output) }
    let directory = DataDirectory(path: try Settings.ofThisProcess(command: command).dataDirectory)
    let database = try directory.databaseToAsk(demo: command.flag("demo"))
    do {
      let store = try Store(reading: database)
      return try ask(question, store, directory, output)
    } catch StorageError.locked(let path, let holder) {
      guard let url = ServerAddress(database: database).read() else {
        throw ServeError("database \(path) is in use by another process (\(holder)) that names no server; give --url")
      }
      return try QueryRequest(url: url).ask(question, output)
    }
  }

  private static func ask(
    _ question: SQLQuestion, _ store: Store, _ directory: DataDirectory, _ output: QueryOutput
  ) throws -> String? {
    let runner = QueryRunner(
      store: store, lakeDirectory: directory.lake, scratchDirectory: directory.path, executable: PageDirectory.worker)
    var failure: (any Error)?
    let answer = try runner.run(question) { piece in
      guard failure == nil else { return }
      do { try output.write(piece) } catch {
        failure = error
        runner.stop()
      }
    }
    if let failure { throw failure }
    return answer.note(question)
  }
}

extension DataDirectory {
  /// The database that `query` looks at: the real one if there is one, else the invented market's.
  fileprivate func databaseToAsk(demo: Bool) throws(ServeError) -> String {
    let candidates = demo ? [demoDatabase] : [database, demoDatabase]
    if let found = candidates.first(where: { access($0, R_OK) == 0 }) { return found }
    throw ServeError(
      "data folder \(path) has no \(demo ? "demo.duckdb" : "marketflow.duckdb or demo.duckdb"); "
        + "start marketflow serve once, or name another --data-dir")
  }
}
