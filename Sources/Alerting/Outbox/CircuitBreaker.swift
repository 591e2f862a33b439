/// When a channel is left alone because its receiver seems to be down.
public struct BreakerPolicy: Sendable, Equatable {
  /// Failures in a row after which it opens.
  public var failures = 5
  /// How long it stays open at first; twice as long with each probe that fails.
  public var openNanoseconds: Int64 = 30_000_000_000
  public var longestNanoseconds: Int64 = 600_000_000_000

  public init() {}
}

/// Closed while messages arrive; open, it lets nothing through; half open, one message as a probe.
struct CircuitBreaker {
  enum State: Equatable {
    case closed
    case open(untilNanoseconds: Int64)
    /// A probe is under way.
    case halfOpen
  }

  private let policy: BreakerPolicy
  private(set) var state = State.closed
  private var failuresInRow = 0
  private var nextOpening: Int64

  init(_ policy: BreakerPolicy) {
    self.policy = policy
    nextOpening = policy.openNanoseconds
  }

  /// When a message may go; nil while a probe is under way.
  func opensAt(now: Int64) -> Int64? {
    switch state {
    case .closed: now
    case .open(let until): max(now, until)
    case .halfOpen: nil
    }
  }

  /// Whether a message may go now. The caller sends it, or gives it back.
  mutating func admit(now: Int64) -> Bool {
    switch state {
    case .closed: return true
    case .open(let until) where now >= until:
      state = .halfOpen
      return true
    case .open, .halfOpen: return false
    }
  }

  /// An admitted message was not sent.
  mutating func giveBack(now: Int64) {
    if state == .halfOpen { state = .open(untilNanoseconds: now) }
  }

  mutating func succeeded() {
    state = .closed
    failuresInRow = 0
    nextOpening = policy.openNanoseconds
  }

  /// - Returns: whether it has opened just now.
  mutating func failed(now: Int64) -> Bool {
    failuresInRow += 1
    switch state {
    case .closed:
      guard failuresInRow >= policy.failures else { return false }
      nextOpening = policy.openNanoseconds
    case .halfOpen: nextOpening = min(policy.longestNanoseconds, nextOpening * 2)
    // What was under way when it opened.
    case .open: return false
    }
    state = .open(untilNanoseconds: now + nextOpening)
    return true
  }
}
