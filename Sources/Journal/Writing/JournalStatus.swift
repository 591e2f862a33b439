import Clocks
import Synchronization

/// How a journal that is being written does; readable from any thread at any time.
public final class JournalStatus: Sendable {
  private let appended = Atomic<Int64>(0)
  private let durable = Atomic<Int64>(0)
  private let synced = Atomic<Int64>(0)
  private let held = Atomic<Int64>(0)
  private let missing = Atomic<Int64>(0)
  private let closed = Atomic<Int64>(0)
  private let written = Atomic<Int64>(0)
  private let stored = Atomic<Int64>(0)
  private let failures = Mutex<Failures>(Failures())

  private struct Failures {
    var texts: [Part: String] = [:]
  }

  /// What can fail on its own.
  enum Part: Int, CaseIterable, Sendable {
    case writing
    case syncing
    case checking
    case packing
    case removing
  }

  /// Events handed to the operating system by this process: they outlive its end, however it ends.
  public var appendedEvents: Int64 { appended.load(ordering: .acquiring) }
  /// Those of them that are on the disk itself (`fdatasync`): they outlive a loss of power.
  public var durableEvents: Int64 { durable.load(ordering: .acquiring) }
  /// Monotonic: when what was appended reached the disk itself last; nil before the first time.
  public var lastSyncNanoseconds: Int64? {
    let time = synced.load(ordering: .relaxed)
    return time == 0 ? nil : time
  }
  /// Bytes of events that wait in memory, because the disk refuses them.
  public var heldBytes: Int64 { held.load(ordering: .relaxed) }
  /// Events that are in no file, because the disk refused them for longer than memory could hold them. Holes in the journal
  /// say where they were.
  public var missingEvents: Int64 { missing.load(ordering: .relaxed) }
  /// Segments that this process closed.
  public var closedSegments: Int64 { closed.load(ordering: .acquiring) }
  /// Bytes written by this process.
  public var writtenBytes: Int64 { written.load(ordering: .sequentiallyConsistent) }
  /// Bytes of all the journal's files, as counted when a segment was last closed, packed or removed.
  public var storedBytes: Int64 { stored.load(ordering: .relaxed) }
  /// What does not work at the moment, and what to do; nil when all is well.
  public var errorText: String? {
    failures.withLock { failures in Part.allCases.compactMap { failures.texts[$0] }.first }
  }

  func noteWritten(bytes: Int, events: Int64) {
    appended.wrappingAdd(events, ordering: .releasing)
    written.wrappingAdd(Int64(bytes), ordering: .sequentiallyConsistent)
  }
  func noteDurable(events: Int64) {
    durable.store(events, ordering: .releasing)
    synced.store(SystemClock.monotonicNanoseconds, ordering: .relaxed)
  }
  func noteHeld(bytes: Int64) { held.store(bytes, ordering: .relaxed) }
  func noteMissing(_ events: Int64) { missing.wrappingAdd(events, ordering: .relaxed) }
  func noteStored(bytes: Int64) { stored.store(bytes, ordering: .relaxed) }
  func noteClosedSegment() { closed.wrappingAdd(1, ordering: .releasing) }
  func noteError(_ text: String?, of part: Part) { failures.withLock { $0.texts[part] = text } }
}
