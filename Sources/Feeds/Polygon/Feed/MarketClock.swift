import Clocks
import MarketModel

/// The market's clock as the streams tell it: the newest event and the time since it came; the machine's before the first. So
/// a delayed feed, or a simulator that plays another day, has the right date.
struct MarketClock: Sendable {
  let observations: FeedObservations
  /// How far the feed is behind the market.
  let delayNanoseconds: Int64

  var now: Timestamp {
    var now = Timestamp.none
    for scope in [FeedIncident.Scope.options, .equities] {
      guard let event = observations.lastEventTime(scope),
        let received = observations.lastReceivedNanoseconds(scope)
      else { continue }
      now = max(now, event.adding(nanoseconds: max(0, SystemClock.monotonicNanoseconds - received)))
    }
    return now == .none ? Timestamp(nanoseconds: SystemClock.wallNanoseconds - delayNanoseconds) : now
  }
}
