/// Settings that cannot be used; the process ends with `ExitCode.configuration`.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Each names the setting, where its value came from, the value and the value wanted.
  public let problems: [String]

  public init(_ problems: String...) { self.problems = problems }
  init(problems: [String]) { self.problems = problems }

  public var description: String { problems.joined(separator: "\n") }
}
