import MarketModel

/// One underlying and its chain at a moment: all that positioning is worked out from.
public struct PositioningInput: Hashable, Sendable {
  public var underlying: InstrumentID
  /// Price of the underlying; nil when not known. One that is not above 0 counts as not known.
  public var spot: Double?
  /// The moment that spot, greeks and flow are of.
  public var time: Timestamp
  /// Interest a year, continuously compounded; only re-pricing along spot needs it.
  public var rate: Double
  /// Dividend yield a year, continuously compounded; carry is rate less this.
  public var dividendYield: Double
  public var contracts: [PositioningContract]

  public init(
    underlying: InstrumentID, spot: Double?, time: Timestamp, rate: Double = 0, dividendYield: Double = 0,
    contracts: [PositioningContract]
  ) {
    self.underlying = underlying
    self.spot = spot
    self.time = time
    self.rate = rate
    self.dividendYield = dividendYield
    self.contracts = contracts
  }

  /// The spot when it is a price.
  var usableSpot: Double? {
    guard let spot, spot > 0, PositioningContract.isSane(spot) else { return nil }
    return spot
  }
}
