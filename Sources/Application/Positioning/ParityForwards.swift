import FlowEngine
import MarketModel
import OptionMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The forwards of one underlying that the quotes of its options imply, settlement by settlement.
///
/// By put-call parity a forward is strike + growth x (call - put); somebody's quotes give money away outside its bounds. Of a
/// settlement's strikes the one with the least difference between call and put is nearest the forward, where spreads are narrow.
struct ParityForwards {
  struct Bounds {
    var low: Double
    var high: Double
    /// Of the older of the two quotes.
    var time: Timestamp
    var middle: Double { 0.5 * (low + high) }
  }

  private struct Leg {
    var bid: Double
    var ask: Double
    var time: Timestamp
  }
  private struct Key: Hashable {
    var settlement: Timestamp
    var strike: Price
  }
  private struct Pair {
    var call: Leg?
    var put: Leg?
  }

  private(set) var bySettlement: [Timestamp: Bounds] = [:]

  /// - Parameter contracts: of one underlying; what is old, one-sided, crossed or adjusted is passed over.
  init(_ contracts: [(contract: ContractSnapshot, facts: ContractFacts)], at time: Timestamp, _ rule: GreeksRule) {
    var pairs: [Key: Pair] = [:]
    pairs.reserveCapacity(contracts.count / 2)
    for (contract, facts) in contracts where facts.isStandard && time < facts.settlement {
      guard contract.isTwoSided(at: time, within: rule.parityQuoteNanoseconds) else { continue }
      let leg = Leg(bid: contract.bid.doubleValue, ask: contract.ask.doubleValue, time: contract.quoteTime)
      let key = Key(settlement: facts.settlement, strike: facts.strike)
      if facts.isCall { pairs[key, default: Pair()].call = leg } else { pairs[key, default: Pair()].put = leg }
    }
    var nearest: [Timestamp: (difference: Double, strike: Price)] = [:]
    for (key, pair) in pairs {
      guard let call = pair.call, let put = pair.put else { continue }
      let difference = abs(call.bid + call.ask - put.bid - put.ask)
      // Of equals the lower strike, whatever the order of the dictionary.
      if let known = nearest[key.settlement], (known.difference, known.strike) <= (difference, key.strike) { continue }
      nearest[key.settlement] = (difference, key.strike)
      let growth = exp(rule.rate * DayCount.years(from: time, to: key.settlement))
      bySettlement[key.settlement] = Bounds(
        low: key.strike.doubleValue + growth * (call.bid - put.ask),
        high: key.strike.doubleValue + growth * (call.ask - put.bid), time: min(call.time, put.time))
    }
  }

  /// What the nearest settlement says of the spot; nil where no pair of quotes says anything.
  func spot(at time: Timestamp, _ rule: GreeksRule) -> (price: Double, time: Timestamp)? {
    guard let settlement = bySettlement.keys.min(), let bounds = bySettlement[settlement], bounds.middle > 0 else {
      return nil
    }
    let years = DayCount.years(from: time, to: settlement)
    return (bounds.middle * exp(-(rule.rate - rule.dividendYield) * years), bounds.time)
  }

  /// The spot carried to the settlement, as long as parity does not contradict it.
  func forward(_ settlement: Timestamp, spot: Double, years: Double, _ rule: GreeksRule) -> Double {
    let carried = spot * exp((rule.rate - rule.dividendYield) * years)
    guard let bounds = bySettlement[settlement], carried < bounds.low || carried > bounds.high, bounds.middle > 0 else {
      return carried
    }
    return bounds.middle
  }
}

extension ContractSnapshot {
  /// Whether the NBBO bids and offers, is not crossed and no older.
  func isTwoSided(at time: Timestamp, within nanoseconds: Int64) -> Bool {
    bid > .zero && ask >= bid && time - quoteTime <= nanoseconds
  }
}
