import MarketModel
import Testing

@testable import Feeds

@Suite struct LiveGapWatchTests {
  private static let second: Int64 = 1_000_000_000
  private var watch = GapWatch()
  private var damage = DamageWatch()

  /// Stream time and our clock differ by a constant.
  private func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000 + seconds) }
  private func gap(_ from: Int64, _ to: Int64) -> StreamGap { StreamGap(from: time(from), to: time(to)) }

  private mutating func lost(_ last: Int64?) { watch.lost(lastEvent: last.map { time($0) } ?? .none) }
  private mutating func returned(_ at: Int64) { watch.returned(at: at * Self.second) }
  private mutating func received(_ event: Int64, at now: Int64? = nil) -> StreamGap? {
    watch.received(time(event), at: (now ?? event) * Self.second)
  }
  private mutating func silent(at now: Int64) -> StreamGap? {
    watch.silent(marketNow: time(now), at: now * Self.second)
  }

  @Test mutating func aGapReachesFromTheLastEventBeforeToTheFirstAfter() {
    lost(10)
    #expect(silent(at: 12) == nil && !watch.isReturning)
    returned(13)
    #expect(watch.isReturning)
    // What is not newer proves nothing.
    #expect(received(10, at: 14) == nil)
    #expect(received(15) == gap(10, 15))
    #expect(received(16) == nil && silent(at: 60) == nil && !watch.isReturning)
  }

  @Test mutating func lostAgainBeforeTheFirstEventItIsOneGap() {
    lost(10)
    returned(11)
    lost(10)
    returned(20)
    #expect(received(21) == gap(10, 21))
  }

  @Test mutating func aQuietMarketEndsTheGapWithItsClock() {
    lost(10)
    returned(11)
    #expect(silent(at: 20) == nil)
    #expect(silent(at: 21) == gap(10, 21))
    #expect(silent(at: 40) == nil && received(50) == nil)
  }

  @Test mutating func nothingIsMissedBeforeTheFirstConnection() {
    lost(nil)
    returned(11)
    #expect(received(30) == nil && silent(at: 60) == nil)
  }

  /// A connection that was lost before it brought anything may have missed all since it stood.
  @Test mutating func lostBeforeTheFirstEventTheGapBeginsWithTheConnection() {
    returned(5)
    lost(nil)
    returned(8)
    lost(nil)
    returned(9)
    #expect(received(12) == gap(5, 12))
    lost(12)
    returned(13)
    #expect(received(14) == gap(12, 14))
  }

  @Test mutating func lostBeforeTheFirstEventAQuietMarketEndsTheGap() {
    returned(5)
    lost(nil)
    returned(8)
    #expect(silent(at: 17) == nil)
    #expect(silent(at: 18) == gap(5, 18))
  }

  // MARK: Damage

  @Test mutating func damageEndsWithTheNextGoodEvent() {
    damage.damaged(lastEvent: time(10), at: 100 * Self.second)
    damage.damaged(lastEvent: time(10), at: 102 * Self.second)
    #expect(damage.received(time(9), at: 103 * Self.second) == nil && damage.isOpen)
    #expect(damage.received(time(104), at: 104 * Self.second) == gap(10, 104) && !damage.isOpen)
  }

  @Test mutating func damageOfAQuietStreamEndsWhenItWasReceived() {
    damage.damaged(lastEvent: time(10), at: 100 * Self.second)
    damage.damaged(lastEvent: time(10), at: 102 * Self.second)
    let clock: (Int64) -> Timestamp = { Timestamp(seconds: 1_000).adding(nanoseconds: $0) }
    #expect(damage.silent(marketTime: clock, at: 106 * Self.second) == nil)
    #expect(damage.silent(marketTime: clock, at: 107 * Self.second) == gap(10, 102) && !damage.isOpen)
    damage.damaged(lastEvent: .none, at: 110 * Self.second)
    #expect(damage.silent(marketTime: clock, at: 200 * Self.second) == gap(110, 110))
  }
}
