/// A statement that somebody typed, and what its answer may cost.
public struct SQLQuestion: Sendable, Equatable {
  /// How the answer is written.
  public enum Format: String, Sendable, CaseIterable {
    case json, csv, table, parquet
  }

  /// Exactly one SELECT, or what DuckDB treats as one (FROM, VALUES, WITH, DESCRIBE, SUMMARIZE, SHOW TABLES).
  public var sql: String
  public var format = Format.json
  /// Rows of the answer at most; what is beyond is cut off, and the answer says so.
  public var rowLimit = 10_000
  /// Bytes of the answer at most; likewise. A Parquet answer that is longer is refused.
  public var byteLimit = 16 << 20
  /// From the start of its process to the last byte.
  public var timeLimitSeconds = 10.0
  /// Memory DuckDB takes for the query; the process's own comes on top.
  public var memoryLimitMegabytes = 256
  /// The file a Parquet answer is written to; it must not exist.
  public var outputPath: String?

  public init(sql: String, format: Format = .json) {
    self.sql = sql
    self.format = format
  }
}

/// What became of a question that was answered.
public struct SQLAnswer: Sendable, Equatable {
  /// Why there may be more than the answer has.
  public enum Cut: UInt8, Sendable {
    case rows = 1
    case bytes = 2
  }
  public var rows: Int
  /// Nil when the answer is whole.
  public var cut: Cut?

  /// For people; nil when the answer is whole.
  public func note(_ question: SQLQuestion) -> String? {
    switch cut {
    case nil: nil
    case .rows: "cut after \(rows) rows, the limit; aggregate, select fewer, or ask for a higher limit"
    case .bytes: "cut after \(rows) rows: the answer has \(question.byteLimit) bytes, the limit; select fewer columns"
    }
  }
}

/// Why a question was not answered, in words for the one who asked.
public enum SQLError: Error, Sendable, Equatable {
  /// The statement may not do that, or DuckDB does not understand it.
  case refused(String)
  case timedOut(seconds: Double)
  /// It needs more memory than a query may have.
  case tooMuchMemory(megabytes: Int)
  /// The server stops.
  case stopped
  /// The store cannot be read.
  case store(String)
  /// The query's process cannot be started, or died.
  case process(String)
}

extension SQLError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let words): words
    case .timedOut(let seconds):
      "the query ran longer than \(seconds) s and was stopped; ask for a shorter period or fewer rows"
    case .tooMuchMemory(let megabytes):
      "the query needs more than \(megabytes) MB and was stopped; aggregate, or ask for a shorter period or fewer columns"
    case .stopped: "the server is stopping; ask again when it is back"
    case .store(let words): "the store cannot be read: \(words)"
    case .process(let words): "the query's process \(words)"
    }
  }
}
