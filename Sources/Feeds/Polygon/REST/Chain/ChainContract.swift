import MarketModel

/// A contract as one look at the chain showed it.
public struct ChainContract: Hashable, Sendable {
  public var symbol: SymbolText
  public var option: OptionSymbol
  /// SIP time of its last print; nil when the vendor says none.
  public var lastTrade: Timestamp?
  /// Contracts traded today; nil when the vendor says nothing.
  public var dayVolume: Double?
  /// Shares it delivers; nil when the vendor says nothing.
  public var sharesPerContract: Double?

  /// Nil without a ticker that is an option's.
  init?(_ snapshot: OptionSnapshot) {
    guard let ticker = snapshot.details?.ticker, let option = OptionSymbol(polygon: ticker),
      let symbol = SymbolText(ticker)
    else { return nil }
    self.symbol = symbol
    self.option = option
    lastTrade = FixedPoint.time(nanoseconds: snapshot.lastTrade?.sipTimestamp)
    dayVolume = snapshot.day?.volume
    sharesPerContract = snapshot.details?.sharesPerContract
  }

  /// Whether it may have printed at or after the moment.
  func mayHaveTraded(since moment: Timestamp) -> Bool {
    if let lastTrade { return lastTrade >= moment }
    return (dayVolume ?? 0) > 0
  }
}

/// A price of the underlying and when it was so.
public struct ChainSpot: Hashable, Sendable {
  public var price: Price
  public var time: Timestamp

  public init(price: Price, time: Timestamp) {
    self.price = price
    self.time = time
  }

  /// Nil when the snapshot has no price; `asOf` stands in for a missing time.
  init?(_ snapshot: OptionSnapshot, asOf: Timestamp) {
    guard let underlying = snapshot.underlyingAsset,
      let price = FixedPoint.price(underlying.price ?? underlying.value), price > .zero
    else { return nil }
    self.price = price
    time = FixedPoint.time(nanoseconds: underlying.lastUpdated) ?? asOf
  }
}

extension NamedReference {
  /// Nil when the snapshot says neither a greek, nor a volatility, nor open interest. Its time is that of its quote; `asOf`
  /// stands in where the plan has no quotes.
  init?(_ snapshot: OptionSnapshot, symbol: SymbolText, asOf: Timestamp) {
    let values = ContractReference(
      time: FixedPoint.time(nanoseconds: snapshot.lastQuote?.lastUpdated) ?? asOf, instrument: InstrumentID(0),
      deltaNanos: FixedPoint.nanos(snapshot.greeks?.delta), gammaNanos: FixedPoint.nanos(snapshot.greeks?.gamma),
      thetaNanos: FixedPoint.nanos(snapshot.greeks?.theta), vegaNanos: FixedPoint.nanos(snapshot.greeks?.vega),
      impliedVolatilityNanos: FixedPoint.nanos(snapshot.impliedVolatility),
      openInterest: FixedPoint.whole(snapshot.openInterest) ?? ContractReference.unknown)
    let known = [
      values.deltaNanos, values.gammaNanos, values.thetaNanos, values.vegaNanos, values.impliedVolatilityNanos,
      values.openInterest,
    ]
    guard known.contains(where: { $0 != ContractReference.unknown }) else { return nil }
    self.init(symbol: symbol, values: values)
  }
}

/// One complete pass over an underlying's chain.
public struct ChainCycle: Sendable {
  /// As configured: `SPY`, `I:SPX`.
  public var underlying: String
  public var references: [NamedReference] = []
  public var contracts: [ChainContract] = []
  /// The newest one of the pass; nil when the vendor said none.
  public var spot: ChainSpot?
  public var pages = 0
  /// Rows without a readable contract.
  public var refusedRows = 0

  init(underlying: String) { self.underlying = underlying }

  mutating func add(_ page: RESTPage<OptionSnapshot>, asOf: Timestamp) {
    pages += 1
    refusedRows += page.refusedRows
    for snapshot in page.rows {
      if let seen = ChainSpot(snapshot, asOf: asOf), spot.map({ $0.time <= seen.time }) ?? true { spot = seen }
      guard let contract = ChainContract(snapshot) else {
        refusedRows += 1
        continue
      }
      contracts.append(contract)
      if let reference = NamedReference(snapshot, symbol: contract.symbol, asOf: asOf) { references.append(reference) }
    }
  }
}
