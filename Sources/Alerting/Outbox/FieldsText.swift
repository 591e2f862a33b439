import JSONText

/// A message's fields as one text of the table: a JSON array of pairs, readable by DuckDB's own JSON functions.
enum FieldsText {
  static func text(of fields: [OutboundMessage.Field]) -> String {
    var json = JSONWriter()
    json.array { json in
      for field in fields {
        json.array { json in
          json.value(field.name)
          json.value(field.value)
        }
      }
    }
    return json.text
  }

  /// - Returns: nil when the text is none of ours.
  static func fields(of text: String) -> [OutboundMessage.Field]? {
    let value: JSONValue
    do { value = try JSONValue.parse(Array(text.utf8)) } catch { return nil }
    guard case .list(let pairs) = value else { return nil }
    var fields: [OutboundMessage.Field] = []
    for pair in pairs {
      guard case .list(let parts) = pair, parts.count == 2, case .text(let name) = parts[0],
        case .text(let value) = parts[1]
      else { return nil }
      fields.append(OutboundMessage.Field(name, value))
    }
    return fields
  }
}
