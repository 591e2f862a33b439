import MarketModel
import OptionMath

/// One listed option as positioning sees it: what is open, what was traded in the session, how it moves.
///
/// Greeks are per unit of the underlying in the units of `OptionGreeks` and `SecondOrderGreeks`; nil means not known, which
/// is never the same as 0.
public struct PositioningContract: Hashable, Sendable {
  public var instrument: InstrumentID
  public var strike: Price
  public var expiry: MarketDate
  public var isCall: Bool
  /// Shares one contract delivers.
  public var multiplier: Int64
  /// Open contracts at the end of the last trading day; nil when nobody said.
  public var openInterest: Int64?
  /// Contracts traded in the session, cancelled prints left out.
  public var volume: Int64
  /// Premium traded in the session, in millionths of the currency.
  public var premiumMicros: Int64
  /// Contracts that aggressors bought less those that they sold in the session; prints without a side count as neither.
  public var customerNetContracts: Int64
  /// As a fraction a year (0.2 = 20 %).
  public var impliedVolatility: Double?
  /// Change of the price per 1.00 of the underlying.
  public var delta: Double?
  /// Change of delta per 1.00 of the underlying.
  public var gamma: Double?
  /// Change of the price per point (0.01) of volatility.
  public var vega: Double?
  /// Change of the price per calendar day that passes.
  public var theta: Double?
  /// Change of delta per 1.00 of volatility.
  public var vanna: Double?
  /// Change of delta per calendar day that passes.
  public var charm: Double?
  /// Calendar time to expiry in years of 365 days (`DayCount`); 0 once it has expired.
  public var yearsToExpiry: Double

  public init(
    instrument: InstrumentID, strike: Price, expiry: MarketDate, isCall: Bool, multiplier: Int64 = 100,
    openInterest: Int64? = nil, volume: Int64 = 0, premiumMicros: Int64 = 0, customerNetContracts: Int64 = 0,
    impliedVolatility: Double? = nil, delta: Double? = nil, gamma: Double? = nil, vega: Double? = nil,
    theta: Double? = nil, vanna: Double? = nil, charm: Double? = nil, yearsToExpiry: Double
  ) {
    self.instrument = instrument
    self.strike = strike
    self.expiry = expiry
    self.isCall = isCall
    self.multiplier = multiplier
    self.openInterest = openInterest
    self.volume = volume
    self.premiumMicros = premiumMicros
    self.customerNetContracts = customerNetContracts
    self.impliedVolatility = impliedVolatility
    self.delta = delta
    self.gamma = gamma
    self.vega = vega
    self.theta = theta
    self.vanna = vanna
    self.charm = charm
    self.yearsToExpiry = yearsToExpiry
  }

  /// Contracts, or shares per contract, beyond which a number is a mistake; keeps every sum below within its integers.
  static let greatestCount: Int64 = 1 << 40
  /// The same for greeks, volatility, years and spot: products of any of them stay finite.
  static let greatestNumber = 1e12

  /// Whether every number is one that a contract can have. One that cannot is worth nothing as a whole: where one field is
  /// wrong the others are not to be trusted.
  var isUsable: Bool {
    let counts = PositioningContract.greatestCount
    guard strike.micros > 0, (1...counts).contains(multiplier), (0...counts).contains(openInterest ?? 0),
      (0...counts).contains(volume), premiumMicros >= 0, (-counts...counts).contains(customerNetContracts),
      yearsToExpiry >= 0, PositioningContract.isSane(yearsToExpiry)
    else { return false }
    if let impliedVolatility, !(impliedVolatility > 0 && PositioningContract.isSane(impliedVolatility)) { return false }
    return PositioningContract.isSane(delta) && PositioningContract.isSane(gamma) && PositioningContract.isSane(vega)
      && PositioningContract.isSane(theta) && PositioningContract.isSane(vanna) && PositioningContract.isSane(charm)
  }

  /// Neither NaN nor beyond measure; what is not known is.
  static func isSane(_ number: Double?) -> Bool {
    guard let number else { return true }
    return abs(number) <= greatestNumber
  }
}

extension PositioningContract {
  /// Works out the greeks that are nil from the contract's own implied volatility, as of a European option; vendors send
  /// neither vanna nor charm. Without a volatility, or of an option that has expired, nothing changes.
  ///
  /// `spot` must be above 0; `rate` and `dividendYield` are per year, continuously compounded.
  public mutating func completeGreeks(spot: Double, rate: Double = 0, dividendYield: Double = 0) {
    precondition(spot > 0 && spot.isFinite, "completeGreeks: spot is \(spot), wanted a price above 0")
    guard isUsable, let volatility = impliedVolatility, yearsToExpiry > 0 else { return }
    let right = isCall ? OptionRight.call : .put
    if delta == nil || gamma == nil || vega == nil || theta == nil {
      let greeks = OptionGreeks.onSpot(
        right, spot: spot, strike: strike.doubleValue, years: yearsToExpiry, volatility: volatility, rate: rate,
        dividendYield: dividendYield)
      delta = delta ?? greeks.delta
      gamma = gamma ?? greeks.gamma
      vega = vega ?? greeks.vega
      theta = theta ?? greeks.theta
    }
    if vanna == nil || charm == nil {
      let greeks = BlackScholes.secondOrder(
        right, spot: spot, strike: strike.doubleValue, years: yearsToExpiry, volatility: volatility, rate: rate,
        dividendYield: dividendYield)
      vanna = vanna ?? greeks.vanna
      charm = charm ?? greeks.charm
    }
  }
}
