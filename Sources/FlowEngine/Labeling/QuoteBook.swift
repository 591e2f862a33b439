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
  private(set) var previousBid: Int64 = 0
  private(set) var previousAsk: Int64 = 0
  private(set) var previousTime = Timestamp.none
  private var previousSequence: Int64 = 0

  init() {}

  /// Takes in a quote in the order of arrival. One from before the newest takes its place behind it: it must not overrule it.
  @inline(__always)
  mutating func update(_ quote: Quote) {
    if quote.time < time || (quote.time == time && quote.sequence < sequence && quote.sequence != 0) {
      insertLate(quote)
    } else {
      append(quote)
    }
  }

  @inline(never)
  private mutating func insertLate(_ quote: Quote) {
    guard quote.time >= previousTime else { return }
    previousBid = quote.bid.micros
    previousAsk = quote.ask.micros
    previousTime = quote.time
    previousSequence = quote.sequence
  }

  /// Takes in a quote as the newest, whatever its time.
  @inline(__always)
  mutating func append(_ quote: Quote) {
    previousBid = bid
    previousAsk = ask
    previousTime = time
    previousSequence = sequence
    bid = quote.bid.micros
    ask = quote.ask.micros
    time = quote.time
    sequence = quote.sequence
  }

  /// Forgets what was quoted before a moment.
  mutating func forget(before moment: Timestamp) {
    if time < moment {
      self = QuoteBook()
    } else if previousTime < moment {
      previousBid = 0
      previousAsk = 0
      previousTime = .none
      previousSequence = 0
    }
  }

  /// The quote in force at the print: the newest one not from after it; within one millisecond the sequence decides. When
  /// both are from after it, none is known: a later quote may be the print's own consequence.
  @inline(__always)
  func prevailing(at trade: Trade) -> (bid: Int64, ask: Int64, time: Timestamp) {
    if time < trade.time || !QuoteBook.isAfter(trade, time, sequence) { return (bid, ask, time) }
    if !QuoteBook.isAfter(trade, previousTime, previousSequence) { return (previousBid, previousAsk, previousTime) }
    return (0, 0, .none)
  }

  @inline(__always)
  private static func isAfter(_ trade: Trade, _ time: Timestamp, _ sequence: Int64) -> Bool {
    if time != trade.time { return time > trade.time }
    return sequence != 0 && trade.sequence != 0 && sequence > trade.sequence
  }
}
