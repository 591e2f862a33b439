/// A sensitivity of an option, and the unit of what dealers' positions add up to in it.
///
/// With n contracts held (negative when short), m shares a contract and S the spot; all in the underlying's currency:
public enum Greek: Int, CaseIterable, Sendable {
  /// n m delta S: value of the shares the position behaves like.
  case delta
  /// n m gamma S² / 100: change of that value when the underlying rises by 1 % (GEX).
  case gamma
  /// n m vega: profit for one point (0.01) more volatility.
  case vega
  /// n m theta: profit per calendar day that passes.
  case theta
  /// n m vanna S / 100: change of the delta exposure for one point more volatility.
  case vanna
  /// n m charm S: change of the delta exposure per calendar day that passes.
  case charm
}

/// What dealers' positions in some contracts add up to, greek by greek. Sums of sums are sums: `+` is all contracts of both.
public struct Exposures: Hashable, Sendable {
  /// By `Greek`; two lanes stay empty.
  private var net = SIMD8<Double>.zero
  private var gross = SIMD8<Double>.zero
  private var counted = SIMD8<Int32>.zero
  private var leftOut = SIMD8<Int32>.zero
  /// Contracts whose position is known, though it may be 0.
  public private(set) var positions = 0

  public static let none = Exposures()

  /// The sum over the contracts that have the greek. Missing only where nothing can be said at all; how much of the chain it
  /// covers say `contracts(with:)` and `contractsLeftOut(without:)`.
  ///
  /// - Parameters:
  ///   - basis: names the gap when no position is known.
  ///   - isSpotKnown: whether the underlying had a price.
  public func sum(_ greek: Greek, _ basis: PositionBasis, isSpotKnown: Bool) -> Finding<Double> {
    let lane = greek.rawValue
    guard positions > 0 else { return .missing(basis == .flow ? .noFlow : .noOpenInterest) }
    if !isSpotKnown, greek != .vega, greek != .theta { return .missing(.noSpot) }
    guard counted[lane] > 0 || leftOut[lane] == 0 else { return .missing(.noGreek) }
    return .found(net[lane])
  }

  /// The same sum, 0 where it is missing: for comparing rows that a known total holds together.
  public func net(_ greek: Greek) -> Double { net[greek.rawValue] }
  /// The sum of sizes without signs.
  public func gross(_ greek: Greek) -> Double { gross[greek.rawValue] }
  /// Contracts held by dealers that are in the sum.
  public func contracts(with greek: Greek) -> Int { Int(counted[greek.rawValue]) }
  /// Contracts held by dealers that could not be in it, because the greek or the spot is not known.
  public func contractsLeftOut(without greek: Greek) -> Int { Int(leftOut[greek.rawValue]) }

  /// One contract more, of which dealers hold `position`.
  mutating func add(_ unit: ContractExposure, position: Double) {
    positions += 1
    guard position != 0 else { return }
    let dollars = unit.dollars * position
    net += dollars
    gross.addMagnitudes(of: dollars)
    counted &+= unit.known
    leftOut &+= unit.unknown
  }

  public static func + (a: Exposures, b: Exposures) -> Exposures {
    var sum = a
    sum.net += b.net
    sum.gross += b.gross
    sum.counted &+= b.counted
    sum.leftOut &+= b.leftOut
    sum.positions += b.positions
    return sum
  }

  public static func += (a: inout Exposures, b: Exposures) { a = a + b }
}

extension SIMD8<Double> {
  fileprivate mutating func addMagnitudes(of other: SIMD8<Double>) {
    self += other.replacing(with: -other, where: other .< 0)
  }
}

/// What one contract held adds to each exposure: the multiplier, the spot and the units are worked in once.
struct ContractExposure {
  private(set) var dollars = SIMD8<Double>.zero
  /// 1 where the greek is known.
  private(set) var known = SIMD8<Int32>.zero
  /// 1 where it is not.
  private(set) var unknown = SIMD8<Int32>.zero

  init(_ contract: PositioningContract, spot: Double?) {
    let shares = Double(contract.multiplier)
    let value = spot.map { shares * $0 }
    set(.delta, contract.delta, value)
    set(.gamma, contract.gamma, spot.map { shares * $0 * $0 * 0.01 })
    set(.vega, contract.vega, shares)
    set(.theta, contract.theta, shares)
    set(.vanna, contract.vanna, value.map { $0 * 0.01 })
    set(.charm, contract.charm, value)
  }

  private mutating func set(_ greek: Greek, _ sensitivity: Double?, _ factor: Double?) {
    guard let sensitivity, let factor else {
      unknown[greek.rawValue] = 1
      return
    }
    dollars[greek.rawValue] = sensitivity * factor
    known[greek.rawValue] = 1
  }
}
