import JSONText
import Logging

/// `sendMessage` of the Bot API in HTML: 1 to 4,096 characters after the markup is taken out (core.telegram.org/bots/api
/// #sendmessage); `<`, `>` and `&` are entities (#html-style).
enum TelegramFormat {
  static let units = 4_096
  static let titleUnits = 500
  static let fieldUnits = 500
  /// Stays for the fields when the text is long.
  static let textUnits = 2_500

  static func body(_ message: OutboundMessage, chat: String) -> [UInt8] {
    var text = Text(left: units)
    text.append("\(message.severity.rawValue): \(message.title.singleLine)".cut(to: titleUnits), tag: "b")
    if !message.text.isEmpty { text.append("\n" + message.text.cut(to: textUnits)) }
    let time = "\n" + message.time.newYorkText
    for field in message.fields {
      let name = "\n\(field.name.singleLine)".cut(to: fieldUnits), value = ": \(field.value)".cut(to: fieldUnits)
      guard text.left - Text.units(name) - Text.units(value) >= Text.units(time) else { break }
      text.append(name, tag: "b")
      text.append(value)
    }
    text.append(time, tag: "i")
    var json = JSONWriter(reservingBytes: 2_048)
    json.object { json in
      json.field("chat_id", chat)
      json.field("text", text.html)
      json.field("parse_mode", "HTML")
      json.field("link_preview_options", object: { $0.field("is_disabled", true) })
    }
    return json.bytes
  }

  /// Counts what people see while it writes markup.
  private struct Text {
    var html = ""
    var left: Int

    /// An @ would call somebody: an invisible mark behind it takes that away, and counts.
    static let unmention = "@\u{2060}"

    init(left: Int) { self.left = left }

    static func units(_ text: String) -> Int { text.utf16.count + text.utf16.filter { $0 == 64 }.count }

    mutating func append(_ text: String, tag: String? = nil) {
      let text = text.cut(to: max(0, left), spelling: { $0 == "@" ? Text.unmention : String($0) })
      left -= text.utf16.count
      if let tag { html += "<\(tag)>" }
      for character in text {
        switch character {
        case "&": html += "&amp;"
        case "<": html += "&lt;"
        case ">": html += "&gt;"
        default: html.append(character)
        }
      }
      if let tag { html += "</\(tag)>" }
    }
  }
}

extension TelegramAccount {
  /// The token is part of the path.
  var address: Secret { Secret("\(server)/bot\(token.reveal())/sendMessage") }
}
