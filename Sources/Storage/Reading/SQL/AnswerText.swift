import JSONText

/// A column of an answer: its name and DuckDB's type.
struct AnswerColumn: Sendable, Equatable {
  var name: String
  var type: String

  /// SQL that gives a value of the column `source` as the format writes it; NULL stays NULL.
  func expression(_ source: String, _ format: SQLQuestion.Format) -> String {
    let text = "CAST(\(source) AS VARCHAR)"
    switch (format, kind) {
    case (_, .time(let cast, let fraction)):
      // RFC 3339, without the zeros at the end.
      let rfc3339 =
        "rtrim(rtrim(strftime(CAST(\(source) AS \(cast)), '%Y-%m-%dT%H:%M:%S.\(fraction)'), '0'), '.') || 'Z'"
      return format == .json ? "'\"' || \(rfc3339) || '\"'" : rfc3339
    case (.json, .number), (.json, .flag): return text
    case (.json, .binaryFraction): return "CASE WHEN isfinite(\(source)) THEN \(text) END"
    case (.json, .nested): return "CAST(to_json(\(source)) AS VARCHAR)"
    case (.json, .text): return "CAST(to_json(\(text)) AS VARCHAR)"
    default: return text
    }
  }

  enum Kind: Equatable {
    case number, binaryFraction, flag, text, nested
    case time(cast: String, fraction: String)
  }

  var kind: Kind {
    switch type {
    case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
      "UHUGEINT":
      return .number
    case "FLOAT", "DOUBLE": return .binaryFraction
    case "BOOLEAN": return .flag
    case "TIMESTAMP_NS": return .time(cast: "TIMESTAMP_NS", fraction: "%n")
    case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE":
      return .time(cast: "TIMESTAMP", fraction: "%f")
    case "JSON": return .nested
    default: break
    }
    if type.hasPrefix("DECIMAL(") && !type.hasSuffix("]") { return .number }
    let isNested = type.hasSuffix("]") || ["STRUCT(", "MAP(", "UNION("].contains { type.hasPrefix($0) }
    return isNested ? .nested : .text
  }
}

/// Writes an answer row by row; hands its text on in pieces.
struct AnswerText {
  private let format: SQLQuestion.Format
  private let columns: [AnswerColumn]
  private var bytes: [UInt8] = []
  private(set) var rows = 0
  /// Bytes of everything written so far.
  private var written = 0
  /// A table's rows: how wide its columns are is known at the end.
  private var kept: [[String?]] = []

  init(_ format: SQLQuestion.Format, _ columns: [AnswerColumn]) {
    self.format = format
    self.columns = columns
    switch format {
    case .json:
      var json = JSONWriter()
      json.array { json in
        for column in columns {
          json.object { json in
            json.field("name", column.name)
            json.field("type", column.type)
          }
        }
      }
      append("{\"columns\":\(json.text),\"rows\":[")
    case .csv: append(columns.map { AnswerText.csv($0.name) }.joined(separator: ",") + "\r\n")
    case .table, .parquet: break
    }
  }

  /// Bytes of the answer, were it to end here.
  var size: Int { written }

  mutating func add(_ cells: [String?]) {
    rows += 1
    switch format {
    case .json: append((rows == 1 ? "[" : ",\n[") + cells.map { $0 ?? "null" }.joined(separator: ",") + "]")
    case .csv: append(cells.map { $0.map(AnswerText.csv) ?? "" }.joined(separator: ",") + "\r\n")
    case .table:
      kept.append(cells)
      written += cells.reduce(0) { $0 + 2 + ($1?.utf8.count ?? 4) }
    case .parquet: break
    }
  }

  /// - Parameter note: why the answer is cut; nil when it is whole.
  mutating func end(_ answer: SQLAnswer, note: String?) {
    switch format {
    case .json:
      var json = JSONWriter()
      json.object { json in
        json.field("row_count", answer.rows)
        json.field("truncated", answer.cut != nil)
        if let note { json.field("note", note) } else { json.nullField("note") }
      }
      append("],\(json.text.dropFirst())\n")
    case .table: appendTable(note)
    case .csv, .parquet: break
    }
  }

  /// What has been written since the last call.
  mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  var waitingBytes: Int { bytes.count }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    written += text.utf8.count
  }

  /// RFC 4180; an empty text is written with quotes, so that it is not taken for NULL.
  private static func csv(_ text: String) -> String {
    guard text.isEmpty || text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  private mutating func appendTable(_ note: String?) {
    let cells = kept.map { $0.map { AnswerText.printable($0 ?? "NULL") } }
    let names = columns.map { AnswerText.printable($0.name) }
    let widths = names.indices.map { i in cells.reduce(names[i].count) { max($0, $1[i].count) } }
    let isRight = columns.map { $0.kind == .number || $0.kind == .binaryFraction }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { i in
        let space = String(repeating: " ", count: widths[i] - cells[i].count)
        return isRight[i] ? space + cells[i] : cells[i] + space
      }
      return trimmed(padded.joined(separator: "  ")) + "\n"
    }
    func trimmed(_ text: String) -> Substring {
      text[...(text.lastIndex { $0 != " " } ?? text.startIndex)].prefix(text.isEmpty ? 0 : .max)
    }
    append(line(names))
    append(line(widths.map { String(repeating: "─", count: $0) }))
    for row in cells { append(line(row)) }
    append("(\(rows) row\(rows == 1 ? "" : "s")\(note.map { "; truncated: true; \($0)" } ?? ""))\n")
  }

  /// Without what would spoil a line or steer a terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
  }
}
