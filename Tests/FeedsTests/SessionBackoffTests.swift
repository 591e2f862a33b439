import Testing
import Transport

@testable import Feeds

@Suite struct SessionBackoffTests {
  private let second: Int64 = 1_000_000_000

  @Test func firstRedialIsAtOnceThenLaterAndLater() {
    var generator = FrameGenerator(seed: 3)
    var longest = [Int64](repeating: 0, count: 9)
    for _ in 0..<400 {
      var backoff = ReconnectBackoff()
      for failure in longest.indices {
        let now = Int64(failure) * 1000 * second
        backoff.dialled(at: now - 100 * second)
        let due = backoff.nextDial(after: .broken, streamedNanoseconds: nil, at: now, using: &generator)
        longest[failure] = max(longest[failure], due - now)
      }
    }
    let bounds = [0, 1, 2, 4, 8, 16, 30, 30, 30].map { $0 * second }
    for (seen, bound) in zip(longest, bounds) { #expect(seen <= bound && seen >= bound * 9 / 10) }
  }

  @Test func aConnectionThatLastedEndsTheSeries() {
    var generator = FrameGenerator(seed: 4)
    var backoff = ReconnectBackoff()
    var now: Int64 = 0
    for _ in 0..<6 {
      backoff.dialled(at: now)
      now = backoff.nextDial(after: .broken, streamedNanoseconds: nil, at: now, using: &generator)
    }
    backoff.dialled(at: now)
    now += 31 * second
    let due = backoff.nextDial(after: .broken, streamedNanoseconds: 30 * second, at: now, using: &generator)
    #expect(due == now)
  }

  @Test func droppedSoonAfterWelcomeWaitsShort() {
    var generator = FrameGenerator(seed: 5)
    var backoff = ReconnectBackoff()
    var now: Int64 = 0
    for _ in 0..<100 {
      backoff.dialled(at: now)
      now += 5 * second
      let due = backoff.nextDial(after: .broken, streamedNanoseconds: 5 * second, at: now, using: &generator)
      #expect(due - now <= 4 * second)
      now = due
    }
  }

  /// Any mixture of ends, 200 of them, whole sessions: never more than one dial a second, over any stretch.
  @Test(arguments: 0..<40) func neverMoreThanOneDialASecond(seed: UInt64) {
    var generator = FrameGenerator(seed: seed)
    let driven = DrivenSession(seed: seed)
    var dials: [Int64] = []
    func note(_ actions: [SessionAction]) { if actions.contains(.dial) { dials.append(driven.now) } }
    note(driven.start())
    while dials.count < 201 {
      let stage = seed < 10 ? 3 : Int.random(in: 0...3, using: &generator)
      if stage > 0 { _ = driven.open() }
      if stage > 1 { _ = driven.receive("connected") }
      if stage > 2 { _ = driven.receive("auth_success") }
      if generator.chance(3) { driven.now += Int64.random(in: 0...40 * second, using: &generator) }
      if stage > 2, generator.chance(2) { _ = driven.receive("force_disconnect", "bye") }
      _ = driven.close()
      driven.now = max(driven.now, driven.session.nextWakeNanoseconds)
      driven.session.tick(at: driven.now)
      note(driven.session.takeActions())
    }
    #expect(zip(dials, dials.dropFirst()).allSatisfy { $1 - $0 >= second })
    #expect(driven.session.dials == dials.count)
  }
}
