import MarketModel
import Testing

@testable import Alerting

struct ChannelLaneTests {
  private static let outage = SendOutcome.failed(SendFailure(words: "down"))

  private func lane(_ adjust: (inout ChannelConfiguration) -> Void = { _ in }) -> ChannelLane {
    var channel = ChannelConfiguration(
      name: "desk", destination: .webhook(address: .init("https://example.com/"), signingKey: nil))
    channel.pace = ChannelPace(perSecond: 1_000, burst: 100, concurrent: 2)
    channel.retries.attempts = 3
    channel.breaker.failures = 100
    adjust(&channel)
    return ChannelLane(channel, now: 0)
  }

  private func queued(_ count: Int, due: Int64 = 0) -> [QueuedDelivery] {
    (1...count).map { number in
      var delivery = OutboxFolder.delivery(number, channel: "desk")
      delivery.id = Int64(number)
      return QueuedDelivery(delivery: delivery, dueNanoseconds: due)
    }
  }

  @Test func takesInOrderAndNoMoreThanMayBeUnderWay() {
    var lane = lane()
    lane.load(queued(5), next: nil)
    #expect(lane.take(now: 0).map(\.id) == [1, 2])
    #expect(lane.take(now: 0).isEmpty)
    #expect(lane.nextTurn(now: 0) == .max)
    #expect(lane.settle(2, .delivered, now: 0, random: 0)?.state == .delivered)
    let next = lane.take(now: 0)
    #expect(next.map(\.id) == [3] && next.map(\.state) == [.sending] && next.map(\.attempts) == [1])
  }

  @Test func aFailureIsTriedAgainUntilItIsDead() throws {
    var lane = lane()
    lane.load(queued(1), next: nil)
    for attempt in 1...3 {
      #expect(lane.take(now: 0).map(\.attempts) == [attempt])
      let outcome = lane.settle(1, Self.outage, now: 0, random: 1)
      let settled = try #require(outcome)
      #expect(settled.lastError == "down")
      if attempt == 3 {
        #expect(settled.state == .dead)
      } else {
        #expect(settled.state == .pending)
        #expect(settled.nextAttempt.nanoseconds == 1_000_000_000 << (attempt - 1))
        #expect(lane.wantsLoad(now: settled.nextAttempt.nanoseconds))
        #expect(!lane.wantsLoad(now: settled.nextAttempt.nanoseconds - 1))
        lane.load([QueuedDelivery(delivery: settled, dueNanoseconds: 0)], next: nil)
      }
    }
    #expect(lane.statistics.failedTries == 3)
  }

  @Test func whatCanNeverSucceedIsDeadAtOnce() {
    var lane = lane()
    lane.load(queued(1), next: nil)
    _ = lane.take(now: 0)
    let failure = SendFailure(words: "400", isPermanent: true, speaksOfOutage: false)
    #expect(lane.settle(1, .failed(failure), now: 0, random: 1)?.state == .dead)
  }

  @Test func retryAfterIsForTheWholeChannel() {
    var lane = lane()
    lane.load(queued(3), next: nil)
    _ = lane.take(now: 0)
    let failure = SendFailure(words: "429", retryAfterNanoseconds: 7_000_000_000, speaksOfOutage: false)
    _ = lane.settle(1, .failed(failure), now: 0, random: 1)
    #expect(lane.take(now: 6_999_999_999).isEmpty)
    #expect(lane.nextTurn(now: 0) == 7_000_000_000)
    #expect(lane.take(now: 7_000_000_000).map(\.id) == [3])
  }

  @Test func anOpenBreakerLetsOneProbeThrough() {
    var lane = lane { channel in
      channel.breaker.failures = 2
      channel.breaker.openNanoseconds = 1_000
    }
    lane.load(queued(6), next: nil)
    _ = lane.take(now: 0)
    for id in [1, 2] { _ = lane.settle(Int64(id), Self.outage, now: 0, random: 1) }
    #expect(lane.statistics.breaker == .open)
    #expect(lane.take(now: 999).isEmpty)
    #expect(lane.nextTurn(now: 0) == 1_000)
    #expect(lane.take(now: 1_000).map(\.id) == [3])
    #expect(lane.take(now: 1_000).isEmpty)
    _ = lane.settle(3, .delivered, now: 1_001, random: 1)
    #expect(lane.take(now: 1_001).map(\.id) == [4, 5])
  }

  @Test func whatWaitedTooLongIsDead() {
    var lane = lane { $0.retries.giveUpNanoseconds = 500 }
    lane.load(queued(2, due: 0) + queued(1, due: 400), next: nil)
    #expect(lane.expire(now: 499).isEmpty)
    let old = lane.expire(now: 500)
    #expect(old.map(\.id) == [1, 2] && old.allSatisfy { $0.state == .dead && $0.lastError != nil })
    #expect(lane.take(now: 500).map(\.id) == [1])
  }

  @Test func whatCouldNotBeNotedHasNotGone() {
    var lane = lane()
    lane.load(queued(3), next: nil)
    let taken = lane.take(now: 0)
    lane.giveBack(taken, now: 0)
    #expect(lane.underWayCount == 0)
    let again = lane.take(now: 0)
    #expect(again.map(\.id) == [1, 2] && again.map(\.attempts) == [1, 1])
  }
}
