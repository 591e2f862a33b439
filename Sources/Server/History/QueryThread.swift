import Logging
import MarketModel
import Synchronization

/// The thread that reads the database, on a connection it opens itself.
final class QueryThread: Sendable {
  typealias Job = @Sendable (Result<any FlowHistory, any Error>) -> Void

  private let thread: PatientThread
  private let source: Source

  /// What the thread reads from; nobody else touches it.
  private final class Source: @unchecked Sendable {
    private let make: () throws -> any FlowHistory
    private var opened: (any FlowHistory)?
    private let log: Log

    init(log: Log, _ make: @escaping () throws -> any FlowHistory) {
      self.log = log
      self.make = make
    }

    func get() -> Result<any FlowHistory, any Error> {
      let result = Result {
        if let opened { return opened }
        let fresh = try make()
        opened = fresh
        return fresh
      }
      if case .failure(let error) = result { log.error("server", "history cannot be opened: \(error)") }
      return result
    }

    /// Gives the connection up, which would keep the database open.
    func release() { opened = nil }
  }

  /// - Parameter open: called on the thread when the first question comes, and again after it failed.
  init(capacity: Int = Limits.waitingQueries, log: Log, open: @escaping @Sendable () throws -> any FlowHistory) {
    source = Source(log: log, open)
    thread = PatientThread("query", capacity: capacity)
  }

  /// Returns false when too many wait already, or when the thread stops.
  func submit(_ job: @escaping Job) -> Bool { thread.submit { [source] in job(source.get()) } }

  /// Finishes what waits and ends the thread.
  func stop() {
    thread.stop()
    source.release()
  }
}
