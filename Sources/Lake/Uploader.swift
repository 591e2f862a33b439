import MarketModel
import Storage

/// Copies the lake into a bucket. One object for each hour of a trading day, `…/day=DD/flow_part_NNN.parquet` with NNN = 001
/// for the hour that begins at 04:00 New York, holding exactly the prints with a time in it.
///
/// Not a copy of the files here, because DuckDB can write objects and not delete them, and a bucket knows no step that
/// replaces several: whoever reads while small parts give way to large ones would see rows twice or not at all. An hour's
/// object is only ever replaced by one with the same rows and more, in one step, so that a glob over the bucket sees each row
/// once at any moment. One thread.
final class Uploader {
  private let folder: LakeFolder
  private let place: S3Place
  private let session: SQLSession
  private let footers: FooterReader
  private var record: UploadRecord

  /// An hour whose object is not what the parts here say.
  struct Difference: Hashable, Sendable {
    var day: MarketDate
    var hour: Int
    /// What the object should hold; its size is not known yet.
    var wanted: UploadedHour
    var files: [PartFile]
    /// The newest hour of the newest day: it is still growing.
    var isNewest: Bool
  }

  /// Makes the connection; reaches nothing yet.
  init(folder: LakeFolder, place: S3Place, memoryLimitMegabytes: Int) throws(LakeError) {
    self.folder = folder
    self.place = place
    session = try place.makeSession(
      memoryLimitMegabytes: memoryLimitMegabytes, temporaryDirectory: "\(folder.work)/upload.tmp")
    footers = FooterReader(session: session)
    record = try UploadRecord(path: "\(folder.work)/uploads.tsv", place: place.description)
  }

  /// What is here less what is in the bucket, oldest first. Days without a difference are noted, and not looked at again
  /// before their parts change.
  func differences() throws(LakeError) -> [Difference] {
    var differences: [Difference] = []
    let all = try folder.days()
    for day in all {
      let files = try folder.parts(of: day)
      let parts = UInt64(digestOf: files.map { "\($0.number):\($0.bytes)" }.joined(separator: " "))
      if files.isEmpty || record.complete[day] == parts { continue }
      let hours = try hours(day, files)
      let newest = hours.keys.max()
      let missing = hours.filter { hour, wanted in
        guard let there = record.hours[day]?[hour] else { return true }
        return there.rows != wanted.rows || there.checksum != wanted.checksum
      }
      if missing.isEmpty { try record.noteComplete(day, parts: parts) }
      differences += missing.sorted { $0.key < $1.key }.map {
        Difference(
          day: day, hour: $0.key, wanted: $0.value, files: files, isNewest: day == all.last && $0.key == newest)
      }
    }
    return differences
  }

  private func hours(_ day: MarketDate, _ files: [PartFile]) throws(LakeError) -> [Int: UploadedHour] {
    let start = day.tradingDay.start.nanoseconds
    var hours: [Int: UploadedHour] = [:]
    for row in try session.ask(
      """
      SELECT (epoch_ns(timestamp) - \(start)) // \(PartFacts.hourNanoseconds) AS hour, count(*), \
      bit_xor(hash(print_id, cancelled)) FROM \(Uploader.source(files)) GROUP BY 1
      """)
    {
      guard let hour = row[0].integer, let rows = row[1].integer, let checksum = row[2].integer else { continue }
      hours[Int(hour)] = UploadedHour(rows: rows, checksum: UInt64(bitPattern: checksum), bytes: 0)
    }
    return hours
  }

  private static func source(_ files: [PartFile]) -> String {
    "read_parquet(\(FooterReader.list(files)), hive_partitioning = false)"
  }

  func url(_ day: MarketDate, hour: Int) -> String {
    place.url + folder.folder(of: day).dropFirst(folder.path.count) + "/" + LakeFolder.partName(hour + 1)
  }

  /// Writes one object and looks whether it has arrived as it should.
  /// - Throws: `.bucket` when the bucket is the trouble, `.storage` and `.foreignPart` when the parts here are.
  func upload(_ difference: Difference) throws(LakeError) {
    let url = url(difference.day, hour: difference.hour)
    let start = difference.day.tradingDay.start.adding(
      nanoseconds: Int64(difference.hour) * PartFacts.hourNanoseconds
    ).nanoseconds
    let end = start + PartFacts.hourNanoseconds
    let parts = try footers.parts(difference.files).filter { $0.facts.lastTime >= start && $0.facts.firstTime < end }
    var facts = PartFacts.merged(parts, kind: .hour, gaps: nil)
    facts.firstTime = start
    facts.lastTime = end - 1
    let copy = """
      COPY (SELECT \(FlowColumns.fromParts(cancelled: [])) FROM \(Uploader.source(parts.map(\.file))) \
      WHERE timestamp >= make_timestamp_ns(\(start)) AND timestamp < make_timestamp_ns(\(end)) ORDER BY \(FlowColumns.order)) \
      TO \(url.sqlLiteral) \(facts.copyOptions)
      """
    let found: [[SQLCell]]
    do {
      try session.execute(copy)
      found = try session.rows(
        "SELECT num_rows, file_size_bytes::BIGINT FROM parquet_file_metadata(\(url.sqlLiteral))")
    } catch { throw .bucket(place: place.description, words: place.clean(error)) }
    let rows = found.first?[0].integer ?? 0
    guard rows == difference.wanted.rows else {
      throw .rowsDiffer(path: url, found: rows, wanted: difference.wanted.rows)
    }
    var uploaded = difference.wanted
    uploaded.bytes = found.first?[1].integer ?? 0
    try record.note(difference.day, hour: difference.hour, uploaded)
  }
}
