/// What is convention rather than fact in positioning. A report carries the rule it was made by.
public struct PositioningRule: Hashable, Sendable {
  /// What dealers are taken to hold of each open call and put: 1 long, -1 short. The default, long calls and short puts, is the
  /// convention of the SqueezeMetrics white paper: customers sell calls against their stock and buy puts for protection.
  public var callSign: Int64 = 1
  public var putSign: Int64 = -1
  /// How far from spot gamma is re-priced, as a fraction of it to either side.
  public var profileRange = 0.15
  /// Spots at which it is re-priced, evenly spaced; odd, so that the spot itself is one of them.
  public var profilePoints = 61
  /// Net gamma as a share of gross gamma from which on dealers are called long or short of it.
  public var biasGammaShare = 0.10
  /// Where gamma is balanced: net delta as a share of gross delta from which on dealers have something to hedge.
  public var biasDeltaShare = 0.25

  public init() {}

  func check() {
    precondition(
      abs(callSign) == 1 && abs(putSign) == 1,
      "PositioningRule: signs are \(callSign) and \(putSign), wanted 1 or -1 each")
    precondition(
      profileRange > 0 && profileRange < 1, "PositioningRule: profileRange is \(profileRange), wanted between 0 and 1")
    precondition(
      profilePoints >= 3 && profilePoints % 2 == 1 && profilePoints <= 1001,
      "PositioningRule: profilePoints is \(profilePoints), wanted an odd number from 3 to 1001")
    precondition(
      (0...1).contains(biasGammaShare) && (0...1).contains(biasDeltaShare),
      "PositioningRule: shares are \(biasGammaShare) and \(biasDeltaShare), wanted from 0 to 1")
  }
}

/// Where knowledge of what dealers hold comes from.
public enum PositionBasis: String, CaseIterable, Sendable {
  /// Open interest, signed by `PositioningRule`: the whole position, but of the evening before and by assumption.
  case openInterest
  /// The session's trades with the aggressor taken for the customer: as it is now, but only what the session added.
  case flow
}
