extension Program {
  /// The help of the whole program.
  public func helpText() -> String {
    var page = HelpPage("\(name) \(version): \(summary)")
    page.section("Usage", lines: ["\(name) COMMAND [OPTIONS]", "\(name) COMMAND --help"])
    page.table("Commands", commands.map { ($0.name, $0.summary) })
    page.table(
      "Options", [("-h, --help", "show this help, or with a command its help"), ("-V, --version", "show the version")])
    page.table("Examples", examples.map { ($0.line, $0.meaning) })
    page.table("Exit codes", ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })
    return page.text
  }

  /// The help of one command.
  public func helpText(for command: Command) -> String {
    var page = HelpPage("\(name) \(command.name): \(command.summary)")
    let options = command.options.isEmpty ? "" : " [OPTIONS]"
    let arguments = command.arguments.map { " \($0.usage)" }.joined()
    page.section("Usage", lines: ["\(name) \(command.name)\(options)\(arguments)"])
    if let discussion = command.discussion { page.paragraph(discussion) }
    page.table("Arguments", command.arguments.map { ($0.name, $0.help) })
    page.table("Options", command.options.map { ($0.usage, $0.fullHelp) } + [("-h, --help", "show this help")])
    page.table("Examples", command.examples.map { ($0.line, $0.meaning) })
    return page.text
  }
}

extension CommandOption {
  fileprivate var usage: String {
    let spelling = (short.map { "-\($0), " } ?? "") + "--\(name)"
    return valueType.map { "\(spelling) \($0.placeholder)" } ?? spelling
  }

  /// The help with the default, the variable and whether it repeats.
  fileprivate var fullHelp: String {
    var notes: [String] = []
    if case .repeated = kind { notes.append("may be repeated") }
    if let defaultText { notes.append("default \(defaultText)") }
    if let environment { notes.append("env \(environment)") }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}

/// Lays out titled sections with aligned, wrapped columns.
struct HelpPage {
  private static let width = 100
  private static let widestLeftColumn = 34
  private(set) var text: String

  init(_ title: String) { text = title + "\n" }

  mutating func section(_ title: String, lines: [String]) {
    guard !lines.isEmpty else { return }
    text += "\n\(title):\n" + lines.map { "  \($0)\n" }.joined()
  }

  mutating func paragraph(_ words: String) {
    text += "\n" + Self.wrapped(words, to: Self.width).map { "\($0)\n" }.joined()
  }

  mutating func table(_ title: String, _ rows: [(left: String, right: String)]) {
    let column = min(Self.widestLeftColumn, rows.map(\.left.count).max() ?? 0)
    let indent = String(repeating: " ", count: column + 4)
    var lines: [String] = []
    for row in rows {
      let right = Self.wrapped(row.right, to: Self.width - column - 4)
      if row.left.count > column {
        lines.append(row.left)
        lines += right.map { String(indent.dropFirst(2)) + $0 }
      } else {
        let padding = String(repeating: " ", count: column - row.left.count)
        lines.append("\(row.left)\(padding)  \(right.first ?? "")")
        lines += right.dropFirst().map { String(indent.dropFirst(2)) + $0 }
      }
    }
    section(title, lines: lines)
  }

  private static func wrapped(_ words: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
