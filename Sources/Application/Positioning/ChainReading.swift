import FlowEngine
import MarketModel
import OptionMath
import Positioning
import Server

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One underlying of a snapshot as positioning wants it: its price, and each contract with what is known of it.
struct ChainReading {
  let input: PositioningInput
  let spot: PositioningSpot?
  let inputs: PositioningInputs

  /// An option on its last minutes is priced as if it had one left: so its gamma stays a number.
  private static let minimumMinutes = 1.0
  /// Quotes older than this were made for another price of the underlying: the vendor's volatility is newer.
  private static let freshQuoteNanoseconds: Int64 = 60_000_000_000
  /// Older ones say nothing, even where the vendor is silent.
  private static let oldestQuoteNanoseconds: Int64 = 300_000_000_000

  init(
    _ underlying: UnderlyingSnapshot, _ contracts: [(contract: ContractSnapshot, facts: ContractFacts)],
    at time: Timestamp, _ rule: GreeksRule
  ) {
    let forwards = ParityForwards(contracts, at: time, rule)
    let spot = ChainReading.spot(underlying, forwards, at: time, rule)
    var inputs = PositioningInputs(rate: rule.rate, dividendYield: rule.dividendYield)
    var rows: [PositioningContract] = []
    rows.reserveCapacity(contracts.count)
    for (contract, facts) in contracts {
      guard facts.isStandard else {
        inputs.adjustedContracts += 1
        continue
      }
      rows.append(ChainReading.row(contract, facts, at: time, spot?.price, forwards, rule, &inputs))
    }
    self.spot = spot
    self.inputs = inputs
    input = PositioningInput(
      underlying: underlying.instrument, spot: spot?.price, time: time, rate: rule.rate,
      dividendYield: rule.dividendYield, contracts: rows)
  }

  /// The last price while it is fresh; else what the options imply; else the last price, as old as it is.
  private static func spot(
    _ underlying: UnderlyingSnapshot, _ forwards: ParityForwards, at time: Timestamp, _ rule: GreeksRule
  ) -> PositioningSpot? {
    let last =
      underlying.lastPrice > .zero
      ? PositioningSpot(price: underlying.lastPrice.doubleValue, source: .lastPrice, time: underlying.lastPriceTime)
      : nil
    if let last, time - last.time <= rule.spotNanoseconds { return last }
    return forwards.spot(at: time, rule).map { PositioningSpot(price: $0.price, source: .parity, time: $0.time) }
      ?? last
  }

  private static func row(
    _ contract: ContractSnapshot, _ facts: ContractFacts, at time: Timestamp, _ spot: Double?,
    _ forwards: ParityForwards, _ rule: GreeksRule, _ inputs: inout PositioningInputs
  ) -> PositioningContract {
    let isSettled = time >= facts.settlement
    var row = PositioningContract(
      instrument: contract.instrument, strike: facts.strike, expiry: facts.expiry, isCall: facts.isCall,
      multiplier: facts.multiplier, openInterest: known(contract.openInterest), volume: contract.volume,
      premiumMicros: contract.premiumMicros, customerNetContracts: contract.buyVolume &- contract.sellVolume,
      yearsToExpiry: isSettled
        ? 0 : DayCount.years(from: time, to: facts.settlement, minimumMinutes: minimumMinutes))
    guard !isSettled else {
      inputs.settledContracts += 1
      row.setNoExposure()
      return row
    }
    let vendor = known(contract.impliedVolatilityNanos).flatMap { $0 > 0 ? Double($0) * 1e-9 : nil }
    let own = spot.flatMap { spot in
      ownVolatility(
        contract, facts, at: time, spot: spot, years: row.yearsToExpiry, forwards, rule,
        within: vendor == nil ? oldestQuoteNanoseconds : freshQuoteNanoseconds)
    }
    if let own {
      inputs.ownVolatilities += 1
      row.impliedVolatility = own
    } else {
      if vendor != nil { inputs.vendorVolatilities += 1 }
      row.impliedVolatility = vendor
      row.delta = known(contract.deltaNanos).map { Double($0) * 1e-9 }
      row.gamma = known(contract.gammaNanos).map { Double($0) * 1e-9 }
    }
    if let spot { row.completeGreeks(spot: spot, rate: rule.rate, dividendYield: rule.dividendYield) }
    return row
  }

  private static func ownVolatility(
    _ contract: ContractSnapshot, _ facts: ContractFacts, at time: Timestamp, spot: Double, years: Double,
    _ forwards: ParityForwards, _ rule: GreeksRule, within nanoseconds: Int64
  ) -> Double? {
    guard contract.isTwoSided(at: time, within: nanoseconds) else { return nil }
    return ImpliedVolatility.onForward(
      facts.isCall ? .call : .put, price: 0.5 * (contract.bid.doubleValue + contract.ask.doubleValue),
      forward: forwards.forward(facts.settlement, spot: spot, years: years, rule), strike: facts.strike.doubleValue,
      years: years, rate: rule.rate)
  }

  private static func known(_ number: Int64) -> Int64? { number == ContractReference.unknown ? nil : number }
}

extension PositioningContract {
  /// Settled: whoever held it holds nothing any more.
  fileprivate mutating func setNoExposure() {
    (delta, gamma, vega) = (0, 0, 0)
    (theta, vanna, charm) = (0, 0, 0)
  }
}
