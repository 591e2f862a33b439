// Sums of numbers that came from outside. The engine wraps where a hostile tape overflows a sum; a reader must neither trap
// on what it finds nor show a sum with the wrong sign, so it stops at the end of the range.
extension Int64 {
  /// The sum, or the end of the range that it would pass.
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the end of the range that it would pass.
  func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflows) = subtractingReportingOverflow(other)
    return overflows ? (other < 0 ? .max : .min) : difference
  }

  /// The product, or the end of the range that it would pass.
  func multipliedSaturating(by other: Int64) -> Int64 {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
