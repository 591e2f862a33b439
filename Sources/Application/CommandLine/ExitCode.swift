/// What the process tells its caller when it ends.
public enum ExitCode: Int32, Sendable, CaseIterable {
  case ok = 0
  /// The work was understood and could not be done.
  case failure = 1
  /// The command line was not understood.
  case usage = 2
  /// A setting from the environment or a file is wrong or missing.
  case configuration = 3
  /// The vendor or another service failed or refused.
  case upstream = 4
  /// Data on disk are damaged.
  case damagedData = 5
  /// Ctrl-C or SIGTERM came before the work was done.
  case interrupted = 130

  /// One line of the help.
  public var meaning: String {
    switch self {
    case .ok: "ok"
    case .failure: "the work could not be done"
    case .usage: "the command line was not understood"
    case .configuration: "a setting is wrong or missing"
    case .upstream: "the vendor or another service failed"
    case .damagedData: "data on disk are damaged"
    case .interrupted: "stopped by Ctrl-C"
    }
  }
}
