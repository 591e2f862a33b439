import Clocks
import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Answers statements of strangers, each in a process of its own (`QueryWorker`), and gives that process the rows it asks for.
///
/// A query in the writer's DuckDB would share its memory limit, and DuckDB 1.5.5 refuses a COMMIT for want of memory; worse, what a
/// single value takes is not counted at all, so that `repeat('x', 1e9)` takes the whole process along. So the query gets a
/// DuckDB of its own elsewhere, and the store's only ever reads windows of rows.
public final class QueryRunner: Sendable {
  private let store: Store?
  private let lakeDirectory: String?
  private let scratchDirectory: String
  private let executable: String
  private let stopping = Atomic(false)

  /// - Parameters:
  ///   - store: nil when only the lake can be asked.
  ///   - lakeDirectory: folder with the hive folders of the Parquet lake; need not exist.
  ///   - scratchDirectory: where Parquet answers are put together.
  ///   - executable: this program, which becomes a worker when its first word is `QueryWorker.command`.
  public init(store: Store?, lakeDirectory: String?, scratchDirectory: String, executable: String) {
    self.store = store
    self.scratchDirectory = scratchDirectory
    self.lakeDirectory = lakeDirectory
    self.executable = executable
  }

  /// Where the lake is, without links, as DuckDB compares paths; nil while it is not there.
  private var lake: String? {
    guard let lakeDirectory, let path = realpath(lakeDirectory, nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// Ends the running query and refuses further ones. Any thread.
  public func stop() { stopping.store(true, ordering: .releasing) }

  /// Answers a question; returns when it is answered or given up. One thread at a time for each question.
  /// - Parameter sink: takes the answer's text piece by piece; nothing for Parquet.
  public func run(_ question: SQLQuestion, into sink: ([UInt8]) -> Void) throws(SQLError) -> SQLAnswer {
    precondition(
      question.format != .parquet || question.outputPath != nil, "QueryRunner.run: a Parquet answer needs a file")
    let result: Result<SQLAnswer, SQLError>
    do throws(StorageError) {
      let connection = try store?.database.connect()
      let tables = try connection.map { connection throws(StorageError) in try WorkerJob.tables(connection) } ?? []
      let job = WorkerJob(
        question: question, profile: store?.options.profile ?? .full, tables: tables, lakeDirectory: lake)
      result = try answer(job, connection, sink)
    } catch {
      throw .store(error.description)
    }
    return try result.get()
  }

  /// Answers a question in memory, a Parquet one too.
  public func answer(_ question: SQLQuestion) throws(SQLError) -> (answer: SQLAnswer, body: [UInt8]) {
    var body: [UInt8] = []
    guard question.format == .parquet else {
      let answer = try run(question) { body += $0 }
      return (answer, body)
    }
    let file = ScratchFile(directory: scratchDirectory)
    var question = question
    question.outputPath = file.path
    let answer = try run(question) { _ in }
    guard let bytes = file.read() else { throw .process("left no file") }
    return (answer, bytes)
  }

  private func answer(
    _ job: WorkerJob, _ connection: Connection?, _ sink: ([UInt8]) -> Void
  ) throws(StorageError) -> Result<SQLAnswer, SQLError> {
    let worker: WorkerProcess
    do throws(SQLError) { worker = try WorkerProcess(executable) } catch { return .failure(error) }
    // One moment of the store for all scans of the query.
    try connection?.execute("BEGIN TRANSACTION")
    let result = converse(worker, job, connection, sink)
    try connection?.execute("ROLLBACK")
    return result
  }

  private func converse(
    _ worker: WorkerProcess, _ job: WorkerJob, _ connection: Connection?, _ sink: ([UInt8]) -> Void
  ) -> Result<SQLAnswer, SQLError> {
    let seconds = job.question.timeLimitSeconds
    let patience = WorkerPipe.Patience(
      deadlineNanoseconds: SystemClock.monotonicNanoseconds + Int64(min(seconds, 1e6) * 1e9),
      isStopping: { [self] in stopping.load(ordering: .acquiring) })
    var scans: [UInt32: TableScan] = [:]
    do {
      try worker.pipe.send(.job, job.message, patience)
      while true {
        var (kind, content) = try worker.pipe.receive(patience)
        switch kind {
        case .scan:
          guard let connection else { return .failure(.store("there is none")) }
          let window = try QueryRunner.window(&content, job, &scans, connection)
          try worker.pipe.send(.window, window, patience)
        case .body: sink(content.rest())
        case .done:
          return .success(
            SQLAnswer(rows: Int(content.integer(UInt64.self)), cut: SQLAnswer.Cut(rawValue: content.integer())))
        case .failed: return .failure(QueryRunner.failure(&content, job.question))
        case .job, .window: return .failure(.process("speaks out of turn"))
        }
      }
    } catch let error as StorageError {
      return .failure(.store(error.description))
    } catch WorkerPipe.Failure.late {
      return .failure(.timedOut(seconds: seconds))
    } catch WorkerPipe.Failure.stopped {
      return .failure(.stopped)
    } catch {
      return .failure(worker.reasonOfDeath(job.question))
    }
  }

  private static func window(
    _ request: inout MessageReader, _ job: WorkerJob, _ scans: inout [UInt32: TableScan], _ connection: Connection
  ) throws(StorageError) -> [UInt8] {
    let id = request.integer(UInt32.self)
    let table = Int(request.integer(UInt32.self))
    let columns = request.list { Int($0.integer(UInt32.self)) }
    var scan: TableScan
    if let known = scans[id] { scan = known } else { scan = try TableScan(job.tables, table, columns, connection) }
    let window = try scan.next(connection)
    scans[id] = scan
    return window
  }

  private static func failure(_ content: inout MessageReader, _ question: SQLQuestion) -> SQLError {
    let kind = WorkerMessage.Failure(rawValue: content.integer())
    let words = content.text()
    switch kind {
    case .refused: return .refused(words)
    case .memory: return .tooMuchMemory(megabytes: question.memoryLimitMegabytes)
    case .other, nil: return .process(words)
    }
  }
}
