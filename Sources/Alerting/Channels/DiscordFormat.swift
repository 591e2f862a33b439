import JSONText

/// One embed. Its title has 256 characters at most, the description 4,096, 25 fields with names of 256 and values of 1,024, all
/// together 6,000; `content` would have 2,000 (docs.discord.com/developers/resources/message, "Embed Limits"). `allowed_mentions`
/// with nothing to parse lets no text ping anybody ("Allowed Mentions Object").
enum DiscordFormat {
  static let titleUnits = 256
  static let descriptionUnits = 4_096
  static let fields = 25
  static let nameUnits = 256
  static let valueUnits = 1_024
  static let totalUnits = 6_000

  static func body(_ message: OutboundMessage) -> [UInt8] {
    let title = "\(message.severity.rawValue): \(message.title.singleLine)".cut(to: titleUnits, spelling: escaped)
    let text = message.text.cut(to: descriptionUnits, spelling: escaped)
    var left = totalUnits - title.utf16.count - text.utf16.count
    var json = JSONWriter(reservingBytes: 2_048)
    json.object { json in
      json.field("allowed_mentions", object: { $0.field("parse", array: { _ in }) })
      json.field(
        "embeds",
        array: { json in
          json.object { json in
            json.field("title", title)
            if !text.isEmpty { json.field("description", text) }
            json.field("color", color(message.severity))
            json.field("timestamp", message.time.rfc3339)
            json.field(
              "fields",
              array: { json in
                for field in message.fields.prefix(fields) {
                  let name = filled(field.name.cut(to: nameUnits, spelling: escaped))
                  let value = filled(field.value.cut(to: valueUnits, spelling: escaped))
                  left -= name.utf16.count + value.utf16.count
                  guard left >= 0 else { return }
                  json.object { json in
                    json.field("name", name)
                    json.field("value", value)
                    json.field("inline", value.utf16.count <= 40)
                  }
                }
              })
          }
        })
    }
    return json.bytes
  }

  /// Neither part of a field may be empty.
  private static func filled(_ text: String) -> String { text.isEmpty ? "–" : text }

  private static func escaped(_ character: Character) -> String {
    "\\*_~`|>#[]()<:@-".contains(character) ? "\\\(character)" : String(character)
  }

  private static func color(_ severity: AlertSeverity) -> Int {
    switch severity {
    case .critical: 0xC0_392B
    case .high: 0xE6_7E22
    case .medium: 0xF1_C40F
    case .low: 0x34_98DB
    case .info: 0x95_A5A6
    }
  }
}
