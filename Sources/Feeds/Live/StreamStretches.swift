import MarketModel

/// The stretches of all streams that were not received or could not be read: what is open is closed by each stream's next
/// event, or by time, and reported.
struct StreamStretches {
  private let observations: FeedObservations
  private var gaps = InlineArray<3, GapWatch>(repeating: GapWatch())
  private var damages = InlineArray<3, DamageWatch>(repeating: DamageWatch())
  /// Whether one waits for its end.
  private(set) var isAnyOpen = false

  init(_ observations: FeedObservations) { self.observations = observations }

  /// - Parameter lastEvent: time of the scope's newest event.
  mutating func connection(
    _ kind: ConnectionMarks.Kind, _ scope: FeedIncident.Scope, lastEvent: Timestamp, at monotonic: Int64
  ) {
    switch kind {
    case .returned: gaps[scope.index].returned(at: monotonic)
    case .lost, .lostMute: gaps[scope.index].lost(lastEvent: lastEvent)
    }
    noteOpen()
  }

  /// The stream is taken up again where an earlier life of the process left it.
  /// - Parameter lastEvent: up to where everything is known; `.none` when nothing had come.
  mutating func resume(_ scope: FeedIncident.Scope, lastEvent: Timestamp) {
    gaps[scope.index].lost(lastEvent: lastEvent)
  }

  /// - Parameter lastEvent: time of the newest event before it.
  mutating func damaged(_ scope: FeedIncident.Scope, lastEvent: Timestamp, at monotonic: Int64) {
    damages[scope.index].damaged(lastEvent: lastEvent, at: monotonic)
    isAnyOpen = true
  }

  /// A stream has a newer event.
  mutating func received(_ event: Timestamp, _ scope: FeedIncident.Scope, at monotonic: Int64) {
    guard isAnyOpen else { return }
    report(gaps[scope.index].received(event, at: monotonic), scope)
    report(damages[scope.index].received(event, at: monotonic), scope)
    // What may have been of any stream ends with the next event of any.
    if scope != .everything { report(damages[0].received(event, at: monotonic), .everything) }
    noteOpen()
  }

  /// Time has passed.
  mutating func pass(to monotonic: Int64) {
    // Before the first event of any stream nobody knows what day it is there.
    guard isAnyOpen, let now = observations.marketTime(at: monotonic) else { return }
    for scope in FeedIncident.Scope.allCases {
      report(gaps[scope.index].silent(marketNow: now, at: monotonic), scope)
      report(
        damages[scope.index].silent(
          marketTime: { now.adding(nanoseconds: $0 - monotonic) }, at: monotonic), scope)
    }
    noteOpen()
  }

  private mutating func noteOpen() {
    isAnyOpen = FeedIncident.Scope.allCases.contains { gaps[$0.index].isReturning || damages[$0.index].isOpen }
  }

  private func report(_ stretch: StreamGap?, _ scope: FeedIncident.Scope) {
    guard let stretch else { return }
    observations.noteDamage(FeedObservations.Damage(scope: scope, from: stretch.from, to: stretch.to))
  }
}

extension FeedIncident.Scope {
  /// Place in an array with one for each scope; `everything` is the first.
  @inline(__always) var index: Int { Int(rawValue) }
}
