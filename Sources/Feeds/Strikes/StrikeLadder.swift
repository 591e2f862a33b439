import MarketModel

/// The strikes that count around a price: one step apart, as the chain lists them. Odd strikes between (a 572.5 among whole
/// dollars) are left out; where one is missing the next one takes its place.
struct StrikeLadder: Equatable {
  /// The smallest distance that is common among the strikes near the price.
  let step: Price
  /// Ascending.
  let rungs: [Price]

  /// Listed strikes on each side of the price that the step is read from.
  private static let neighbours = 8

  /// - Parameters:
  ///   - listed: strikes of one expiry, ascending, without repeats; not empty.
  ///   - fallbackStep: where a single strike is listed.
  init(listed: [Price], near spot: Price, fallbackStep: Price) {
    precondition(!listed.isEmpty, "StrikeLadder: no strikes")
    let middle = listed.partitioningIndex { $0 >= spot }
    let near = listed[
      max(0, middle - StrikeLadder.neighbours)..<min(listed.count, middle + StrikeLadder.neighbours)]
    step = StrikeLadder.commonDistance(Array(near)) ?? fallbackStep
    rungs = StrikeLadder.aligned(listed, near: Array(near), step: step)
  }

  /// Without a chain: every multiple of the step that is needed around the price.
  init(step: Price, around spot: Price, each: Int) {
    precondition(step > .zero && each >= 0, "StrikeLadder: step \(step), \(each) strikes each side")
    self.step = step
    let middle = (spot.micros + step.micros / 2) / step.micros
    rungs = (middle - Int64(each)...middle + Int64(each)).filter { $0 > 0 }.map { Price(micros: $0 * step.micros) }
  }

  /// Index of the rung nearest to a price; the lower one in the middle between two.
  func nearest(to price: Price) -> Int {
    let above = rungs.partitioningIndex { $0 >= price }
    if above == rungs.count { return rungs.count - 1 }
    if above == 0 { return 0 }
    return rungs[above].micros - price.micros < price.micros - rungs[above - 1].micros ? above : above - 1
  }

  /// The rungs within `each` of the one nearest to a price.
  func window(at price: Price, each: Int) -> ArraySlice<Price> {
    let middle = nearest(to: price)
    return rungs[max(0, middle - each)...min(rungs.count - 1, middle + each)]
  }

  /// The most frequent distance between neighbours, the smaller one of two equally frequent.
  private static func commonDistance(_ strikes: [Price]) -> Price? {
    var counts: [Int64: Int] = [:]
    for (lower, upper) in zip(strikes, strikes.dropFirst()) { counts[upper.micros - lower.micros, default: 0] += 1 }
    return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }.map { Price(micros: $0.key) }
  }

  /// Those that lie on the grid of the most of the near ones; a coarser grid further away is part of it.
  private static func aligned(_ listed: [Price], near: [Price], step: Price) -> [Price] {
    var counts: [Int64: Int] = [:]
    for strike in near { counts[strike.micros % step.micros, default: 0] += 1 }
    guard let offset = counts.min(by: { ($1.value, $0.key) < ($0.value, $1.key) })?.key else { return listed }
    return listed.filter { $0.micros % step.micros == offset }
  }
}

extension Array {
  /// Index of the first element for which it holds, in an array where it holds for all that follow.
  fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
