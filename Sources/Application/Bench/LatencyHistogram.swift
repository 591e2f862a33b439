/// Counts durations in buckets of 1/32 of their size, from a nanosecond to minutes: fixed memory, no allocation on recording.
struct LatencyHistogram {
  // 32 buckets for each power of two (the layout of HdrHistogram with five significant bits).
  private var counts = [Int64](repeating: 0, count: 64 * 32)
  private(set) var count: Int64 = 0
  private(set) var maximum: Int64 = 0

  @inline(__always)
  mutating func record(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    counts[LatencyHistogram.bucket(value)] &+= 1
    count &+= 1
    if value > maximum { maximum = value }
  }

  /// The upper edge of the bucket below which `share` (0...1) of the durations lie; 0 when nothing was recorded.
  func percentile(_ share: Double) -> Int64 {
    let wanted = Int64((Double(count) * share).rounded(.up))
    var seen: Int64 = 0
    for (bucket, number) in counts.enumerated() {
      seen += number
      if seen >= wanted, seen > 0 { return min(LatencyHistogram.upperEdge(bucket), maximum) }
    }
    return maximum
  }

  @inline(__always)
  private static func bucket(_ value: Int64) -> Int {
    guard value >= 32 else { return Int(value) }
    let exponent = 63 &- value.leadingZeroBitCount
    return (exponent &- 4) &* 32 &+ Int(truncatingIfNeeded: (value >> Int64(exponent &- 5)) & 31)
  }

  private static func upperEdge(_ bucket: Int) -> Int64 {
    guard bucket >= 32 else { return Int64(bucket) }
    let exponent = bucket / 32 + 4
    return ((Int64(bucket % 32) + 33) << Int64(exponent - 5)) - 1
  }
}
