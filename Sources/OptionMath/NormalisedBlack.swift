#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Black's formula with the units taken out: the price of an out-of-the-money option divided by sqrt(forward x strike), as a
/// function of x = -|ln(forward / strike)| and the standard deviation s of the log price at expiry.
///
/// With h = x / s and t = s / 2 the price is phi(h, t) (Y(h + t) - Y(h - t)), where phi is the change of the price per unit of
/// s and Y the normal distribution over its density. No term of it underflows, and few digits cancel
/// (P. Jaeckel, "Let's Be Rational", Wilmott 2015(75), 40-53).
struct NormalisedBlack {
  /// -|ln(forward / strike)|: zero or less.
  let x: Double

  /// Deviations below twice this are done by a series.
  private static let seriesLimit = 0.21
  private static let rootHalf = 0.707106781186547524400844362104849
  private static let rootHalfPi = 1.25331413731550025120788264240552
  private static let inverseRootTwoPi = 0.398942280401432677939946059934382
  static let logRootTwoPi = 0.918938533204672741780329736405618

  /// What the price comes to as s grows.
  var limit: Double { exp(0.5 * x) }

  /// Half the square of h and t: minus the logarithm of vega, but for a constant.
  @inline(__always)
  func exponent(_ s: Double) -> Double {
    let h = x / s
    return 0.5 * (h * h + 0.25 * s * s)
  }

  /// Change of the price per unit of s.
  @inline(__always)
  func vega(_ s: Double) -> Double { NormalisedBlack.inverseRootTwoPi * exp(-exponent(s)) }

  func price(_ s: Double) -> Double { vega(s) * priceOverVega(s) }

  @inline(__always)
  func priceOverVega(_ s: Double) -> Double {
    let h = x / s
    let t = 0.5 * s
    if t < NormalisedBlack.seriesLimit { return NormalisedBlack.series(h, t) }
    return NormalisedBlack.rootHalfPi
      * (ScaledComplementaryError.value(-(h + t) * NormalisedBlack.rootHalf)
        - ScaledComplementaryError.value((t - h) * NormalisedBlack.rootHalf))
  }

  /// (limit - price) / vega, for s with h + t not far below zero.
  func shortfallOverVega(_ s: Double) -> Double {
    let h = x / s
    let t = 0.5 * s
    return NormalisedBlack.rootHalfPi
      * (ScaledComplementaryError.value((h + t) * NormalisedBlack.rootHalf)
        + ScaledComplementaryError.value((t - h) * NormalisedBlack.rootHalf))
  }

  /// Y(h + t) - Y(h - t) by powers of t. Derivatives of Y follow from Y' = 1 + h Y: Y[n + 1] = h Y[n] + n Y[n - 1].
  @inline(__always)
  private static func series(_ h: Double, _ t: Double) -> Double {
    let (y0, y1) = ratioAndSlope(h)
    let y2 = h * y1 + y0
    let y3 = h * y2 + 2 * y1
    let y4 = h * y3 + 3 * y2
    let y5 = h * y4 + 4 * y3
    let y6 = h * y5 + 5 * y4
    let y7 = h * y6 + 6 * y5
    let y8 = h * y7 + 7 * y6
    let y9 = h * y8 + 8 * y7
    let y10 = h * y9 + 9 * y8
    let y11 = h * y10 + 10 * y9
    let y12 = h * y11 + 11 * y10
    let y13 = h * y12 + 12 * y11
    let w = t * t
    var sum = y11 / 39_916_800 + w * (y13 / 6_227_020_800)
    sum = y9 / 362_880 + w * sum
    sum = y7 / 5040 + w * sum
    sum = y5 / 120 + w * sum
    sum = y3 / 6 + w * sum
    return 2 * t * (y1 + w * sum)
  }

  /// Y(h) and Y'(h) = 1 + h Y(h), h zero or less. Far out both come from the continued fraction of Mills' ratio, where the sum
  /// would cancel.
  @inline(__always)
  private static func ratioAndSlope(_ h: Double) -> (Double, Double) {
    if h > -4 {
      let y = rootHalfPi * ScaledComplementaryError.value(-h * rootHalf)
      return (y, 1 + h * y)
    }
    let a = -h
    let depth = a < 6 ? 16 : a < 10 ? 10 : a < 30 ? 7 : 4
    // What is cut off is about what the fraction would be if its numerators grew no more.
    var tail = 0.5 * (a + (a * a + 4 * Double(depth)).squareRoot())
    for k in stride(from: depth, through: 2, by: -1) { tail = a + Double(k) / tail }
    let c = 1 / tail
    return (1 / (a + c), c / (a + c))
  }
}
