import Rings
import Testing

@Suite(.timeLimit(.minutes(10))) struct AsyncWaitTests {
  /// On a thread of its own: those that run tests run tasks, too.
  private func waiting<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { done in _ = WorkerThread("waiting") { done.resume(returning: body()) } }
  }

  @Test func givesWhatTheWorkCameTo() async {
    let value = await waiting {
      AsyncWait.result {
        await Task.yield()
        return 7
      }
    }
    #expect(value == 7)
  }

  @Test func aTimeLimitIsNoEndOfTheWork() async {
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let value: Int? = await waiting {
      AsyncWait.result(within: 1) {
        for await _ in gate {}
        end.finish()
        return 1
      }
    }
    #expect(value == nil)
    opener.finish()
    // Ends only if the work does.
    for await _ in ends {}
  }

  @Test func workThatEndsInTimeIsNotWaitedForAnyLonger() async {
    let value = await waiting { AsyncWait.result(within: 3_600_000) { 8 } }
    #expect(value == 8)
  }
}
