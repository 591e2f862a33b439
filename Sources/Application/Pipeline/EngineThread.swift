import Alerting
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
/// for an event whose outputs find room (one when a day begins or ends, and while the store's queue is full), and never waits for
/// a reader; for the disk it waits only when the source can wait, too.
final class EngineThread: Sendable {
  struct Connections: Sendable {
    var events: SPSCRing<MarketEvent>
    var publisher: SPSCRing<FlowOutput>
    var snapshots: Exchange<FlowSnapshot>
    /// Of the positioning thread; nil without one.
    var positioning: Exchange<FlowSnapshot>?
    /// Nil when nobody asks for order-flow reports.
    var flow: Exchange<FlowReport>?
    var store: StoreWriter?
    var storePatience: StorePatience
    var gauges: IngestGauges
    /// Takes what alerts are made of; nil when none are kept.
    var alerts: AlertsThread?
    /// The source may begin again from its start, as a recording does.
    var mayStartAgain = false
    /// Sees all outputs before anybody else, on the engine's thread; for measuring.
    var observer: (@Sendable (UnsafeBufferPointer<FlowOutput>) -> Void)?
  }

  /// How long a full store queue holds the engine up; what does not get in after that is not stored, and counted.
  enum StorePatience: Sendable {
    /// As long as it takes: a recording can wait.
    case endless
    /// A market: a burst is worth two seconds' wait, a disk that stays away none.
    case short
    /// A market that is recorded in a journal: what the store misses it misses until the next start, so a full disk is worth
    /// a minute; at the start, while the journal is played, as long as it takes.
    case recorded

    fileprivate var nanoseconds: Int64 {
      switch self {
      case .endless: .max
      case .short: 2_000_000_000
      case .recorded: 60_000_000_000
      }
    }
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

  /// - Parameter engine: the thread's own from here on.
  func start(_ engine: consuming sending FlowEngine) {
    let handed = HandedEngine(engine)
    thread.withLock { thread in
      precondition(thread == nil, "EngineThread: started twice")
      thread = WorkerThread("engine") { [self] in
        guard let engine = handed.engine.take() else { preconditionFailure("EngineThread: no engine") }
        run(engine)
      }
    }
  }

  /// An engine on its way to the thread: one puts it in, the other, begun later, takes it out.
  private final class HandedEngine: @unchecked Sendable {
    var engine: FlowEngine?
    init(_ engine: consuming FlowEngine) { self.engine = consume engine }
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
    var isDigestKnown = false
    if let session = engine.session {
      connections.gauges.noteDay(
        session,
        before: IngestPosition(prints: engine.printsBefore, cancellations: engine.cancellationsBefore))
    }
    while true {
      let consumed = connections.events.consume(limit: EngineThread.batchEvents) { events in
        engine.process(events, into: &outputs)
      }
      if outputs.count > 0 {
        deliverStretches(of: outputs.outputs, &backlog)
        outputs.removeAll()
      }
      connections.snapshots.answer { engine.capture(into: $0) }
      connections.positioning?.answer { engine.capture(into: $0) }
      connections.flow?.answer { engine.fill($0) }
      guard consumed == 0 else {
        isDigestKnown = false
        continue
      }
      // In this order: what the feed put into the ring before it said that it has ended is there now.
      if !isDigestKnown, connections.gauges.hasEnded, connections.events.count == 0 {
        connections.gauges.setDigest(engine.stateDigest())
        isDigestKnown = true
      }
      if isStopping.load(ordering: .acquiring), connections.events.count == 0 {
        engine.recordDigest(into: &outputs)
        deliver(outputs.outputs, &backlog)
        return
      }
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
    var progress = StoreProgress()
  }

  /// What the engine says after its source began again is what it has said before, up to where it had come.
  private struct StoreProgress {
    /// Outputs since the source began, this time and at most.
    private var seen = 0
    private var furthest = 0

    mutating func begin() { seen = 0 }

    /// The outputs that the store was not offered before.
    mutating func fresh(_ outputs: UnsafeBufferPointer<FlowOutput>) -> UnsafeBufferPointer<FlowOutput> {
      let known = min(outputs.count, furthest - seen)
      seen += outputs.count
      furthest = max(furthest, seen)
      return UnsafeBufferPointer(rebasing: outputs[known...])
    }
  }

  private func deliverStretches(of outputs: UnsafeBufferPointer<FlowOutput>, _ backlog: inout StoreBacklog) {
    var rest = outputs
    while connections.mayStartAgain, let start = rest.firstIndex(where: EngineThread.startsAgain) {
      deliver(UnsafeBufferPointer(rebasing: rest[..<start]), &backlog)
      publish(UnsafeBufferPointer(rebasing: rest[start...start]))
      backlog.progress.begin()
      rest = UnsafeBufferPointer(rebasing: rest[(start + 1)...])
    }
    deliver(rest, &backlog)
  }

  private static func startsAgain(_ output: FlowOutput) -> Bool {
    if case .incident(let incident) = output { incident.kind == .restarted } else { false }
  }

  private func publish(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    connections.observer?(outputs)
    connections.alerts?.offer(outputs)
    for output in outputs where EngineThread.isPublished(output) {
      if case .sessionReset(let reset) = output { noteDay(reset) }
      if !connections.publisher.push(output) { connections.gauges.notePublisherSkipped(1) }
    }
  }

  private func deliver(_ outputs: UnsafeBufferPointer<FlowOutput>, _ backlog: inout StoreBacklog) {
    publish(outputs)
    guard let store = connections.store else { return }
    var rest = backlog.progress.fresh(outputs)
    while true {
      // Behind a gap in a source that is played again nothing may be stored: the ledger counts outputs.
      if !backlog.isLost { rest = UnsafeBufferPointer(rebasing: rest[store.offer(rest)...]) }
      if rest.isEmpty {
        backlog.fullSince = nil
        return
      }
      let isStopping = isStopping.load(ordering: .acquiring)
      if isStopping, !backlog.isLost { backlog.isLost = hasGivenUp(store) }
      let isWorthWaiting = isStopping || hasPatience(store, &backlog)
      guard isWorthWaiting, !backlog.isLost else {
        store.giveUp(rest)
        return
      }
      connections.gauges.noteWaitForStore()
      usleep(200)
    }
  }

  private func hasPatience(_ store: StoreWriter, _ backlog: inout StoreBacklog) -> Bool {
    if case .recorded = connections.storePatience, !connections.gauges.isStreaming { return true }
    let now = SystemClock.monotonicNanoseconds
    let since = backlog.fullSince ?? now
    backlog.fullSince = since
    if case .short = connections.storePatience, store.counters.errorText != nil { return false }
    return now - since < connections.storePatience.nanoseconds
  }

  private func noteDay(_ reset: SessionReset) {
    connections.gauges.noteDay(
      reset.session, before: IngestPosition(prints: reset.printsBefore, cancellations: reset.cancellationsBefore))
  }

  /// The publisher shows prints and detections; sums reach it by snapshot.
  private static func isPublished(_ output: FlowOutput) -> Bool {
    switch output {
    case .print, .cancellation, .sessionReset, .incident, .detection, .detectionLeg: true
    case .minuteBar, .openInterest, .digest: false
    }
  }

  /// At the end even a source that cannot wait has time, unless the disk refuses.
  private func hasGivenUp(_ store: StoreWriter) -> Bool {
    store.counters.errorText != nil || SystemClock.monotonicNanoseconds >= stopDeadline.load(ordering: .relaxed)
  }
}
