import Synchronization

/// How much a line matters, and to whom.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// Of use to somebody who reads the code.
  case debug
  /// A stage came up, went down or changed; nothing to do.
  case info
  /// Something was lost or refused, and the process coped; look when convenient.
  case warning
  /// A part does not work until somebody acts.
  case error
  /// The process cannot go on.
  case critical

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// The process's log: one format everywhere, on standard error.
///
///     log.info("storage", "opened data/flow.duckdb", ["schema": "1", "rows": "0"])
public final class Log: Sendable {
  public let minimumLevel: LogLevel

  public init(minimumLevel: LogLevel = .info) { self.minimumLevel = minimumLevel }

  /// - Parameters:
  ///   - subject: the part of the house that speaks, one lower-case word.
  ///   - message: subject first, value seen, value wanted, what to do next.
  ///   - fields: facts for machines, in order.
  public func write(_ level: LogLevel, _ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {}

  public func debug(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.debug, subject, message, fields)
  }
  public func info(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.info, subject, message, fields)
  }
  public func warning(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.warning, subject, message, fields)
  }
  public func error(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.error, subject, message, fields)
  }
  public func critical(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.critical, subject, message, fields)
  }
}
