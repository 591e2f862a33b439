import MarketModel

/// The newest stretch of the tape, by time. Whoever adds up the prints that come also takes out those that leave, so that sums
/// are exact at every print for the price of reading each print a second time.
struct TapeWindow: BitwiseCopyable {
  let nanoseconds: Int64
  /// Number within the day of the oldest print that is inside.
  private(set) var first: Int64 = 1

  init(nanoseconds: Int64) {
    precondition(nanoseconds > 0, "TapeWindow: \(nanoseconds) ns, more than none")
    self.nanoseconds = nanoseconds
  }

  /// The next print that is inside no more at a moment; nil when there is none. The window never holds more than
  /// `Limits.patternWindowPrints`.
  @inline(__always)
  mutating func leave(
    at time: Timestamp, _ tape: borrowing PrintTape
  ) throws(DetectorFault) -> UnsafePointer<TapePrint>? {
    guard first <= tape.newest else { return nil }
    guard let print = tape.find(first) else {
      throw DetectorFault(words: "the prints of a window must still be on the tape", value: first)
    }
    guard
      print.pointee.time.nanoseconds < time.nanoseconds &- nanoseconds
        || first <= tape.newest &- Limits.patternWindowPrints
    else { return nil }
    first &+= 1
    return print
  }

  mutating func forgetDay() { first = 1 }
}

extension TapePrint {
  /// Somebody crossed the spread for it, as far as its label tells, and it came in the order in which it was made.
  var isDirected: Bool {
    @inline(__always) get {
      (side == .buy || side == .sell) && flags.isDisjoint(with: [.backfilled, .late])
    }
  }
}

extension InstrumentID {
  /// A place for each contract and side, buy before sell.
  @inline(__always)
  func key(_ side: AggressorSide) -> Int { index &* 2 &+ (side == .buy ? 0 : 1) }
}

extension Array {
  /// Makes a place, filled with copies of `filler` up to it.
  @inline(__always)
  mutating func makePlace(_ index: Int, _ filler: Element) {
    if index >= count { grow(through: index, filler) }
  }

  /// Doubles at least: contracts come one by one.
  @inline(never)
  private mutating func grow(through index: Int, _ filler: Element) {
    let wanted = Swift.max(index + 1, count * 2, 256)
    append(contentsOf: repeatElement(filler, count: wanted - count))
  }
}
