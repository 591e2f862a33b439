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

  /// What is missing of a journal; nil for other sources. A journal's prints have absolute numbers, by which they are told apart:
  /// one that is neither behind the newest nor in a hole is stored.
  private(set) var holes: PrintHoles?

  /// Highest id given, of this run.
  private(set) var lastPrintID: Int64
  /// Prints of the source seen so far, and those before the first one seen; of a journal the highest number stored or seen.
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

  /// Of a journal, whose prints entered by hand are its own.
  /// - Parameter storedPrints: highest number in the file.
  init(firstPrintID: Int64, storedPrints: Int64 = 0, holes: PrintHoles) {
    self.init(
      firstPrintID: firstPrintID, lastPrintID: firstPrintID - 1 + storedPrints, storedPrints: storedPrints,
      printsBefore: storedPrints, mustBeWhole: false)
    self.holes = holes
  }

  /// - Returns: the print's id; nil when it is in the file already or is not to be added.
  @inline(__always)
  mutating func assign(number: Int64, isInjected: Bool) -> Int64? {
    if holes != nil { return assignByNumber(number) }
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

  @inline(__always)
  private mutating func assignByNumber(_ number: Int64) -> Int64? {
    if number <= sourcePrints {
      guard holes?.fill(number) == true else { return nil }
    } else {
      if number > sourcePrints + 1 { holes?.open((sourcePrints + 1)..<number) }
      sourcePrints = number
      lastPrintID = firstPrintID - 1 + number
    }
    return firstPrintID - 1 + number
  }

  /// Whether a journal's print was stored by an earlier process. Of the numbering as `begin` made it.
  func isStored(number: Int64) -> Bool { number <= storedPrints && holes?.contains(number) == false }

  /// Whether a journal's print, the one before it and all that came between them were stored by an earlier process. Likewise.
  func isSettled(number: Int64) -> Bool { number <= storedPrints && holes?.touches(number) == false }

  /// The holes are on the disk as they stand.
  mutating func markHolesSaved() { holes?.markSaved() }

  /// Everything the source has was stored before: nothing is added.
  private var isComplete: Bool { storedPrints == .max }

  /// Prints entered by hand that are not stored, because the source is complete.
  var leftOut: Int64 { isComplete ? Int64(early.count) : 0 }

  /// The id of an earlier print by the engine's number; nil when it has none.
  func printID(number: Int64) -> Int64? {
    // Of a journal the print may have been lost, and has its id all the same.
    if holes != nil { return number >= 1 ? firstPrintID - 1 + number : nil }
    guard number >= 1, number <= lastNumber else { return nil }
    let before = early.prefix { $0 < number }.count
    if before < early.count, early[before] == number { return isComplete ? nil : storedPrintID + Int64(before) + 1 }
    let ordinal = number - Int64(before)
    guard ordinal <= storedPrints else { return firstPrintID - 1 + number }
    guard let segment = stored.last(where: { $0.firstOrdinal <= ordinal }) else { return nil }
    return segment.firstPrintID + (ordinal - segment.firstOrdinal)
  }
}
