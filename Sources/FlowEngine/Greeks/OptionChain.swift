import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The contracts of one underlying that are settled at one moment, by strike.
struct OptionChain {
  struct Leg: BitwiseCopyable {
    /// Millionths.
    var strike: Int64
    /// `InstrumentID`; `OptionChain.missing` when it was never seen.
    var call: UInt32 = OptionChain.missing
    var put: UInt32 = OptionChain.missing
  }

  static let missing = UInt32.max
  /// Strikes looked at, from the money outwards, and pairs of quotes that are enough.
  private static let searchedLegs = 9
  private static let wantedPairs = 3

  /// Ascending.
  private(set) var legs: [Leg] = []

  mutating func add(_ id: InstrumentID, strike: Int64, isCall: Bool) {
    let index = position(of: strike)
    if index == legs.count || legs[index].strike != strike { legs.insert(Leg(strike: strike), at: index) }
    if isCall { legs[index].call = id.rawValue } else { legs[index].put = id.rawValue }
  }

  /// Bounds of the forward: by put-call parity no less than `low`, no more than `high`, or somebody's quotes give money away.
  struct Bounds {
    var low: Double
    var high: Double
    var middle: Double { 0.5 * (low + high) }
  }

  /// The forward that the quotes of the strikes nearest the money imply: strike + growth x (call - put). Its bounds are those
  /// that all of these pairs keep; when they contradict each other, which takes a quote on its way to us, the nearest pair's.
  ///
  /// A function of the quotes in force and of nothing before: no print, no clock and no earlier estimate leaves a trace in it.
  /// - Parameters:
  ///   - level: about where the forward is: the underlying's price, else the print's own strike; in units, not millionths.
  ///   - isRough: `level` says little; it is replaced by the forward of the first pair.
  ///   - growth: exp(rate x years).
  ///   - oldest: quotes from before this moment are left out.
  func forward(
    near level: Double, isRough: Bool, growth: Double, oldest: Timestamp, _ contracts: UnsafePointer<ContractState>
  ) -> Bounds? {
    var level = level
    if isRough {
      // Deep in the money the spreads are wide: go where the money is, and once more from there.
      for _ in 0..<2 {
        guard let rough = bounds(near: level, pairs: 1, growth, oldest, contracts) else { return nil }
        level = rough.middle
      }
    }
    return bounds(near: level, pairs: OptionChain.wantedPairs, growth, oldest, contracts)
  }

  private func bounds(
    near level: Double, pairs wanted: Int, _ growth: Double, _ oldest: Timestamp,
    _ contracts: UnsafePointer<ContractState>
  ) -> Bounds? {
    guard level > 0, level < 1e12 else { return nil }
    let micros = Int64(level * 1e6)
    var above = position(of: micros)
    var below = above - 1
    var found = 0
    var all: Bounds?
    var nearest: Bounds?
    for _ in 0..<OptionChain.searchedLegs where found < wanted {
      let index: Int
      if below < 0 || (above < legs.count && legs[above].strike - micros < micros - legs[below].strike) {
        index = above
        above += 1
      } else {
        index = below
        below -= 1
      }
      guard index >= 0, index < legs.count else { break }
      guard let pair = parity(legs[index], growth, oldest, contracts) else { continue }
      found += 1
      nearest = nearest ?? pair
      all = Bounds(low: max(all?.low ?? pair.low, pair.low), high: min(all?.high ?? pair.high, pair.high))
    }
    guard let all, all.low > all.high else { return all }
    return nearest
  }

  private func parity(
    _ leg: Leg, _ growth: Double, _ oldest: Timestamp, _ contracts: UnsafePointer<ContractState>
  ) -> Bounds? {
    guard leg.call != OptionChain.missing, leg.put != OptionChain.missing else { return nil }
    let call = contracts[Int(leg.call)].book
    let put = contracts[Int(leg.put)].book
    guard call.isTwoSided(since: oldest), put.isTwoSided(since: oldest) else { return nil }
    let strike = Double(leg.strike)
    return Bounds(
      low: (strike + growth * Double(call.bid - put.ask)) * 1e-6,
      high: (strike + growth * Double(call.ask - put.bid)) * 1e-6)
  }

  /// Index of the first strike at or above.
  private func position(of strike: Int64) -> Int {
    var low = 0
    var high = legs.count
    while low < high {
      let middle = (low + high) / 2
      if legs[middle].strike < strike { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension QuoteBook {
  /// Whether the newest quote bids and offers, is not crossed and not from before `oldest`.
  @inline(__always)
  func isTwoSided(since oldest: Timestamp) -> Bool { bid > 0 && ask >= bid && time >= oldest }
}
