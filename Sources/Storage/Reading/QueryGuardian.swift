import Clocks
import Rings
import Synchronization

/// Stops a query that runs too long. One sleeping thread for each reader, woken once a query.
final class QueryGuardian: Sendable {
  private let watch: Watch
  private let thread: WorkerThread

  private struct State {
    /// Monotonic nanoseconds at which the running query is stopped; nil when none runs.
    var deadline: Int64?
    var hasFired = false
    var hasEnded = false
    /// Changes with every query, so that a sleeping guardian notices a new one.
    var generation = 0
  }

  private final class Watch: Sendable {
    let connection: Connection
    let bell = Doorbell()
    let state = Mutex(State())
    init(_ connection: Connection) { self.connection = connection }

    func run() {
      while true {
        let seen = state.withLock { state in
          // Interrupting under the lock: the query that is hit is the one whose time is over, never its successor.
          if let deadline = state.deadline, SystemClock.monotonicNanoseconds >= deadline {
            state.hasFired = true
            connection.interrupt()
          }
          return state
        }
        if seen.hasEnded { return }
        bell.wait(milliseconds: sleep(seen)) {
          state.withLock { $0.hasEnded || $0.generation != seen.generation }
        }
      }
    }

    private func sleep(_ state: State) -> Int32 {
      guard let deadline = state.deadline else { return -1 }
      // An interrupt between two statements of one query stops none of them, so it is repeated until the query is gone.
      if state.hasFired { return 5 }
      return Int32(max(1, min(60_000, (deadline - SystemClock.monotonicNanoseconds) / 1_000_000 + 1)))
    }
  }

  init(_ connection: Connection) {
    let watch = Watch(connection)
    self.watch = watch
    thread = WorkerThread("query guard") { watch.run() }
  }

  deinit {
    watch.state.withLock { $0.hasEnded = true }
    watch.bell.ring()
    thread.join()
  }

  /// Runs `body` and turns DuckDB's interruption into `.timedOut`.
  func run<Value>(_ seconds: Double, _ body: () throws(StorageError) -> Value) throws(StorageError) -> Value {
    let deadline = SystemClock.monotonicNanoseconds + Int64(min(seconds, 1e6) * 1e9)
    watch.state.withLock { state in
      state.deadline = deadline
      state.hasFired = false
      state.generation += 1
    }
    watch.bell.ring()
    let result: Result<Value, StorageError>
    do { result = .success(try body()) } catch { result = .failure(error) }
    let hasFired = watch.state.withLock { state in
      state.deadline = nil
      return state.hasFired
    }
    if hasFired, case .failure = result { throw .timedOut(seconds: seconds) }
    return try result.get()
  }
}
