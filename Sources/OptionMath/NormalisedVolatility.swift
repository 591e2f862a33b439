#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The inverse of `NormalisedBlack.price`: the standard deviation that a price implies.
///
/// The curve of prices is cut at its inflection point and where the tangent there meets zero and the limit. On each of the four
/// pieces a rational cubic gives the first guess, on the outer two through a transform of the price that is nearly
/// straight; third-order Householder steps on a piece's own objective then gain four times the digits each. Two steps are the
/// rule. The bracket only matters for prices at the edge of what a Double can tell.
struct NormalisedVolatility {
  private let black: NormalisedBlack
  private let price: Double
  private let limit: Double

  /// What is brought to zero: on the outer pieces not the price's difference, which is flat there.
  private enum Objective {
    /// 1 / ln b(s) - 1 / ln b.
    case lower
    case middle
    /// ln (limit - b) - ln (limit - b(s)).
    case upper
  }

  private struct Start {
    var objective: Objective
    var guess: Double
    var low: Double
    var high: Double
  }

  /// - Parameters:
  ///   - x: -|ln(forward / strike)|.
  ///   - price: normalised price of the out-of-the-money option.
  /// - Returns: the standard deviation; nil unless 0 < price < exp(x / 2).
  static func solve(x: Double, price: Double) -> Double? {
    let black = NormalisedBlack(x: x)
    let limit = black.limit
    guard x <= 0, price > 0, price < limit, x > -Double.greatestFiniteMagnitude else { return nil }
    let inverse = NormalisedVolatility(black: black, price: price, limit: limit)
    return inverse.refine(inverse.start())
  }

  // MARK: First guess

  /// A place on the curve of prices.
  private struct Point {
    var s: Double
    var price: Double
    var vega: Double
  }

  private func point(_ s: Double) -> Point {
    let vega = black.vega(s)
    return Point(s: s, price: vega * black.priceOverVega(s), vega: vega)
  }

  private func start() -> Start {
    let magnitude = -black.x
    // Vega is largest here; at the money that is at zero, where there is nothing to compute.
    let turn = (2 * magnitude).squareRoot()
    let centre = turn > 0 ? point(turn) : Point(s: 0, price: 0, vega: 1 / (2 * Double.pi).squareRoot())
    return price <= centre.price ? belowCentre(centre) : aboveCentre(centre)
  }

  private func belowCentre(_ centre: Point) -> Start {
    let low = point(max(centre.s - centre.price / centre.vega, 0.01 * centre.s))
    if price < low.price { return farBelow(low) }
    let curve = RationalCubic(
      left: .init(x: low.price, y: low.s, slope: 1 / low.vega),
      right: .init(x: centre.price, y: centre.s, slope: 1 / centre.vega))
    // The price curve is straight at its inflection point.
    return Start(
      objective: .middle, guess: curve.value(at: price, .right(0)), low: low.s * 0.999, high: centre.s * 1.001)
  }

  private func aboveCentre(_ centre: Point) -> Start {
    let high = point(centre.s + (limit - centre.price) / centre.vega)
    if price > high.price { return farAbove(high) }
    let curve = RationalCubic(
      left: .init(x: centre.price, y: centre.s, slope: 1 / centre.vega),
      right: .init(x: high.price, y: high.s, slope: 1 / high.vega))
    return Start(
      objective: .middle, guess: curve.value(at: price, .left(0)), low: centre.s * 0.999, high: high.s * 1.001)
  }

  /// Through f = (2 pi |x| / 3 sqrt 3) Phi(-|x| / (sqrt 3 s))^3, which the price itself approaches as both vanish.
  private func farBelow(_ low: Point) -> Start {
    let magnitude = -black.x
    let rootThree = 1.73205080756887729352744634150587
    let scale = 2 * Double.pi * magnitude / (3 * rootThree)
    let z = -magnitude / (rootThree * low.s)
    let y = z * z
    let phi = NormalDistribution.cumulative(z)
    let square = low.s * low.s
    let slope = 2 * Double.pi * y * phi * phi * exp(y + square / 8)
    let ratio = phi / NormalDistribution.density(z)
    let curvature =
      Double.pi / 6 * y / (square * low.s) * phi
      * (8 * rootThree * low.s * magnitude + (3 * square * (square - 8) - 8 * magnitude * magnitude) * ratio)
      * exp(2 * y + square / 4)
    let curve = RationalCubic(
      left: .init(x: 0, y: 0, slope: 1), right: .init(x: low.price, y: scale * phi * phi * phi, slope: slope))
    let f = max(curve.value(at: price, .right(curvature)), .leastNormalMagnitude)
    let quantile = NormalDistribution.approximateQuantile(min(cbrt(f / scale), 0.5))
    let guess = quantile < 0 ? magnitude / (rootThree * -quantile) : low.s
    return Start(objective: .lower, guess: min(guess, low.s), low: 0, high: low.s * 1.001)
  }

  /// Through f = Phi(-s / 2), which falls in a straight line at the money.
  private func farAbove(_ high: Point) -> Start {
    let ratio = black.x / high.s
    let steep = exp(0.5 * ratio * ratio)
    let curvature =
      (0.5 * Double.pi).squareRoot() * exp(high.s * high.s / 8 + ratio * ratio) * ratio * ratio / high.s
    let curve = RationalCubic(
      left: .init(x: high.price, y: NormalDistribution.cumulative(-0.5 * high.s), slope: -0.5 * steep),
      right: .init(x: limit, y: 0, slope: -0.5))
    let f = max(curve.value(at: price, .left(curvature)), .leastNormalMagnitude)
    let guess = -2 * NormalDistribution.approximateQuantile(min(f, 0.5))
    return Start(objective: .upper, guess: max(guess, high.s), low: high.s * 0.999, high: .infinity)
  }

  // MARK: Refinement

  /// Newton's step and the ratios of the objective's higher derivatives to its first.
  private struct Local {
    var newton: Double
    var second: Double
    var third: Double
  }

  private func refine(_ start: Start) -> Double? {
    var s = start.guess
    var low = start.low
    var high = start.high
    for _ in 0..<64 {
      let local = local(start.objective, s)
      if local.newton > 0 { low = max(low, s) } else { high = min(high, s) }
      let step = householder(local)
      // An error e leaves one of the order of e^4 behind.
      if abs(step) <= 1e-5 * s { return s + step }
      let next = s + step
      if next > low, next < high {
        s = next
      } else {
        let middle = high.isFinite ? 0.5 * (low + high) : 2 * s
        if abs(middle - s) <= 1e-16 * s { return s }
        s = middle
      }
    }
    return s.isFinite && s > 0 ? s : nil
  }

  @inline(__always)
  private func householder(_ local: Local) -> Double {
    let n = local.newton
    let factor = (1 + 0.5 * local.second * n) / (1 + n * (local.second + local.third * n / 6))
    // Far from the root the expansion may point backwards.
    return factor > 0 && factor.isFinite ? n * factor : n
  }

  private func local(_ objective: Objective, _ s: Double) -> Local {
    let h = black.x / s
    // Second and third derivative of the price over its first.
    let q = h * h / s - 0.25 * s
    let r = q * q - 3 * h * h / (s * s) - 0.25
    switch objective {
    case .middle:
      return Local(newton: price / black.vega(s) - black.priceOverVega(s), second: q, third: r)
    case .lower:
      let over = black.priceOverVega(s)
      let p = 1 / over
      let logPrice = log(price)
      let logAt = log(over) - black.exponent(s) - NormalisedBlack.logRootTwoPi
      let inverse = 1 / logAt
      return Local(
        newton: over * logAt * (logPrice - logAt) / logPrice, second: q - p * (1 + 2 * inverse),
        third: r + 2 * p * p * (1 + 3 * inverse * (1 + inverse)) - 3 * p * q * (1 + 2 * inverse))
    case .upper:
      let over = black.shortfallOverVega(s)
      let p = 1 / over
      let logAt = log(over) - black.exponent(s) - NormalisedBlack.logRootTwoPi
      return Local(newton: over * (logAt - log(limit - price)), second: q + p, third: r + 3 * p * q + 2 * p * p)
    }
  }
}
