/// A figure of the report, or why there is none.
public enum Finding<Value: Hashable & Sendable>: Hashable, Sendable {
  case found(Value)
  case missing(PositioningGap)

  /// Nil when missing.
  public var value: Value? {
    if case .found(let value) = self { return value }
    return nil
  }

  /// Nil when found.
  public var gap: PositioningGap? {
    if case .missing(let gap) = self { return gap }
    return nil
  }
}

extension Finding {
  func flatMap<Other>(_ transform: (Value) -> Finding<Other>) -> Finding<Other> {
    switch self {
    case .found(let value): return transform(value)
    case .missing(let gap): return .missing(gap)
    }
  }

  /// The same figure in other terms; what is missing stays missing for the same reason.
  public func map<Other>(_ transform: (Value) -> Other) -> Finding<Other> { flatMap { .found(transform($0)) } }
}

/// Why a figure is missing. The raw value is the word that interfaces show.
public enum PositioningGap: String, CaseIterable, Sendable {
  /// The chain has no usable contract.
  case noContracts
  /// The price of the underlying is not known.
  case noSpot
  /// Open interest is known of no contract.
  case noOpenInterest
  /// Nothing was traded in the session.
  case noFlow
  /// No contract that dealers hold has this greek.
  case noGreek
  /// No contract that dealers hold and that has not expired has an implied volatility.
  case noVolatility
  /// There is nothing open, or gamma is 0 everywhere, so that no strike stands out.
  case noExposure
  /// Gamma keeps its sign over the whole range that it was re-priced in.
  case noCrossing
  /// A ratio's divisor is 0: no calls.
  case noCalls
}
