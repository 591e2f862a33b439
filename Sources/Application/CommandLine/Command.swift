/// One option of a command: `--name`, or `--name VALUE`.
public struct CommandOption: Sendable {
  public enum Kind: Sendable {
    /// Present or not.
    case flag
    /// Takes one value; given twice, the last counts.
    case value(ValueType)
    /// Takes one value each time it is given.
    case repeated(ValueType)
  }

  /// Without the dashes.
  public let name: String
  public let short: Character?
  public let kind: Kind
  /// One line, lower case, no full stop.
  public let help: String
  /// The default as the help shows it.
  public let defaultText: String?
  /// The environment variable that sets the same thing.
  public let environment: String?

  public init(
    _ name: String, short: Character? = nil, _ kind: Kind, help: String, default defaultText: String? = nil,
    environment: String? = nil
  ) {
    precondition(!name.hasPrefix("-") && !name.isEmpty, "an option is declared without its dashes")
    self.name = name
    self.short = short
    self.kind = kind
    self.help = help
    self.defaultText = defaultText
    self.environment = environment
  }

  /// `--json`: the same words in every command that has it.
  public static let json = CommandOption("json", .flag, help: "print JSON on standard output")

  var valueType: ValueType? {
    switch kind {
    case .flag: nil
    case .value(let type), .repeated(let type): type
    }
  }
}

/// A value that stands by its position.
public struct CommandArgument: Sendable {
  public enum Count: Sendable {
    case one
    case optional
    /// Any number of them, even none; only for the last argument.
    case any
  }

  /// In capitals, as in a usage line.
  public let name: String
  public let type: ValueType
  public let count: Count
  public let help: String

  public init(_ name: String, _ type: ValueType = .path, _ count: Count = .one, help: String) {
    self.name = name
    self.type = type
    self.count = count
    self.help = help
  }

  var usage: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .any: "[\(name)…]"
    }
  }
}

/// One subcommand: what it takes and what its help says.
public struct Command: Sendable {
  public struct Example: Sendable {
    public let line: String
    public let meaning: String

    public init(_ line: String, _ meaning: String) {
      self.line = line
      self.meaning = meaning
    }
  }

  public let name: String
  /// One line, lower case, no full stop.
  public let summary: String
  /// More than a line, where a line is not enough; wrapped by the help.
  public let discussion: String?
  public let arguments: [CommandArgument]
  public let options: [CommandOption]
  public let examples: [Example]

  public init(
    _ name: String, summary: String, discussion: String? = nil, arguments: [CommandArgument] = [],
    options: [CommandOption] = [], examples: [Example] = []
  ) {
    precondition(
      arguments.dropLast().allSatisfy { $0.count == .one }, "only the last argument may be left out or repeated")
    precondition(Set(options.map(\.name)).count == options.count, "\(name) declares an option twice")
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
  }

  func option(named name: String) -> CommandOption? { options.first { $0.name == name } }
}

/// The whole command line of a program: one description for the parser and the help.
public struct Program: Sendable {
  public let name: String
  public let version: String
  public let summary: String
  public let commands: [Command]
  public let examples: [Command.Example]

  public init(name: String, version: String, summary: String, commands: [Command], examples: [Command.Example] = []) {
    precondition(Set(commands.map(\.name)).count == commands.count, "\(name) declares a command twice")
    self.name = name
    self.version = version
    self.summary = summary
    self.commands = commands
    self.examples = examples
  }

  func command(named name: String) -> Command? { commands.first { $0.name == name } }
}
