import JSONText
import MarketModel
import Storage

/// Brings the store's prints into the lake, by print id: the parts say which ids they have, the store which it has given and
/// which of them are still to come, because they were lost on the way to it. One thread.
final class StoreExport {
  private let store: SQLSession
  private let days: LakeDays
  /// Ids, of all runs, that are in the lake or known to be nobody's. Runs have blocks of ids of their own.
  private var done = RangeSet<Int64>()
  /// Ids of which a day has everything, although another day may lack some: a kill or an error came between two days of one
  /// flush.
  private var doneOfDay: [MarketDate: RangeSet<Int64>] = [:]

  /// Prints written at once: one row group, some 40 MB while it is sorted inside the store's memory limit.
  static let chunkPrints: Int64 = 122_880
  /// Most stretches of ids in one part, so that its footer and the statement that writes it stay small.
  static let chunkStretches = 64

  /// What a run has in the store and not in the lake.
  private struct Missing {
    var run: Int32
    var ids: RangeSet<Int64>
  }

  init(store: SQLSession, days: LakeDays) {
    self.store = store
    self.days = days
  }

  /// Finds out from the parts how far the lake is.
  func recover() {
    done = RangeSet()
    doneOfDay = [:]
    // A flush writes one day after the other: the newest may lack some of its days, the ones before it are whole. It has the
    // highest ids of its run, unless it filled a hole; then its part is the last of its day.
    var doubtful: [PartFacts.Range] = []
    var ranges: [PartFacts.Range] = []
    for day in days.days {
      let parts = days.parts(of: day)
      ranges += parts.flatMap(\.facts.ranges)
      for range in parts.flatMap(\.facts.ranges) { doneOfDay[day, default: RangeSet()].insert(contentsOf: range.ids) }
      if let last = parts.last, last.facts.kind == .flush { doubtful += last.facts.ranges }
    }
    for runRanges in Dictionary(grouping: ranges, by: \.run).values {
      let last = runRanges.map(\.through).max()
      doubtful += runRanges.filter { $0.through == last }
    }
    for range in ranges { done.insert(contentsOf: range.ids) }
    for range in doubtful { done.remove(contentsOf: range.ids) }
  }

  /// Prints that are in the store and not in the lake, ids that nobody has counted.
  func waiting() throws(LakeError) -> Int64 {
    try missing().reduce(0) { sum, missing in sum + missing.ids.ranges.reduce(0) { $0 + Int64($1.count) } }
  }

  private func missing() throws(LakeError) -> [Missing] {
    // The runs first: a hole that is opened after that lies behind the ids they tell.
    let runs = try store.ask("SELECT run_id, first_print_id, last_print_id FROM main.ingest_runs ORDER BY run_id")
    let holes = try store.ask(
      "SELECT run_id, first_number, last_number FROM main.ingest_holes WHERE first_number <= last_number")
    var missing: [Missing] = []
    for row in runs {
      guard let run = row[0].integer, let first = row[1].integer, let last = row[2].integer, last >= first else {
        continue
      }
      var ids = RangeSet(first..<(last + 1)).subtracting(done)
      if ids.isEmpty { continue }
      for hole in holes where hole[0].integer == run {
        guard let from = hole[1].integer, let to = hole[2].integer else { continue }
        ids.remove(contentsOf: (first - 1 + from)..<(first + to))
      }
      if !ids.isEmpty { missing.append(Missing(run: Int32(truncatingIfNeeded: run), ids: ids)) }
    }
    return missing
  }

  /// Writes the next prints, at most `chunkPrints`, as one part for each of their days.
  /// - Returns: the days that got a part; nil when nothing is missing.
  func flush() throws(LakeError) -> [MarketDate]? {
    guard let next = try missing().first else { return nil }
    let ids = StoreExport.chunk(of: next.ids)
    var written: [MarketDate] = []
    let spans = try spans(ids)
    for (day, span) in spans.days {
      if try write(day, span, Missing(run: next.run, ids: ids), isOrdered: spans.isOrdered) { written.append(day) }
    }
    done.formUnion(ids)
    return written
  }

  /// The first of the ids.
  private static func chunk(of ids: RangeSet<Int64>) -> RangeSet<Int64> {
    var chunk = RangeSet<Int64>()
    var room = chunkPrints
    for range in ids.ranges.prefix(chunkStretches) where room > 0 {
      let part = range.lowerBound..<min(range.upperBound, range.lowerBound + room)
      chunk.insert(contentsOf: part)
      room -= Int64(part.count)
    }
    return chunk
  }

  /// The range of all of them lets DuckDB skip what has none of the ids.
  private static func condition(_ ids: RangeSet<Int64>) -> String {
    let ranges = ids.ranges
    guard let first = ranges.first, let last = ranges.last else { return "false" }
    let all = "print_id BETWEEN \(first.lowerBound) AND \(last.upperBound - 1)"
    if ranges.count == 1 { return all }
    let each = ranges.map { "print_id BETWEEN \($0.lowerBound) AND \($0.upperBound - 1)" }
    return "\(all) AND (\(each.joined(separator: " OR ")))"
  }

  private struct Span {
    var first: Int64
    var last: Int64
  }

  /// First and last time of the prints, by trading day, ascending; and whether they lie in the store in the order of a part.
  private func spans(
    _ ids: RangeSet<Int64>
  ) throws(LakeError) -> (days: [(MarketDate, Span)], isOrdered: Bool) {
    let all = try store.ask(
      """
      SELECT min(time), max(time), coalesce(bool_or(time < before OR (time = before AND print_id < id_before)), false) FROM \
      (SELECT epoch_ns(ts) AS time, lag(epoch_ns(ts)) OVER () AS before, print_id, lag(print_id) OVER () AS id_before \
      FROM base.trades_labeled WHERE \(StoreExport.condition(ids)))
      """)
    guard let first = all[0][0].integer, let last = all[0][1].integer else { return ([], true) }
    let isOrdered = all[0][2].integer == 0
    let day = TradingCalendar.tradingDay(containing: Timestamp(nanoseconds: first))
    if day == TradingCalendar.tradingDay(containing: Timestamp(nanoseconds: last)) {
      return ([(day, Span(first: first, last: last))], isOrdered)
    }
    var spans: [MarketDate: Span] = [:]
    for row in try store.ask(
      """
      SELECT min(epoch_ns(ts)), max(epoch_ns(ts)) FROM base.trades_labeled \
      WHERE \(StoreExport.condition(ids)) GROUP BY epoch_ns(ts) // \(PartFacts.hourNanoseconds)
      """)
    {
      guard let first = row[0].integer, let last = row[1].integer else { continue }
      // Trading days begin on the hour.
      let day = TradingCalendar.tradingDay(containing: Timestamp(nanoseconds: first))
      let span = spans[day] ?? Span(first: first, last: last)
      spans[day] = Span(first: min(span.first, first), last: max(span.last, last))
    }
    return (spans.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, isOrdered)
  }

  /// - Returns: whether there was anything to write.
  private func write(
    _ day: MarketDate, _ span: Span, _ next: Missing, isOrdered: Bool
  ) throws(LakeError) -> Bool {
    let ids = next.ids.subtracting(doneOfDay[day] ?? RangeSet())
    if ids.isEmpty { return false }
    try days.lock(day)
    let facts = PartFacts(
      day: day, kind: .flush, firstTime: span.first, lastTime: span.last,
      ranges: PartFacts.Range.all(ids, ofRun: next.run), gaps: try gaps(of: day))
    let prints = FlowColumns.fromStore(
      where: """
        \(StoreExport.condition(ids)) AND ts >= make_timestamp_ns(\(span.first)) AND ts <= make_timestamp_ns(\(span.last))
        """)
    var rows = 0
    do {
      let path = days.folder.unfinishedPart(of: day)
      // Sorting what is in order costs a quarter of it all. That joins have kept the order nobody promises.
      var isSorted = isOrdered
      if isOrdered {
        rows = try copy(prints, to: path, facts)
        if rows > 0 { isSorted = try self.isSorted(path) }
      }
      if !isSorted { rows = try copy("\(prints) ORDER BY \(FlowColumns.order)", to: path, facts) }
    } catch {
      // A full disk gets its space back.
      try DiskFolder.removeFile(days.folder.unfinishedPart(of: day))
      throw error
    }
    if rows == 0 {
      try DiskFolder.removeFile(days.folder.unfinishedPart(of: day))
      return false
    }
    try days.adopt(facts, rows: Int64(rows))
    doneOfDay[day, default: RangeSet()].formUnion(ids)
    return true
  }

  private func copy(_ prints: String, to path: String, _ facts: PartFacts) throws(LakeError) -> Int {
    try store.run("COPY (\(prints)) TO \(path.sqlLiteral) \(facts.copyOptions)")
  }

  private func isSorted(_ path: String) throws(LakeError) -> Bool {
    let rows = try store.ask(
      """
      SELECT coalesce(bool_or(timestamp < before OR (timestamp = before AND print_id < id_before)), false) FROM \
      (SELECT timestamp, lag(timestamp) OVER () AS before, print_id, lag(print_id) OVER () AS id_before \
      FROM read_parquet(\(path.sqlLiteral), hive_partitioning = false))
      """)
    return rows[0][0].integer == 0
  }

  // MARK: What else parts want to know

  /// What the store knows by now of the prints in these parts of one day; nil for no parts.
  func news(_ parts: [LakePart]) throws(LakeError) -> Compaction.News? {
    guard let day = parts.first?.facts.day else { return nil }
    return Compaction.News(gaps: try gaps(of: day), cancelled: try cancelled(parts))
  }

  /// The day's gaps as a JSON array.
  func gaps(of day: MarketDate) throws(LakeError) -> String {
    let (start, end) = day.tradingDay
    let rows = try store.ask(
      """
      SELECT run_id, number, scope::VARCHAR, epoch_ns(gap_start), epoch_ns(gap_end), state, recovered FROM main.feed_gaps \
      WHERE gap_end >= make_timestamp_ns(\(start.nanoseconds)) AND gap_start < make_timestamp_ns(\(end.nanoseconds)) \
      ORDER BY run_id, number
      """)
    var json = JSONWriter()
    json.array { json in
      for row in rows {
        json.object { json in
          json.field("run", row[0].integer ?? 0)
          json.field("gap", row[1].integer ?? 0)
          json.field("scope", row[2].text ?? "")
          json.field("from", Timestamp(nanoseconds: row[3].integer ?? 0).rfc3339)
          json.field("to", Timestamp(nanoseconds: row[4].integer ?? 0).rfc3339)
          json.field("state", row[5].text ?? "")
          json.field("recovered", row[6].integer ?? 0)
        }
      }
    }
    return json.text
  }

  /// Ids of a day's prints that the venue has taken back by now.
  func cancelled(_ parts: [LakePart]) throws(LakeError) -> [Int64] {
    let ranges = parts.flatMap(\.facts.ranges)
    if ranges.isEmpty { return [] }
    let rows = try store.ask(
      "SELECT DISTINCT print_id FROM base.cancellations WHERE \(PartFacts.Range.condition(ranges)) ORDER BY 1")
    return rows.compactMap { $0[0].integer }
  }
}

extension MarketDate {
  /// First moment of the trading day, and of the next one.
  var tradingDay: (start: Timestamp, end: Timestamp) {
    let start = Timestamp(newYork: self, hour: 4)
    return (start, TradingCalendar.sessionBoundary(after: start))
  }
}
