import Logging
import MarketModel
import Rings
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The thread that may wait for the database, so that the network thread never does. Questions wait in a bounded queue.
final class QueryThread: Sendable {
  typealias Job = @Sendable (Result<any PrintHistory, any Error>) -> Void

  private struct State {
    var jobs: [Job] = []
    var isStopping = false
  }
  private let state = Mutex(State())
  private let doorbell = Doorbell()
  private let capacity: Int
  private let log: Log
  private let thread = Mutex<WorkerThread?>(nil)

  /// - Parameter open: called on the thread when the first question comes, and again after it failed.
  init(capacity: Int = Limits.waitingQueries, log: Log, open: @escaping @Sendable () throws -> any PrintHistory) {
    self.capacity = capacity
    self.log = log
    thread.withLock { $0 = WorkerThread("query", .patient) { [self] in run(open) } }
  }

  /// Returns false when too many wait already, or when the thread stops.
  func submit(_ job: @escaping Job) -> Bool {
    let accepted = state.withLock { state in
      guard !state.isStopping, state.jobs.count < capacity else { return false }
      state.jobs.append(job)
      return true
    }
    if accepted { doorbell.ring() }
    return accepted
  }

  /// Finishes what waits and ends the thread.
  func stop() {
    state.withLock { $0.isStopping = true }
    doorbell.ring()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }

  private func run(_ open: () throws -> any PrintHistory) {
    var history: (any PrintHistory)?
    while true {
      doorbell.wait(milliseconds: -1) { state.withLock { !$0.jobs.isEmpty || $0.isStopping } }
      let (jobs, isStopping) = state.withLock { state in
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return (state.jobs, state.isStopping)
      }
      for job in jobs {
        let source = Result {
          if let history { return history }
          let opened = try open()
          history = opened
          return opened
        }
        if case .failure(let error) = source { log.error("server", "history cannot be opened: \(error)") }
        job(source)
      }
      if isStopping && jobs.isEmpty { return }
    }
  }
}
