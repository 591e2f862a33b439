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
  /// The lake's own, in the footer of each object.
  private let lake: String
  private let session: SQLSession
  private let footers: FooterReader
  private var record: UploadRecord
  private var hours: HourDigests

  struct Hour: Hashable, Sendable {
    var day: MarketDate
    /// Counted from the beginning of the trading day.
    var number: Int

    /// Nanoseconds since 1970.
    var times: Range<Int64> {
      let start = day.tradingDay.start.nanoseconds + Int64(number) * PartFacts.hourNanoseconds
      return start..<(start + PartFacts.hourNanoseconds)
    }
  }

  /// An hour whose object is not what the parts here say.
  struct Difference: Hashable, Sendable {
    var hour: Hour
    /// What the object should hold; its size is not known yet.
    var wanted: UploadedHour
    /// All that have prints of the hour.
    var parts: [LakePart]
  }

  /// Makes the connection; reaches nothing yet.
  init(folder: LakeFolder, place: S3Place, memoryLimitMegabytes: Int) throws(LakeError) {
    self.folder = folder
    self.place = place
    lake = try folder.identity()
    session = try place.makeSession(
      memoryLimitMegabytes: memoryLimitMegabytes, temporaryDirectory: "\(folder.work)/upload.tmp")
    footers = FooterReader(session: session)
    record = try UploadRecord(path: "\(folder.work)/uploads.tsv", place: place.description)
    hours = HourDigests(session: session, footers: footers)
  }

  // MARK: What differs

  /// What is here less what is in the bucket, oldest first. Days without a difference are noted, and not looked at again
  /// before their parts change.
  /// - Parameters:
  ///   - isDue: asked for the newest hour of the newest day, which is still growing: until it is due, its rows are not read.
  ///   - isStopped: asked between two days; later days are left out then.
  func differences(isDue: (Hour) -> Bool, until isStopped: () -> Bool) throws(LakeError) -> [Difference] {
    var differences: [Difference] = []
    let all = try folder.days()
    for day in all where !isStopped() {
      let files = try folder.parts(of: day)
      let parts = UInt64(digestOf: files.map { "\($0.number):\($0.bytes)" }.joined(separator: " "))
      if files.isEmpty || record.complete[day] == parts {
        hours.forget(day)
        continue
      }
      var partsOfHour = try hours.parts(of: day, files)
      var isWaiting = false
      if day == all.last, let newest = partsOfHour.keys.max(), !isDue(Hour(day: day, number: newest)) {
        partsOfHour[newest] = nil
        isWaiting = true
      }
      let missing = try hours.digests(of: day, partsOfHour).filter { number, wanted in
        guard let there = record.hours[day]?[number] else { return true }
        return there.rows != wanted.rows || there.checksum != wanted.checksum
      }
      if missing.isEmpty, !isWaiting { try record.noteComplete(day, parts: parts) }
      differences += missing.sorted { $0.key < $1.key }.map { number, wanted in
        Difference(hour: Hour(day: day, number: number), wanted: wanted, parts: partsOfHour[number] ?? [])
      }
    }
    return differences
  }

  // MARK: Uploading

  /// Where the object lies below the lake's address.
  private func name(_ hour: Hour) -> String {
    folder.folder(of: hour.day).dropFirst(folder.path.count + 1) + "/" + LakeFolder.partName(hour.number + 1)
  }

  func url(_ hour: Hour) -> String { place.url + "/" + name(hour) }

  /// Writes one object and looks whether it has arrived as it should.
  /// - Throws: `.bucket` when the bucket is the trouble, or holds what is not this lake's; `.storage` and `.foreignPart` when
  ///   the parts here are.
  func upload(_ difference: Difference) throws(LakeError) {
    let hour = difference.hour
    let url = url(hour)
    var facts = PartFacts.merged(difference.parts, kind: .hour, gaps: nil)
    facts.firstTime = hour.times.lowerBound
    facts.lastTime = hour.times.upperBound - 1
    facts.lake = lake
    if record.hours[hour.day]?[hour.number] == nil { try refuseToLose(hour, difference.parts, facts) }
    let copy = """
      COPY (SELECT \(FlowColumns.fromParts(cancelled: [])) FROM \(HourDigests.source(difference.parts)) \
      WHERE \(HourDigests.condition(hour.times)) ORDER BY \(FlowColumns.order)) TO \(url.sqlLiteral) \(facts.copyOptions)
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
    try record.note(hour.day, hour: hour.number, uploaded)
  }

  // MARK: What is there already

  /// A new data folder knows nothing of what another one has put into the bucket. An object that it does not know is only
  /// replaced when it is an older state of the same hour: of this lake or of nobody in particular, with no id that is not
  /// here, and with as many rows as are here under its ids.
  private func refuseToLose(_ hour: Hour, _ parts: [LakePart], _ facts: PartFacts) throws(LakeError) {
    guard let there = try object(hour) else { return }
    var here = RangeSet<Int64>()
    for range in facts.ranges { here.insert(contentsOf: range.ids) }
    var isOlder = there.facts.ranges.allSatisfy { RangeSet($0.ids).isSubset(of: here) }
    let isOther = there.facts.lake.map { $0 != lake } ?? false
    if isOlder, !isOther {
      let same = try session.ask(
        """
        SELECT count(*) FROM \(HourDigests.source(parts)) WHERE \(HourDigests.condition(hour.times)) \
        AND (\(PartFacts.Range.condition(there.facts.ranges)))
        """)
      isOlder = same[0][0].integer == there.rows
    }
    if isOlder, !isOther { return }
    let whose = there.facts.lake == lake ? "this lake that are not in its folder any more" : "another lake"
    throw .bucket(
      place: place.description, words: "\(name(hour)) holds \(there.rows) rows of \(whose); name another prefix")
  }

  /// What the bucket holds of an hour; nil for nothing.
  private func object(_ hour: Hour) throws(LakeError) -> LakePart? {
    do throws(LakeError) {
      return try footers.parts([PartFile(path: url(hour), number: hour.number + 1, bytes: 0)]).first
    } catch .storage(let error) {
      let words = place.clean(error)
      // Keys that may not list a bucket are told 403 of what is not there. With wrong ones the upload is refused, too.
      if words.contains(/HTTP (code )?40[34]/) { return nil }
      throw .bucket(place: place.description, words: words)
    } catch .foreignPart(_, let words) {
      throw .bucket(place: place.description, words: "\(name(hour)) is not ours (\(words)); name another prefix")
    }
  }
}
