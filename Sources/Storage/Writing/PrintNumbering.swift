/// Gives prints their number in the file and finds it again. A source that is played again yields the same prints in the
/// same order, so its prints are told apart by their place in the source; prints entered by hand take numbers in between.
struct PrintNumbering {
  /// Prints of the source from `firstOrdinal` on have consecutive ids from `firstPrintID` on.
  struct Segment: Equatable {
    var firstOrdinal: Int64
    var firstPrintID: Int64
  }

  /// Highest id in the file, of any run.
  private(set) var lastPrintID: Int64
  /// Prints of the source that are in the file already, from an earlier process.
  let storedPrints: Int64
  private(set) var segments: [Segment]
  /// Place of the last print in the source.
  private(set) var ordinal: Int64 = 0
  /// The engine's number of the last print.
  private var lastNumber: Int64 = 0
  /// Prints entered by hand, by the engine's number, ascending.
  private var injected: [(number: Int64, printID: Int64)] = []

  init(lastPrintID: Int64, storedPrints: Int64, segments: [Segment]) {
    self.lastPrintID = lastPrintID
    self.storedPrints = storedPrints
    self.segments = segments
  }

  /// - Returns: the print's id, nil when the print is in the file already.
  @inline(__always)
  mutating func assign(number: Int64, isInjected: Bool) -> Int64? {
    if number != lastNumber + 1 { leaveOut(number - lastNumber - 1) }
    lastNumber = number
    if isInjected {
      lastPrintID += 1
      injected.append((number, lastPrintID))
      return lastPrintID
    }
    ordinal += 1
    if ordinal <= storedPrints { return nil }
    lastPrintID += 1
    if let segment = segments.last, segment.firstPrintID + (ordinal - segment.firstOrdinal) == lastPrintID {
      return lastPrintID
    }
    segments.append(Segment(firstOrdinal: ordinal, firstPrintID: lastPrintID))
    return lastPrintID
  }

  /// Prints that found the queue full and did not come: they keep their ids, so that the file and who reads the stream go on
  /// naming the same print by the same id, and a later cancellation does not void another one.
  @inline(never)
  private mutating func leaveOut(_ count: Int64) {
    precondition(count > 0, "PrintNumbering: the engine's numbers went back by \(-count)")
    ordinal += count
    lastPrintID += max(0, min(count, ordinal - storedPrints))
  }

  /// The id of an earlier print by the engine's number; nil when there was no such print.
  func printID(number: Int64) -> Int64? {
    let before = injected.prefix { $0.number < number }.count
    if before < injected.count, injected[before].number == number { return injected[before].printID }
    let ordinal = number - Int64(before)
    guard ordinal >= 1, ordinal <= max(self.ordinal, storedPrints),
      let segment = segments.last(where: { $0.firstOrdinal <= ordinal })
    else { return nil }
    return segment.firstPrintID + (ordinal - segment.firstOrdinal)
  }
}
