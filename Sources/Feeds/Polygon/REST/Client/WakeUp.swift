import Synchronization

/// Lets one task wait for a moment or a call, whichever comes first. May wake without cause: callers look again in a loop.
final class WakeUp: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  /// Wakes the waiter, or the next one that comes.
  func ring() {
    let waiter = state.withLock { state in
      state.isRung = state.waiter == nil
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns at the moment (nil: never by itself), when rung, or when the task is cancelled.
  func wait(until moment: Int64?, by clock: RESTClock) async {
    let sleeper = moment.map { moment in
      Task {
        do { try await clock.sleepUntil(moment) } catch { return }
        ring()
      }
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRung = state.withLock { state in
          precondition(state.waiter == nil, "WakeUp: a second task waits; one is wanted")
          guard !state.isRung, !Task.isCancelled else {
            state.isRung = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isRung { continuation.resume() }
      }
    } onCancel: {
      ring()
    }
    sleeper?.cancel()
  }
}
