import MarketModel

/// Stretches of one stream that were lost and that no found gap covers yet, learned from the incidents and times of its events in
/// their order. Whoever dies before a gap is announced leaves them to the next life.
struct UnreportedStretches: Hashable, Sendable {
  /// Where the stretch begins that has no end yet; `.none` when there is none.
  private var lostFrom = Timestamp.none
  /// The stream is back, and the next newer event ends the stretch.
  private(set) var isReturning = false
  /// Stretches with an end, ascending.
  private var ended: [StreamGap] = []

  /// More of them become one: too much is asked for then, nothing too little.
  static let endedLimit = 4

  /// Where the first of them begins; `.none` when there is none.
  var earliest: Timestamp { (ended.map(\.from) + (lostFrom == .none ? [] : [lostFrom])).min() ?? .none }

  // MARK: Learning

  /// - Parameter time: up to where everything is known.
  mutating func lost(from time: Timestamp) {
    isReturning = false
    guard time != .none else { return }
    lostFrom = lostFrom == .none ? time : min(lostFrom, time)
    // A new life goes on where the first of them begins.
    ended.removeAll { $0.from >= lostFrom }
  }

  mutating func returned() { isReturning = lostFrom != .none }

  /// An event came that is newer than all before. Of interest while `isReturning`.
  mutating func received(_ event: Timestamp) {
    guard isReturning, event > lostFrom else { return }
    if ended.count == UnreportedStretches.endedLimit {
      ended[ended.count - 1].to = event
    } else {
      ended.append(StreamGap(from: lostFrom, to: event))
    }
    lostFrom = .none
    isReturning = false
  }

  /// A gap was announced. What it does not reach stays.
  mutating func found(from: Timestamp, to: Timestamp) {
    ended = ended.compactMap { stretch in
      guard from <= stretch.from, to > stretch.from else { return stretch }
      return to >= stretch.to ? nil : StreamGap(from: to, to: stretch.to)
    }
    // Of a stream that is quiet after its return: the gap ends without an event.
    if lostFrom != .none, isReturning, from <= lostFrom, to > lostFrom {
      lostFrom = .none
      isReturning = false
    }
  }

  // MARK: To numbers and back

  var words: [Int64] {
    [lostFrom.nanoseconds, isReturning ? 1 : 0, Int64(ended.count)]
      + ended.flatMap { [$0.from.nanoseconds, $0.to.nanoseconds] }
  }

  init() {}

  /// Takes its numbers from the front.
  /// - Returns: nil for numbers that `words` never gives.
  init?(words rest: inout ArraySlice<Int64>) {
    guard rest.count >= 3 else { return nil }
    let head = Array(rest.prefix(3))
    rest = rest.dropFirst(3)
    guard head[1] == 0 || head[1] == 1, head[2] >= 0, head[2] <= Int64(UnreportedStretches.endedLimit),
      Int64(rest.count) >= 2 * head[2]
    else { return nil }
    lostFrom = Timestamp(nanoseconds: head[0])
    isReturning = head[1] == 1
    for _ in 0..<head[2] {
      let from = Timestamp(nanoseconds: rest.removeFirst())
      ended.append(StreamGap(from: from, to: Timestamp(nanoseconds: rest.removeFirst())))
    }
  }
}
