import MarketModel

/// The two newest NBBO quotes of one instrument: prints and quotes reach us on separate lines, so that the newest quote may be
/// from after the print that it precedes.
struct QuoteBook: BitwiseCopyable {
  /// Millionths; 0 = no such side.
  var bid: Int64 = 0
  var ask: Int64 = 0
  /// `.none` before the first quote of the day and after the feed was lost.
  var time = Timestamp.none
  private var sequence: Int64 = 0
  private var previousBid: Int64 = 0
  private var previousAsk: Int64 = 0
  private var previousTime = Timestamp.none

  init() {}

  @inline(__always)
  mutating func update(_ quote: Quote) {
    previousBid = bid
    previousAsk = ask
    previousTime = time
    bid = quote.bid.micros
    ask = quote.ask.micros
    time = quote.time
    sequence = quote.sequence
  }

  /// The quote in force at the print: the newest one not from after it; within one millisecond the sequence decides.
  @inline(__always)
  func prevailing(at trade: Trade) -> (bid: Int64, ask: Int64, time: Timestamp) {
    if time < trade.time { return (bid, ask, time) }
    let isLater = time > trade.time || (sequence != 0 && trade.sequence != 0 && sequence > trade.sequence)
    return isLater && previousTime != .none ? (previousBid, previousAsk, previousTime) : (bid, ask, time)
  }
}
