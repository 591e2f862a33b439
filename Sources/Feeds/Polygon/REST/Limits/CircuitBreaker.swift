/// Stops asking a server that fails again and again, and tries with one request now and then. Time is handed in.
public struct CircuitBreaker: Sendable {
  public enum State: Hashable, Sendable {
    /// Requests go out.
    case closed
    /// None goes out before this moment.
    case open(untilNanoseconds: Int64)
    /// One goes out as a trial; all others wait for its end.
    case halfOpen
  }

  public struct Settings: Hashable, Sendable {
    /// Failures in a row that open it.
    public var failures: Int
    /// First time it stays open; doubles with every failed trial.
    public var firstPauseNanoseconds: Int64
    public var longestPauseNanoseconds: Int64

    public init(
      failures: Int = 5, firstPauseNanoseconds: Int64 = 5_000_000_000, longestPauseNanoseconds: Int64 = 60_000_000_000
    ) {
      precondition(failures > 0, "CircuitBreaker: \(failures) failures, at least 1 wanted")
      self.failures = failures
      self.firstPauseNanoseconds = firstPauseNanoseconds
      self.longestPauseNanoseconds = longestPauseNanoseconds
    }
  }

  /// How long others wait for the end of a trial before they look again.
  private static let trialWaitNanoseconds: Int64 = 250_000_000

  public private(set) var state = State.closed
  /// How often it opened.
  public private(set) var openings: Int64 = 0
  private let settings: Settings
  private var failuresInRow = 0
  private var pause: Int64

  public init(settings: Settings = Settings()) {
    self.settings = settings
    pause = settings.firstPauseNanoseconds
  }

  /// The moment before which nothing goes out; nil when a request may.
  public func closedUntil(_ now: Int64) -> Int64? {
    switch state {
    case .closed: nil
    case .open(let until): now < until ? until : nil
    case .halfOpen: now + CircuitBreaker.trialWaitNanoseconds
    }
  }

  /// Lets a request out: nil; or says when to ask again. Every request let out must end in one of the calls below.
  public mutating func admit(at now: Int64) -> Int64? {
    if let until = closedUntil(now) { return until }
    if case .open = state { state = .halfOpen }
    return nil
  }

  /// The server answered, be it with a refusal.
  public mutating func succeeded() {
    state = .closed
    failuresInRow = 0
    pause = settings.firstPauseNanoseconds
  }

  public mutating func failed(at now: Int64) {
    failuresInRow += 1
    switch state {
    case .closed:
      if failuresInRow >= settings.failures { open(at: now) }
    case .halfOpen:
      pause = min(pause * 2, settings.longestPauseNanoseconds)
      open(at: now)
    case .open: break  // left before it opened
    }
  }

  /// The request was cancelled: nothing was learnt, another may try.
  public mutating func abandoned(at now: Int64) {
    if state == .halfOpen { state = .open(untilNanoseconds: now) }
  }

  private mutating func open(at now: Int64) {
    state = .open(untilNanoseconds: now + pause)
    openings += 1
  }
}
