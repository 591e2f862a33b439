import MarketModel

// From the engine's own records to the public copies.

extension ContractState {
  var isSeenToday: Bool { trades != 0 || book.time != .none }

  func snapshot(of instrument: InstrumentID) -> ContractSnapshot {
    ContractSnapshot(
      instrument: instrument, trades: trades, volume: volume, premiumMicros: premiumMicros, buyVolume: buyVolume,
      sellVolume: sellVolume, netDeltaNanos: netDeltaNanos, netGammaNanos: netGammaNanos,
      lastPrice: Price(micros: lastPrice), lastTradeTime: lastTradeTime, bid: Price(micros: book.bid),
      ask: Price(micros: book.ask), quoteTime: book.time, deltaNanos: deltaNanos, gammaNanos: gammaNanos,
      impliedVolatilityNanos: impliedVolatilityNanos, openInterest: openInterest, sweeps: sweeps, blocks: blocks)
  }
}

extension UnderlyingSums {
  func snapshot(equity: ContractState, at time: Timestamp) -> UnderlyingSnapshot {
    let (fiveMinuteTrades, fiveMinutePremium) = recent.sums(at: time)
    return UnderlyingSnapshot(
      instrument: instrument, lastPrice: Price(micros: equity.lastPrice), lastPriceTime: equity.lastTradeTime,
      trades: trades, callVolume: callVolume, putVolume: putVolume, callPremiumMicros: callPremiumMicros,
      putPremiumMicros: putPremiumMicros, buyPremiumMicros: buyPremiumMicros, sellPremiumMicros: sellPremiumMicros,
      netDeltaNanos: netDeltaNanos, fiveMinuteTrades: fiveMinuteTrades, fiveMinutePremiumMicros: fiveMinutePremium,
      minutes: current.trades == 0 ? minutes : minutes + [currentWithRange])
  }
}
