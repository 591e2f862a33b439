/// A monotone and convex interpolant through two points with given slopes: R. Delbourgo and J. A. Gregory, "Shape
/// preserving piecewise rational interpolation", SIAM J. Sci. Stat. Comput. 6 (1985), 967-976.
struct RationalCubic {
  /// Where, what and how steep.
  struct End {
    var x: Double
    var y: Double
    var slope: Double
  }
  /// The end at which the second derivative is known.
  enum Curved {
    case left(Double)
    case right(Double)
  }

  var left: End
  var right: End

  /// The interpolant at `x`, with the curvature asked for as far as the shape allows it.
  func value(at x: Double, _ curved: Curved) -> Double {
    let width = right.x - left.x
    guard width > 0 else { return left.y }
    let t = (x - left.x) / width
    let u = 1 - t
    let r = stiffness(width, curved)
    let numerator =
      right.y * t * t * t + (r * right.y - width * right.slope) * t * t * u
      + (r * left.y + width * left.slope) * t * u * u + left.y * u * u * u
    return numerator / (1 + (r - 3) * t * u)
  }

  /// The parameter that a larger value of pulls the curve towards the straight line.
  private func stiffness(_ width: Double, _ curved: Curved) -> Double {
    let secant = (right.y - left.y) / width
    let turn = right.slope - left.slope
    let wanted: Double
    switch curved {
    case .left(let second): wanted = (0.5 * width * second + turn) / (secant - left.slope)
    case .right(let second): wanted = (0.5 * width * second + turn) / (right.slope - secant)
    }
    let monotone = (left.slope + right.slope) / secant
    let convex = max(abs(turn / (right.slope - secant)), abs(turn / (secant - left.slope)))
    let least = max(monotone.isFinite ? monotone : 3, convex.isFinite ? convex : 3)
    return wanted.isFinite ? min(max(wanted, least), 1e12) : min(least, 1e12)
  }
}
