import MarketModel
import Testing

@testable import Alerting

struct ChannelLaneTests {
  /// Both clocks show the same.
  private func at(_ nanoseconds: Int64) -> Moment {
    Moment(monotonicNanoseconds: nanoseconds, wallNanoseconds: nanoseconds)
  }

  private static let outage = SendOutcome.failed(SendFailure(words: "down"))

  private func lane(_ adjust: (inout ChannelConfiguration) -> Void = { _ in }) -> ChannelLane {
    var channel = ChannelConfiguration(
      name: "desk", destination: .webhook(address: .init("https://example.com/"), signingKey: nil))
    channel.pace = ChannelPace(perSecond: 1_000, burst: 100, concurrent: 2)
    channel.retries.attempts = 3
    channel.breaker.failures = 100
    adjust(&channel)
    return ChannelLane(channel, now: at(0))
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
    lane.load(queued(5), next: nil, unwritten: [], now: at(0))
    #expect(lane.take(now: at(0)).map(\.id) == [1, 2])
    #expect(lane.take(now: at(0)).isEmpty)
    #expect(lane.nextTurn(now: at(0)) == .max)
    #expect(lane.settle(2, .delivered, now: at(0), random: 0)?.state == .delivered)
    let next = lane.take(now: at(0))
    #expect(next.map(\.id) == [3] && next.map(\.state) == [.sending] && next.map(\.attempts) == [1])
  }

  @Test func aFailureIsTriedAgainUntilItIsDead() throws {
    var lane = lane()
    lane.load(queued(1), next: nil, unwritten: [], now: at(0))
    for attempt in 1...3 {
      #expect(lane.take(now: at(0)).map(\.attempts) == [attempt])
      let outcome = lane.settle(1, Self.outage, now: at(0), random: 1)
      let settled = try #require(outcome)
      #expect(settled.lastError == "down")
      if attempt == 3 {
        #expect(settled.state == .dead)
      } else {
        #expect(settled.state == .pending)
        #expect(settled.nextAttempt.nanoseconds == 1_000_000_000 << (attempt - 1))
        #expect(lane.wantsLoad(now: at(settled.nextAttempt.nanoseconds)))
        #expect(!lane.wantsLoad(now: at(settled.nextAttempt.nanoseconds - 1)))
        lane.load([QueuedDelivery(delivery: settled, dueNanoseconds: 0)], next: nil, unwritten: [], now: at(0))
      }
    }
    #expect(lane.statistics.failedTries == 3)
  }

  @Test func whatCanNeverSucceedIsDeadAtOnce() {
    var lane = lane()
    lane.load(queued(1), next: nil, unwritten: [], now: at(0))
    _ = lane.take(now: at(0))
    let failure = SendFailure(words: "400", isPermanent: true, speaksOfOutage: false)
    #expect(lane.settle(1, .failed(failure), now: at(0), random: 1)?.state == .dead)
  }

  @Test func retryAfterIsForTheWholeChannel() {
    var lane = lane()
    lane.load(queued(3), next: nil, unwritten: [], now: at(0))
    _ = lane.take(now: at(0))
    let failure = SendFailure(words: "429", retryAfterNanoseconds: 7_000_000_000, speaksOfOutage: false)
    _ = lane.settle(1, .failed(failure), now: at(0), random: 1)
    #expect(lane.take(now: at(6_999_999_999)).isEmpty)
    #expect(lane.nextTurn(now: at(0)) == 7_000_000_000)
    #expect(lane.take(now: at(7_000_000_000)).map(\.id) == [3])
  }

  @Test func anOpenBreakerLetsOneProbeThrough() {
    var lane = lane { channel in
      channel.breaker.failures = 2
      channel.breaker.openNanoseconds = 1_000
    }
    lane.load(queued(6), next: nil, unwritten: [], now: at(0))
    _ = lane.take(now: at(0))
    for id in [1, 2] { _ = lane.settle(Int64(id), Self.outage, now: at(0), random: 1) }
    #expect(lane.statistics.breaker == .open)
    #expect(lane.take(now: at(999)).isEmpty)
    #expect(lane.nextTurn(now: at(0)) == 1_000)
    #expect(lane.take(now: at(1_000)).map(\.id) == [3])
    #expect(lane.take(now: at(1_000)).isEmpty)
    _ = lane.settle(3, .delivered, now: at(1_001), random: 1)
    #expect(lane.take(now: at(1_001)).map(\.id) == [4, 5])
  }

  @Test func whatWaitedTooLongIsDead() {
    var lane = lane { $0.retries.giveUpNanoseconds = 500 }
    lane.load(queued(2, due: 0) + queued(1, due: 400), next: nil, unwritten: [], now: at(0))
    #expect(lane.expire(now: at(499)).isEmpty)
    let old = lane.expire(now: at(500))
    #expect(old.map(\.id) == [1, 2] && old.allSatisfy { $0.state == .dead && $0.lastError != nil })
    #expect(lane.take(now: at(500)).map(\.id) == [1])
  }

  @Test func whatCouldNotBeNotedHasNotGone() {
    var lane = lane()
    lane.load(queued(3), next: nil, unwritten: [], now: at(0))
    let taken = lane.take(now: at(0))
    lane.giveBack(taken, now: at(0))
    #expect(lane.underWayCount == 0)
    let again = lane.take(now: at(0))
    #expect(again.map(\.id) == [1, 2] && again.map(\.attempts) == [1, 1])
  }

  /// Somebody sets the clock: what the lane waits for comes when it would have come.
  @Test(arguments: [-7_200_000_000_000, 7_200_000_000_000] as [Int64]) func aClockThatIsSetSilencesNobody(_ jump: Int64)
    throws
  {
    let start: Int64 = 1_763_735_400_000_000_000
    func moment(_ passed: Int64, _ jump: Int64 = 0) -> Moment {
      Moment(monotonicNanoseconds: passed, wallNanoseconds: start + passed + jump)
    }
    var channel = ChannelConfiguration(
      name: "desk", destination: .webhook(address: .init("https://example.com/"), signingKey: nil))
    channel.pace = ChannelPace(perSecond: 1, burst: 1, concurrent: 1)
    var lane = ChannelLane(channel, now: moment(0))
    lane.load(queued(3, due: start), next: nil, unwritten: [], now: moment(0))
    #expect(lane.take(now: moment(0)).map(\.id) == [1])
    let failure = SendFailure(words: "429", retryAfterNanoseconds: 7_000_000_000, speaksOfOutage: false)
    _ = lane.settle(1, .failed(failure), now: moment(1), random: 1)
    lane.shift(nanoseconds: jump)
    #expect(lane.expire(now: moment(2, jump)).isEmpty)
    #expect(lane.nextTurn(now: moment(2, jump)) == 7_000_000_001)
    #expect(lane.take(now: moment(7_000_000_000, jump)).isEmpty)
    #expect(lane.take(now: moment(7_000_000_001, jump)).map(\.id) == [2])
    let outcome = lane.settle(2, .failed(failure), now: moment(7_000_000_002, jump), random: 1)
    let settled = try #require(outcome)
    #expect(settled.state == .pending && settled.nextAttempt.nanoseconds == start + jump + 14_000_000_002)
  }

  @Test func theOutboxIsAskedWhenItsNextMessageIsDue() {
    var lane = lane()
    let now = Moment(monotonicNanoseconds: 5_000, wallNanoseconds: 1_763_735_400_000_000_000)
    lane.load([], next: now.wallNanoseconds + 300, unwritten: [], now: now)
    #expect(lane.nextTurn(now: now) == 5_300)
    #expect(!lane.wantsLoad(now: Moment(monotonicNanoseconds: 5_299, wallNanoseconds: .max)))
    #expect(lane.wantsLoad(now: Moment(monotonicNanoseconds: 5_300, wallNanoseconds: 0)))
  }

  /// The outbox is asked in the round in which a message failed, and does not know that it waits again.
  @Test func aRetryIsNotForgottenByALoad() throws {
    var lane = lane()
    lane.load(queued(2), next: nil, unwritten: [], now: at(0))
    #expect(lane.take(now: at(0)).count == 2)
    let outcomes = [1, 2].map { lane.settle($0, Self.outage, now: at(0), random: 1) }
    let settled = try outcomes.map { try #require($0) }
    var other = OutboxFolder.delivery(3, channel: "ops")
    other.id = 3
    lane.load(queued(1), next: 5_000_000_000, unwritten: settled + [other], now: at(7))
    #expect(lane.take(now: at(7)).isEmpty && lane.nextTurn(now: at(7)) == 1_000_000_000)
    lane.load([], next: nil, unwritten: settled, now: at(7))
    #expect(lane.nextTurn(now: at(7)) == 1_000_000_000)
    lane.load([], next: nil, unwritten: [other], now: at(7))
    #expect(lane.nextTurn(now: at(7)) == .max)
  }
}
