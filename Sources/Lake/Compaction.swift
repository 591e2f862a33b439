import MarketModel
import Storage

/// Makes few large parts of many small ones. Reads parts and writes parts on a DuckDB instance of its own: the store has no
/// share in it but two lists, of gaps and of cancelled prints.
struct Compaction {
  let session: SQLSession
  let days: LakeDays
  /// Size wanted of a part of a whole day.
  let partBytes: Int64

  /// What the store knows by now; nil where it cannot be asked.
  struct News {
    var gaps: String
    var cancelled: [Int64]
  }

  /// Small parts of the hour under way that become one before it is over, so that a day never has very many.
  static let openParts = 64

  private typealias NewPart = (number: Int, rows: Int64, facts: PartFacts)

  // MARK: Hours

  /// Makes one part of the small ones of each hour that is over.
  /// - Parameter isOver: also of the newest hour.
  /// - Returns: parts replaced; 0 when there was nothing to do.
  func mergeHours(
    _ day: MarketDate, isOver: Bool, news: ([LakePart]) throws(LakeError) -> News?
  ) throws(LakeError) -> Int {
    let small = days.parts(of: day).filter { $0.facts.kind != .day }
    guard let newest = small.map(\.facts.hour).max() else { return 0 }
    let groups = Dictionary(grouping: small, by: \.facts.hour).filter { hour, parts in
      parts.count > 1 && (hour < newest || isOver || parts.count >= Compaction.openParts)
    }
    if groups.isEmpty { return 0 }
    try days.lock(day)
    guard try days.beginReplacing(day) else { return 0 }
    var old: [LakePart] = []
    var new: [NewPart] = []
    for (_, parts) in groups.sorted(by: { $0.key < $1.key }) {
      let news = try news(parts)
      let facts = PartFacts.merged(parts, kind: .hour, gaps: news?.gaps)
      let number = days.nextNumber(day) + new.count
      let rows = try write(day, number, parts, nil, news?.cancelled ?? [], facts)
      try check(rows, parts, days.newPartPath(day, number))
      old += parts
      new.append((number, rows, facts))
    }
    try days.replace(day, old, by: new)
    return old.count
  }

  // MARK: Days

  /// Whether a day has only parts that were sorted through.
  func isCompact(_ day: MarketDate) -> Bool { days.parts(of: day).allSatisfy { $0.facts.kind == .day } }

  /// Sorts a whole day by time into parts of about `partBytes`. Locks the day.
  /// - Parameter progress: rows done and rows in total; answers whether to go on.
  /// - Returns: false when the day was not replaced: it was a moment ago, or `progress` said no.
  func compact(
    _ day: MarketDate, news: ([LakePart]) throws(LakeError) -> News?, progress: (Int64, Int64) -> Bool
  ) throws(LakeError) -> Bool {
    try days.lock(day)
    let parts = days.parts(of: day)
    guard !parts.isEmpty else { return true }
    guard try days.beginReplacing(day) else { return false }
    let news = try news(parts)
    let seconds = try rowsBySecond(parts)
    let total = parts.reduce(0) { $0 + $1.rows }
    var bytesPerRow = Double(parts.reduce(0) { $0 + $1.file.bytes }) / Double(max(1, total))
    var new: [NewPart] = []
    var done: Int64 = 0
    var position = 0
    var isMeasured = false
    while position < seconds.count {
      let cut = cut(seconds, from: position, rowsLeft: total - done, bytesPerRow: bytesPerRow)
      let number = days.nextNumber(day) + new.count
      var facts = PartFacts.merged(parts, kind: .day, gaps: news?.gaps)
      let span = seconds[position].second..<(seconds[cut - 1].second + 1)
      facts.firstTime = max(facts.firstTime, span.lowerBound * 1_000_000_000)
      facts.lastTime = min(facts.lastTime, span.upperBound * 1_000_000_000 - 1)
      let rows = try write(day, number, parts, span, news?.cancelled ?? [], facts)
      let path = days.newPartPath(day, number)
      let bytes = try DiskFolder.bytes(path) ?? 0
      let measured = Double(bytes) / Double(max(1, rows))
      // Many small parts compress worse than a large one: the first is measured, and written again when it missed by much.
      if !isMeasured, abs(measured / bytesPerRow - 1) > 0.1, cut < seconds.count || bytes > partBytes * 6 / 5 {
        isMeasured = true
        bytesPerRow = measured
        try DiskFolder.removeFile(path)
        continue
      }
      isMeasured = true
      bytesPerRow = measured
      new.append((number, rows, facts))
      done += rows
      position = cut
      guard progress(done, total) else {
        try days.abandonReplacing(day)
        return false
      }
    }
    guard done == total else { throw .rowsDiffer(path: days.folder.folder(of: day), found: done, wanted: total) }
    try days.replace(day, parts, by: new)
    return true
  }

  /// Whether the parts show any of these prints as valid.
  func lacks(_ cancelled: [Int64], _ parts: [LakePart]) throws(LakeError) -> Bool {
    let ids = cancelled.map(String.init).joined(separator: ", ")
    let rows = try session.ask(
      "SELECT count(*) FROM \(source(parts)) WHERE NOT cancelled AND print_id IN (\(ids))")
    return (rows[0][0].integer ?? 0) > 0
  }

  private struct SecondCount {
    var second: Int64
    var rows: Int64
  }

  private func rowsBySecond(_ parts: [LakePart]) throws(LakeError) -> [SecondCount] {
    try session.ask(
      "SELECT epoch_ns(timestamp) // 1000000000 AS second, count(*) FROM \(source(parts)) GROUP BY 1 ORDER BY 1"
    ).map { SecondCount(second: $0[0].integer ?? 0, rows: $0[1].integer ?? 0) }
  }

  /// - Returns: the position behind the last second of the part that begins at `from`.
  private func cut(_ seconds: [SecondCount], from: Int, rowsLeft: Int64, bytesPerRow: Double) -> Int {
    let exact = Double(rowsLeft) * bytesPerRow / Double(partBytes)
    // As many as make each part miss the size by the smallest factor: two and a half parts become three rather than two.
    var partsLeft = max(1, exact.rounded(.down))
    if exact * exact > partsLeft * (partsLeft + 1) { partsLeft += 1 }
    if partsLeft <= 1 { return seconds.count }
    let wanted = Int64((Double(rowsLeft) / partsLeft).rounded(.up))
    var rows: Int64 = 0
    var position = from
    while position < seconds.count, rows < wanted {
      rows += seconds[position].rows
      position += 1
    }
    return position
  }

  // MARK: Writing

  private func source(_ parts: [LakePart]) -> String {
    "read_parquet(\(FooterReader.list(parts.map(\.file))), hive_partitioning = false)"
  }

  /// - Parameter seconds: times wanted, in seconds since 1970; nil for all.
  private func write(
    _ day: MarketDate, _ number: Int, _ parts: [LakePart], _ seconds: Range<Int64>?, _ cancelled: [Int64],
    _ facts: PartFacts
  ) throws(LakeError) -> Int64 {
    let rows = parts.filter { part in
      guard let seconds else { return true }
      return part.facts.lastTime / 1_000_000_000 >= seconds.lowerBound
        && part.facts.firstTime / 1_000_000_000 < seconds.upperBound
    }
    let bounds =
      seconds.map {
        """
        WHERE timestamp >= make_timestamp_ns(\($0.lowerBound)000000000) \
        AND timestamp < make_timestamp_ns(\($0.upperBound)000000000)
        """
      } ?? ""
    do {
      return Int64(
        try session.run(
          """
          COPY (SELECT \(FlowColumns.fromParts(cancelled: cancelled)) FROM \(source(rows)) \(bounds) \
          ORDER BY \(FlowColumns.order)) TO \(days.newPartPath(day, number).sqlLiteral) \(facts.copyOptions)
          """))
    } catch {
      // A full disk gets its space back.
      try days.abandonReplacing(day)
      throw error
    }
  }

  private func check(_ rows: Int64, _ parts: [LakePart], _ path: String) throws(LakeError) {
    let wanted = parts.reduce(0) { $0 + $1.rows }
    guard rows == wanted else { throw .rowsDiffer(path: path, found: rows, wanted: wanted) }
  }
}
