#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The gamma exposure dealers would have at other spots: positions, volatilities and time stay as they are, gamma is worked out
/// anew as of European options. At the spot itself it differs from the sum of given gammas as far as those differ from the model.
public struct GammaProfile: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    public var spot: Double
    /// Per 1 % move from that spot, in the underlying's currency.
    public var gammaExposure: Double
  }

  /// Ascending by spot; empty where nothing could be re-priced.
  public var points: [Point]
  /// The spot at which gamma exposure changes its sign, the nearest to the spot of now when there are several.
  public var zeroGamma: Finding<Double>
  /// How often it changes its sign within the range.
  public var crossings: Int
  /// Contracts held by dealers that were re-priced.
  public var contracts: Int
  /// Contracts held by dealers that were not: without a volatility, or expired.
  public var contractsLeftOut: Int

  static func missing(_ gap: PositioningGap, leftOut: Int = 0) -> GammaProfile {
    GammaProfile(points: [], zeroGamma: .missing(gap), crossings: 0, contracts: 0, contractsLeftOut: leftOut)
  }
}

/// The contracts of both books, reduced to what gamma along spot needs: one exponential each, which the books share.
///
/// With x = log(S / spot), a contract's gamma x S is weight x exp(-((x + centre) x scale)²): d1 is linear in x.
struct GammaCurve {
  private struct Term {
    var centre: Double
    var scale: Double
    /// By book, in order of `PositionBasis`; 0 in one that does not hold it.
    var weights: SIMD2<Double>
  }
  private var terms: [Term] = []
  private var counted = SIMD2<Int>.zero
  private var leftOut = SIMD2<Int>.zero
  private let spot: Double
  private let rate: Double
  private let dividendYield: Double

  init(_ input: PositioningInput, spot: Double) {
    self.spot = spot
    rate = input.rate
    dividendYield = input.dividendYield
  }

  mutating func reserve(_ count: Int) { terms.reserveCapacity(count) }

  /// - Parameter positions: contracts held, by book.
  mutating func add(_ contract: PositioningContract, positions: SIMD2<Double>) {
    let held = SIMD2(positions.x != 0 ? 1 : 0, positions.y != 0 ? 1 : 0)
    guard held != .zero else { return }
    guard let volatility = contract.impliedVolatility, contract.yearsToExpiry > 0 else {
      leftOut &+= held
      return
    }
    let years = contract.yearsToExpiry
    let deviation = volatility * years.squareRoot()
    // As `BlackScholes` has it: below this the outcome is known and gamma is 0.
    guard deviation >= 1e-12 else {
      leftOut &+= held
      return
    }
    counted &+= held
    let drift = (rate - dividendYield) * years
    terms.append(
      Term(
        centre: log(spot / contract.strike.doubleValue) + drift + deviation * deviation / 2,
        scale: 0.5.squareRoot() / deviation,
        weights: positions * Double(contract.multiplier) * exp(-dividendYield * years)
          / (deviation * (2 * Double.pi).squareRoot())))
  }

  /// Net gamma x S in shares at spot x exp(x). What is only rounding beside the gross sum is 0: a balanced book has no
  /// flip, and a place that no option reaches has no sign.
  private func netShares(_ x: Double) -> SIMD2<Double> {
    var net = SIMD2<Double>.zero
    var gross = SIMD2<Double>.zero
    for term in terms {
      let deviations = (x + term.centre) * term.scale
      let square = deviations * deviations
      guard square < 700 else { continue }  // exp would be 1e-304
      let shares = term.weights * exp(-square)
      net += shares
      gross += SIMD2(abs(shares.x), abs(shares.y))
    }
    return SIMD2(
      abs(net.x) > 1e-13 * gross.x ? net.x : 0,
      abs(net.y) > 1e-13 * gross.y ? net.y : 0)
  }

  /// By book, in order of `PositionBasis`.
  func profiles(_ rule: PositioningRule) -> [GammaProfile] {
    let places = (0..<rule.profilePoints).map { index in
      spot * (1 + rule.profileRange * (2 * Double(index) / Double(rule.profilePoints - 1) - 1))
    }
    let shares = terms.isEmpty ? [] : places.map { netShares(log($0 / spot)) }
    return [0, 1].map { book in
      guard counted[book] > 0 else {
        return .missing(leftOut[book] > 0 ? .noVolatility : .noExposure, leftOut: leftOut[book])
      }
      return profile(book, places, shares.map { $0[book] })
    }
  }

  private func profile(_ book: Int, _ places: [Double], _ shares: [Double]) -> GammaProfile {
    var brackets: [Bracket] = []
    var last: (x: Double, shares: Double)?
    for (place, shares) in zip(places, shares) where shares != 0 {
      let x = log(place / spot)
      if let last, (last.shares < 0) != (shares < 0) {
        brackets.append(Bracket(low: last.x, high: x, atLow: last.shares, atHigh: shares))
      }
      last = (x, shares)
    }
    return GammaProfile(
      points: zip(places, shares).map { GammaProfile.Point(spot: $0, gammaExposure: $1 * $0 * 0.01) },
      zeroGamma: nearestZero(book, brackets, hasGamma: last != nil), crossings: brackets.count,
      contracts: counted[book], contractsLeftOut: leftOut[book])
  }

  /// Two neighbours on the grid between which the sign changes.
  private struct Bracket {
    var low: Double
    var high: Double
    var atLow: Double
    var atHigh: Double
    /// How near to the spot its nearer end is.
    var distance: Double { low <= 0 && high >= 0 ? 0 : min(abs(low), abs(high)) }
  }

  private func nearestZero(_ book: Int, _ brackets: [Bracket], hasGamma: Bool) -> Finding<Double> {
    guard hasGamma else { return .missing(.noExposure) }
    guard let nearest = brackets.map(\.distance).min() else { return .missing(.noCrossing) }
    // Two brackets are equally near when they meet at the spot: then the roots decide.
    let roots = brackets.filter { $0.distance == nearest }.map { root(book, $0) }
    return roots.min { abs($0) < abs($1) }.map { .found(spot * exp($0)) } ?? .missing(.noCrossing)
  }

  /// Regula falsi with the Illinois weights: never leaves the bracket, and gains digits like a secant.
  private func root(_ book: Int, _ bracket: Bracket) -> Double {
    var (a, b, atA, atB) = (bracket.low, bracket.high, bracket.atLow, bracket.atHigh)
    var x = a
    for _ in 0..<60 {
      let next = (a * atB - b * atA) / (atB - atA)
      let isSettled = abs(next - x) < 1e-14
      x = next
      let atX = netShares(x)[book]
      if atX == 0 || isSettled { break }
      if (atX < 0) != (atB < 0) {
        (a, atA) = (b, atB)
      } else {
        atA /= 2
      }
      (b, atB) = (x, atX)
    }
    return x
  }
}
