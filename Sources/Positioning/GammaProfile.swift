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

/// The contracts of a book, reduced to what gamma along spot needs: one exponential each.
///
/// With x = log(S / spot), a contract's gamma x S is weight x exp(-((x + centre) x scale)²): d1 is linear in x.
struct GammaCurve {
  private struct Term {
    var centre: Double
    var scale: Double
    var weight: Double
  }
  private var terms: [Term] = []
  private var leftOut = 0
  private let spot: Double
  private let rate: Double
  private let dividendYield: Double

  init(_ input: PositioningInput, spot: Double) {
    self.spot = spot
    rate = input.rate
    dividendYield = input.dividendYield
  }

  mutating func reserve(_ count: Int) { terms.reserveCapacity(count) }

  mutating func add(_ contract: PositioningContract, position: Double) {
    guard position != 0 else { return }
    guard let volatility = contract.impliedVolatility, contract.yearsToExpiry > 0 else {
      leftOut += 1
      return
    }
    let years = contract.yearsToExpiry
    let deviation = volatility * years.squareRoot()
    // As `BlackScholes` has it: below this the outcome is known and gamma is 0.
    guard deviation >= 1e-12 else {
      leftOut += 1
      return
    }
    let drift = (rate - dividendYield) * years
    terms.append(
      Term(
        centre: log(spot / contract.strike.doubleValue) + drift + deviation * deviation / 2,
        scale: 0.5.squareRoot() / deviation,
        weight: position * Double(contract.multiplier) * exp(-dividendYield * years)
          / (deviation * (2 * Double.pi).squareRoot())))
  }

  /// Net gamma x S in shares at spot x exp(x). What is only rounding beside the gross sum is 0: a balanced book has no
  /// flip, and a place that no option reaches has no sign.
  private func netShares(_ x: Double) -> Double {
    var net = 0.0
    var gross = 0.0
    for term in terms {
      let deviations = (x + term.centre) * term.scale
      let square = deviations * deviations
      guard square < 700 else { continue }  // exp would be 1e-304
      let shares = term.weight * exp(-square)
      net += shares
      gross += abs(shares)
    }
    return abs(net) > 1e-13 * gross ? net : 0
  }

  func profile(_ rule: PositioningRule) -> GammaProfile {
    guard !terms.isEmpty else { return .missing(leftOut > 0 ? .noVolatility : .noExposure, leftOut: leftOut) }
    var points: [GammaProfile.Point] = []
    points.reserveCapacity(rule.profilePoints)
    var brackets: [Bracket] = []
    var last: (x: Double, shares: Double)?
    for index in 0..<rule.profilePoints {
      let place = spot * (1 + rule.profileRange * (2 * Double(index) / Double(rule.profilePoints - 1) - 1))
      let x = log(place / spot)
      let shares = netShares(x)
      points.append(GammaProfile.Point(spot: place, gammaExposure: shares * place * 0.01))
      guard shares != 0 else { continue }
      if let last, (last.shares < 0) != (shares < 0) {
        brackets.append(Bracket(low: last.x, high: x, atLow: last.shares, atHigh: shares))
      }
      last = (x, shares)
    }
    return GammaProfile(
      points: points, zeroGamma: nearestZero(brackets, hasGamma: last != nil), crossings: brackets.count,
      contracts: terms.count, contractsLeftOut: leftOut)
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

  private func nearestZero(_ brackets: [Bracket], hasGamma: Bool) -> Finding<Double> {
    guard hasGamma else { return .missing(.noExposure) }
    guard let nearest = brackets.map(\.distance).min() else { return .missing(.noCrossing) }
    // Two brackets are equally near when they meet at the spot: then the roots decide.
    let roots = brackets.filter { $0.distance == nearest }.map(root)
    return roots.min { abs($0) < abs($1) }.map { .found(spot * exp($0)) } ?? .missing(.noCrossing)
  }

  /// Regula falsi with the Illinois weights: never leaves the bracket, and gains digits like a secant.
  private func root(_ bracket: Bracket) -> Double {
    var (a, b, atA, atB) = (bracket.low, bracket.high, bracket.atLow, bracket.atHigh)
    var x = a
    for _ in 0..<60 {
      let next = (a * atB - b * atA) / (atB - atA)
      let isSettled = abs(next - x) < 1e-14
      x = next
      let atX = netShares(x)
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
