/// The raw value of every setting with its origin: flags over environment over `.env` over defaults.
struct SettingValues {
  struct Value: Equatable {
    let text: String
    let origin: SettingOrigin
  }

  private(set) var values: [SettingKey: Value] = [:]
  /// Every value that its type refuses.
  private(set) var problems: [String] = []

  init(command: ParsedCommand?, environment: [String: String], file: DotEnv?) {
    for key in SettingKey.allCases {
      guard let value = Self.find(key, command, environment, file) else { continue }
      values[key] = value
      if let complaint = key.type.complaint(about: value.text) {
        let shown = key.isSecret ? "***" : "\"\(value.text)\""
        problems.append("\(key.name) is \(shown) (from \(value.origin)), \(complaint)")
      }
    }
  }

  subscript(_ key: SettingKey) -> Value? { values[key] }

  func isStandard(_ key: SettingKey) -> Bool { values[key]?.origin == .standard }

  private static func find(
    _ key: SettingKey, _ command: ParsedCommand?, _ environment: [String: String], _ file: DotEnv?
  ) -> Value? {
    if let command, let value = given(key, in: command) { return value }
    let names = [key.environment] + key.aliases
    // An empty variable is how shells and .env files say "not set".
    for name in names {
      if let text = environment[name], !text.isEmpty { return Value(text: text, origin: .environment(name)) }
    }
    for name in names {
      if let file, let found = file.assignments[name], !found.value.isEmpty {
        return Value(text: found.value, origin: .file(file.file, line: found.line, name: name))
      }
    }
    return key.standard.map { Value(text: $0, origin: .standard) }
  }

  private static func given(_ key: SettingKey, in command: ParsedCommand) -> Value? {
    switch key.flag {
    case .value(let name):
      guard command.command.option(named: name) != nil else { return nil }
      return command.text(name).map { Value(text: $0, origin: .flag(name)) }
    case .presence(let name, let meaning):
      guard command.command.option(named: name) != nil, command.flag(name) else { return nil }
      return Value(text: meaning, origin: .flag(name))
    case nil: return nil
    }
  }
}
