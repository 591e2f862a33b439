import Clocks
import MarketModel
import Storage

/// What a part says of itself in the key-value metadata of its footer: enough to go on after a kill without any other record.
struct PartFacts: Sendable, Hashable {
  enum Kind: String, Sendable {
    /// As it came from the store.
    case flush
    /// Several flushes of one hour in one.
    case hour
    /// A piece of a whole day, sorted through.
    case day

    /// How it is written. A flush is written while prints come in, and again for its hour and its day. With zstd at 1 instead
    /// of DuckDB's 3, without Bloom filters, without the dictionaries that a column of doubles gives up late, and with the
    /// encodings of Parquet 2 (differences of whole numbers, bytes of doubles side by side) it costs a third less processor time
    /// for no more bytes.
    fileprivate var compression: String {
      switch self {
      case .flush:
        "COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 10000, PARQUET_VERSION v2"
      case .hour, .day: "COMPRESSION zstd"
      }
    }
  }

  /// Print ids of one run: everything of the day with an id above `after` and up to `through` is in the part or in another one
  /// of the day.
  struct Range: Sendable, Hashable {
    var run: Int32
    var after: Int64
    var through: Int64

    var ids: Swift.Range<Int64> { (after + 1)..<(through + 1) }

    /// Which prints are in any of the ranges, for SQL.
    static func condition(_ ranges: [Range]) -> String {
      if ranges.isEmpty { return "false" }
      let each = Set(ranges.map { "(print_id > \($0.after) AND print_id <= \($0.through))" })
      return each.sorted().joined(separator: " OR ")
    }
  }

  var day: MarketDate
  var kind: Kind
  /// Times of the first and the last row, nanoseconds since 1970.
  var firstTime: Int64
  var lastTime: Int64
  var ranges: [Range]
  /// The day's gaps when the part was written, JSON.
  var gaps: String
  /// Whose print ids these are: in an object, which other lakes may share a bucket with; nil in parts, and in objects of
  /// versions before.
  var lake: String?

  /// Hours since 1970 of the newest row.
  var hour: Int64 { lastTime / PartFacts.hourNanoseconds }

  static let hourNanoseconds: Int64 = 3_600_000_000_000

  /// What several parts become when they are one.
  /// - Parameters: `parts`, by number, at least one.
  static func merged(_ parts: [LakePart], kind: Kind, gaps: String?) -> PartFacts {
    precondition(!parts.isEmpty, "PartFacts.merged: no parts")
    var ids: [Int32: RangeSet<Int64>] = [:]
    for range in parts.flatMap(\.facts.ranges) { ids[range.run, default: RangeSet()].insert(contentsOf: range.ids) }
    return PartFacts(
      day: parts[0].facts.day, kind: kind, firstTime: parts.map(\.facts.firstTime).min() ?? 0,
      lastTime: parts.map(\.facts.lastTime).max() ?? 0,
      ranges: ids.sorted { $0.key < $1.key }.flatMap { Range.all($0.value, ofRun: $0.key) },
      gaps: gaps ?? parts[parts.count - 1].facts.gaps)
  }

  // MARK: Footer

  private enum Key {
    static let schema = "marketflow.schema"
    static let day = "marketflow.day"
    static let kind = "marketflow.kind"
    static let first = "marketflow.first_time"
    static let last = "marketflow.last_time"
    static let prints = "marketflow.prints"
    static let gaps = "marketflow.gaps"
    static let written = "marketflow.written_at"
    static let lake = "marketflow.lake"
  }

  /// The options of a COPY that writes a part with these facts. `written_at` also says up to when cancellations are known.
  var copyOptions: String {
    var entries = [
      (Key.schema, "\(FlowColumns.schemaVersion)"), (Key.day, "\(day)"), (Key.kind, kind.rawValue),
      (Key.first, "\(firstTime)"), (Key.last, "\(lastTime)"),
      (Key.prints, ranges.map { "\($0.run):\($0.after)-\($0.through)" }.joined(separator: " ")), (Key.gaps, gaps),
      (Key.written, Timestamp(nanoseconds: SystemClock.wallNanoseconds).rfc3339),
    ]
    if let lake { entries.append((Key.lake, lake)) }
    let list = entries.map { "\($0.0.sqlLiteral): \($0.1.sqlLiteral)" }.joined(separator: ", ")
    return "(FORMAT parquet, \(kind.compression), USE_TMP_FILE false, KV_METADATA {\(list)})"
  }

  /// - Throws: `.foreignPart`, `.newerSchema`.
  init(path: String, metadata: [String: String]) throws(LakeError) {
    func value(_ key: String) throws(LakeError) -> String {
      guard let text = metadata[key] else { throw .foreignPart(path: path, words: "its metadata have no \(key)") }
      return text
    }
    func number(_ key: String) throws(LakeError) -> Int64 {
      let text = try value(key)
      guard let number = Int64(text) else { throw .foreignPart(path: path, words: "\(key) is \(text)") }
      return number
    }
    let schema = try value(Key.schema)
    guard let version = Int(schema), version <= FlowColumns.schemaVersion else {
      throw .newerSchema(path: path, found: schema, supported: FlowColumns.schemaVersion)
    }
    let dayText = try value(Key.day)
    let kindText = try value(Key.kind)
    guard let day = MarketDate(dayText) else {
      throw .foreignPart(path: path, words: "its day is \(dayText)")
    }
    guard let kind = Kind(rawValue: kindText) else { throw .foreignPart(path: path, words: "its kind is \(kindText)") }
    let prints = try value(Key.prints)
    guard let ranges = PartFacts.ranges(prints) else {
      throw .foreignPart(path: path, words: "its print ids are \(prints)")
    }
    self.init(
      day: day, kind: kind, firstTime: try number(Key.first), lastTime: try number(Key.last), ranges: ranges,
      gaps: try value(Key.gaps), lake: metadata[Key.lake])
  }

  init(
    day: MarketDate, kind: Kind, firstTime: Int64, lastTime: Int64, ranges: [Range], gaps: String, lake: String? = nil
  ) {
    self.day = day
    self.kind = kind
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.ranges = ranges
    self.gaps = gaps
    self.lake = lake
  }

  private static func ranges(_ text: String) -> [Range]? {
    var ranges: [Range] = []
    for word in text.split(separator: " ") {
      let pieces = word.split { $0 == ":" || $0 == "-" }
      guard pieces.count == 3, let run = Int32(pieces[0]), let after = Int64(pieces[1]), let through = Int64(pieces[2])
      else { return nil }
      ranges.append(Range(run: run, after: after, through: through))
    }
    return ranges
  }
}

extension PartFacts.Range {
  /// As few as say the same.
  static func all(_ ids: RangeSet<Int64>, ofRun run: Int32) -> [PartFacts.Range] {
    ids.ranges.map { PartFacts.Range(run: run, after: $0.lowerBound - 1, through: $0.upperBound - 1) }
  }
}

/// A part with what its footer says.
struct LakePart: Sendable, Hashable {
  var file: PartFile
  var rows: Int64
  var facts: PartFacts
}

/// Reads footers.
struct FooterReader {
  let session: SQLSession

  /// - Returns: the parts in the order of the files.
  func parts(_ files: [PartFile]) throws(LakeError) -> [LakePart] {
    if files.isEmpty { return [] }
    let list = FooterReader.list(files)
    var metadata: [String: [String: String]] = [:]
    for row in try session.ask(
      "SELECT file_name, decode(key), decode(value) FROM parquet_kv_metadata(\(list)) WHERE decode(key) LIKE 'marketflow.%'"
    ) {
      guard let file = row[0].text, let key = row[1].text else { continue }
      metadata[file, default: [:]][key] = row[2].text ?? ""
    }
    var rows: [String: Int64] = [:]
    for row in try session.ask("SELECT file_name, num_rows FROM parquet_file_metadata(\(list))") {
      if let file = row[0].text { rows[file] = row[1].integer }
    }
    var parts: [LakePart] = []
    for file in files {
      let facts = try PartFacts(path: file.path, metadata: metadata[file.path] ?? [:])
      parts.append(LakePart(file: file, rows: rows[file.path] ?? 0, facts: facts))
    }
    return parts
  }

  static func list(_ files: [PartFile]) -> String {
    "[" + files.map { $0.path.sqlLiteral }.joined(separator: ", ") + "]"
  }
}
