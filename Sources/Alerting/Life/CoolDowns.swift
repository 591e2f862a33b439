import MarketModel

/// The newest alert of each rule and contract or underlying, so that what comes again soon raises it instead of making another.
struct CoolDowns {
  struct Scope: Hashable {
    var rule: String
    var symbol: String
  }
  private struct Entry {
    var alert: Int64
    var begin: Timestamp
  }
  private var entries: [Scope: Entry] = [:]
  /// Entries at which those that are over are thrown out.
  private static let sweepCount = 1 << 14
  static let longestNanoseconds: Int64 = 86_400_000_000_000

  /// The alert that a cause belongs to while its cool-down lasts. A cause from before it, caught up late, belongs to it, too.
  func alert(_ scope: Scope, at time: Timestamp, seconds: Int) -> Int64? {
    guard let entry = entries[scope], abs(time - entry.begin) < Int64(seconds) * 1_000_000_000 else { return nil }
    return entry.alert
  }

  mutating func begin(_ scope: Scope, alert: Int64, at time: Timestamp) {
    if let known = entries[scope], known.begin > time { return }
    entries[scope] = Entry(alert: alert, begin: time)
    guard entries.count > CoolDowns.sweepCount else { return }
    entries = entries.filter { time - $0.value.begin < CoolDowns.longestNanoseconds }
    // So many in one day: the oldest half has to go.
    if entries.count > CoolDowns.sweepCount {
      let middle = entries.values.map(\.begin).sorted()[entries.count / 2]
      entries = entries.filter { $0.value.begin >= middle }
    }
  }
}

extension AlertRule {
  /// What a cause's cool-down is held by.
  func scope(symbol: String, underlying: String) -> CoolDowns.Scope {
    CoolDowns.Scope(rule: name, symbol: coolDownScope == .contract ? symbol : underlying)
  }
}
