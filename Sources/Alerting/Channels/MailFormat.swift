import Foundation
import MarketModel

/// A plain text mail: RFC 5322 headers, RFC 2047 for the subject, the text in base64 (RFC 2045). The same key gives the same
/// Message-ID, by which mailboxes know a repeat.
enum MailFormat {
  static let subjectUnits = 200
  static let textUnits = 20_000
  static let fields = 100
  static let fieldUnits = 1_000

  static func mail(_ message: OutboundMessage, key: String, account: MailAccount, seconds: Int64) -> [UInt8] {
    let subject = "[\(message.severity.rawValue)] \(message.title)".printable.cut(to: subjectUnits)
    let headers = [
      "From: \(account.from.singleLine)", "To: \(account.to.map(\.singleLine).joined(separator: ",\r\n "))",
      "Subject: \(encodedWords(subject))", "Date: \(HTTPDate.mailText(seconds: seconds))",
      "Message-ID: \(messageID(key))", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
    ]
    return Array((headers.joined(separator: "\r\n") + "\r\n\r\n" + wrapped(text(message)) + "\r\n").utf8)
  }

  static func messageID(_ key: String) -> String { "<\(Digest.sha256Hex(key).prefix(32))@marketflow.invalid>" }

  private static func text(_ message: OutboundMessage) -> String {
    var text = message.title + "\n\n"
    if !message.text.isEmpty { text += message.text.cut(to: textUnits) + "\n\n" }
    for field in message.fields.prefix(fields) { text += "\(field.name): \(field.value.cut(to: fieldUnits))\n" }
    return text + "\n\(message.time.newYorkText)\n"
  }

  /// A line with an encoded word has at most 76 characters, the header's name included, and a word holds whole code points.
  private static func encodedWords(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) || text.utf8.count > 60 else { return text }
    var words: [String] = []
    var word = ""
    for scalar in text.unicodeScalars {
      if word.utf8.count + String(scalar).utf8.count > 36 {
        words.append(word)
        word = ""
      }
      word.unicodeScalars.append(scalar)
    }
    words.append(word)
    return words.map { "=?utf-8?B?\(Base64.encode(Array($0.utf8)))?=" }.joined(separator: "\r\n ")
  }

  /// Lines of 76 characters.
  private static func wrapped(_ text: String) -> String {
    Data(text.utf8).base64EncodedString(options: [
      .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
    ])
  }
}
