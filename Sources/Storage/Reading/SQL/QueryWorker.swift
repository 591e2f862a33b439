import Rings

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The process that answers one statement of a stranger: it has no key, no database file, no descriptor but the pipe to the
/// process that has them, and bounds on its memory, its time and the files it may write. What goes wrong in it hurts nobody.
public enum QueryWorker {
  /// The word after the program's name that makes it a worker.
  public static let command = "query-worker"
  /// Seconds beyond the time limit after which a worker ends whose parent has not ended it.
  private static let graceSeconds = 5.0

  /// Answers the job that comes over standard input.
  /// - Returns: the process's exit status.
  public static func run() -> Int32 {
    // What the parent has open is no business of ours; the libraries have opened nothing yet.
    for descriptor in 3..<Int32(4096) { close(descriptor) }
    let pipe = WorkerPipe(descriptor: STDIN_FILENO)
    endWithParent(pipe)
    do throws(WorkerPipe.Failure) {
      let message = try pipe.receive()
      guard message.kind == .job else { return 2 }
      let job = WorkerJob(message.content)
      confine(job.question)
      try report(Result { () throws(SQLError) in try QueryWorker.answer(job, pipe) }, to: pipe)
      return 0
    } catch {
      // Nobody is there to be told.
      return 1
    }
  }

  /// Ends this process when whoever asked is gone, however it went: a kill leaves nobody to end the query, which would go on
  /// until its time is over.
  private static func endWithParent(_ pipe: WorkerPipe) {
    _ = WorkerThread("parent watch", .patient) {
      pipe.waitUntilClosed()
      _exit(1)
    }
  }

  private static func report(_ result: Result<SQLAnswer, SQLError>, to pipe: WorkerPipe) throws(WorkerPipe.Failure) {
    var message = MessageWriter()
    switch result {
    case .success(let answer):
      message.integer(UInt64(answer.rows))
      message.integer(answer.cut?.rawValue ?? 0)
      try pipe.send(.done, message.bytes)
    case .failure(let error):
      message.integer(failure(error).rawValue)
      message.text(error.description)
      try pipe.send(.failed, message.bytes)
    }
  }

  private static func failure(_ error: SQLError) -> WorkerMessage.Failure {
    switch error {
    case .refused: .refused
    case .tooMuchMemory: .memory
    default: .other
    }
  }

  private static func confine(_ question: SQLQuestion) {
    alarm(UInt32(min(question.timeLimitSeconds + graceSeconds, 86_400).rounded(.up)))
    _ = nice(10)
    let megabyte: UInt64 = 1 << 20
    // DuckDB counts its blocks, but not what one value takes: this does.
    if let used = dataBytes() {
      limit(
        __rlimit_resource_t(RLIMIT_DATA.rawValue), used + (2 * UInt64(question.memoryLimitMegabytes) + 64) * megabyte)
    }
    limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), 0)
    limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), question.outputPath == nil ? 0 : UInt64(question.byteLimit))
  }

  private static func limit(_ resource: __rlimit_resource_t, _ bytes: UInt64) {
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    // Refused where the limit is lower already: that one holds, then.
    _ = setrlimit(resource, &limit)
  }

  /// What the process has of writable memory of its own; nil where the system does not tell.
  private static func dataBytes() -> UInt64? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmData:") else { continue }
      return UInt64(text.dropFirst(7).drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }).map { $0 * 1024 }
    }
    return nil
  }

  // MARK: The answer

  private static func answer(_ job: WorkerJob, _ pipe: WorkerPipe) throws(SQLError) -> SQLAnswer {
    let question = job.question
    do {
      let sandbox = try Sandbox(job, pipe)
      let statement = trimmed(question.sql)
      try sandbox.check.check(statement, sandbox.connection)
      return question.format == .parquet
        ? try writeParquet(statement, question, sandbox)
        : try writeText(statement, question, sandbox, pipe)
    } catch let error as StorageError {
      throw translated(error, question)
    } catch let error as SQLError {
      throw error
    } catch {
      throw .process("has lost its parent")
    }
  }

  private static func translated(_ error: StorageError, _ question: SQLQuestion) -> SQLError {
    let words = linesAsAsked(error.words)
    let isMemory = ["Out of Memory Error", "bad_alloc", "bad allocation"].contains { words.contains($0) }
    return isMemory ? .tooMuchMemory(megabytes: question.memoryLimitMegabytes) : .refused(words)
  }

  /// DuckDB's words with the lines of the statement as it was asked, which stands from the second line on in those that run.
  private static func linesAsAsked(_ words: String) -> String {
    words.replacing(/LINE (\d+):/) { "LINE \(max(1, (Int($0.output.1) ?? 2) - 1)):" }
  }

  /// Without what may follow a statement: it is put into another.
  private static func trimmed(_ sql: String) -> String {
    var text = sql[...]
    while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
    return String(text)
  }

  private static func writeText(
    _ statement: String, _ question: SQLQuestion, _ sandbox: Sandbox, _ pipe: WorkerPipe
  ) throws -> SQLAnswer {
    let columns = try self.columns(statement, sandbox.connection)
    let names = columns.indices.map { "c\($0)" }
    let cells = zip(columns, names).map { $0.expression($1, question.format) }.joined(separator: ", ")
    // One row more than wanted tells whether there are more.
    let wrapped =
      "SELECT \(cells) FROM (\n\(statement)\n) AS q(\(names.joined(separator: ", "))) LIMIT \(question.rowLimit + 1)"
    try sandbox.check.check(wrapped, sandbox.connection)
    var text = AnswerText(question.format, columns)
    var cut: SQLAnswer.Cut?
    var lost: WorkerPipe.Failure?
    try sandbox.connection.stream(wrapped) { chunk in
      for row in 0..<chunk.count {
        if text.rows == question.rowLimit { cut = .rows } else if text.size >= question.byteLimit { cut = .bytes }
        if cut != nil { return false }
        text.add((0..<columns.count).map { chunk.text($0, row) })
      }
      guard text.waitingBytes >= 64 << 10 else { return true }
      do throws(WorkerPipe.Failure) {
        try pipe.send(.body, text.take())
        return true
      } catch {
        lost = error
        return false
      }
    }
    if let lost { throw lost }
    let answer = SQLAnswer(rows: text.rows, cut: cut)
    text.end(answer, note: answer.note(question))
    try pipe.send(.body, text.take())
    return answer
  }

  private static func columns(_ statement: String, _ connection: Connection) throws(StorageError) -> [AnswerColumn] {
    var columns: [AnswerColumn] = []
    try connection.query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM (\n\(statement)\n) AS q)") {
      chunk in
      for row in 0..<chunk.count {
        columns.append(AnswerColumn(name: chunk.text(0, row) ?? "", type: chunk.text(1, row) ?? ""))
      }
    }
    return columns
  }

  private static func writeParquet(
    _ statement: String, _ question: SQLQuestion, _ sandbox: Sandbox
  ) throws -> SQLAnswer {
    guard let path = question.outputPath else { throw SQLError.refused("a Parquet answer needs a file") }
    let wrapped = "SELECT * FROM (\n\(statement)\n) AS q LIMIT \(question.rowLimit)"
    try sandbox.check.check(wrapped, sandbox.connection)
    let rows =
      try sandbox.connection.integer(
        "COPY (\(wrapped)) TO \(path.sqlLiteral) (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)") ?? 0
    guard rows == question.rowLimit else { return SQLAnswer(rows: Int(rows), cut: nil) }
    // A file cannot hold one row more to tell whether there are more, so that a full one is asked about again.
    let counted = try sandbox.connection.integer(
      "SELECT count(*) FROM (SELECT 1 FROM (\n\(statement)\n) AS q LIMIT \(question.rowLimit + 1))")
    return SQLAnswer(rows: Int(rows), cut: counted == rows ? nil : .rows)
  }
}
