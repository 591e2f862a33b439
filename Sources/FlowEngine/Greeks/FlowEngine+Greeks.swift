import MarketModel
import OptionMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// The greeks a print carries: our own where the quotes say them, else the vendor's.
extension FlowEngine {
  /// Fills in delta, gamma, volatility and their source. Flow profile, options only.
  @inline(__always)
  func fillGreeks(
    _ print: inout LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>,
    _ quote: (bid: Int64, ask: Int64, time: Timestamp)
  ) {
    if let own = ownGreeks(print.trade, contract, quote) {
      print.deltaNanos = own.deltaNanos
      print.gammaNanos = own.gammaNanos
      print.impliedVolatilityNanos = own.impliedVolatilityNanos
      print.greeksSource = .ownQuote
    } else {
      fillVendorGreeks(&print, contract)
    }
  }

  /// The vendor's, marked as stale when they are from another time than the print.
  func fillVendorGreeks(_ print: inout LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>) {
    let unknown = ContractReference.unknown
    print.deltaNanos = contract.pointee.deltaNanos
    print.gammaNanos = contract.pointee.gammaNanos
    print.impliedVolatilityNanos = contract.pointee.impliedVolatilityNanos
    if print.deltaNanos == unknown, print.gammaNanos == unknown, print.impliedVolatilityNanos == unknown {
      print.greeksSource = .none
      return
    }
    let vendorTime = greeks[print.trade.instrument].pointee.vendorTime
    let limit = configuration.greeks?.vendorNanoseconds ?? GreeksRule().vendorNanoseconds
    print.greeksSource =
      vendorTime != .none && (print.trade.time - vendorTime).magnitude <= limit.magnitude ? .vendor : .vendorStale
  }

  /// Implied volatility of the NBBO's middle and the greeks that follow. Nil without a usable two-sided quote, without a
  /// forward, at and after settlement, and where the price implies no volatility.
  private func ownGreeks(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, _ quote: (bid: Int64, ask: Int64, time: Timestamp)
  ) -> OwnGreeks? {
    let state = greeks[trade.instrument]
    guard let rule = configuration.greeks, state.pointee.chain >= 0, quote.bid > 0, quote.ask >= quote.bid,
      trade.time - quote.time <= configuration.staleQuoteNanoseconds, trade.time < state.pointee.settlement
    else { return nil }
    let years = DayCount.years(from: trade.time, to: state.pointee.settlement)
    guard let forward = forward(trade, contract, state, years, rule) else { return nil }
    let question = GreeksQuestion(twiceMid: quote.bid &+ quote.ask, forward: forward, time: trade.time)
    if state.pointee.question != question {
      state.pointee.question = question
      state.pointee.answer = OwnGreeks(
        contract.pointee.isCall ? .call : .put, price: Double(question.twiceMid) * 0.5e-6, forward: forward,
        strike: Double(state.pointee.strike) * 1e-6, years: years, rule)
    }
    return state.pointee.answer
  }

  /// From the underlying's price with the configured carry, as long as put-call parity does not contradict it; else, and
  /// without such a price, from parity alone.
  private func forward(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>,
    _ state: UnsafeMutablePointer<GreeksTable.Contract>,
    _ years: Double, _ rule: GreeksRule
  ) -> Double? {
    let underlying = contracts + contract.pointee.underlying.index
    let spotTime = underlying.pointee.lastTradeTime
    let isSpotKnown =
      underlying.pointee.lastPrice > 0 && spotTime > equitiesTrustedFrom
      && (trade.time - spotTime).magnitude <= rule.spotNanoseconds.magnitude
    let carried =
      isSpotKnown ? Double(underlying.pointee.lastPrice) * 1e-6 * growth(rule.rate - rule.dividendYield, years) : 0
    let bounds = greeks.chains[Int(state.pointee.chain)].forward(
      near: isSpotKnown ? carried : Double(state.pointee.strike) * 1e-6, isRough: !isSpotKnown,
      growth: growth(rule.rate, years), oldest: trade.time.adding(nanoseconds: -rule.parityQuoteNanoseconds), contracts)
    guard let bounds, !isSpotKnown || carried < bounds.low || carried > bounds.high else {
      return isSpotKnown ? carried : nil
    }
    return bounds.middle > 0 ? bounds.middle : nil
  }

  @inline(__always)
  private func growth(_ rate: Double, _ years: Double) -> Double { rate == 0 ? 1 : exp(rate * years) }
}

extension OwnGreeks {
  /// Nil where the price implies no volatility, or one that no fixed-point field takes.
  init?(
    _ right: OptionRight, price: Double, forward: Double, strike: Double, years: Double, _ rule: GreeksRule
  ) {
    guard
      let volatility = ImpliedVolatility.onForward(
        right, price: price, forward: forward, strike: strike, years: years, rate: rule.rate)
    else { return nil }
    let values = OptionGreeks.onForward(
      right, forward: forward, strike: strike, years: years, volatility: volatility, rate: rule.rate,
      carry: rule.rate - rule.dividendYield)
    guard let delta = OwnGreeks.nanos(values.delta), let gamma = OwnGreeks.nanos(values.gamma),
      let impliedVolatility = OwnGreeks.nanos(volatility)
    else { return nil }
    deltaNanos = delta
    gammaNanos = gamma
    impliedVolatilityNanos = impliedVolatility
  }

  private static func nanos(_ value: Double) -> Int64? {
    abs(value) < 1e6 ? Int64((value * 1e9).rounded()) : nil
  }
}
