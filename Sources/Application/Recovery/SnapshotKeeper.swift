import Clocks
import Feeds
import FlowEngine
import Journal
import Logging
import MarketModel
import Rings
import Storage
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes snapshots of the engine's state, so that a restart need not play the whole day: whenever the journal has closed a segment,
/// it plays what is new behind the last snapshot in an engine of its own. On a thread of its own, one that yields to the others.
final class SnapshotKeeper: Sendable {
  private let record: LiveRecord
  private let gauges: IngestGauges
  private let rules: FlowConfiguration
  private let log: Log
  private let bell = Doorbell()
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)
  private let newest = Atomic<Int64>(-1)

  private static let lookMilliseconds: Int32 = 1_000
  /// A start that had so many events to play is not to be followed by another.
  private static let longRecoveryEvents: Int64 = 1_000_000
  /// Snapshots are for restarts, which are rare: a tenth of a processor is enough for them. On a machine that is busy they take
  /// longer, and are not to get rarer by that: what is to be played at a restart grows as fast as ever.
  private static let pauseFactor: Int64 = 9
  private static let shortestPauseNanoseconds: Int64 = 30_000_000_000

  init(_ record: LiveRecord, gauges: IngestGauges, rules: FlowConfiguration, log: Log) {
    self.record = record
    self.gauges = gauges
    self.rules = rules
    self.log = log
  }

  /// Events of the day that the newest snapshot holds; nil before the first.
  var newestEvents: Int64? {
    let events = newest.load(ordering: .relaxed)
    return events < 0 ? nil : events
  }

  func start() {
    thread.withLock { thread in
      precondition(thread == nil, "SnapshotKeeper: started twice")
      thread = WorkerThread("snapshots", .patient) { [self] in run() }
    }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    bell.ring()
    thread.withLock { $0 }?.join()
  }

  /// What the calling thread has used of a processor.
  private static var processorNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private var isToStop: Bool { isStopping.load(ordering: .acquiring) }

  private func run() {
    var seen: Int64 = 0
    var pausedUntil: Int64 = 0
    var isFirst = true
    while !isToStop {
      let closed = record.journal.status.closedSegments
      let wasLong = isFirst && gauges.isStreaming && record.progress.events >= SnapshotKeeper.longRecoveryEvents
      if wasLong || closed != seen, SystemClock.monotonicNanoseconds >= pausedUntil {
        seen = closed
        isFirst = false
        let start = SnapshotKeeper.processorNanoseconds
        do {
          try make()
        } catch {
          log.warning("journal", "no snapshot of the engine's state, the next start takes longer: \(error)")
        }
        let used = SnapshotKeeper.processorNanoseconds - start
        pausedUntil =
          SystemClock.monotonicNanoseconds
          + max(SnapshotKeeper.shortestPauseNanoseconds, SnapshotKeeper.pauseFactor * used)
      }
      bell.wait(milliseconds: SnapshotKeeper.lookMilliseconds) { isToStop }
    }
  }

  /// Makes a snapshot of the day under way, as far as its events are on the disk.
  func make() throws {
    // Before its first event nobody knows what came before the day.
    guard let day = gauges.day else { return }
    let start = SystemClock.monotonicNanoseconds
    let previous = record.snapshots.snapshots(of: day.session).first { $0.before == day.before }
    let instruments = InstrumentTable()
    let program = record.snapshots.fingerprint
    var engine =
      try previous?.restored(program: program, rules, instruments)
      ?? FlowEngine(
        configuration: rules, instruments: instruments, printsBefore: day.before.prints,
        cancellationsBefore: day.before.cancellations)
    var standing = previous?.standing ?? LiveStanding()
    var outputs = OutputBuffer()
    let first = previous?.events ?? 0
    var reader = try record.journal.archive.read(day.session, from: first, into: instruments)
    let now = SystemClock.wallNanoseconds
    while let block = try reader.next() {
      if isToStop { return }
      engine.process(block.events, into: &outputs)
      outputs.removeAll()
      standing.note(block.events, receivedNanoseconds: block.receivedNanoseconds, instruments: instruments)
      // Under full load the journal grows as fast as this thread plays it: to its end there would never be a snapshot.
      if block.receivedNanoseconds > now { break }
    }
    // The engine of a day with a hole has seen more than the journal.
    guard reader.missingEvents == 0, reader.eventsRead > first else { return }
    let appended = record.journal.status.appendedEvents
    // A loss of power must not leave a journal that ends before its snapshot.
    while record.journal.status.durableEvents < appended {
      if isToStop { return }
      bell.wait(milliseconds: 10) { isToStop }
    }
    var state = SnapshotBytes()
    engine.save(program: program, into: &state)
    let position = engine.position
    let snapshot = EngineSnapshot(
      day: day.session, events: reader.eventsRead, before: day.before,
      position: IngestPosition(prints: position.prints, cancellations: position.cancellations), standing: standing,
      cancellationsCounted: engine.counters.cancellations, state: state)
    try record.snapshots.save(snapshot)
    newest.store(snapshot.events, ordering: .relaxed)
    log.info(
      "journal", "snapshot of the engine's state",
      [
        "day": "\(day.session)", "events": "\(snapshot.events)", "bytes": "\(snapshot.state.bytes.count)",
        "milliseconds": "\((SystemClock.monotonicNanoseconds - start) / 1_000_000)",
      ])
  }
}
