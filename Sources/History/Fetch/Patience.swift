import Feeds
import Synchronization

/// How long a fetch bears with a vendor from whom nothing comes.
final class Patience: Sendable {
  private let clock: RESTClock
  private let nanoseconds: Int64
  private let state: Mutex<State>

  private struct State {
    var lastProgress: Int64
    var failuresInRow = 0
  }

  init(_ nanoseconds: Int64, clock: RESTClock) {
    self.nanoseconds = nanoseconds
    self.clock = clock
    state = Mutex(State(lastProgress: clock.now()))
  }

  /// An answer came.
  func progressed() {
    state.withLock { $0 = State(lastProgress: clock.now()) }
  }

  /// Waits until it is worth asking again.
  /// - Throws: the error itself when it will not pass, or when nothing has come for too long.
  func wait(after error: PolygonRESTError) async throws(PolygonRESTError) {
    guard error.isTransient else { throw error }
    let now = clock.now()
    let (failures, lastProgress) = state.withLock { state in
      state.failuresInRow += 1
      return (state.failuresInRow, state.lastProgress)
    }
    var moment = now + RetryPolicy().waitNanoseconds(afterFailures: failures, chance: clock.random())
    if case .suspended(let until) = error.kind { moment = max(moment, until) }
    guard moment - lastProgress <= nanoseconds else { throw error }
    do {
      try await clock.sleepUntil(moment)
    } catch {
      throw PolygonRESTError(.cancelled, request: "")
    }
  }
}
