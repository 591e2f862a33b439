import Clocks
import FlowEngine
import MarketModel
import Rings
import Storage
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The engine's thread: events from the ring, outputs to the store and the publisher, snapshots for who asks. It takes no lock
/// and never waits for a reader; for the disk it waits only when the source can wait, too.
final class EngineThread: Sendable {
  struct Connections: Sendable {
    var events: SPSCRing<MarketEvent>
    var publisher: SPSCRing<FlowOutput>
    var snapshots: Exchange<FlowSnapshot>
    var store: StoreWriter?
    /// A full store queue holds the engine up for as long as it takes (a recording), or for two seconds and then costs rows,
    /// which are counted (a market).
    var waitsForStore: Bool
    var gauges: IngestGauges
    /// Sees all outputs before anybody else, on the engine's thread; for measuring.
    var observer: (@Sendable (UnsafeBufferPointer<FlowOutput>) -> Void)?
  }

  /// Rung by whoever puts events into the ring.
  let bell = Doorbell()
  private let connections: Connections
  private let isStopping = Atomic<Bool>(false)
  /// Monotonic nanoseconds up to which a stopping engine waits for the store.
  private let stopDeadline = Atomic<Int64>(0)
  private let thread = Mutex<WorkerThread?>(nil)

  /// Events taken from the ring at a time: outputs reach their readers after so many at the latest.
  private static let batchEvents = 512
  /// Longest sleep without events: a snapshot that was asked for meanwhile is that late at most.
  private static let idleMilliseconds: Int32 = 10
  /// How long the last outputs may take to find room in the store's queue.
  private static let stopPatienceNanoseconds: Int64 = 10_000_000_000

  init(_ connections: Connections) { self.connections = connections }

  func start(configuration: FlowConfiguration, instruments: InstrumentTable) {
    thread.withLock { thread in
      precondition(thread == nil, "EngineThread: started twice")
      thread = WorkerThread("engine") { [self] in
        run(FlowEngine(configuration: configuration, instruments: instruments))
      }
    }
  }

  /// Processes what is in the ring and ends the thread; the feed must have stopped before.
  func stop() {
    stopDeadline.store(SystemClock.monotonicNanoseconds + EngineThread.stopPatienceNanoseconds, ordering: .relaxed)
    isStopping.store(true, ordering: .releasing)
    bell.ring()
    thread.withLock { $0 }?.join()
  }

  private func run(_ fresh: consuming FlowEngine) {
    var engine = fresh
    var outputs = OutputBuffer()
    var backlog = StoreBacklog()
    while true {
      let consumed = connections.events.consume(limit: EngineThread.batchEvents) { events in
        engine.process(events, into: &outputs)
      }
      if outputs.count > 0 {
        deliver(outputs.outputs, &backlog)
        outputs.removeAll()
      }
      if engine.hasEnded, consumed > 0 { connections.gauges.setDigest(engine.stateDigest()) }
      connections.snapshots.answer { engine.capture(into: $0) }
      guard consumed == 0 else { continue }
      if isStopping.load(ordering: .acquiring), connections.events.count == 0 { return }
      bell.wait(milliseconds: EngineThread.idleMilliseconds) {
        connections.events.count > 0 || isStopping.load(ordering: .acquiring)
      }
    }
  }

  /// How the store has been keeping up.
  private struct StoreBacklog {
    /// Given up for good, at the end of a run.
    var isLost = false
    /// When its queue was first found full; nil while it takes everything.
    var fullSince: Int64?

    /// A burst is worth this long a wait even to a source that should not wait; a disk that stays away is not.
    static let patienceNanoseconds: Int64 = 2_000_000_000
  }

  private func deliver(_ outputs: UnsafeBufferPointer<FlowOutput>, _ backlog: inout StoreBacklog) {
    connections.observer?(outputs)
    for output in outputs where EngineThread.isPublished(output) {
      if !connections.publisher.push(output) { connections.gauges.notePublisherSkipped(1) }
    }
    guard let store = connections.store else { return }
    var rest = outputs
    while true {
      // Behind a gap in a source that is played again nothing may be stored: the ledger counts outputs.
      if !backlog.isLost { rest = UnsafeBufferPointer(rebasing: rest[store.offer(rest)...]) }
      if rest.isEmpty {
        backlog.fullSince = nil
        return
      }
      let isStopping = isStopping.load(ordering: .acquiring)
      if isStopping, !backlog.isLost { backlog.isLost = hasGivenUp(store) }
      let isWorthWaiting = connections.waitsForStore || isStopping || hasPatience(store, &backlog)
      guard isWorthWaiting, !backlog.isLost else {
        connections.gauges.noteStoreDropped(rest.count)
        return
      }
      connections.gauges.noteWaitForStore()
      usleep(200)
    }
  }

  private func hasPatience(_ store: StoreWriter, _ backlog: inout StoreBacklog) -> Bool {
    let now = SystemClock.monotonicNanoseconds
    let since = backlog.fullSince ?? now
    backlog.fullSince = since
    return store.counters.errorText == nil && now - since < StoreBacklog.patienceNanoseconds
  }

  /// The publisher shows prints; sums reach it by snapshot.
  private static func isPublished(_ output: FlowOutput) -> Bool {
    switch output {
    case .print, .cancellation, .sessionReset, .incident: true
    case .minuteBar, .openInterest, .digest: false
    }
  }

  /// At the end even a source that cannot wait has time, unless the disk refuses.
  private func hasGivenUp(_ store: StoreWriter) -> Bool {
    store.counters.errorText != nil || SystemClock.monotonicNanoseconds >= stopDeadline.load(ordering: .relaxed)
  }
}
