import MarketModel
import Storage

/// What the hours of days under way hold, read from their parts. Neither a part's footer nor an hour's rows are read again
/// while the files stay the same: a day has ten million prints, and is looked at every two seconds.
struct HourDigests {
  private let session: SQLSession
  private let footers: FooterReader
  private var days: [MarketDate: Day] = [:]

  private struct Day {
    var parts: [PartFile: LakePart] = [:]
    var hours: [Int: (files: [PartFile], holds: UploadedHour?)] = [:]
  }

  init(session: SQLSession, footers: FooterReader) {
    self.session = session
    self.footers = footers
  }

  mutating func forget(_ day: MarketDate) { days[day] = nil }

  /// The parts of a day by the hours that they may have prints of, counted from the beginning of the trading day.
  mutating func parts(of day: MarketDate, _ files: [PartFile]) throws(LakeError) -> [Int: [LakePart]] {
    let known = days[day]?.parts ?? [:]
    let fresh = try footers.parts(files.filter { known[$0] == nil })
    let read = Dictionary(uniqueKeysWithValues: fresh.map { ($0.file, $0) })
    let parts = files.compactMap { known[$0] ?? read[$0] }
    days[day, default: Day()].parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.file, $0) })
    let start = day.tradingDay.start.nanoseconds
    var byHour: [Int: [LakePart]] = [:]
    for part in parts {
      let first = (part.facts.firstTime - start) / PartFacts.hourNanoseconds
      let last = (part.facts.lastTime - start) / PartFacts.hourNanoseconds
      for hour in stride(from: first, through: last, by: 1) { byHour[Int(hour), default: []].append(part) }
    }
    return byHour
  }

  /// Rows and checksums of these hours of a day; hours without prints are left out.
  /// - Parameter partsOfHour: as `parts` gave them.
  mutating func digests(of day: MarketDate, _ partsOfHour: [Int: [LakePart]]) throws(LakeError) -> [Int: UploadedHour] {
    let known = days[day]?.hours ?? [:]
    let touched = partsOfHour.filter { hour, parts in known[hour].map { $0.files != parts.map(\.file) } ?? true }
    if !touched.isEmpty {
      let found = try read(day, touched)
      for (hour, parts) in touched { days[day, default: Day()].hours[hour] = (parts.map(\.file), found[hour]) }
    }
    let hours = days[day]?.hours ?? [:]
    return partsOfHour.reduce(into: [:]) { digests, hour in digests[hour.key] = hours[hour.key]?.holds }
  }

  private func read(_ day: MarketDate, _ partsOfHour: [Int: [LakePart]]) throws(LakeError) -> [Int: UploadedHour] {
    let numbers = partsOfHour.keys.sorted()
    guard let first = numbers.first, let last = numbers.last else { return [:] }
    let parts = Set(partsOfHour.values.joined()).sorted { $0.file.number < $1.file.number }
    let start = day.tradingDay.start.nanoseconds
    let begin = Uploader.Hour(day: day, number: first).times.lowerBound
    let times = begin..<Uploader.Hour(day: day, number: last).times.upperBound
    var hours: [Int: UploadedHour] = [:]
    for row in try session.ask(
      """
      SELECT (epoch_ns(timestamp) - \(start)) // \(PartFacts.hourNanoseconds) AS hour, count(*), \
      bit_xor(hash(print_id, cancelled)) FROM \(HourDigests.source(parts)) WHERE \(HourDigests.condition(times)) \
      GROUP BY 1 HAVING hour IN (\(numbers.map(String.init).joined(separator: ", ")))
      """)
    {
      guard let hour = row[0].integer, let rows = row[1].integer, let checksum = row[2].integer else { continue }
      hours[Int(hour)] = UploadedHour(rows: rows, checksum: UInt64(bitPattern: checksum), bytes: 0)
    }
    return hours
  }

  // MARK: SQL

  static func source(_ parts: [LakePart]) -> String {
    "read_parquet(\(FooterReader.list(parts.map(\.file))), hive_partitioning = false)"
  }

  static func condition(_ times: Range<Int64>) -> String {
    "timestamp >= make_timestamp_ns(\(times.lowerBound)) AND timestamp < make_timestamp_ns(\(times.upperBound))"
  }
}
