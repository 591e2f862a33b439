import Synchronization

/// How far the journal has been played at a start, readable from any thread.
final class RecoveryProgress: Sendable {
  private let played = Atomic<Int64>(0)
  private let recorded = Atomic<Int64>(0)
  private let bytes = Atomic<Int64>(0)
  private let total = Atomic<Int64>(0)

  /// Events of the journal that the engine got at this start.
  var events: Int64 { played.load(ordering: .relaxed) }
  /// Events of the last day that were recorded before this start; known when the journal has been played.
  var eventsOfDay: Int64 { recorded.load(ordering: .relaxed) }
  /// From 0 to 1.
  var share: Double {
    let total = total.load(ordering: .relaxed)
    return total == 0 ? 1 : min(1, Double(bytes.load(ordering: .relaxed)) / Double(total))
  }

  func notePlayed(_ count: Int) { played.wrappingAdd(Int64(count), ordering: .relaxed) }

  func note(eventsOfDay count: Int64) { recorded.store(count, ordering: .relaxed) }

  func note(bytes read: Int64, of all: Int64) {
    bytes.store(read, ordering: .relaxed)
    total.store(all, ordering: .relaxed)
  }
}
