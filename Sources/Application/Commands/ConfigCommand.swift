/// `marketflow config`: every setting with its value and where it came from.
enum ConfigCommand {
  static let declaration = Command(
    "config", summary: "print every setting with its value and origin", options: [.json],
    examples: [Command.Example("marketflow config --json", "for programs")])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let settings = try Settings.ofThisProcess(command: nil)
    print(command.flag("json") ? settings.json() : settings.table())
    return .ok
  }
}
