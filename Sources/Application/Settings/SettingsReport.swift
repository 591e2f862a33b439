import JSONText

extension Settings {
  /// What `marketflow config` prints: name, value, origin, in columns.
  public func table() -> String {
    let rows = [("setting", "value", "from")] + entries.map { ($0.name, $0.value ?? "-", $0.origin.description) }
    let nameWidth = rows.map(\.0.count).max() ?? 0
    let valueWidth = rows.map(\.1.count).max() ?? 0
    return rows.map { row in
      let name = row.0 + String(repeating: " ", count: nameWidth - row.0.count)
      let value = row.1 + String(repeating: " ", count: valueWidth - row.1.count)
      return "\(name)  \(value)  \(row.2)\n"
    }.joined()
  }

  /// What `marketflow config --json` prints: an object by setting name with `value` and `origin`.
  public func json() -> String {
    var json = JSONWriter()
    json.object { object in
      for entry in entries {
        object.key(entry.name)
        object.object {
          if let value = entry.value { $0.field("value", value) } else { $0.nullField("value") }
          $0.field("origin", entry.origin.description)
          $0.field("environment", entry.environment)
        }
      }
    }
    return json.text
  }
}
