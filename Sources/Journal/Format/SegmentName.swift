import MarketModel

/// Where a segment stands: the day and its number there, from 1.
struct SegmentName: Hashable, Sendable, Comparable, CustomStringConvertible {
  var day: MarketDate
  var number: UInt32

  static func < (a: SegmentName, b: SegmentName) -> Bool { (a.day, a.number) < (b.day, b.number) }

  /// `2026-11-20/000001`
  var description: String {
    let digits = String(number)
    return "\(day)/\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits)"
  }

  /// What block checksums of this segment begin with: a block that belongs elsewhere is no block here.
  func seed(_ id: JournalID) -> UInt64 {
    withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      base.put(id.high, at: 0)
      base.put(id.low, at: 8)
      base.put(day.daysSinceEpoch, at: 16)
      base.put(number, at: 20)
      return XXHash64.hash(UnsafeRawBufferPointer(bytes), seed: 0)
    }
  }
}
