import Clocks
import MarketModel

/// The market's clock as the streams tell it: the newest event and the time since it came; the machine's before the first. So
/// a delayed feed, or a simulator that plays another day, has the right date.
struct MarketClock: Sendable {
  let observations: FeedObservations
  /// How far the feed is behind the market.
  let delayNanoseconds: Int64

  var now: Timestamp {
    observations.marketTime(at: SystemClock.monotonicNanoseconds)
      ?? Timestamp(nanoseconds: SystemClock.wallNanoseconds - delayNanoseconds)
  }
}
