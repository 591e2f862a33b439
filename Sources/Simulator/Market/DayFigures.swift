import MarketModel

/// Open, high, low, close and volume of some prints, by the tape's rules of which prints count.
struct PriceFigures: Sendable {
  var open: Price?
  var high = Price.zero
  var low = Price.zero
  var close = Price.zero
  var volume: Int64 = 0
  /// Sum of price in micros times size.
  var value = 0.0
  /// Prints.
  var count = 0
  var lastTime = Timestamp.none

  mutating func add(_ trade: Trade, _ kind: Instrument.Kind) {
    let rules = UpdateRules(trade.conditions, kind)
    if rules.volume {
      volume += Int64(trade.size)
      value += Double(trade.price.micros) * Double(trade.size)
      count += 1
      lastTime = max(lastTime, trade.time)
    }
    guard rules.highLow || rules.openClose else { return }
    if open == nil {
      open = trade.price
      high = trade.price
      low = trade.price
      close = trade.price
    }
    if rules.highLow {
      high = max(high, trade.price)
      low = min(low, trade.price)
    }
    if rules.openClose { close = trade.price }
  }

  mutating func add(_ other: PriceFigures) {
    volume += other.volume
    value += other.value
    count += other.count
    lastTime = max(lastTime, other.lastTime)
    guard let first = other.open else { return }
    if open == nil {
      open = first
      high = other.high
      low = other.low
    }
    high = max(high, other.high)
    low = min(low, other.low)
    close = other.close
  }

  /// Volume-weighted average price in micros, to four places of the currency as the vendor gives it.
  var averageMicros: Int64? { volume > 0 ? Int64((value / Double(volume) / 100).rounded()) * 100 : nil }
}

/// Which figures a print may move, by its sale conditions.
struct UpdateRules {
  let volume: Bool
  let highLow: Bool
  let openClose: Bool

  init(_ conditions: ConditionSet, _ kind: Instrument.Kind) {
    switch kind {
    case .option:
      volume = conditions.isDisjoint(with: .noVolume)
      highLow = conditions.isDisjoint(with: .noHighLow)
      openClose = conditions.isDisjoint(with: .noOpenClose)
    case .equity:
      volume = conditions.isDisjoint(with: .equityNoVolume)
      highLow = conditions.isDisjoint(with: .equityNoHighLow)
      openClose = conditions.isDisjoint(with: .equityNoOpenClose)
    }
  }
}
