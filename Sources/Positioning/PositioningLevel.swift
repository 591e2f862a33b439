import MarketModel

/// Levels of the dealers' positioning that a price can cross.
public enum PositioningLevel: String, Hashable, Sendable, BitwiseCopyable, CaseIterable {
  case zeroGamma
  case callWall
  case putWall
  case maxPain
}

/// Where the levels of one underlying are; nil for one that could not be told.
public struct PositioningLevels: Hashable, Sendable {
  public var zeroGamma: Price?
  public var callWall: Price?
  public var putWall: Price?
  /// Of the nearest expiry that has one.
  public var maxPain: Price?

  public init(zeroGamma: Price? = nil, callWall: Price? = nil, putWall: Price? = nil, maxPain: Price? = nil) {
    self.zeroGamma = zeroGamma
    self.callWall = callWall
    self.putWall = putWall
    self.maxPain = maxPain
  }

  public subscript(level: PositioningLevel) -> Price? {
    switch level {
    case .zeroGamma: zeroGamma
    case .callWall: callWall
    case .putWall: putWall
    case .maxPain: maxPain
    }
  }
}

extension PositioningReport {
  /// The levels by one basis; max pain, which knows no basis, of the nearest expiry from `day` on.
  public func levels(_ basis: PositionBasis, from day: MarketDate?) -> PositioningLevels {
    let book = self[basis]
    return PositioningLevels(
      zeroGamma: book.profile.zeroGamma.value.map { Price(rounding: $0) }, callWall: book.callWall.value?.strike,
      putWall: book.putWall.value?.strike, maxPain: maxPain(from: day)?.strike)
  }

  private func maxPain(from day: MarketDate?) -> MaxPain? {
    for expiry in expiries where day.map({ expiry.expiry >= $0 }) ?? true {
      if let found = expiry.maxPain.value { return found }
    }
    return nil
  }
}
