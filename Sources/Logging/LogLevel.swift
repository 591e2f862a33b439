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

  /// The name used in settings and in both formats.
  public var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    case .critical: "critical"
    }
  }

  public init?(name: some StringProtocol) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}
