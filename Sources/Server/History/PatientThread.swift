import Rings
import Synchronization

/// A thread that may wait for the disk, so that the network thread never does. Jobs wait in a bounded queue.
final class PatientThread: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State {
    var jobs: [Job] = []
    var isStopping = false
  }
  private let state = Mutex(State())
  private let doorbell = Doorbell()
  private let capacity: Int
  private let thread = Mutex<WorkerThread?>(nil)

  init(_ name: String, capacity: Int) {
    self.capacity = capacity
    thread.withLock { $0 = WorkerThread(name, .patient) { [self] in run() } }
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

  private func run() {
    while true {
      doorbell.wait(milliseconds: -1) { state.withLock { !$0.jobs.isEmpty || $0.isStopping } }
      let (jobs, isStopping) = state.withLock { state in
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return (state.jobs, state.isStopping)
      }
      for job in jobs { job() }
      if isStopping && jobs.isEmpty { return }
    }
  }
}
