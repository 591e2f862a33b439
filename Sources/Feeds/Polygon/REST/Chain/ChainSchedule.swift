/// When which chain is read: every interval and on demand, one at a time, the one that waits longest first. Time is handed
/// in.
public struct ChainSchedule: Sendable {
  private struct Entry {
    var dueNanoseconds: Int64
    var completedNanoseconds: Int64?
    /// When the running cycle began.
    var startedNanoseconds: Int64?
    /// Asked for while a cycle was running, which may have passed the contracts in question already.
    var isWanted = false
    var failures = 0
    var lastError: String?
  }

  public let intervalNanoseconds: Int64
  private var entries: [String: Entry] = [:]
  /// In the order they were given, for equal due times.
  private var order: [String] = []

  public init(intervalNanoseconds: Int64) {
    precondition(intervalNanoseconds > 0, "ChainSchedule: interval \(intervalNanoseconds) ns, above 0 wanted")
    self.intervalNanoseconds = intervalNanoseconds
  }

  /// Follows exactly these; new ones are due at once.
  public mutating func follow(_ underlyings: [String], at now: Int64) {
    order = underlyings.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    entries = Dictionary(
      uniqueKeysWithValues: order.map { ($0, entries[$0] ?? Entry(dueNanoseconds: now)) })
  }

  /// The next cycle is wanted now, not at its time.
  public mutating func demand(_ underlying: String, at now: Int64) {
    guard var entry = entries[underlying] else { return }
    if entry.startedNanoseconds != nil { entry.isWanted = true }
    entry.dueNanoseconds = min(entry.dueNanoseconds, now)
    entries[underlying] = entry
  }

  public enum Next: Hashable, Sendable {
    case start(String)
    case wait(untilNanoseconds: Int64)
    /// A cycle is running, or nothing is followed.
    case idle
  }

  /// What to do now; `.start` marks its cycle as running.
  public mutating func next(at now: Int64) -> Next {
    guard !entries.values.contains(where: { $0.startedNanoseconds != nil }),
      let first = order.min(by: { due($0) < due($1) })
    else { return .idle }
    let moment = due(first)
    guard moment <= now else { return .wait(untilNanoseconds: moment) }
    entries[first]?.startedNanoseconds = now
    return .start(first)
  }

  public mutating func completed(_ underlying: String, at now: Int64) {
    end(underlying, at: now) { entry in
      entry.completedNanoseconds = now
      entry.failures = 0
      entry.lastError = nil
    }
  }

  /// - Parameter notBefore: when the client will send again, if it knows.
  public mutating func failed(_ underlying: String, _ words: String, at now: Int64, notBefore: Int64? = nil) {
    end(underlying, at: now) { entry in
      entry.failures += 1
      entry.lastError = words
    }
    if let notBefore, var entry = entries[underlying] {
      // Sooner than the interval when the client says so: greeks are growing old.
      entry.dueNanoseconds = max(notBefore, now)
      entries[underlying] = entry
    }
  }

  private mutating func end(_ underlying: String, at now: Int64, _ change: (inout Entry) -> Void) {
    guard var entry = entries[underlying], let started = entry.startedNanoseconds else { return }
    // From start to start, so that long cycles do not stretch the interval.
    entry.dueNanoseconds = entry.isWanted ? now : max(started + intervalNanoseconds, now)
    entry.startedNanoseconds = nil
    entry.isWanted = false
    change(&entry)
    entries[underlying] = entry
  }

  private func due(_ underlying: String) -> Int64 { entries[underlying]?.dueNanoseconds ?? Int64.max }

  /// How it stands, for /health.
  public func states(at now: Int64) -> [ChainState] {
    order.compactMap { name in
      entries[name].map { entry in
        ChainState(
          underlying: name, ageNanoseconds: entry.completedNanoseconds.map { now - $0 },
          failuresInRow: entry.failures, lastError: entry.lastError)
      }
    }
  }
}

/// How one underlying's chain stands.
public struct ChainState: Hashable, Sendable {
  public var underlying: String
  /// Since its latest complete cycle; nil before the first.
  public var ageNanoseconds: Int64?
  public var failuresInRow: Int
  /// Why the latest cycle failed, in words without the key; nil when it did not.
  public var lastError: String?
}
