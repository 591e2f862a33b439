import MarketModel
import Testing

@testable import Feeds

@Suite struct RESTBudgetTests {
  @Test func neverMoreThanTheRateInAnyWindow() {
    var budget = RequestBudget(rate: RequestRate(requests: 3, windowNanoseconds: 100))
    for number in UInt64(1)...8 { budget.ask(number, for: .chain) }
    var starts: [Int64] = []
    for now in Int64(0)..<400 where now % 7 == 0 {
      while case .start = budget.grant(at: now) { starts.append(now) }
    }
    #expect(starts.count == 8)
    for (index, start) in starts.enumerated().dropFirst(3) { #expect(start - starts[index - 3] >= 100) }
    #expect(budget.grant(at: 1000) == .idle)
  }

  @Test func saysWhenTheNextMayStart() {
    var budget = RequestBudget(rate: RequestRate(requests: 1, windowNanoseconds: 100))
    budget.ask(1, for: .chain)
    budget.ask(2, for: .chain)
    #expect(budget.grant(at: 50) == .start(1))
    #expect(budget.grant(at: 60) == .wait(untilNanoseconds: 150))
    budget.pause(until: 500)
    #expect(budget.grant(at: 150) == .wait(untilNanoseconds: 500))
    #expect(budget.grant(at: 500) == .start(2))
  }

  /// Ten requests of one do not make another wait for ten turns.
  @Test func usersTakeTurns() {
    var budget = RequestBudget(rate: RequestRate(requests: 100, windowNanoseconds: 100))
    for number in UInt64(1)...10 { budget.ask(number, for: .reference) }
    budget.ask(11, for: .backfill)
    budget.ask(12, for: .backfill)
    var order: [UInt64] = []
    while case .start(let number) = budget.grant(at: 0) { order.append(number) }
    #expect(order.prefix(4).contains(11))
    #expect(order.prefix(4).contains(12))
    #expect(order.filter { $0 <= 10 } == Array(1...10))
  }

  @Test func withdrawnRequestsTakeNoTurn() {
    var budget = RequestBudget(rate: .freePlan)
    budget.ask(1, for: .chain)
    budget.ask(2, for: .chain)
    budget.withdraw(1)
    #expect(budget.waiting == 1)
    #expect(budget.grant(at: 0) == .start(2))
    #expect(budget.grant(at: 0) == .idle)
  }
}

@Suite struct RESTBreakerTests {
  private let settings = CircuitBreaker.Settings(failures: 3, firstPauseNanoseconds: 100, longestPauseNanoseconds: 350)

  private func opened() -> CircuitBreaker {
    var breaker = CircuitBreaker(settings: settings)
    for now in Int64(1)...3 {
      #expect(breaker.admit(at: now) == nil)
      breaker.failed(at: now)
    }
    return breaker
  }

  @Test func opensAfterFailuresInARow() {
    var breaker = CircuitBreaker(settings: settings)
    breaker.failed(at: 0)
    breaker.failed(at: 0)
    breaker.succeeded()
    breaker.failed(at: 0)
    breaker.failed(at: 0)
    #expect(breaker.state == .closed)
    #expect(opened().state == .open(untilNanoseconds: 103))
  }

  @Test func oneTrialAtATime() {
    var breaker = opened()
    #expect(breaker.admit(at: 102) == 103)
    #expect(breaker.admit(at: 103) == nil)
    #expect(breaker.state == .halfOpen)
    #expect(breaker.admit(at: 103) != nil)
    breaker.succeeded()
    #expect(breaker.state == .closed)
    #expect(breaker.admit(at: 104) == nil)
  }

  @Test func pausesDoubleUpToTheLongest() {
    var breaker = opened()
    var now: Int64 = 103
    var pauses: [Int64] = []
    for _ in 0..<4 {
      #expect(breaker.admit(at: now) == nil)
      breaker.failed(at: now)
      guard case .open(let until) = breaker.state else { return #expect(Bool(false), "not open") }
      pauses.append(until - now)
      now = until
    }
    #expect(pauses == [200, 350, 350, 350])
    #expect(breaker.openings == 5)
    _ = breaker.admit(at: now)
    breaker.succeeded()
    for _ in 0..<3 { breaker.failed(at: 5000) }
    #expect(breaker.state == .open(untilNanoseconds: 5100))
  }

  @Test func aCancelledTrialLetsAnotherTry() {
    var breaker = opened()
    #expect(breaker.admit(at: 200) == nil)
    breaker.abandoned(at: 210)
    #expect(breaker.admit(at: 210) == nil)
  }
}

@Suite struct RESTRetryTests {
  @Test func waitsDoubleUpToTheLongestWithFullJitter() {
    let policy = RetryPolicy(firstNanoseconds: 100, longestNanoseconds: 1000)
    #expect((1...6).map { policy.ceilingNanoseconds(afterFailures: $0) } == [100, 200, 400, 800, 1000, 1000])
    #expect(policy.ceilingNanoseconds(afterFailures: 500) == 1000)
    #expect(policy.waitNanoseconds(afterFailures: 3, chance: 0) == 0)
    #expect(policy.waitNanoseconds(afterFailures: 3, chance: 0.5) == 200)
  }

  @Test func readsRetryAfter() {
    let wall = TestClock.wallStart  // Tue, 16 Dec 2025 14:30:00 GMT
    func wait(_ header: String?, date: String? = nil) -> Int64? {
      RetryAfter.nanoseconds(header, date: date, wallNow: wall)
    }
    #expect(wait("12") == 12_000_000_000)
    #expect(wait("0") == 0)
    #expect(wait("Tue, 16 Dec 2025 14:30:45 GMT") == 45_000_000_000)
    #expect(wait("Tue, 16 Dec 2025 14:29:00 GMT") == 0)
    // By the vendor's clock, not ours.
    #expect(wait("Tue, 16 Dec 2025 18:00:30 GMT", date: "Tue, 16 Dec 2025 18:00:00 GMT") == 30_000_000_000)
    for nonsense in ["soon", "-3", "", "Tue, 32 Dec 2025 14:30:45 GMT", "Tue, 16 Dec 2025 14:30 GMT", "1.5"] {
      #expect(wait(nonsense) == nil, "\(nonsense)")
    }
    #expect(wait("9223372036854775807") == Int64.max)
    #expect(wait(nil) == nil)
    #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(seconds: 784_111_777))
  }
}

@Suite struct RESTChainScheduleTests {
  private func schedule(_ names: String...) -> ChainSchedule {
    var schedule = ChainSchedule(intervalNanoseconds: 45)
    schedule.follow(names, at: 0)
    return schedule
  }

  @Test func oneCycleAtATimeEachAtItsInterval() {
    var schedule = schedule("SPY", "QQQ")
    #expect(schedule.next(at: 0) == .start("SPY"))
    #expect(schedule.next(at: 1) == .idle)
    schedule.completed("SPY", at: 10)
    #expect(schedule.next(at: 10) == .start("QQQ"))
    schedule.completed("QQQ", at: 12)
    // From start to start.
    #expect(schedule.next(at: 12) == .wait(untilNanoseconds: 45))
    #expect(schedule.next(at: 45) == .start("SPY"))
  }

  @Test func demandComesAtOnceAndWaitsForARunningCycle() {
    var schedule = schedule("SPY", "QQQ")
    _ = schedule.next(at: 0)
    schedule.demand("SPY", at: 3)
    schedule.completed("SPY", at: 10)
    #expect(schedule.next(at: 10) == .start("QQQ"))
    schedule.completed("QQQ", at: 11)
    #expect(schedule.next(at: 11) == .start("SPY"))
    schedule.completed("SPY", at: 12)
    #expect(schedule.next(at: 12) == .wait(untilNanoseconds: 10 + 45))
    schedule.demand("SPY", at: 13)
    schedule.demand("nobody", at: 13)
    #expect(schedule.next(at: 13) == .start("SPY"))
  }

  @Test func ageIsThatOfTheLatestCompleteCycle() {
    var schedule = ChainSchedule(intervalNanoseconds: 45_000_000_000)
    schedule.follow(["SPY"], at: 0)
    #expect(schedule.states(at: 0).map(\.ageNanoseconds) == [nil])
    _ = schedule.next(at: 0)
    schedule.completed("SPY", at: 1_000_000_000)
    #expect(schedule.states(at: 61_000_000_000).map(\.ageNanoseconds) == [60_000_000_000])
    _ = schedule.next(at: 45_000_000_000)
    schedule.failed("SPY", "no luck", at: 50_000_000_000, notBefore: 55_000_000_000)
    let state = schedule.states(at: 61_000_000_001)
    #expect(
      state == [
        ChainState(underlying: "SPY", ageNanoseconds: 60_000_000_001, failuresInRow: 1, lastError: "no luck")
      ])
    #expect(schedule.next(at: 50_000_000_000) == .wait(untilNanoseconds: 55_000_000_000))
  }

  @Test func followingOthersKeepsWhatIsKnown() {
    var schedule = schedule("SPY")
    _ = schedule.next(at: 0)
    schedule.follow(["QQQ", "SPY", "QQQ"], at: 5)
    schedule.completed("SPY", at: 6)
    #expect(schedule.next(at: 6) == .start("QQQ"))
    schedule.follow([], at: 7)
    schedule.completed("QQQ", at: 8)
    #expect(schedule.next(at: 8) == .idle)
  }
}
