/// The prints of a journal, up to the newest one in the file, that are not in the file: they were lost on the way to the store when
/// the disk did not keep up. A restart that plays the journal from before them fills them in.
struct PrintHoles {
  /// Numbers of the missing prints, ascending. An empty one has been filled, but what came between its last print and the next one,
  /// the range's bound, may still be missing: it goes once that print has come by.
  private(set) var ranges: [Range<Int64>]
  /// Missing prints.
  private(set) var prints: Int64
  /// Holes made by this process.
  private(set) var opened = 0
  /// Spans every hole, old or new, in which the table `ingest_holes` differs from `ranges`; nil when it does not.
  private(set) var unsaved: Range<Int64>?
  /// Spans the numbers filled in since the last commit.
  private(set) var filled: Range<Int64>?

  init(_ ranges: [Range<Int64>] = []) {
    self.ranges = ranges
    prints = ranges.reduce(0) { $0 + Int64($1.count) }
  }

  /// Adds a hole behind all others.
  mutating func open(_ range: Range<Int64>) {
    precondition(ranges.last.map { $0.upperBound < range.lowerBound } ?? true, "PrintHoles: \(range) is not the newest")
    ranges.append(range)
    prints += Int64(range.count)
    opened += 1
    unsaved = unsaved.joined(with: range)
  }

  /// Takes a print that has come by out of its hole.
  /// - Returns: false when it was not missing.
  mutating func fill(_ number: Int64) -> Bool {
    let index = ranges.firstIndex(endingFrom: number)
    guard index < ranges.count else { return false }
    let hole = ranges[index]
    if hole.isEmpty, hole.lowerBound == number {
      ranges.remove(at: index)
      unsaved = unsaved.joined(with: hole)
      return false
    }
    guard hole.contains(number) else { return false }
    var rest = [(number + 1)..<hole.upperBound]
    if hole.lowerBound < number { rest.insert(hole.lowerBound..<number, at: 0) }
    ranges.replaceSubrange(index...index, with: rest)
    prints -= 1
    unsaved = unsaved.joined(with: hole)
    filled = filled.joined(with: number..<(number + 1))
    return true
  }

  /// Whether a print is missing.
  func contains(_ number: Int64) -> Bool {
    let index = ranges.firstIndex(endingFrom: number)
    return index < ranges.count && ranges[index].contains(number)
  }

  /// Whether a print, the one before it or anything between them may be missing.
  func touches(_ number: Int64) -> Bool {
    let index = ranges.firstIndex(endingFrom: number)
    return index < ranges.count && ranges[index].lowerBound <= number
  }

  /// The holes that stand where the table is out of date.
  var unsavedRanges: [Range<Int64>] {
    guard let unsaved else { return [] }
    return ranges.filter { $0.lowerBound >= unsaved.lowerBound && $0.upperBound <= unsaved.upperBound }
  }

  /// The table is up to date.
  mutating func markSaved() {
    unsaved = nil
    filled = nil
  }
}

extension PrintHoles {
  static func read(ofRun runID: Int32, _ connection: Connection) throws(StorageError) -> PrintHoles {
    var ranges: [Range<Int64>] = []
    try connection.query(
      "SELECT first_number, last_number FROM main.ingest_holes WHERE run_id = $1 ORDER BY first_number",
      [.integer(Int64(runID))]
    ) { chunk in
      for row in 0..<chunk.count { ranges.append(chunk.required(0, row)..<(chunk.required(1, row) + 1)) }
    }
    return PrintHoles(ranges)
  }
}

extension Optional<Range<Int64>> {
  fileprivate func joined(with other: Range<Int64>) -> Range<Int64> {
    guard let self else { return other }
    return Swift.min(self.lowerBound, other.lowerBound)..<Swift.max(self.upperBound, other.upperBound)
  }
}

extension [Range<Int64>] {
  /// The first of ascending ranges whose upper bound is a number or higher.
  fileprivate func firstIndex(endingFrom number: Int64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
