import Rings
import Synchronization
import Testing

@Suite struct DoorbellTests {
  @Test func doesNotSleepWhenThereIsWork() {
    let bell = Doorbell()
    var asked = 0
    bell.wait(milliseconds: -1) {
      asked += 1
      return true
    }
    #expect(asked == 1)
  }

  /// More rings than a pipe holds bytes: a write for each would block or be lost.
  @Test func ringingWithoutASleeperNeverBlocks() {
    let bell = Doorbell()
    for _ in 0..<100_000 { bell.ring() }
    var asked = 0
    bell.wait(milliseconds: 0) {
      asked += 1
      return false
    }
    #expect(asked == 1)
  }

  /// Work put down before a ring is never slept through, although the sleeper has no time limit: a lost wake-up hangs here.
  @Test(.timeLimit(.minutes(10))) func noWakeUpIsLost() {
    let bell = Doorbell()
    let put = Atomic<Int>(0)
    let taken = Atomic<Int>(0)
    let total = 5_000
    onTwoThreads {
      for number in 1...total {
        put.store(number, ordering: .releasing)
        bell.ring()
        // The next piece of work only when this one is taken, so that each one can be the one slept through.
        while taken.load(ordering: .acquiring) < number {}
      }
    } _: {
      var seen = 0
      while seen < total {
        bell.wait(milliseconds: -1) { put.load(ordering: .acquiring) > seen }
        seen = put.load(ordering: .acquiring)
        taken.store(seen, ordering: .releasing)
      }
    }
    #expect(taken.load(ordering: .acquiring) == total)
  }
}
