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
    /// A full store queue holds the engine up (a source that can be paused) or costs rows, which are counted (one that cannot).
    var waitsForStore: Bool
    var gauges: IngestGauges
  }

  /// Rung by whoever puts events into the ring.
  let bell = Doorbell()
  private let connections: Connections
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)

  /// Events taken from the ring at a time: outputs reach their readers after so many at the latest.
  private static let batchEvents = 512
  /// Longest sleep without events: a snapshot that was asked for meanwhile is that late at most.
  private static let idleMilliseconds: Int32 = 10

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
    isStopping.store(true, ordering: .releasing)
    bell.ring()
    thread.withLock { $0 }?.join()
  }

  private func run(_ fresh: consuming FlowEngine) {
    var engine = fresh
    var outputs = OutputBuffer()
    while true {
      let consumed = connections.events.consume(limit: EngineThread.batchEvents) { events in
        engine.process(events, into: &outputs)
      }
      if outputs.count > 0 {
        deliver(outputs.outputs)
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

  private func deliver(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    for output in outputs where EngineThread.isPublished(output) {
      if !connections.publisher.push(output) { connections.gauges.notePublisherSkipped(1) }
    }
    guard let store = connections.store, !connections.gauges.isStoreGivenUp else { return }
    var rest = outputs
    while true {
      rest = UnsafeBufferPointer(rebasing: rest[store.offer(rest)...])
      if rest.isEmpty { return }
      if connections.waitsForStore, isStopping.load(ordering: .acquiring) {
        // What is stored of a recording must be its beginning without a gap: a later playing goes on from there.
        connections.gauges.giveUpStore()
      }
      guard connections.waitsForStore, !connections.gauges.isStoreGivenUp else {
        connections.gauges.noteStoreDropped(rest.count)
        return
      }
      connections.gauges.noteWaitForStore()
      usleep(200)
    }
  }

  /// The publisher shows prints; sums reach it by snapshot.
  private static func isPublished(_ output: FlowOutput) -> Bool {
    switch output {
    case .print, .cancellation, .sessionReset, .incident: true
    case .minuteBar, .openInterest: false
    }
  }
}
