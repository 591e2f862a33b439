import MarketModel

/// A command as it was given. Every value has passed its type's check.
public struct ParsedCommand: Sendable {
  public let command: Command
  /// By option name, in the order given; a flag has one empty text per mention.
  var options: [String: [String]] = [:]
  /// By argument name.
  var arguments: [String: [String]] = [:]

  public var name: String { command.name }

  /// Whether the option was on the command line.
  public func isGiven(_ option: String) -> Bool { !(options[declared(option)] ?? []).isEmpty }

  /// A flag's state.
  public func flag(_ option: String) -> Bool { isGiven(option) }

  /// The option's value as text; nil when it was not given.
  public func text(_ option: String) -> String? { options[declared(option)]?.last }

  /// Every value of a repeated option.
  public func texts(_ option: String) -> [String] { options[declared(option)] ?? [] }

  /// The value of an `.integer` option.
  public func integer(_ option: String) -> Int? { text(option).flatMap { Int($0) } }

  /// The value of a `.number` option; nil also for the word of a `.numberOrWord`.
  public func number(_ option: String) -> Double? { text(option).flatMap { Double($0) } }

  /// The value of a `.boolean` option.
  public func boolean(_ option: String) -> Bool? { text(option).flatMap { ValueType.boolean($0) } }

  /// The value of a `.date` option.
  public func date(_ option: String) -> MarketDate? { text(option).flatMap { MarketDate($0) } }

  /// The value of a `.dayTime` option.
  func dayTime(_ option: String) -> DayTime? { text(option).flatMap { DayTime($0) } }

  /// The value of a positional argument of type `.date`; nil when an optional one was left out.
  public func date(argument name: String) -> MarketDate? { argument(name).flatMap { MarketDate($0) } }

  /// The value of a positional argument; nil when an optional one was left out.
  public func argument(_ name: String) -> String? { allArguments(name).first }

  /// The values of a positional argument that may be repeated.
  public func allArguments(_ name: String) -> [String] {
    precondition(command.arguments.contains { $0.name == name }, "\(command.name) declares no argument \(name)")
    return arguments[name] ?? []
  }

  /// What is wrong with a command line whose parts are right.
  public func usage(_ message: String) -> UsageError {
    UsageError(message: message, helpCommand: "marketflow \(name) --help")
  }

  private func declared(_ option: String) -> String {
    precondition(command.option(named: option) != nil, "\(command.name) declares no option --\(option)")
    return option
  }
}

/// What the command line asks for.
public enum Invocation: Sendable {
  case run(ParsedCommand)
  /// Text for standard output; the process then ends with `ExitCode.ok`.
  case help(String)
  case version(String)
}

/// A command line that was not understood; the process ends with `ExitCode.usage`.
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was seen, what was wanted, and the near miss.
  public let message: String
  /// Where to read more, as "marketflow serve --help".
  public let helpCommand: String

  public var description: String { "\(message)\nSee: \(helpCommand)" }
}
