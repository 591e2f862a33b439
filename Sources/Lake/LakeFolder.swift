import Files
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the lake's files are: `year=YYYY/month=MM/day=DD/flow_part_NNN.parquet` below the lake's folder, one folder for each
/// trading day. A name is given once and never means other rows later. What is not finished, and the locks, lie in a hidden
/// folder beside the lake, on the same file system: nothing else is ever among the parts.
struct LakeFolder: Sendable {
  let path: String
  /// The hidden folder.
  let work: String

  /// Makes both folders where they are missing.
  init(_ path: String) throws(LakeError) {
    try DiskFolder.make(path)
    guard let real = realpath(path, nil) else { throw DiskFolder.failure(path, "found") }
    defer { free(real) }
    // Two ways to name one lake must meet at one lock.
    self.path = String(cString: real)
    let cut = self.path.lastIndex(of: "/") ?? self.path.startIndex
    work = self.path[..<cut] + "/." + self.path[self.path.index(after: cut)...] + ".work"
    try DiskFolder.make(work)
  }

  func folder(of day: MarketDate) -> String {
    let (year, month, day) = day.components
    return "\(path)/year=\(year)/month=\(LakeFolder.padded(month, 2))/day=\(LakeFolder.padded(day, 2))"
  }

  static func partName(_ number: Int) -> String { "flow_part_\(padded(number, 3)).parquet" }

  /// Where a day's folder is built anew, and where the one it replaces goes.
  func buildFolder(of day: MarketDate) -> String { "\(work)/\(day)" }

  /// Where a part is written until it is whole.
  func unfinishedPart(of day: MarketDate) -> String { "\(work)/\(day).part" }

  /// The right to write one day's folder. The lock file lies beside the lake, not in the day's folder: polars refuses to scan a
  /// folder with other files in it.
  /// - Throws: `.dayLocked`, `.file`.
  func lock(_ day: MarketDate) throws(LakeError) -> FileLock {
    do throws(FileLock.Refusal) { return try FileLock("\(work)/\(day).lock") } catch {
      switch error {
      case .held(let holder): throw .dayLocked(path: folder(of: day), holder: holder ?? 0)
      case .file(let error): throw LakeError(error)
      }
    }
  }

  /// Days that have a folder, ascending.
  func days() throws(LakeError) -> [MarketDate] {
    var days: [MarketDate] = []
    for (year, yearPath) in try LakeFolder.children(of: path, "year=") {
      for (month, monthPath) in try LakeFolder.children(of: yearPath, "month=") {
        for (day, _) in try LakeFolder.children(of: monthPath, "day=") {
          if let date = MarketDate(year: year, month: month, day: day) { days.append(date) }
        }
      }
    }
    return days.sorted()
  }

  /// The parts of a day, by number.
  func parts(of day: MarketDate) throws(LakeError) -> [PartFile] {
    let folder = folder(of: day)
    var parts: [PartFile] = []
    for name in try DiskFolder.names(folder) {
      guard let number = LakeFolder.partNumber(name) else { continue }
      // Gone between the listing and here: somebody compacted the day.
      guard let bytes = try DiskFolder.bytes("\(folder)/\(name)") else { continue }
      parts.append(PartFile(path: "\(folder)/\(name)", number: number, bytes: bytes))
    }
    return parts.sorted { $0.number < $1.number }
  }

  private static func partNumber(_ name: String) -> Int? {
    guard name.hasPrefix("flow_part_"), name.hasSuffix(".parquet") else { return nil }
    return Int(name.dropFirst("flow_part_".count).dropLast(".parquet".count))
  }

  private static func children(of path: String, _ prefix: String) throws(LakeError) -> [(Int, String)] {
    try DiskFolder.names(path).compactMap { name in
      guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)) else { return nil }
      return (number, "\(path)/\(name)")
    }
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A part as the file system shows it.
struct PartFile: Sendable, Hashable {
  var path: String
  var number: Int
  var bytes: Int64
}
