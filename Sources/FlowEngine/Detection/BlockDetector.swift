import MarketModel

/// Decides whether a print is a block: large by itself, and for its underlying so far today.
struct BlockDetector {
  let rule: BlockRule

  /// - Parameters:
  ///   - priorCount: earlier prints of the underlying today.
  ///   - priorSize: their contracts in total.
  @inline(__always)
  func isBlock(size: Int64, premiumMicros: Int64, priorCount: Int64, priorSize: Int64) -> Bool {
    size >= rule.minimumContracts && premiumMicros >= rule.minimumPremiumMicros && priorCount > 0
      && size &* priorCount >= rule.averageSizeMultiple &* priorSize
  }
}
