import JSONText
import MarketModel
import Storage

/// Brings the store's prints into the lake, by print id: each run's ids only grow, so that the highest id in the lake says
/// what is missing. That id is read from the parts themselves. One thread.
final class StoreExport {
  private let store: SQLSession
  private let days: LakeDays
  /// Highest id of each run that is in the lake or known to be nobody's.
  private var positions: [Int32: Int64] = [:]
  /// Ids of a run up to which a day is complete although the run is not: a kill came between two days of one flush.
  private var floors: [RunDay: Int64] = [:]

  /// Prints written at once: one row group, some 40 MB while it is sorted inside the store's memory limit.
  static let chunkPrints: Int64 = 122_880

  private struct RunDay: Hashable {
    var run: Int32
    var day: MarketDate
  }

  /// What a run has in the store and not in the lake.
  private struct Missing {
    var run: Int32
    var after: Int64
    var last: Int64
  }

  init(store: SQLSession, days: LakeDays) {
    self.store = store
    self.days = days
  }

  /// Finds out from the parts how far the lake is.
  func recover() {
    positions = [:]
    floors = [:]
    let ranges = days.days.flatMap { day in
      days.parts(of: day).flatMap { part in part.facts.ranges.map { (day: day, range: $0) } }
    }
    var through: [Int32: Int64] = [:]
    for (day, range) in ranges {
      through[range.run] = max(through[range.run] ?? 0, range.through)
      let key = RunDay(run: range.run, day: day)
      floors[key] = max(floors[key] ?? 0, range.through)
    }
    // A flush writes one day after the other: the newest may lack some of its days, the ones before it are whole.
    for (_, range) in ranges where range.through == through[range.run] {
      positions[range.run] = min(positions[range.run] ?? .max, range.after)
    }
  }

  /// Prints that are in the store and not in the lake, holes between their ids counted.
  func waiting() throws(LakeError) -> Int64 {
    try missing().reduce(0) { $0 + $1.last - $1.after }
  }

  private func missing() throws(LakeError) -> [Missing] {
    var missing: [Missing] = []
    for row in try store.ask("SELECT run_id, first_print_id, last_print_id FROM main.ingest_runs ORDER BY run_id") {
      guard let run = row[0].integer.map({ Int32(truncatingIfNeeded: $0) }), let first = row[1].integer,
        let last = row[2].integer
      else { continue }
      let after = max(positions[run] ?? 0, first - 1)
      if last > after { missing.append(Missing(run: run, after: after, last: last)) }
    }
    return missing
  }

  /// Writes the next prints, at most `chunkPrints`, as one part for each of their days.
  /// - Returns: the days that got a part; nil when nothing is missing.
  func flush() throws(LakeError) -> [MarketDate]? {
    guard let next = try missing().first else { return nil }
    let through = min(next.last, next.after + StoreExport.chunkPrints)
    var written: [MarketDate] = []
    for (day, span) in try spans(next.run, after: next.after, through: through) {
      if try write(day, span, run: next.run, after: next.after, through: through) { written.append(day) }
    }
    positions[next.run] = through
    return written
  }

  private struct Span {
    var first: Int64
    var last: Int64
  }

  /// First and last time of the prints, by trading day, ascending.
  private func spans(
    _ run: Int32, after: Int64, through: Int64
  ) throws(LakeError) -> [(MarketDate, Span)] {
    var spans: [MarketDate: Span] = [:]
    for row in try store.ask(
      """
      SELECT min(epoch_ns(ts)), max(epoch_ns(ts)) FROM base.trades_labeled \
      WHERE print_id > \(after) AND print_id <= \(through) GROUP BY epoch_ns(ts) // \(PartFacts.hourNanoseconds)
      """)
    {
      guard let first = row[0].integer, let last = row[1].integer else { continue }
      // Trading days begin on the hour.
      let day = TradingCalendar.tradingDay(containing: Timestamp(nanoseconds: first))
      let span = spans[day] ?? Span(first: first, last: last)
      spans[day] = Span(first: min(span.first, first), last: max(span.last, last))
    }
    return spans.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// - Returns: whether there was anything to write.
  private func write(
    _ day: MarketDate, _ span: Span, run: Int32, after: Int64, through: Int64
  ) throws(LakeError) -> Bool {
    let floor = max(after, floors[RunDay(run: run, day: day)] ?? 0)
    if floor >= through { return false }
    try days.lock(day)
    let facts = PartFacts(
      day: day, kind: .flush, firstTime: span.first, lastTime: span.last,
      ranges: [PartFacts.Range(run: run, after: after, through: through)], gaps: try gaps(of: day))
    let rows = try store.run(
      """
      COPY (SELECT \(FlowColumns.fromStore) FROM main.trades_labeled \
      WHERE print_id > \(floor) AND print_id <= \(through) \
      AND ts >= make_timestamp_ns(\(span.first)) AND ts <= make_timestamp_ns(\(span.last)) ORDER BY \(FlowColumns.order)) \
      TO \(days.folder.unfinishedPart(of: day).sqlLiteral) \(facts.copyOptions)
      """)
    if rows == 0 {
      try DiskFolder.removeFile(days.folder.unfinishedPart(of: day))
      return false
    }
    try days.adopt(facts, rows: Int64(rows))
    return true
  }

  // MARK: What else parts want to know

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
          json.field("from", Timestamp(nanoseconds: row[3].integer ?? 0).lakeText)
          json.field("to", Timestamp(nanoseconds: row[4].integer ?? 0).lakeText)
          json.field("state", row[5].text ?? "")
          json.field("recovered", row[6].integer ?? 0)
        }
      }
    }
    return json.text
  }

  /// Ids of a day's prints that the venue has taken back by now.
  func cancelled(_ parts: [LakePart]) throws(LakeError) -> [Int64] {
    let ranges = parts.flatMap(\.facts.ranges).map { "(print_id > \($0.after) AND print_id <= \($0.through))" }
    if ranges.isEmpty { return [] }
    let rows = try store.ask(
      "SELECT DISTINCT print_id FROM base.cancellations WHERE \(Set(ranges).sorted().joined(separator: " OR ")) ORDER BY 1"
    )
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
