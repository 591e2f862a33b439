/// What a factor's value is worth, 0...1000, on straight lines.
enum FactorScore {
  /// 0 at zero, 500 at `half` - the rule's least -, 1000 from `full` on.
  static func rising(_ value: Float, half: Float, full: Float) -> UInt16 {
    guard value > 0 else { return 0 }
    if value < half { return permille(0.5 * value / half) }
    return full > half ? permille(0.5 + 0.5 * (value - half) / (full - half)) : 1000
  }

  /// 1000 up to `full`, 0 from `none` on.
  static func falling(_ value: Float, full: Float, none: Float) -> UInt16 {
    guard value > full else { return 1000 }
    return none > full ? permille(1 - (value - full) / (none - full)) : 0
  }

  static func share(_ value: Float) -> UInt16 { permille(value) }

  private static func permille(_ share: Float) -> UInt16 {
    // Also what is no number.
    guard share > 0 else { return 0 }
    return UInt16(1000 * min(1, share))
  }
}

extension ConfidenceFactor {
  /// One that is worth the more, the more there is of it.
  init(_ kind: FactorKind, weightPercent: UInt8, _ value: Float, half: Float, full: Float) {
    self.init(
      kind, weightPercent: weightPercent, scorePermille: FactorScore.rising(value, half: half, full: full), value: value
    )
  }
}
