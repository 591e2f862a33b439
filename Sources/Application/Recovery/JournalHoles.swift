import Journal
import MarketModel

/// Follows a journal that is played and knows, where events are missing, what the engine is to be told: quotes from before the
/// hole are not to be trusted behind it. A replay and a restart tell the same.
struct JournalHoles {
  /// Latest believed time of the events so far; `.none` before the first.
  private(set) var reached = Timestamp.none

  /// No two neighbouring events of a trading day are further apart.
  private static let dayNanoseconds: Int64 = 86_400_000_000_000

  /// These were played.
  mutating func pass(_ events: UnsafeBufferPointer<MarketEvent>) {
    if let time = believed(events.reversed()) { reached = max(reached, time) }
  }

  /// The time of the first event behind a hole.
  func end(before events: UnsafeBufferPointer<MarketEvent>) -> Timestamp { believed(events) ?? reached }

  /// A gap that is closed as soon as it is found: nobody fills it any more.
  func incidents(until end: Timestamp) -> [MarketEvent] {
    let start = reached == .none ? end : reached
    return [FeedIncident.Kind.gapFound, .gapUnfilled].map {
      .incident(FeedIncident(kind: $0, time: end, from: start))
    }
  }

  /// The first time among the events that lies within a day of those before: a stray stamp is nobody's time.
  private func believed(_ events: some Sequence<MarketEvent>) -> Timestamp? {
    for event in events {
      guard let time = event.reachedTime else { continue }
      let day = JournalHoles.dayNanoseconds
      if reached == .none || (-day...day).contains(time - reached) { return time }
    }
    return nil
  }
}
