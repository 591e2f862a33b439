import JSONText
import MarketModel
import Storage

/// `POST /query`: a SELECT over the store and the lake, answered by a process of its own.
enum StatementRoute {
  static let body = RecordDescription(
    name: "Statement", doc: "A SELECT over the tables and views of the store, and `lake`.",
    fields: [
      FieldDescription(
        name: "sql", type: .text(),
        doc: "Exactly one SELECT; also WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES."),
      FieldDescription(
        name: "format", type: .choice(SQLQuestion.Format.allCases.map(\.rawValue)),
        doc: "How the answer is written; json.",
        mayBeAbsent: true),
      FieldDescription(
        name: "limit", type: .integer,
        doc: "Most rows, 1 to \(Limits.statementRows); 10000 when left out. What is beyond is cut off.",
        mayBeAbsent: true),
      FieldDescription(
        name: "timeout_seconds", type: .number,
        doc: "Most seconds, 0.1 to \(Int(Limits.statementSeconds)); 10 when left out.",
        mayBeAbsent: true),
    ])

  /// The JSON answer, which the query's process writes: a description without a writer.
  static let answer = RecordDescription(
    name: "StatementAnswer",
    doc:
      "The rows. Numbers are numbers, times RFC 3339 UTC, NULL (and NaN) null, lists and structs JSON, all else text.",
    fields: [
      FieldDescription(
        name: "columns",
        type: .list(
          .record(
            RecordDescription(
              name: "StatementColumn", doc: "A column of the answer.",
              fields: [
                FieldDescription(name: "name", type: .text(), doc: "As the statement names it."),
                FieldDescription(name: "type", type: .text(), doc: "DuckDB's type."),
              ]))), doc: "In order."),
      FieldDescription(name: "rows", type: .list(.list(.anything)), doc: "Values in the order of the columns."),
      FieldDescription(name: "row_count", type: .integer, doc: "Rows of this answer."),
      FieldDescription(name: "truncated", type: .flag, doc: "There is more than a limit allows."),
      FieldDescription(
        name: "note", type: .optional(.text()), doc: "Which limit, and what to do; null when it is whole."),
    ])

  static func parse(_ bytes: [UInt8]) throws(Problem) -> SQLQuestion {
    let reader = try RequestBody(bytes, of: body, example: #"{"sql": "SELECT count(*) FROM trades_labeled"}"#)
    var question = SQLQuestion(
      sql: try reader.required("sql", wanted: "a SELECT such as \"SELECT count(*) FROM trades_labeled\"") {
        guard case .text(let text) = $0, !text.isEmpty else { return nil }
        return text
      })
    let formats = SQLQuestion.Format.allCases.map(\.rawValue).joined(separator: ", ")
    question.format =
      try reader.optional("format", wanted: "one of \(formats)") {
        guard case .text(let text) = $0 else { return nil }
        return SQLQuestion.Format(rawValue: text)
      } ?? question.format
    question.rowLimit =
      try reader.optional("limit", wanted: "a whole number from 1 to \(Limits.statementRows)") {
        guard case .number(let text) = $0, let rows = Int(text), (1...Limits.statementRows).contains(rows) else {
          return nil
        }
        return rows
      } ?? question.rowLimit
    question.timeLimitSeconds =
      try reader.optional("timeout_seconds", wanted: "a number from 0.1 to \(Int(Limits.statementSeconds))") {
        guard case .number(let text) = $0, let seconds = Double(text), (0.1...Limits.statementSeconds).contains(seconds)
        else { return nil }
        return seconds
      } ?? question.timeLimitSeconds
    question.byteLimit = Limits.statementBytes
    return question
  }

  static func response(_ result: Result<(answer: SQLAnswer, body: [UInt8]), SQLError>, _ question: SQLQuestion)
    -> APIResponse
  {
    switch result {
    case .success(let (answer, body)):
      var headers = [(name: "Cache-Control", value: "no-store")]
      if let note = answer.note(question) { headers.append(("MarketFlow-Truncated", note)) }
      return APIResponse(contentType: contentType(question.format), headers: headers, body: body)
    case .failure(let error): return problem(error).response
    }
  }

  private static func contentType(_ format: SQLQuestion.Format) -> String {
    switch format {
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8; header=present"
    case .table: "text/plain; charset=utf-8"
    case .parquet: "application/vnd.apache.parquet"
    }
  }

  private static func problem(_ error: SQLError) -> Problem {
    switch error {
    case .refused(let words): Problem(kind: .refusedStatement, status: 400, detail: "sql: \(words)", parameter: "sql")
    case .timedOut, .tooMuchMemory:
      Problem(kind: .statementLimit, status: 422, detail: "sql: \(error)", parameter: "sql")
    case .stopped: .busy("/query: \(error)")
    case .store, .process: .storeUnavailable("/query: \(error)")
    }
  }
}

/// The thread that waits for the processes of statements, one after the other; few may wait for it.
final class StatementThread: Sendable {
  private let runner: QueryRunner
  private let thread = PatientThread("statements", capacity: Limits.waitingStatements)

  init(_ runner: QueryRunner) { self.runner = runner }

  /// Returns false when too many wait already, or when the thread stops.
  func submit(_ question: SQLQuestion, reply: @escaping @Sendable (APIResponse) -> Void) -> Bool {
    thread.submit { [runner] in
      let result = Result { () throws(SQLError) in try runner.answer(question) }
      reply(StatementRoute.response(result, question))
    }
  }

  func stop() {
    runner.stop()
    thread.stop()
  }
}

extension StatementRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "POST", path: "/query", operation: "postQuery", summary: "Ask SQL of the store and the lake, read only",
      doc:
        "One SELECT over the tables and views of the database (SHOW TABLES) and `lake`, the Parquet files. It runs in a process of "
        + "its own with bounds on rows, bytes, time and memory, and can reach no file and no network. `format` csv, table and "
        + "parquet answer as text/csv, text/plain and application/vnd.apache.parquet; a cut answer says so in the JSON and in the "
        + "header MarketFlow-Truncated. Only for clients on this machine.",
      requestBody: StatementRoute.body,
      answers: [
        .json(200, "The rows.", StatementRoute.answer),
        .problem(400, "The statement cannot be used, or the body is not JSON."),
        .problem(403, "The request comes from elsewhere."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used, or the statement takes more time or memory than it may."),
        .problem(503, "There is no database, it cannot be read, or too many statements wait."),
      ])
  ]
}
