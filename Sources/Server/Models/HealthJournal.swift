import MarketModel

extension HealthFacts {
  /// How the record of a live feed does: what came in, written before anything is concluded from it.
  public struct Journal: Sendable {
    /// Its folder.
    public var path: String
    /// Events recorded since the start, and how many of them are on the disk itself.
    public var appendedEvents: Int64
    public var durableEvents: Int64
    /// Bytes of events that wait in memory because the disk refuses them.
    public var heldBytes: Int64
    /// Events since the start that the disk did not take and that found no room in memory.
    public var missingEvents: Int64
    /// Files since the start, and the bytes written to them.
    public var segments: Int64
    public var bytes: Int64
    /// Since what was written last reached the disk itself; nil before the first time.
    public var syncAgeSeconds: Double?
    /// Why nothing is written at the moment; nil when all is well.
    public var error: String?
    /// Events of the day under way that were recorded before this start.
    public var earlierEvents: Int64
    /// Events that were played at this start, and how far that has come, from 0 to 1.
    public var recoveredEvents: Int64
    public var recoveredShare: Double
    /// Events from which on the newest snapshot of the engine's state would go on; nil when there is none.
    public var snapshotEvents: Int64?

    public init(
      path: String, appendedEvents: Int64 = 0, durableEvents: Int64 = 0, heldBytes: Int64 = 0, missingEvents: Int64 = 0,
      segments: Int64 = 0, bytes: Int64 = 0, syncAgeSeconds: Double? = nil, error: String? = nil,
      earlierEvents: Int64 = 0, recoveredEvents: Int64 = 0, recoveredShare: Double = 1, snapshotEvents: Int64? = nil
    ) {
      self.path = path
      self.appendedEvents = appendedEvents
      self.durableEvents = durableEvents
      self.heldBytes = heldBytes
      self.missingEvents = missingEvents
      self.segments = segments
      self.bytes = bytes
      self.syncAgeSeconds = syncAgeSeconds
      self.error = error
      self.earlierEvents = earlierEvents
      self.recoveredEvents = recoveredEvents
      self.recoveredShare = recoveredShare
      self.snapshotEvents = snapshotEvents
    }

    /// A record that cannot be written is as bad as a feed that does not come: soon nothing more is taken.
    var verdict: (down: [String], doubts: [String]) {
      var down: [String] = []
      var doubts: [String] = []
      if let error {
        let held = heldBytes == 0 ? "" : "; \(heldBytes >> 10) KB wait, it goes on by itself when there is room"
        down.append("\(error)\(held)")
      }
      if missingEvents > 0 {
        doubts.append(
          "journal: \(missingEvents) events are not recorded, the disk did not take them: playing the day again will differ"
        )
      }
      return (down, doubts)
    }
  }
}

extension HealthFacts.Journal {
  static let schema = Schema<HealthFacts.Journal>(
    "JournalHealth", "The record of what a live feed brings, written before anything is concluded from it.",
    [
      .text("path", "Its folder.") { $0.path },
      .integer("appended", "Events recorded since the start: a crash of the process loses none of them.") {
        $0.appendedEvents
      },
      .integer("durable", "Of them on the disk itself: a loss of power loses none of these.") { $0.durableEvents },
      .integer("held_bytes", "Of events that wait in memory, because the disk refuses them.") { $0.heldBytes },
      .integer("missing", "Events the disk did not take and memory had no room for.") { $0.missingEvents },
      .integer("segments", "Files since the start.") { $0.segments },
      .integer("bytes", "Written since the start.") { $0.bytes },
      .numberOrNull("sync_age_seconds", "Since the disk itself was reached last; null before the first time.") {
        $0.syncAgeSeconds
      },
      .textOrNull("error", "Why nothing is written; null when all is well.") { $0.error },
      .integer("recorded_before", "Events of the day under way that were recorded before this start.") {
        $0.earlierEvents
      },
      .integer("recovered", "Events that were played at this start, behind a snapshot where there was one.") {
        $0.recoveredEvents
      },
      .number("recovered_share", "How far that has come, 0 to 1.") { $0.recoveredShare },
      .integerOrNull("snapshot_events", "Events of the day that the newest snapshot of the engine's state holds.") {
        $0.snapshotEvents
      },
    ])
}
