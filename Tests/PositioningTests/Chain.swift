import MarketModel
import OptionMath
import Positioning

/// Chains made by hand: calls and puts around 100, greeks by the model.
enum Chain {
  static let spot = 100.0
  static let rate = 0.04
  static let dividendYield = 0.01
  static let firstExpiry = MarketDate(daysSinceEpoch: 20_000)

  static func contract(
    _ strike: Double, isCall: Bool = true, open: Int64? = 0, days: Int32 = 30, volatility: Double? = 0.3,
    volume: Int64 = 0, net: Int64 = 0, multiplier: Int64 = 100
  ) -> PositioningContract {
    var contract = PositioningContract(
      instrument: InstrumentID(1), strike: Price(rounding: strike), expiry: expiry(days), isCall: isCall,
      multiplier: multiplier, openInterest: open, volume: volume, premiumMicros: volume * 1_000_000,
      customerNetContracts: net, impliedVolatility: volatility, yearsToExpiry: Double(days) / 365)
    contract.completeGreeks(spot: spot, rate: rate, dividendYield: dividendYield)
    return contract
  }

  static func expiry(_ days: Int32) -> MarketDate {
    MarketDate(daysSinceEpoch: firstExpiry.daysSinceEpoch + days)
  }

  static func input(_ contracts: [PositioningContract], spot: Double? = spot) -> PositioningInput {
    PositioningInput(
      underlying: InstrumentID(0), spot: spot, time: Timestamp(seconds: 1_700_000_000), rate: rate,
      dividendYield: dividendYield, contracts: contracts)
  }

  static func report(
    _ contracts: [PositioningContract], spot: Double? = spot, rule: PositioningRule = PositioningRule()
  ) -> PositioningReport {
    PositioningReport(input(contracts, spot: spot), rule: rule)
  }

  /// Every strike from 80 to 120 in two expiries, with sizes that look like nothing in particular.
  static func wide(seed: UInt64 = 1) -> [PositioningContract] {
    var state = seed
    func next(_ bound: UInt64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64((state >> 33) % bound)
    }
    var contracts: [PositioningContract] = []
    for days in [1, 30] as [Int32] {
      for strike in 80...120 {
        for isCall in [true, false] {
          let volume = next(2_000)
          contracts.append(
            contract(
              Double(strike), isCall: isCall, open: next(5_000), days: days,
              volatility: 0.2 + Double(next(200)) / 1_000, volume: volume, net: next(200) - 100))
        }
      }
    }
    return contracts
  }
}
