import MarketModel

/// What was played of one instrument.
struct InstrumentHistory: Sendable {
  let id: InstrumentID
  let symbol: String
  let record: Instrument
  var trades = RecentRows<Trade>()
  var quotes = RecentRows<Quote>()
  var lastTrade: Trade?
  var lastQuote: Quote?
  /// From the source: open interest, implied volatility.
  var reference: ContractReference?
  var today = PriceFigures()
  var previousDay: PriceFigures?
  /// Prints since the beginning, those that made room included.
  var playedTrades = 0
  var second = BarWindow()
  var minute = BarWindow()
  private var lastSequence: Int64 = 0

  init(_ id: InstrumentID, _ record: Instrument) {
    self.id = id
    self.record = record
    symbol = record.symbol.description
  }

  /// The source's number, or where it has none the next one of this instrument.
  mutating func number(_ sequence: Int64) -> Int64 {
    let number = sequence > 0 ? sequence : lastSequence + 1
    lastSequence = max(lastSequence, number)
    return number
  }

  /// The middle of the market; nil when one side is missing or the quote is crossed.
  var midpoint: Double? {
    guard let quote = lastQuote, quote.bid.micros > 0, quote.ask >= quote.bid else { return nil }
    return (quote.bid.doubleValue + quote.ask.doubleValue) / 2
  }

  /// What the instrument is worth now: for stocks the last print, else the middle of the market.
  var level: (price: Double, time: Timestamp)? {
    if let trade = lastTrade { return (trade.price.doubleValue, trade.time) }
    if let midpoint, let quote = lastQuote { return (midpoint, quote.time) }
    return nil
  }
}
