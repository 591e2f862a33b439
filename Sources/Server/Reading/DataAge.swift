import MarketModel

/// How long ago the feed last had something, and how long it has been silent without meaning to be. Other threads say it in
/// wall time; ages are counted on the clock that never goes back, so that a clock set back does not make stale data look live.
struct DataAge {
  /// What the feed said last, and when that was on our clock; nil before the first event.
  private var received: (stamp: Timestamp, nanoseconds: Int64)?
  private var quietUntil: (stamp: Timestamp, nanoseconds: Int64)?
  private var lastReading: Int64?

  /// Takes a reading of what the feed says of itself.
  mutating func note(_ ingest: HealthFacts.Ingest, wallTime: Timestamp, atNanoseconds now: Int64) {
    if ingest.lastReceived == .none {
      received = nil
    } else if received?.stamp != ingest.lastReceived {
      // It came after the reading before, whatever the wall clock has done since.
      let earliest = lastReading ?? .min
      let age = max(0, wallTime - ingest.lastReceived)
      received = (ingest.lastReceived, max(earliest, now.subtractingSaturating(age)))
    }
    if ingest.quietUntil == .none {
      quietUntil = nil
    } else if quietUntil?.stamp != ingest.quietUntil {
      quietUntil = (ingest.quietUntil, now.addingSaturating(ingest.quietUntil - wallTime))
    }
    lastReading = now
  }

  /// Seconds since the last event; nil before the first.
  func seconds(atNanoseconds now: Int64) -> Double? {
    received.map { DataAge.seconds(now.subtractingSaturating($0.nanoseconds)) }
  }

  /// The same less the time the feed waited on purpose: what is to be explained.
  func unexplainedSeconds(atNanoseconds now: Int64) -> Double? {
    received.map {
      DataAge.seconds(now.subtractingSaturating(max($0.nanoseconds, quietUntil?.nanoseconds ?? .min)))
    }
  }

  /// Whole milliseconds as seconds, never negative.
  static func seconds(_ nanoseconds: Int64) -> Double { Double(max(0, nanoseconds / 1_000_000)) / 1000 }
}
