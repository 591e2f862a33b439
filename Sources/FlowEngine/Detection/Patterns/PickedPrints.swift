import MarketModel

/// Some of the prints of the newest stretch of the tape, chained backwards: what `TapeWindow` is for those who count few prints. The
/// others are looked at neither when they leave nor when a chain is followed.
struct PickedPrints {
  private struct Pick: BitwiseCopyable {
    /// Within the day.
    var number: Int64
    /// The pick before it in its chain; 0 for none.
    var previous: Int64
  }

  private let nanoseconds: Int64
  /// Ascending. Picks are named by their count from 1.
  private var picks: [Pick] = []
  /// Picks that were there before those in `picks`, and how many of those in `picks` have left.
  private var dropped: Int64 = 0
  private var head = 0

  init(nanoseconds: Int64) {
    precondition(nanoseconds > 0, "PickedPrints: \(nanoseconds) ns, more than none")
    self.nanoseconds = nanoseconds
  }

  /// - Parameters:
  ///   - number: of the newest print.
  ///   - previous: the pick before it in its chain; 0 for none.
  /// - Returns: the pick.
  mutating func append(_ number: Int64, after previous: Int64) -> Int64 {
    picks.append(Pick(number: number, previous: previous))
    return dropped + Int64(picks.count)
  }

  /// Those of a chain that stand, oldest first.
  /// - Parameter newest: where the chain ends; 0 for none.
  func chain(from newest: Int64, _ tape: borrowing PrintTape) -> [TapePrint] {
    var prints: [TapePrint] = []
    var index = Int(newest - dropped) - 1
    while index >= head {
      if let print = tape.find(picks[index].number), !print.pointee.isVoid { prints.append(print.pointee) }
      index = Int(picks[index].previous - dropped) - 1
    }
    prints.reverse()
    return prints
  }

  /// Whether a print of this number that was picked is still inside.
  func reaches(_ number: Int64) -> Bool { head < picks.count && picks[head].number <= number }

  /// The next print that is inside no more at a moment; nil when there is none. None stays longer than
  /// `Limits.patternWindowPrints`.
  mutating func leave(
    at time: Timestamp, _ tape: borrowing PrintTape
  ) throws(DetectorFault) -> UnsafePointer<TapePrint>? {
    guard head < picks.count else { return nil }
    let number = picks[head].number
    guard let print = tape.find(number) else {
      throw DetectorFault(words: "the prints of a window must still be on the tape", value: number)
    }
    guard
      print.pointee.time.nanoseconds < time.nanoseconds &- nanoseconds
        || number <= tape.newest &- Limits.patternWindowPrints
    else { return nil }
    head += 1
    if head >= 1024, head * 2 >= picks.count { drop() }
    return print
  }

  private mutating func drop() {
    picks.removeFirst(head)
    dropped += Int64(head)
    head = 0
  }

  /// Forgets everything; keeps the memory.
  mutating func forgetDay() {
    picks.removeAll(keepingCapacity: true)
    dropped = 0
    head = 0
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(dropped + Int64(head))
    snapshot.add(Array(picks[head...]))
  }

  /// Into new ones.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    dropped = try reader.read()
    picks = try reader.readArray()
    guard dropped >= 0, picks.enumerated().allSatisfy({ $1.previous >= 0 && $1.previous <= dropped + Int64($0) }) else {
      throw .damaged(words: "\(picks.count) prints of a window, \(dropped) before them")
    }
  }

  /// Picks so far, those that have left too.
  var count: Int64 { dropped + Int64(picks.count) }
}
