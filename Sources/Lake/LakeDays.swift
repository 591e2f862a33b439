import Clocks
import Files
import MarketModel

/// The lake as one that writes it knows it: the parts of each day, and the locks held. One thread.
///
/// What readers see: a part appears whole, by a rename. Parts are replaced by exchanging the day's whole folder for one that
/// was built beside it, in one step; names are never given twice. So a reader that lists and opens sees each row exactly once,
/// whenever it comes. One that listed before an exchange and opens after it finds that a replaced part is gone, an error, never
/// other rows under its name: it asks again. The replaced folder stays for a while, so that a listing under way is of one state.
final class LakeDays {
  let folder: LakeFolder
  let footers: FooterReader
  private var locks: [MarketDate: FileLock] = [:]
  private var known: [MarketDate: [LakePart]] = [:]
  /// Replaced folders by the monotonic time of their exchange.
  private var replaced: [MarketDate: Int64] = [:]

  /// How long a replaced folder stays: listing a folder takes milliseconds.
  private static let listingNanoseconds: Int64 = 2_000_000_000

  init(folder: LakeFolder, footers: FooterReader) {
    self.folder = folder
    self.footers = footers
  }

  /// Reads the footers of every part.
  func load() throws(LakeError) {
    for day in try folder.days() { known[day] = try footers.parts(try folder.parts(of: day)) }
  }

  var days: [MarketDate] { known.keys.sorted() }

  func parts(of day: MarketDate) -> [LakePart] { known[day] ?? [] }

  var totals: (parts: Int, rows: Int64, bytes: Int64) {
    known.values.joined().reduce(into: (0, 0, 0)) { sum, part in
      sum.0 += 1
      sum.1 += part.rows
      sum.2 += part.file.bytes
    }
  }

  /// Takes the day for this process until `release`, and clears away what a killed one left unfinished.
  /// - Throws: `.dayLocked`, `.file`, and what reading its footers throws.
  func lock(_ day: MarketDate) throws(LakeError) {
    if locks[day] != nil { return }
    let lock = try folder.lock(day)
    try DiskFolder.removeFile(folder.unfinishedPart(of: day))
    try DiskFolder.removeFolder(folder.buildFolder(of: day))
    // Another process may have written since this one looked.
    known[day] = try footers.parts(try folder.parts(of: day))
    locks[day] = lock
  }

  func release(_ day: MarketDate) { locks[day] = nil }

  /// Number of the next part of a locked day.
  func nextNumber(_ day: MarketDate) -> Int { (parts(of: day).map(\.file.number).max() ?? 0) + 1 }

  /// Makes the finished file at `LakeFolder.unfinishedPart` a part of its day.
  func adopt(_ facts: PartFacts, rows: Int64) throws(LakeError) {
    let day = facts.day
    precondition(locks[day] != nil, "LakeDays.adopt: \(day) is not locked")
    let target = folder.folder(of: day)
    try DiskFolder.make(target)
    let unfinished = folder.unfinishedPart(of: day)
    try DiskFolder.sync(unfinished)
    let number = nextNumber(day)
    let path = "\(target)/\(LakeFolder.partName(number))"
    let bytes = try DiskFolder.bytes(unfinished) ?? 0
    try DiskFolder.rename(unfinished, to: path)
    known[day, default: []].append(
      LakePart(file: PartFile(path: path, number: number, bytes: bytes), rows: rows, facts: facts))
    try DiskFolder.sync(target)
  }

  // MARK: Replacing

  /// Makes the empty folder in which the parts that replace others are written.
  /// - Returns: false while the folder that was replaced last may still be listed by somebody.
  func beginReplacing(_ day: MarketDate) throws(LakeError) -> Bool {
    precondition(locks[day] != nil, "LakeDays.beginReplacing: \(day) is not locked")
    guard try removeReplaced(day) else { return false }
    try DiskFolder.removeFolder(folder.buildFolder(of: day))
    try DiskFolder.make(folder.buildFolder(of: day))
    return true
  }

  /// Gives back the space of new parts that are not wanted after all.
  func abandonReplacing(_ day: MarketDate) throws(LakeError) {
    try DiskFolder.removeFolder(folder.buildFolder(of: day))
  }

  /// Where a new part is written; a glob for parts does not match it before the exchange.
  func newPartPath(_ day: MarketDate, _ number: Int) -> String {
    "\(folder.buildFolder(of: day))/\(LakeFolder.partName(number)).new"
  }

  /// Puts the new parts, written at `newPartPath`, in the place of the old ones.
  func replace(
    _ day: MarketDate, _ old: [LakePart], by new: [(number: Int, rows: Int64, facts: PartFacts)]
  ) throws(LakeError) {
    let target = folder.folder(of: day)
    let build = folder.buildFolder(of: day)
    let leaving = Set(old.map { LakeFolder.partName($0.file.number) })
    for name in try DiskFolder.names(target) where !leaving.contains(name) {
      try DiskFolder.link("\(target)/\(name)", at: "\(build)/\(name)")
    }
    var parts = parts(of: day).filter { !leaving.contains(LakeFolder.partName($0.file.number)) }
    for (number, rows, facts) in new {
      let fresh = newPartPath(day, number)
      let name = LakeFolder.partName(number)
      try DiskFolder.sync(fresh)
      let bytes = try DiskFolder.bytes(fresh) ?? 0
      try DiskFolder.rename(fresh, to: "\(build)/\(name)")
      parts.append(
        LakePart(file: PartFile(path: "\(target)/\(name)", number: number, bytes: bytes), rows: rows, facts: facts))
    }
    try DiskFolder.sync(build)
    try DiskFolder.exchange(build, target)
    replaced[day] = SystemClock.monotonicNanoseconds
    known[day] = parts
    try DiskFolder.sync(target)
  }

  /// Removes the replaced folders that nobody can be listing any more.
  /// - Returns: whether none is left.
  @discardableResult
  func removeReplaced() throws(LakeError) -> Bool {
    for day in replaced.keys.sorted() { _ = try removeReplaced(day) }
    return replaced.isEmpty
  }

  private func removeReplaced(_ day: MarketDate) throws(LakeError) -> Bool {
    guard let since = replaced[day] else { return true }
    guard SystemClock.monotonicNanoseconds - since >= LakeDays.listingNanoseconds else { return false }
    // Only under the lock: another process may have begun to build there.
    if locks[day] != nil { try DiskFolder.removeFolder(folder.buildFolder(of: day)) }
    replaced[day] = nil
    return true
  }

  /// Whether a replaced folder of the day waits to be removed; the day must not be released before.
  func hasReplaced(_ day: MarketDate) -> Bool { replaced[day] != nil }
}
