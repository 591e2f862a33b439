extension Program {
  /// Reads the arguments after the program's name.
  ///
  /// Understands `--option value`, `--option=value`, `-o value`, and `--` after which everything is positional. `--help` wins over
  /// every mistake, so that somebody lost finds it.
  public func parse(_ words: [String]) throws(UsageError) -> Invocation {
    guard let first = words.first else { return .help(helpText()) }
    switch first {
    case "--help", "-h": return .help(helpText())
    case "--version", "-V": return .version("\(name) \(version)")
    case "help":
      guard let topic = words.dropFirst().first else { return .help(helpText()) }
      return .help(helpText(for: try command(topic)))
    default: break
    }
    let found = try command(first)
    let rest = words.dropFirst()
    let beforeTerminator = rest.prefix { $0 != "--" }
    if beforeTerminator.contains("--help") || beforeTerminator.contains("-h") { return .help(helpText(for: found)) }
    var parser = CommandParser(program: self, command: found)
    return .run(try parser.parse(Array(rest)))
  }

  private func command(_ word: String) throws(UsageError) -> Command {
    if let command = command(named: word) { return command }
    let names = commands.map(\.name)
    if word.hasPrefix("-") {
      throw UsageError(
        message: "option \(word) stands before the command; wanted one of \(ValueType.list(names)) first",
        helpCommand: "\(name) --help")
    }
    let near = NearMiss.closest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
    throw UsageError(message: "unknown command \(word)\(near)", helpCommand: "\(name) --help")
  }
}

/// Reads the words of one command.
private struct CommandParser {
  let program: Program
  let command: Command
  var parsed: ParsedCommand
  var positional: [String] = []

  init(program: Program, command: Command) {
    self.program = program
    self.command = command
    parsed = ParsedCommand(command: command)
  }

  mutating func parse(_ words: [String]) throws(UsageError) -> ParsedCommand {
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      if word == "--" {
        positional += words[index...]
        break
      }
      guard word.hasPrefix("-"), word != "-", Double(word) == nil else {
        positional.append(word)
        continue
      }
      let (spelling, attached) = Self.split(word)
      let option = try option(spelling)
      guard let type = option.valueType else {
        if let attached { throw error("\(spelling) takes no value, and \(attached) was given") }
        parsed.options[option.name, default: []].append("")
        continue
      }
      let value: String
      if let attached {
        value = attached
      } else if index < words.count, words[index] != "--", !isOption(words[index]) {
        value = words[index]
        index += 1
      } else {
        throw error("\(spelling) needs a value: \(spelling) \(type.placeholder)")
      }
      if let complaint = type.complaint(about: value) { throw error("\(spelling) is \(quoted(value)), \(complaint)") }
      parsed.options[option.name, default: []].append(value)
    }
    try assignPositional()
    return parsed
  }

  private mutating func assignPositional() throws(UsageError) {
    var rest = positional[...]
    for argument in command.arguments {
      let taken: ArraySlice<String>
      switch argument.count {
      case .one, .optional: taken = rest.prefix(1)
      case .any: taken = rest
      }
      if taken.isEmpty, argument.count == .one {
        throw error("\(command.name) needs \(argument.name): \(argument.help)")
      }
      for value in taken {
        if let complaint = argument.type.complaint(about: value) {
          throw error("\(argument.name) is \(quoted(value)), \(complaint)")
        }
      }
      parsed.arguments[argument.name] = Array(taken)
      rest = rest.dropFirst(taken.count)
    }
    guard let extra = rest.first else { return }
    let wanted = command.arguments.isEmpty ? "takes no arguments" : "takes \(command.arguments.count)"
    throw error("unexpected argument \(quoted(extra)): \(command.name) \(wanted)")
  }

  private func option(_ spelling: String) throws(UsageError) -> CommandOption {
    if let option = declaredOption(spelling) { return option }
    let known = command.options.map { "--\($0.name)" } + ["--help"]
    if let near = NearMiss.closest(to: spelling, among: known) {
      throw error("unknown option \(spelling); did you mean \(near)?")
    }
    let elsewhere = program.commands.filter { $0.option(named: String(spelling.drop { $0 == "-" })) != nil }.map(\.name)
    let hint = elsewhere.isEmpty ? "" : "; it belongs to \(ValueType.list(elsewhere))"
    throw error("unknown option \(spelling) of \(command.name)\(hint)")
  }

  private func declaredOption(_ spelling: String) -> CommandOption? {
    if spelling.hasPrefix("--") { return command.option(named: String(spelling.dropFirst(2))) }
    return command.options.first { $0.short.map { "-\($0)" } == spelling }
  }

  /// Whether a word is an option of this command, and so not the value of the one before it. Anything else, `-5` too, may be a value.
  private func isOption(_ word: String) -> Bool {
    word.hasPrefix("--") || declaredOption(word) != nil
  }

  private static func split(_ word: String) -> (spelling: String, attached: String?) {
    guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  private func quoted(_ value: String) -> String { value.isEmpty ? "empty" : "\"\(value)\"" }

  private func error(_ message: String) -> UsageError {
    UsageError(message: message, helpCommand: "\(program.name) \(command.name) --help")
  }
}
