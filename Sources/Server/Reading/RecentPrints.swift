import FlowEngine

/// The newest prints, contiguous by number, the oldest falling out.
struct RecentPrints {
  private var slots: [LabeledPrint] = []
  private var voided: [Bool] = []
  let capacity: Int
  /// No run gets there; with any base an id above it would leave the range.
  private static let highestNumber: Int64 = 1 << 62
  /// Number of the print in slot 0 when the ring was last started.
  private var origin: Int64 = 1
  /// Number of the oldest print kept; equals `nextNumber` when there is none.
  private(set) var firstNumber: Int64 = 1
  /// Number the next print must have to follow without a gap.
  private(set) var nextNumber: Int64 = 1

  /// - Parameter last: number of the print before the first one that will come.
  init(capacity: Int, after last: Int64 = 0) {
    precondition(capacity > 0, "RecentPrints: capacity \(capacity), wanted at least 1")
    self.capacity = capacity
    restart(at: last + 1)
    slots.reserveCapacity(capacity)
    voided.reserveCapacity(capacity)
  }

  /// Appends a print. One that does not follow the last starts the ring anew, so that what is kept has no hole.
  /// - Returns: how many prints are missing before it.
  mutating func append(_ print: LabeledPrint) -> Int64 {
    let missing = max(0, print.number - nextNumber)
    if print.number != nextNumber { restart(at: print.number) }
    if slots.count < capacity {
      slots.append(print)
      voided.append(false)
    } else {
      slots[slot(nextNumber)] = print
      voided[slot(nextNumber)] = false
      firstNumber += 1
    }
    nextNumber += 1
    return missing
  }

  /// Takes note that prints up to a number were made and will not come: what comes next is the one after.
  /// - Returns: how many are missing.
  mutating func skip(through number: Int64) -> Int64 {
    let number = min(number, RecentPrints.highestNumber)
    let missing = max(0, number.subtractingSaturating(nextNumber - 1))
    if missing > 0 { restart(at: number + 1) }
    return missing
  }

  /// Marks a print as cancelled. Returns false when it is not kept any more.
  mutating func void(_ number: Int64) -> Bool {
    guard number >= firstNumber, number < nextNumber else { return false }
    voided[slot(number)] = true
    return true
  }

  /// A print that is kept.
  subscript(number: Int64) -> LabeledPrint {
    precondition(
      number >= firstNumber && number < nextNumber, "RecentPrints: \(number) is not in \(firstNumber)..<\(nextNumber)")
    return slots[slot(number)]
  }

  /// Whether a print that is kept was cancelled.
  func isVoid(_ number: Int64) -> Bool { voided[slot(number)] }

  private func slot(_ number: Int64) -> Int { Int(number - origin) % capacity }

  private mutating func restart(at number: Int64) {
    slots.removeAll(keepingCapacity: true)
    voided.removeAll(keepingCapacity: true)
    origin = number
    firstNumber = number
    nextNumber = number
  }
}
