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
        help: "how rows are written; parquet needs --output", default: "the ending of --output, else table"),
      CommandOption(
        "output", short: "o", .value(.path),
        help: "file to write instead of standard output; .json, .csv and .parquet say the format"),
      CommandOption(
        "limit", .value(.integer(1...1_000_000_000)),
        help: "most rows; what is beyond is cut off and said (a server allows \(Limits.statementRows))",
        default: "\(SQLQuestion(sql: "").rowLimit)"),
      CommandOption(
        "timeout", .value(.number(0.1...86_400)),
        help: "most seconds (a server allows \(Int(Limits.statementSeconds)))",
        default: "\(Int(SQLQuestion(sql: "").timeLimitSeconds))"),
      CommandOption(
        "memory", .value(.integer(64...1_000_000)), help: "most megabytes (a server always takes the default)",
        default: "\(SQLQuestion(sql: "").memoryLimitMegabytes)"),
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
    // Before there are other threads.
    let interruption = Interruption()
    let output = try CommandOutput(
      command.text("output"), subject: "query", writer: question.format == .parquet ? .database : .command)
    question.outputPath = question.format == .parquet ? output.path : nil
    do {
      let note = try ask(question, command, output, interruption)
      try output.finish()
      if let note, question.format != .table { printError("marketflow: query: truncated: true; \(note)") }
      return .ok
    } catch {
      output.discard()
      guard !interruption.hasCome else {
        printError("marketflow: query: stopped before the answer was whole; no file was written")
        return .interrupted
      }
      guard let error = error as? SQLError else { throw error }
      throw ServeError("query: \(error)")
    }
  }

  private static func question(_ command: ParsedCommand) throws(UsageError) -> SQLQuestion {
    guard let sql = command.argument("SQL") else { preconditionFailure("SQL is a required argument") }
    let ending = command.text("output").flatMap { path in path.split(separator: ".").last.map(String.init) } ?? ""
    var question = SQLQuestion(sql: sql)
    question.format = SQLQuestion.Format(rawValue: command.text("format") ?? ending.lowercased()) ?? .table
    question.rowLimit = command.integer("limit") ?? question.rowLimit
    question.timeLimitSeconds = command.number("timeout") ?? question.timeLimitSeconds
    question.memoryLimitMegabytes = command.integer("memory") ?? question.memoryLimitMegabytes
    // Standard output and disks take what they are given.
    question.byteLimit = .max >> 1
    if question.format == .parquet, !command.isGiven("output") {
      throw command.usage("--format parquet needs a file; give --output")
    }
    if let url = command.text("url") {
      if command.flag("demo") { throw command.usage("--url and --demo exclude each other; leave one out") }
      guard QueryRequest(url: url) != nil else {
        throw command.usage("--url is \"\(url)\", wanted an address as http://127.0.0.1:8000")
      }
    }
    return question
  }

  /// - Returns: why the answer is cut; nil when it is whole.
  private static func ask(
    _ question: SQLQuestion, _ command: ParsedCommand, _ output: CommandOutput, _ interruption: Interruption
  ) throws -> String? {
    if let url = command.text("url") { return try askServer(url, question, command, output, interruption) }
    let directory = try DataDirectory(command)
    let database = try directory.databaseToAsk(demo: command.flag("demo"))
    do {
      let store = try Store(reading: database)
      let lake = database == directory.demoDatabase ? directory.demoLake : directory.lake
      let runner = QueryRunner(
        store: store, lakeDirectory: lake, scratchDirectory: directory.path, executable: WorkerExecutable.path)
      interruption.stops { runner.stop() }
      return try ask(question, runner, output)
    } catch StorageError.locked(let path, let holder) {
      guard let url = ServerAddress(database: database).read() else {
        throw ServeError(
          "query: database \(path) is in use by another process (\(holder)) that names no server; give --url")
      }
      return try askServer(url, question, command, output, interruption)
    }
  }

  private static func ask(_ question: SQLQuestion, _ runner: QueryRunner, _ output: CommandOutput) throws -> String? {
    var failure: (any Error)?
    let result = Result { () throws(SQLError) in
      try runner.run(question) { piece in
        guard failure == nil else { return }
        do { try output.write(piece) } catch {
          failure = error
          runner.stop()
        }
      }
    }
    if let failure { throw failure }
    return try result.get().note(question)
  }

  private static func askServer(
    _ url: String, _ question: SQLQuestion, _ command: ParsedCommand, _ output: CommandOutput,
    _ interruption: Interruption
  ) throws -> String? {
    guard let request = QueryRequest(url: url) else {
      throw ServeError("query: \(url), where the server is said to be, is no address; give --url")
    }
    for words in limitsOfServers(command) { printError("marketflow: query: \(words)") }
    return try request.ask(question, output, interruption)
  }

  /// What was asked for and a server does not give.
  private static func limitsOfServers(_ command: ParsedCommand) -> [String] {
    var words: [String] = []
    if let rows = command.integer("limit"), rows > Limits.statementRows {
      words.append("--limit is \(rows), a server allows \(Limits.statementRows) rows: that is used")
    }
    if let seconds = command.number("timeout"), seconds > Limits.statementSeconds {
      words.append("--timeout is \(seconds), a server allows \(Limits.statementSeconds) s: that is used")
    }
    let usual = SQLQuestion(sql: "").memoryLimitMegabytes
    if let megabytes = command.integer("memory"), megabytes != usual {
      words.append("--memory is \(megabytes), a server always takes \(usual) MB: that is used")
    }
    return words
  }
}

extension DataDirectory {
  /// The database that `query` looks at: the real one if there is one, else the invented market's.
  fileprivate func databaseToAsk(demo: Bool) throws(ServeError) -> String {
    let candidates = demo ? [demoDatabase] : [database, demoDatabase]
    if let found = candidates.first(where: { access($0, R_OK) == 0 }) { return found }
    throw ServeError(
      "query: data folder \(path) has no \(demo ? "demo.duckdb" : "marketflow.duckdb or demo.duckdb"); "
        + "start marketflow serve once, or name another --data-dir")
  }
}
