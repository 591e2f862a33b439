import MarketModel

/// What dealers hold by one basis, and what follows from it.
public struct DealerBook: Hashable, Sendable {
  public var basis: PositionBasis
  /// Whether the spot was known: without it only vega and theta have sums.
  public var isSpotKnown: Bool
  /// All contracts.
  public var total: Exposures
  /// Ascending; every strike of the chain.
  public var strikes: [StrikeExposures]
  /// Ascending; every expiry of the chain.
  public var expiries: [ExpiryExposures]
  /// The strike with the largest gamma exposure in size, calls and puts together; of equals the lowest.
  public var gammaStrike: Finding<GammaLevel>
  /// The strike at or above the spot with the largest positive gamma exposure of calls alone; of equals the lowest.
  public var callWall: Finding<GammaLevel>
  /// The strike at or below the spot with the most negative gamma exposure of puts alone; of equals the highest.
  public var putWall: Finding<GammaLevel>
  /// Gamma along spot, and where it changes its sign.
  public var profile: GammaProfile
  public var hedgePressure: Finding<HedgePressure>
  public var bias: Finding<DealerBias>

  /// The chain's sum of a greek's exposure; units in `Greek`.
  public func sum(_ greek: Greek) -> Finding<Double> { sum(greek, of: total) }
  /// The same of a row.
  public func sum(_ greek: Greek, of row: Exposures) -> Finding<Double> {
    strikes.isEmpty ? .missing(.noContracts) : row.sum(greek, basis, isSpotKnown: isSpotKnown)
  }
}

public struct StrikeExposures: Hashable, Sendable {
  public var strike: Price
  public var calls = Exposures.none
  public var puts = Exposures.none
  public var all: Exposures { calls + puts }
}

public struct ExpiryExposures: Hashable, Sendable {
  public var expiry: MarketDate
  public var calls = Exposures.none
  public var puts = Exposures.none
  public var all: Exposures { calls + puts }
}

/// A strike that stands out, with the gamma exposure (per 1 %) that makes it do so.
public struct GammaLevel: Hashable, Sendable {
  public var strike: Price
  public var gammaExposure: Double
}

/// What dealers must trade to stay hedged as the underlying moves.
public struct HedgePressure: Hashable, Sendable {
  public enum Direction: String, Sendable {
    /// They sell into a rise and buy a fall, which holds the price where it is: long gamma.
    case againstMove
    /// They buy a rise and sell a fall, which drives the price on: short gamma.
    case withMove
    /// Nothing to trade.
    case none
  }
  /// Shares they buy (negative: sell) when the underlying rises by 1 %; when it falls by 1 %, the opposite.
  public var sharesPerPercentRise: Double
  public var direction: Direction
}

/// What kind of book dealers have, with the two shares that decided.
public struct DealerBias: Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// Net gamma is negative by at least `biasGammaShare` of gross gamma.
    case shortGamma
    /// Net gamma is positive by at least that.
    case longGamma
    /// Gamma is balanced, but net delta is at least `biasDeltaShare` of gross delta: what they do is hedge that.
    case deltaHedging
    /// Both are balanced.
    case neutral
  }
  public var kind: Kind
  /// Net over gross gamma exposure, from -1 to 1; 0 where there is none.
  public var gammaShare: Double
  /// Net over gross delta exposure, from -1 to 1; nil where delta is not known, which matters only when gamma is balanced.
  public var deltaShare: Double?
}
