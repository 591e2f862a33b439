import Feeds
import MarketModel

/// The market of one contract, in ticks, as its inventor knows it.
struct QuotedContract {
  let id: InstrumentID
  /// Cents.
  let tick: Int64
  var bid: Int64
  var ask: Int64
  /// Milliseconds from the tape's beginning; nil when there is no quote that a print may rest on.
  var quotedAt: Int64?
  /// Nothing of the contract is at or before this moment any more.
  var busyUntil: Int64 = -1

  /// Lowest bid, so that prices stay positive whatever is done to them; well above it the market turns.
  private static let leastBid: Int64 = 40
  private static let turningBid: Int64 = 100
  private static let spreads: [Int64] = [1, 1, 2, 2, 3, 4, 5, 6, 8, 10]

  init(_ id: InstrumentID, tick: Int64, bid: Int64) {
    self.id = id
    self.tick = tick
    self.bid = max(QuotedContract.leastBid, bid)
    ask = self.bid + 2
  }

  var spread: Int64 { ask - bid }

  func price(_ ticks: Int64) -> Price { Price(cents: ticks * tick) }

  /// The market goes somewhere near, with another spread.
  mutating func wander(_ random: inout SplitMix64) {
    let step = Int64.random(in: -6...6, using: &random)
    shift(by: bid < QuotedContract.turningBid ? QuotedContract.leastBid + step : step)
    ask = bid + QuotedContract.spreads[Int.random(in: 0..<QuotedContract.spreads.count, using: &random)]
  }

  /// Both sides move.
  mutating func shift(by ticks: Int64) {
    let spread = max(1, ask - bid)
    bid = max(QuotedContract.leastBid, bid + ticks)
    ask = bid + spread
  }
}
