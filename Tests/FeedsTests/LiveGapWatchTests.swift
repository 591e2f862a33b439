import MarketModel
import Testing

@testable import Feeds

@Suite struct LiveGapWatchTests {
  private static let second: Int64 = 1_000_000_000
  private var watch = GapWatch()

  private func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000 + seconds) }

  private mutating func finished(_ last: Int64?, received: Int64?, at now: Int64) -> GapWatch.Gap? {
    watch.finished(
      lastEvent: last.map { time($0) }, lastReceived: received.map { $0 * Self.second }, marketNow: time(now),
      at: now * Self.second)
  }

  @Test mutating func aGapReachesFromTheLastEventBeforeToTheFirstAfter() {
    watch.lost(lastEvent: time(10))
    #expect(finished(10, received: 10, at: 12) == nil)
    watch.returned(at: 13 * Self.second)
    // What was received before the return proves nothing.
    #expect(finished(10, received: 10, at: 14) == nil)
    #expect(finished(15, received: 15, at: 15) == GapWatch.Gap(from: time(10), to: time(15)))
    #expect(finished(16, received: 16, at: 16) == nil)
  }

  @Test mutating func lostAgainBeforeTheFirstEventItIsOneGap() {
    watch.lost(lastEvent: time(10))
    watch.returned(at: 11 * Self.second)
    watch.lost(lastEvent: time(10))
    watch.returned(at: 20 * Self.second)
    #expect(finished(21, received: 21, at: 21) == GapWatch.Gap(from: time(10), to: time(21)))
  }

  @Test mutating func aQuietMarketEndsTheGapWithItsClock() {
    watch.lost(lastEvent: time(10))
    watch.returned(at: 11 * Self.second)
    #expect(finished(10, received: 10, at: 20) == nil)
    #expect(finished(10, received: 10, at: 21) == GapWatch.Gap(from: time(10), to: time(21)))
  }

  @Test mutating func nothingIsMissedBeforeTheFirstEvent() {
    watch.lost(lastEvent: nil)
    watch.returned(at: 11 * Self.second)
    #expect(finished(30, received: 30, at: 30) == nil)
    #expect(finished(31, received: 31, at: 60) == nil)
  }
}
