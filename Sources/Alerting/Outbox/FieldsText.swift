import Foundation
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
    do {
      let pairs = try JSONDecoder().decode([[String]].self, from: Data(text.utf8))
      guard pairs.allSatisfy({ $0.count == 2 }) else { return nil }
      return pairs.map { OutboundMessage.Field($0[0], $0[1]) }
    } catch {
      return nil
    }
  }
}
