/// Gives prints their id in the file and finds it again. Each run has a block of ids of its own, and within a process the id
/// is `firstPrintID - 1 + LabeledPrint.number`, whatever was dropped or left out: what is shown from memory and what is read
/// back from the file agree without asking each other.
struct PrintNumbering {
  /// Prints of the source from `firstOrdinal` on have consecutive ids from `firstPrintID` on.
  struct Segment: Equatable {
    var firstOrdinal: Int64
    var firstPrintID: Int64
  }

  /// Ids a run has: more than any tape has prints, and 131,071 such blocks fit below 2^53, where JSON numbers are exact.
  static let blockBits: Int64 = 36
  static let lastRunID: Int64 = (1 << (53 - blockBits)) - 1

  static func firstPrintID(ofRun runID: Int32) -> Int64 { Int64(runID) << blockBits + 1 }
  static func runID(ofPrint printID: Int64) -> Int32 { Int32(truncatingIfNeeded: printID >> blockBits) }

  let firstPrintID: Int64
  /// Prints of the source that are in the file already, from an earlier process, and where.
  let storedPrints: Int64
  private let stored: [Segment]
  /// Whether every print of the source must be seen: a source that can be played again is stored up to a place, without gaps.
  private let mustBeWhole: Bool

  /// Highest id given, of this run.
  private(set) var lastPrintID: Int64
  /// Prints of the source seen so far, and those before the first one seen.
  private(set) var sourcePrints: Int64
  /// A print was lost on the way here: what follows cannot be told apart by its place any more and is left to a replay.
  private(set) var hasGap = false
  private var lastNumber: Int64
  /// Numbers of the prints entered by hand while stored ones were being skipped, ascending. Each moves the source's next print up
  /// by one, so that as many ids stay free behind the stored ones: they have these, in order.
  private var early: [Int64] = []
  /// Highest id of the earlier processes.
  private let storedPrintID: Int64

  /// - Parameter printsBefore: prints of the source before the first one that will come.
  init(
    firstPrintID: Int64, lastPrintID: Int64, storedPrints: Int64 = 0, printsBefore: Int64 = 0, stored: [Segment] = [],
    mustBeWhole: Bool
  ) {
    sourcePrints = printsBefore
    lastNumber = printsBefore
    self.firstPrintID = firstPrintID
    self.lastPrintID = lastPrintID
    storedPrintID = lastPrintID
    self.storedPrints = storedPrints
    self.stored = stored
    self.mustBeWhole = mustBeWhole
  }

  /// - Returns: the print's id; nil when it is in the file already or is not to be added.
  @inline(__always)
  mutating func assign(number: Int64, isInjected: Bool) -> Int64? {
    if mustBeWhole, number != lastNumber + 1 { hasGap = true }
    lastNumber = number
    if hasGap { return nil }
    if isInjected {
      guard sourcePrints >= storedPrints else {
        early.append(number)
        if isComplete { return nil }
        lastPrintID = storedPrintID + Int64(early.count)
        return lastPrintID
      }
    } else {
      sourcePrints += 1
      if sourcePrints <= storedPrints { return nil }
    }
    lastPrintID = firstPrintID - 1 + number
    return lastPrintID
  }

  /// Everything the source has was stored before: nothing is added.
  private var isComplete: Bool { storedPrints == .max }

  /// Prints entered by hand that are not stored, because the source is complete.
  var leftOut: Int64 { isComplete ? Int64(early.count) : 0 }

  /// The id of an earlier print by the engine's number; nil when it has none.
  func printID(number: Int64) -> Int64? {
    guard number >= 1, number <= lastNumber else { return nil }
    let before = early.prefix { $0 < number }.count
    if before < early.count, early[before] == number { return isComplete ? nil : storedPrintID + Int64(before) + 1 }
    let ordinal = number - Int64(before)
    guard ordinal <= storedPrints else { return firstPrintID - 1 + number }
    guard let segment = stored.last(where: { $0.firstOrdinal <= ordinal }) else { return nil }
    return segment.firstPrintID + (ordinal - segment.firstOrdinal)
  }
}
