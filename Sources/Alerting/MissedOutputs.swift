/// Prints and detections that found no room on their way to alerts: from where on the store has to be read, and when there is
/// something to say of it.
struct MissedOutputs {
  /// Number of the last print before them; nil when nothing is missing.
  private(set) var after: Int64?
  /// What the store must have come to before it has all of them.
  private(set) var through: Int64 = 0
  private var count: Int64 = 0
  private var lastNanoseconds: Int64 = 0
  /// The count before the stretch that was spoken of; nil while there is none.
  private var countBefore: Int64?

  /// A stretch ends when nothing has been missed for so long: while a day is played at full speed the queue is full several times
  /// a second.
  static let calmNanoseconds: Int64 = 5_000_000_000

  /// - Parameter after: the print behind which nothing was looked at before the start; nil for a beginning.
  init(after: Int64?) { self.after = after }

  /// - Parameters:
  ///   - count: of all since the start.
  ///   - before: newest print that was looked at before.
  ///   - told: newest print that the engine has told of.
  ///   - now: monotonic.
  /// - Returns: whether a stretch begins.
  mutating func note(count: Int64, before: Int64, told: Int64, now: Int64) -> Bool {
    guard count > self.count else { return false }
    let isFirst = countBefore == nil
    if isFirst { countBefore = self.count }
    self.count = count
    after = min(after ?? .max, before)
    through = max(through, told)
    lastNanoseconds = now
    return isFirst
  }

  /// All of them were read from the store.
  mutating func caughtUp() { after = nil }

  /// - Returns: how many outputs a stretch was of that has just ended.
  mutating func ended(now: Int64, isLast: Bool) -> Int64? {
    guard let countBefore, after == nil, isLast || now - lastNanoseconds >= MissedOutputs.calmNanoseconds else {
      return nil
    }
    self.countBefore = nil
    return count - countBefore
  }
}
