import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Names and places of a journal's files: `2026-11-20/000001.mfj`, `….mfj.zst` once it is closed and packed.
struct JournalFolder: Sendable {
  let path: String

  static let plainSuffix = ".mfj"
  static let packedSuffix = ".mfj.zst"
  static let unfinishedSuffix = ".tmp"

  var identityPath: String { path + "/journal.id" }
  var lockPath: String { path + "/journal.lock" }

  func dayPath(_ day: MarketDate) -> String { "\(path)/\(day)" }
  func plainPath(_ name: SegmentName) -> String { "\(path)/\(name)\(Self.plainSuffix)" }
  func packedPath(_ name: SegmentName) -> String { "\(path)/\(name)\(Self.packedSuffix)" }

  /// A segment as it lies there.
  struct Segment: Equatable {
    var name: SegmentName
    /// Bytes of the file; the packed one's when both are there.
    var bytes: Int64
    var isPlain: Bool
    var isPacked: Bool
  }

  /// Days that have a folder, ascending.
  func days() throws(JournalError) -> [MarketDate] {
    try Self.names(in: path).compactMap(Self.date).sorted()
  }

  /// The day's segments, ascending.
  func segments(_ day: MarketDate) throws(JournalError) -> [Segment] {
    var found: [UInt32: Segment] = [:]
    for file in try Self.names(in: dayPath(day)) {
      let isPacked = file.hasSuffix(Self.packedSuffix)
      let stem = file.dropLast(isPacked ? Self.packedSuffix.utf8.count : Self.plainSuffix.utf8.count)
      guard isPacked || file.hasSuffix(Self.plainSuffix), stem.utf8.count >= 6,
        stem.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = UInt32(stem)
      else { continue }
      var status = stat()
      // Packed and removed since it was listed: found under the other name.
      guard stat("\(dayPath(day))/\(file)", &status) == 0 else { continue }
      var segment =
        found[number]
        ?? Segment(name: SegmentName(day: day, number: number), bytes: 0, isPlain: false, isPacked: false)
      if isPacked || !segment.isPacked { segment.bytes = Int64(status.st_size) }
      if isPacked { segment.isPacked = true } else { segment.isPlain = true }
      found[number] = segment
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// The last segment there is.
  func lastSegment() throws(JournalError) -> Segment? {
    for day in try days().reversed() {
      if let last = try segments(day).last { return last }
    }
    return nil
  }

  /// Makes a name that was given or taken in a folder outlive a loss of power.
  static func sync(folder path: String, _ disk: DiskCalls) throws(JournalError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, "opened") }
    defer { close(descriptor) }
    // Some file systems cannot, and need not.
    guard disk.sync(descriptor) == 0 || errno == EINVAL else { throw .file(path, "written to the disk") }
  }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(JournalError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw .file(path, "made")
    }
    try make(String(path[..<slash]))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .file(path, "made") }
  }

  static func names(in path: String) throws(JournalError) -> [String] {
    guard let listing = opendir(path) else {
      if errno == ENOENT { return [] }
      throw .file(path, "listed")
    }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private static func date(_ text: String) -> MarketDate? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count >= 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      let date = MarketDate(year: year, month: month, day: day), date.description == text
    else { return nil }
    return date
  }
}
