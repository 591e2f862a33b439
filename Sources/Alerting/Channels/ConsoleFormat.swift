/// One line a message, for a terminal or a pipe.
enum ConsoleFormat {
  static let longest = 2_000

  static func line(_ message: OutboundMessage) -> String {
    var line = "\(message.time.newYorkText) \(message.severity.rawValue) \(message.title)"
    for field in message.fields { line += "  \(field.name)=\(field.value)" }
    return line.printable.cut(to: longest) + "\n"
  }
}

extension String {
  /// On one line, and without what would drive a terminal.
  var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
