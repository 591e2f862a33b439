import Clocks
import Rings
import Synchronization
import Transport

/// Answers REST requests on a thread of its own, so that a long page holds up no socket, and makes the faults of the service.
final class RESTThread: Sendable {
  private struct Job: Sendable {
    var request: HTTPRequest
    var reply: Reply
    var number: Int
    /// When it may be answered, by the monotonic clock.
    var due: Int64
  }

  private let router: RESTRouter
  private let faults: SimulatedFaults
  private let dice: FaultDice
  private let counters: FaultCounters
  private let jobs = Mutex<[Job]>([])
  private let bell = Doorbell()
  private let requestCount = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)

  init(router: RESTRouter, faults: SimulatedFaults, counters: FaultCounters) {
    self.router = router
    self.faults = faults
    self.counters = counters
    dice = FaultDice(faults)
  }

  var requests: Int { requestCount.load(ordering: .relaxed) }

  func start() {
    thread.withLock { thread in
      precondition(thread == nil, "RESTThread: started twice")
      thread = WorkerThread("rest") { [self] in run() }
    }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    bell.ring()
    thread.withLock { $0 }?.join()
    jobs.withLock { $0 = [] }
  }

  /// Network thread.
  func offer(_ request: HTTPRequest, _ reply: Reply) {
    let number = requestCount.wrappingAdd(1, ordering: .relaxed).newValue
    var due: Int64 = 0
    let isFaulty = !request.path.hasPrefix("/simulator")
    if isFaulty, dice.falls(.slow, number, share: faults.slowShare) {
      FaultCounters.count(counters.slowAnswers)
      due = SystemClock.monotonicNanoseconds + Int64(faults.slowSeconds * 1e9)
    }
    let job = Job(request: request, reply: reply, number: number, due: due)
    let isTaken = jobs.withLock { jobs in
      guard jobs.count < SimulatorLimits.waitingRequests else { return false }
      jobs.append(job)
      return true
    }
    if isTaken {
      bell.ring()
    } else {
      reply.send(RESTProblem.serverError(status: 503).response(requestID: ""))
    }
  }

  private func run() {
    while !isStopping.load(ordering: .acquiring) {
      if let job = next() {
        job.reply.send(answer(job))
        continue
      }
      bell.wait(milliseconds: pause) { isStopping.load(ordering: .acquiring) || hasDueJob }
    }
  }

  private func answer(_ job: Job) -> HTTPResponse {
    if !job.request.path.hasPrefix("/simulator") {
      if dice.falls(.tooManyRequests, job.number, share: faults.tooManyRequestsShare) {
        FaultCounters.count(counters.tooManyRequests)
        return RESTProblem.tooManyRequests.response(requestID: "")
      }
      if dice.falls(.serverError, job.number, share: faults.serverErrorShare) {
        FaultCounters.count(counters.serverErrors)
        let status = [500, 502, 503][Int(dice.draw(.errorKind, job.number) * 3)]
        return RESTProblem.serverError(status: status).response(requestID: "")
      }
    }
    return router.answer(job.request, number: job.number)
  }

  private func next() -> Job? {
    let now = SystemClock.monotonicNanoseconds
    return jobs.withLock { jobs in
      jobs.firstIndex { $0.due <= now }.map { jobs.remove(at: $0) }
    }
  }

  private var hasDueJob: Bool {
    let now = SystemClock.monotonicNanoseconds
    return jobs.withLock { $0.contains { $0.due <= now } }
  }

  /// Until the next job is due.
  private var pause: Int32 {
    let now = SystemClock.monotonicNanoseconds
    let due = jobs.withLock { $0.map(\.due).min() }
    guard let due else { return 1_000 }
    return Int32(clamping: max(0, (due - now) / 1_000_000 + 1))
  }
}
