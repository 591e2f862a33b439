import MarketModel

/// Where the dealers of one underlying stand: what they hold, how it moves with spot, volatility and time, and the levels that
/// follow. A pure function of an input and a rule; whatever cannot be said is missing with its reason.
public struct PositioningReport: Hashable, Sendable {
  public var underlying: InstrumentID
  /// Nil when not known.
  public var spot: Double?
  /// The moment of the input.
  public var time: Timestamp
  /// The conventions the figures rest on.
  public var rule: PositioningRule
  public var coverage: PositioningCoverage
  /// In the order of the input, without the contracts that were not usable.
  public var positions: [DealerPosition]
  /// By assumption from the evening's open interest.
  public var openInterest: DealerBook
  /// From the session's trades.
  public var flow: DealerBook
  /// Ascending.
  public var expiries: [ExpirySummary]
  /// Of the whole chain.
  public var putCall: PutCallRatios

  public subscript(basis: PositionBasis) -> DealerBook { basis == .openInterest ? openInterest : flow }
}

/// How much of the chain the figures rest on, in contracts listed.
public struct PositioningCoverage: Hashable, Sendable {
  /// Usable ones.
  public var contracts = 0
  /// Left out whole, because of a number that no contract can have (not finite, negative, beyond measure).
  public var rejected = 0
  public var withoutOpenInterest = 0
  public var withoutVolatility = 0
  public var withoutGamma = 0
}

/// What dealers hold of one contract: contracts, negative when short.
public struct DealerPosition: Hashable, Sendable {
  public var instrument: InstrumentID
  /// Nil when open interest is not known.
  public var fromOpenInterest: Int64?
  /// The other side of what the session's aggressors did.
  public var fromFlow: Int64
}

/// One expiry without the question who holds what.
public struct ExpirySummary: Hashable, Sendable {
  public var expiry: MarketDate
  /// Contracts listed, both rights.
  public var contracts: Int
  public var contractsWithoutOpenInterest: Int
  public var maxPain: Finding<MaxPain>
  public var putCall: PutCallRatios
}
