import MarketModel

/// Everything the engine knows of one instrument today. The quotes stand first, so that a quote touches one cache line.
struct ContractState: BitwiseCopyable {
  var book = QuoteBook()

  // What never changes.
  /// Id of the underlying.
  var underlying = InstrumentID(0)
  /// Index of the underlying's sums; for an equity, of its options' sums, `noSlot` when it has none.
  var underlyingSlot: UInt32 = ContractState.noSlot
  var multiplier: Int64 = 0
  var isOption = false
  var isCall = false
  /// Options; meaningless for an equity, like the strike.
  var expiry = MarketDate(daysSinceEpoch: 0)
  var strike = Price.zero

  /// Direction of the last price change: +1, -1, 0 before the first.
  var tickDirection: Int8 = 0
  var lastPrice: Int64 = 0
  var lastTradeTime = Timestamp.none

  // The day so far.
  var trades: Int64 = 0
  var volume: Int64 = 0
  var premiumMicros: Int64 = 0
  var buyVolume: Int64 = 0
  var sellVolume: Int64 = 0
  var netDeltaNanos: Int64 = 0
  var netGammaNanos: Int64 = 0
  var sweeps: UInt32 = 0
  var blocks: UInt32 = 0
  /// Number within the day of the contract's newest print, 0 for none: the head of its chain in `RememberedPrints`.
  var newestPrint: Int64 = 0

  // Reference data; `ContractReference.unknown` when not known.
  var deltaNanos = ContractReference.unknown
  var gammaNanos = ContractReference.unknown
  var impliedVolatilityNanos = ContractReference.unknown
  var openInterest = ContractReference.unknown
  /// Open interest was given out for this trading day.
  var isOpenInterestReported = false

  /// The minute under way; `trades` 0 when there is none.
  var minute = MinuteSums()

  static let noSlot = UInt32.max
}

extension ContractState {
  /// Last price and tick direction; before the side is inferred, which may need the direction.
  @inline(__always)
  mutating func updatePrice(_ trade: Trade) {
    let price = trade.price.micros
    if price != lastPrice {
      if lastPrice != 0 { tickDirection = price > lastPrice ? 1 : -1 }
      lastPrice = price
    }
    lastTradeTime = trade.time
  }

  @inline(__always)
  mutating func add(_ print: LabeledPrint, setsPrice: Bool, time: Timestamp) {
    addToDay(print)
    minute.add(
      price: print.trade.price.micros, setsPrice: setsPrice, size: Int64(print.trade.size),
      premiumMicros: print.premiumMicros, side: print.side, time: time)
  }

  /// Adds a print to the day's sums only; its minute is not the one under way.
  @inline(__always)
  mutating func addToDay(_ print: LabeledPrint) {
    let size = Int64(print.trade.size)
    trades &+= 1
    volume &+= size
    premiumMicros &+= print.premiumMicros
    if print.side == .buy { buyVolume &+= size } else if print.side == .sell { sellVolume &+= size }
    netDeltaNanos &+= print.netDeltaNanos
    netGammaNanos &+= print.netGammaNanos
  }

  /// Takes a print out of the day's sums; the minute is built again separately.
  mutating func remove(_ print: RememberedPrint) {
    let size = Int64(print.size)
    trades &-= 1
    volume &-= size
    premiumMicros &-= print.premiumMicros
    if print.side == .buy { buyVolume &-= size } else if print.side == .sell { sellVolume &-= size }
    netDeltaNanos &-= print.netDeltaNanos
    netGammaNanos &-= print.netGammaNanos
    if print.isBlock { blocks -= 1 }
  }
}
