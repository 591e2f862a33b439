import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One hour of a trading day in the bucket: what it holds, however the rows lie in files here.
struct UploadedHour: Hashable, Sendable {
  var rows: Int64
  /// Of ids and cancellation marks, whatever their order.
  var checksum: UInt64
  /// Of the object.
  var bytes: Int64
}

/// What is in the bucket, on the disk: a text file that is appended to with each upload. The queue is what is here less what it
/// says; so it survives a restart, and an outage only makes the difference larger.
struct UploadRecord {
  private(set) var hours: [MarketDate: [Int: UploadedHour]] = [:]
  /// Days whose every hour is in the bucket, by a digest of their parts' names and sizes.
  private(set) var complete: [MarketDate: UInt64] = [:]
  private let path: String
  private let place: String

  /// - Parameter place: the bucket; a record of another one is put away.
  init(path: String, place: String) throws(LakeError) {
    self.path = path
    self.place = place
    let lines = try DiskFolder.lines(path)
    guard lines.first == "place\t\(place)" else {
      try rewrite()
      return
    }
    for line in lines.dropFirst() { read(line) }
    // One line an object instead of one an upload.
    try rewrite()
  }

  mutating func note(_ day: MarketDate, hour: Int, _ uploaded: UploadedHour) throws(LakeError) {
    try append(UploadRecord.line(day, hour, uploaded))
    hours[day, default: [:]][hour] = uploaded
  }

  mutating func noteComplete(_ day: MarketDate, parts: UInt64) throws(LakeError) {
    try append("day\t\(day)\t\(parts)")
    complete[day] = parts
  }

  private static func line(_ day: MarketDate, _ hour: Int, _ uploaded: UploadedHour) -> String {
    "hour\t\(day)\t\(hour)\t\(uploaded.rows)\t\(uploaded.checksum)\t\(uploaded.bytes)"
  }

  /// A line that a kill cut off is as if it had not been written: the object is uploaded once more.
  private mutating func read(_ line: Substring) {
    let words = line.split(separator: "\t")
    guard words.count >= 3, let day = MarketDate(words[1]) else { return }
    if words[0] == "day", words.count == 3 { complete[day] = UInt64(words[2]) }
    guard words[0] == "hour", words.count == 6, let hour = Int(words[2]), let rows = Int64(words[3]),
      let checksum = UInt64(words[4]), let bytes = Int64(words[5])
    else { return }
    hours[day, default: [:]][hour] = UploadedHour(rows: rows, checksum: checksum, bytes: bytes)
  }

  // MARK: File

  private func rewrite() throws(LakeError) {
    var lines = ["place\t\(place)"]
    for (day, hours) in hours.sorted(by: { $0.key < $1.key }) {
      lines += hours.sorted { $0.key < $1.key }.map { UploadRecord.line(day, $0.key, $0.value) }
    }
    lines += complete.sorted { $0.key < $1.key }.map { "day\t\($0.key)\t\($0.value)" }
    try DiskFolder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
  }

  private func append(_ line: String) throws(LakeError) {
    guard let file = fopen(path, "ab") else { throw DiskFolder.failure(path, "opened") }
    let bytes = Array((line + "\n").utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
    let failure = DiskFolder.failure(path, "written")
    guard fclose(file) == 0, isWritten else { throw failure }
  }
}

extension UInt64 {
  /// FNV-1a, 64 bits: the same in every process.
  init(digestOf text: String) {
    self = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { self = (self ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
