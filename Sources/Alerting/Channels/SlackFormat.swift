import JSONText

/// Block Kit. A header's text has 150 characters at most (docs.slack.dev/reference/block-kit/blocks/header-block), a section's
/// 3,000, and ten fields of 2,000 each (…/section-block); a message has 50 blocks (docs.slack.dev/reference/block-kit/blocks).
///
/// Everything is `plain_text`, in which neither markup nor `<!channel>` means anything. Only `text`, which notifications show, is
/// read as markup; its `&`, `<` and `>` are escaped as docs.slack.dev/messaging/formatting-message-text says.
enum SlackFormat {
  static let headerUnits = 150
  static let sectionUnits = 3_000
  static let fields = 10
  static let fieldUnits = 2_000
  static let blocks = 50
  static let notificationUnits = 1_000

  static func body(_ message: OutboundMessage) -> [UInt8] {
    var json = JSONWriter(reservingBytes: 2_048)
    let headline = "\(message.severity.rawValue): \(message.title.singleLine)"
    json.object { json in
      json.field("text", headline.cut(to: notificationUnits, spelling: escaped))
      json.field("unfurl_links", false)
      json.field("unfurl_media", false)
      json.field(
        "blocks",
        array: { json in
          block("header", headline.cut(to: headerUnits), &json)
          if !message.text.isEmpty { block("section", message.text.cut(to: sectionUnits), &json) }
          // Three of the other blocks stand beside them.
          for start in stride(from: 0, to: min(message.fields.count, (blocks - 3) * fields), by: fields) {
            fieldsBlock(message.fields[start..<min(start + fields, message.fields.count)], &json)
          }
          json.object { json in
            json.field("type", "context")
            json.field("elements", array: { plain(message.time.newYorkText, &$0) })
          }
        })
    }
    return json.bytes
  }

  private static func block(_ type: String, _ text: String, _ json: inout JSONWriter) {
    json.object { json in
      json.field("type", type)
      json.key("text")
      plain(text, &json)
    }
  }

  private static func fieldsBlock(_ fields: ArraySlice<OutboundMessage.Field>, _ json: inout JSONWriter) {
    json.object { json in
      json.field("type", "section")
      json.field(
        "fields",
        array: { json in
          for field in fields { plain("\(field.name)\n\(field.value)".cut(to: fieldUnits), &json) }
        })
    }
  }

  private static func plain(_ text: String, _ json: inout JSONWriter) {
    json.object { json in
      json.field("type", "plain_text")
      json.field("text", text)
      json.field("emoji", false)
    }
  }

  private static func escaped(_ character: Character) -> String {
    switch character {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    default: String(character)
    }
  }
}
