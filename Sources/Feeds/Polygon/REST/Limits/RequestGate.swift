import Synchronization

/// What went over REST so far, for /health.
public struct RESTCounters: Hashable, Sendable {
  /// Requests sent, retries included.
  public var requests: Int64 = 0
  public var retries: Int64 = 0
  /// Answers with HTTP 429.
  public var rateLimited: Int64 = 0
  /// Requests that ended in an error, other than by cancellation.
  public var failures: Int64 = 0
  /// Requests that wait for their turn.
  public var waiting: Int = 0
  public var breaker = CircuitBreaker.State.closed
  /// How often the breaker opened.
  public var breakerOpenings: Int64 = 0
  /// In words, without the key; nil when there was none.
  public var lastError: String?
  /// Wall clock of it, nanoseconds since 1970 UTC; 0 when there was none.
  public var lastErrorNanoseconds: Int64 = 0

  public init() {}

  mutating func note(_ error: PolygonRESTError, at wallNanoseconds: Int64) {
    lastError = error.description
    lastErrorNanoseconds = wallNanoseconds
    lastWords = error.words
  }

  /// Of the latest error, for those that are not sent because of it.
  var lastWords = ""
}

/// Where every request passes: budget, breaker and counters behind one lock.
final class RequestGate: Sendable {
  private struct State {
    var budget: RequestBudget
    var breaker: CircuitBreaker
    var counters = RESTCounters()
    var lastNumber: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    /// Cancelled before they came to wait.
    var withdrawn: Set<UInt64> = []
    /// When the running timer fires.
    var timer: Int64?
  }
  private let state: Mutex<State>
  private let clock: RESTClock

  init(rate: RequestRate, breaker: CircuitBreaker.Settings, clock: RESTClock) {
    state = Mutex(State(budget: RequestBudget(rate: rate), breaker: CircuitBreaker(settings: breaker)))
    self.clock = clock
  }

  var counters: RESTCounters {
    state.withLock { state in
      var counters = state.counters
      counters.waiting = state.budget.waiting
      counters.breaker = state.breaker.state
      counters.breakerOpenings = state.breaker.openings
      return counters
    }
  }

  enum Admission {
    case go
    /// - Parameter words: those of the latest error.
    case suspended(untilNanoseconds: Int64, words: String)
    case cancelled
  }

  /// Waits for the user's turn. After `.go` one of `succeeded`, `failed` and `abandoned` must follow.
  func enter(_ user: RequestUser, isRetry: Bool) async -> Admission {
    // Nobody takes a turn that the breaker would not let use.
    let refusal: Admission? = state.withLock { state in
      state.breaker.closedUntil(clock.now()).map {
        .suspended(untilNanoseconds: $0, words: state.counters.lastWords)
      }
    }
    if let refusal { return refusal }
    guard await takeTurn(user) else { return .cancelled }
    return state.withLock { state in
      if let until = state.breaker.admit(at: clock.now()) {
        return .suspended(untilNanoseconds: until, words: state.counters.lastWords)
      }
      state.counters.requests += 1
      if isRetry { state.counters.retries += 1 }
      return .go
    }
  }

  func succeeded() { state.withLock { $0.breaker.succeeded() } }

  func failed(_ error: PolygonRESTError) {
    state.withLock { state in
      state.breaker.failed(at: clock.now())
      state.counters.note(error, at: clock.wallNow())
    }
  }

  func abandoned() { state.withLock { $0.breaker.abandoned(at: clock.now()) } }

  /// The vendor asked to wait, or nothing about it: then as long as the rate says, doubled with every repetition.
  func rateLimited(retryAfterNanoseconds: Int64?, repetition: Int) {
    state.withLock { state in
      state.counters.rateLimited += 1
      state.breaker.succeeded()
      let rate = state.budget.rate
      let usual = max(rate.windowNanoseconds / Int64(rate.requests), 1_000_000_000) << Int64(min(repetition, 4))
      let (moment, isTooLate) = clock.now().addingReportingOverflow(retryAfterNanoseconds ?? usual)
      // A nonsensical date must not stop us for good.
      let latest = clock.now() + 600_000_000_000
      state.budget.pause(until: isTooLate ? latest : min(moment, latest))
    }
  }

  /// Counts the end of a request and keeps its words; those of one that was not even sent say nothing new.
  func gaveUp(_ error: PolygonRESTError) {
    switch error.kind {
    case .cancelled, .suspended: return
    default: break
    }
    state.withLock { state in
      state.counters.failures += 1
      state.counters.note(error, at: clock.wallNow())
    }
  }

  // MARK: Turns

  private func takeTurn(_ user: RequestUser) async -> Bool {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let isGranted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isWaiting = state.withLock { state in
          guard !state.withdrawn.contains(number) else { return false }
          state.waiters[number] = continuation
          state.budget.ask(number, for: user)
          return true
        }
        if isWaiting { grantTurns() } else { continuation.resume(returning: false) }
      }
    } onCancel: {
      withdraw(number)
    }
    state.withLock { _ = $0.withdrawn.remove(number) }
    return isGranted
  }

  private func withdraw(_ number: UInt64) {
    let waiter = state.withLock { state in
      state.withdrawn.insert(number)
      state.budget.withdraw(number)
      return state.waiters.removeValue(forKey: number)
    }
    waiter?.resume(returning: false)
  }

  private func grantTurns() {
    while true {
      var waiter: CheckedContinuation<Bool, Never>?
      var timer: Int64?
      state.withLock { state in
        switch state.budget.grant(at: clock.now()) {
        case .start(let number): waiter = state.waiters.removeValue(forKey: number)
        case .wait(let until):
          guard state.timer.map({ $0 > until }) ?? true else { return }
          state.timer = until
          timer = until
        case .idle: break
        }
      }
      if let timer { startTimer(timer) }
      guard let waiter else { return }
      waiter.resume(returning: true)
    }
  }

  private func startTimer(_ moment: Int64) {
    Task { [weak self, clock] in
      do { try await clock.sleepUntil(moment) } catch { return }
      self?.timerFired(moment)
    }
  }

  private func timerFired(_ moment: Int64) {
    state.withLock { if $0.timer == moment { $0.timer = nil } }
    grantTurns()
  }
}
