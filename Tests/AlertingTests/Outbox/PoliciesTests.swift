import Testing

@testable import Alerting

struct TokenBucketTests {
  @Test func aBurstAndThenThePace() {
    var bucket = TokenBucket(ChannelPace(perSecond: 2.5, burst: 5, concurrent: 1), now: 1_000)
    for _ in 0..<5 { #expect(bucket.take(now: 1_000) == true) }
    #expect(bucket.take(now: 1_000) == false)
    let next = bucket.nextToken(after: 1_000)
    #expect((400_001_000...400_001_001).contains(next))
    #expect(bucket.take(now: next - 1_000) == false)
    #expect(bucket.take(now: next) == true)
  }

  @Test func aLongPauseIsWorthOneBurst() {
    var bucket = TokenBucket(ChannelPace(perSecond: 1, burst: 3, concurrent: 1), now: 0)
    var taken = 0
    while bucket.take(now: 3_600_000_000_000) { taken += 1 }
    #expect(taken == 3)
  }

  @Test func aClockThatGoesBackGivesNothing() {
    var bucket = TokenBucket(ChannelPace(perSecond: 1, burst: 1, concurrent: 1), now: 5_000_000_000)
    #expect(bucket.take(now: 5_000_000_000) == true)
    #expect(bucket.take(now: 0) == false)
    #expect(bucket.take(now: 5_500_000_000) == false)
    #expect(bucket.take(now: 6_000_000_000) == true)
  }
}

struct CircuitBreakerTests {
  private let policy: BreakerPolicy = {
    var policy = BreakerPolicy()
    policy.failures = 3
    policy.openNanoseconds = 100
    policy.longestNanoseconds = 300
    return policy
  }()

  @Test func opensAfterFailuresInARowOnly() {
    var breaker = CircuitBreaker(policy)
    for _ in 0..<2 { #expect(breaker.failed(now: 0) == false) }
    breaker.succeeded()
    for _ in 0..<2 { #expect(breaker.failed(now: 0) == false) }
    #expect(breaker.admit(now: 0) == true)
    #expect(breaker.failed(now: 0) == true)
    #expect(breaker.admit(now: 99) == false)
  }

  @Test func oneProbeAndThenTwiceTheWait() {
    var breaker = CircuitBreaker(policy)
    for _ in 0..<3 { _ = breaker.failed(now: 0) }
    #expect(breaker.admit(now: 100) == true)
    #expect(breaker.admit(now: 100) == false)
    #expect(breaker.opensAt(now: 100) == nil)
    #expect(breaker.failed(now: 110) == true)
    #expect(breaker.state == .open(untilNanoseconds: 310))
    #expect(breaker.admit(now: 310) == true)
    #expect(breaker.failed(now: 310) == true)
    #expect(breaker.state == .open(untilNanoseconds: 610))
    #expect(breaker.admit(now: 610) == true)
    breaker.succeeded()
    #expect(breaker.admit(now: 610) == true)
    for _ in 0..<3 { _ = breaker.failed(now: 1_000) }
    #expect(breaker.state == .open(untilNanoseconds: 1_100))
  }

  @Test func aProbeThatIsGivenBackMayGoAgain() {
    var breaker = CircuitBreaker(policy)
    for _ in 0..<3 { _ = breaker.failed(now: 0) }
    #expect(breaker.admit(now: 100) == true)
    breaker.giveBack(now: 100)
    #expect(breaker.admit(now: 100) == true)
  }
}

struct RetryPolicyTests {
  @Test func delaysDoubleUpToTheLongest() {
    let policy = RetryPolicy()
    #expect(policy.delay(afterAttempts: 1, retryAfterNanoseconds: nil, random: 1) == 1_000_000_000)
    #expect(policy.delay(afterAttempts: 1, retryAfterNanoseconds: nil, random: 0) == 500_000_000)
    #expect(policy.delay(afterAttempts: 4, retryAfterNanoseconds: nil, random: 1) == 8_000_000_000)
    #expect(policy.delay(afterAttempts: 1_000, retryAfterNanoseconds: nil, random: 1) == 300_000_000_000)
  }

  @Test func theReceiverMayAskForMoreUpToALimit() {
    let policy = RetryPolicy()
    #expect(policy.delay(afterAttempts: 1, retryAfterNanoseconds: 7_000_000_000, random: 1) == 7_000_000_000)
    #expect(policy.delay(afterAttempts: 1, retryAfterNanoseconds: 0, random: 1) == 1_000_000_000)
    #expect(policy.delay(afterAttempts: 1, retryAfterNanoseconds: .max, random: 1) == 900_000_000_000)
  }
}

struct ClockWatchTests {
  private let second: Int64 = 1_000_000_000

  private func moment(_ seconds: Int64, wall: Int64) -> Moment {
    Moment(monotonicNanoseconds: seconds * second, wallNanoseconds: wall * second)
  }

  @Test func timeThatPassesIsNoJump() {
    var watch = ClockWatch(moment(5, wall: 1_000))
    #expect(watch.jump(at: moment(6, wall: 1_001)) == nil)
    // A process that stood for an hour, and a clock that is put right by a minute.
    #expect(watch.jump(at: moment(3_606, wall: 4_601)) == nil)
    #expect(watch.jump(at: moment(6, wall: 1_061)) == nil && watch.jump(at: moment(6, wall: 941)) == nil)
    watch.note(moment(6, wall: 1_061))
    #expect(watch.jump(at: moment(7, wall: 1_121)) == nil)
  }

  @Test func aClockThatIsSetIsSeenUntilItIsNoted() {
    var watch = ClockWatch(moment(5, wall: 100_000))
    let back = moment(7, wall: 92_802)
    for _ in 1...2 {
      #expect(
        watch.jump(at: back)
          == ClockWatch.Jump(nanoseconds: -7_200 * second, shown: 92_800 * second...92_802 * second))
    }
    watch.note(back)
    #expect(watch.jump(at: back) == nil)
    #expect(watch.jump(at: moment(8, wall: 100_003))?.nanoseconds == 7_200 * second)
  }
}
