import Logging

/// A text message by Twilio's REST interface: a form with `To`, `From` and `Body`, at most 1,600 characters
/// (www.twilio.com/docs/messaging/api/message-resource; error 21617 above it). One message holds 160 characters of the GSM 7-bit alphabet,
/// 70 of any other; in a chain each holds 153 or 67 (3GPP TS 23.038 and 23.040).
enum TextMessageFormat {
  static let units = 1_600

  static func post(_ message: OutboundMessage, account: TextMessageAccount) -> HTTPPost {
    let form = [("To", account.to), ("From", account.from), ("Body", body(message, segments: account.segments))]
    return HTTPPost(
      address: Secret("\(account.server)/2010-04-01/Accounts/\(account.account)/Messages.json"),
      contentType: "application/x-www-form-urlencoded", user: account.account, password: account.token,
      body: Array(form.map { "\($0)=\(formEncoded($1))" }.joined(separator: "&").utf8))
  }

  static func body(_ message: OutboundMessage, segments: Int) -> String {
    let details = message.fields.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    let text = [message.title, details].filter { !$0.isEmpty }.joined(separator: "; ")
    let whole = "\(message.severity.rawValue) \(text)".printable
    // One character outside the small alphabet halves the room of all.
    let isSmall = whole.allSatisfy { septets($0) != nil }
    let room = min(units, isSmall ? (segments == 1 ? 160 : 153 * segments) : (segments == 1 ? 70 : 67 * segments))
    guard isSmall else { return whole.cut(to: room, ending: "...") }
    return cutSeptets(whole, to: room)
  }

  private static func cutSeptets(_ text: String, to room: Int) -> String {
    guard text.reduce(0, { $0 + (septets($1) ?? 1) }) > room else { return text }
    var count = 3
    let beginning = text.prefix { character in
      count += septets(character) ?? 1
      return count <= room
    }
    return beginning + "..."
  }

  private static let alphabet = Set<Character>(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
      + "¿abcdefghijklmnopqrstuvwxyzäöñüà")
  private static let extended = Set<Character>("^{}\\[~]|€")

  /// Places a character takes in the 7-bit alphabet; nil when it is not part of it.
  private static func septets(_ character: Character) -> Int? {
    alphabet.contains(character) ? 1 : extended.contains(character) ? 2 : nil
  }

  /// As the URL standard's application/x-www-form-urlencoded serializer writes it.
  private static func formEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        bytes.append(byte)
      case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
