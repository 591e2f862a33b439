import MarketModel

/// Folds words into one, order mattering (the mixer of SplitMix64, Steele, Lea and Flood 2014).
struct StateDigest {
  private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func add(_ word: UInt64) {
    var mixed = (value ^ word) &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    value = mixed ^ (mixed >> 31)
  }

  mutating func add(_ word: Int64) { add(UInt64(bitPattern: word)) }
}

extension ContractState {
  func add(to digest: inout StateDigest) {
    digest.add(book.bid)
    digest.add(book.ask)
    digest.add(book.time.nanoseconds)
    digest.add(book.previousTime.nanoseconds)
    digest.add(book.previousBid)
    digest.add(book.previousAsk)
    digest.add(Int64(tickDirection))
    digest.add(lastPrice)
    digest.add(lastTradeTime.nanoseconds)
    digest.add(trades)
    digest.add(volume)
    digest.add(premiumMicros)
    digest.add(buyVolume)
    digest.add(sellVolume)
    digest.add(netDeltaNanos)
    digest.add(netGammaNanos)
    digest.add(UInt64(sweeps) << 32 | UInt64(blocks))
    digest.add(deltaNanos)
    digest.add(gammaNanos)
    digest.add(impliedVolatilityNanos)
    digest.add(openInterest)
    digest.add(minute.minute.nanoseconds)
    digest.add(minute.open)
    digest.add(minute.high)
    digest.add(minute.low)
    digest.add(minute.close)
    digest.add(minute.trades)
    digest.add(minute.volume)
    digest.add(minute.premiumMicros)
    digest.add(minute.buyVolume)
    digest.add(minute.sellVolume)
    digest.add(newestPrint)
  }
}

extension UnderlyingSums {
  func add(to digest: inout StateDigest) {
    digest.add(UInt64(instrument.rawValue))
    digest.add(trades)
    digest.add(callVolume)
    digest.add(putVolume)
    digest.add(callPremiumMicros)
    digest.add(putPremiumMicros)
    digest.add(buyPremiumMicros)
    digest.add(sellPremiumMicros)
    digest.add(netDeltaNanos)
    for minute in minutes + [current] {
      digest.add(minute.minute.nanoseconds)
      digest.add(minute.trades)
      digest.add(minute.callPremiumMicros)
      digest.add(minute.putPremiumMicros)
      digest.add(minute.callVolume)
      digest.add(minute.putVolume)
      digest.add(minute.buyPremiumMicros)
      digest.add(minute.sellPremiumMicros)
      digest.add(minute.underlyingPrice.micros)
    }
  }
}

extension Tally {
  /// All but the number of events: clock events depend on how a stream was paced, market events do not.
  func add(to digest: inout StateDigest) {
    digest.add(trades)
    digest.add(quotes)
    digest.add(bars)
    digest.add(prints)
    digest.add(excluded)
    digest.add(sweeps)
    digest.add(blocks)
    digest.add(cancellations)
    digest.add(unmatchedCancellations)
    for count in counters().byMethod { digest.add(count) }
  }
}
