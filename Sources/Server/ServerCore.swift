import Alerting
import Clocks
import FlowEngine
import MarketModel
import Rings

/// Everything the network thread does, without a socket and without a clock of its own.
final class ServerCore {
  let model: ReadModel
  let broadcaster: StreamBroadcaster
  private let outputs: SPSCRing<FlowOutput>
  private let snapshots: Exchange<FlowSnapshot>
  private let facts: @Sendable () -> HealthFacts
  private let clocks: ServerClocks
  private let news: AlertNews?
  /// Nil when no order flow is summed.
  let flow: FlowDesk?
  private let startNanoseconds: Int64
  /// The snapshot that is not being read; nil while the engine has it.
  private var spare: FlowSnapshot? = FlowSnapshot()
  // On the clock that never goes back.
  private var lastRequest: Int64?
  private var lastAnswer: Int64?
  private var lastState: Int64?
  private var losses = RecentLosses()
  private var dataAge = DataAge()
  /// Messages that clients lost inside the transport, as of the last tick.
  private var transportDropped: Int64 = 0

  /// How often a snapshot is asked for, and how long a client may be left without news when none comes.
  static let snapshotNanoseconds: Int64 = 250_000_000
  static let longestSilenceNanoseconds: Int64 = 400_000_000
  /// Ticks come a little early or late; half a tick is no reason to wait for the next one.
  private static let toleranceNanoseconds: Int64 = 25_000_000

  init(
    model: ReadModel, identity: ServerIdentity, outputs: SPSCRing<FlowOutput>, snapshots: Exchange<FlowSnapshot>,
    flow: Exchange<FlowReport>? = nil, facts: @escaping @Sendable () -> HealthFacts, clocks: ServerClocks,
    news: AlertNews? = nil
  ) {
    self.model = model
    self.outputs = outputs
    self.snapshots = snapshots
    self.facts = facts
    self.clocks = clocks
    self.news = news
    self.flow = flow.map { FlowDesk($0, monotonicNanoseconds: clocks.monotonicNanoseconds) }
    startNanoseconds = clocks.monotonicNanoseconds()
    broadcaster = StreamBroadcaster(identity: identity, model: model)
  }

  /// Takes over what is new and tells the clients; every 50 ms.
  /// - Parameter transportDropped: messages that clients lost inside the transport since the start.
  func tick(transportDropped: Int64 = 0) {
    let time = clocks.monotonicNanoseconds()
    self.transportDropped = transportDropped
    let isFresh = takeSnapshot(at: time)
    drain()
    if isFresh { model.reconcile() }
    broadcaster.follow(restarts: model.restarts)
    broadcaster.broadcastPrints()
    if let (alerts, missed) = news?.take() { broadcaster.broadcastAlerts(alerts, missed: missed) }
    broadcaster.broadcastDetections()
    requestSnapshot(at: time)
    flow?.tick()
    let silence = lastState.map { time - $0 } ?? .max
    if isFresh || silence >= ServerCore.longestSilenceNanoseconds {
      lastState = time
      broadcaster.broadcastState(health: health(), wallTime: clocks.wallTime())
    }
  }

  /// Takes a message of a stream client.
  func receive(_ bytes: [UInt8], from client: any StreamClient) {
    broadcaster.receive(bytes, from: client, atNanoseconds: clocks.monotonicNanoseconds())
  }

  private func drain() {
    var room = Limits.outputsPerTick
    while room > 0 {
      let taken = outputs.consume(limit: room) { model.absorb($0) }
      if taken == 0 { return }
      room -= taken
    }
  }

  private func takeSnapshot(at time: Int64) -> Bool {
    guard let filled = snapshots.take() else { return false }
    spare = model.adopt(filled, atNanoseconds: time)
    lastAnswer = time
    return true
  }

  private func requestSnapshot(at time: Int64) {
    if let lastRequest, time - lastRequest < ServerCore.snapshotNanoseconds - ServerCore.toleranceNanoseconds { return }
    guard let object = spare, snapshots.request(object) else { return }
    spare = nil
    lastRequest = time
  }

  /// A reading of the whole.
  func health() -> Health {
    let time = clocks.monotonicNanoseconds()
    var facts = facts()
    // A recording does not say beforehand whom it follows: those it has shown.
    if facts.ingest.subscribed.isEmpty {
      facts.ingest.subscribed = model.snapshot.underlyings.map { model.directory[$0.instrument].symbol }
    }
    dataAge.note(facts.ingest, wallTime: clocks.wallTime(), atNanoseconds: time)
    model.note(skippedOutputs: facts.publisherSkipped)
    let skipped = max(facts.publisherSkipped, model.missingPrints)
    let detectors = model.snapshot.detectors.map {
      DetectorHealth(status: $0, found: model.detections.counts[$0.detector] ?? 0)
    }
    let counts = Losses(facts, model.snapshot.counters, missedCancellations: model.missedCancellations)
    let verdict = HealthAssessment.judge(
      facts, silenceSeconds: dataAge.unexplainedSeconds(atNanoseconds: time),
      snapshotAgeSeconds: DataAge.seconds(time - (lastAnswer ?? startNanoseconds)),
      others: losses.note(counts, publisherSkipped: skipped, atNanoseconds: time)
        + detectors.compactMap(\.doubt))
    var stream = broadcaster.counters
    stream.dropped += transportDropped
    return Health(
      status: verdict.status, reasons: verdict.reasons, facts: facts, identity: broadcaster.identity,
      uptimeSeconds: DataAge.seconds(time - startNanoseconds), session: model.snapshot.session,
      streamTime: model.snapshot.streamTime,
      lastTradeTime: model.lastTradeTime, dataAgeSeconds: dataAge.seconds(atNanoseconds: time),
      eventsPerSecond: model.eventsPerSecond,
      counters: model.snapshot.counters, stream: stream, publisherSkipped: skipped, losses: counts,
      detectors: detectors)
  }
}

/// The clocks the core reads.
struct ServerClocks {
  /// For pace and ages: never goes back.
  var monotonicNanoseconds: () -> Int64
  /// For what is shown, and to understand what others say in wall time.
  var wallTime: () -> Timestamp

  static var system: ServerClocks {
    ServerClocks(
      monotonicNanoseconds: { SystemClock.monotonicNanoseconds },
      wallTime: { Timestamp(nanoseconds: SystemClock.wallNanoseconds) })
  }
}

/// Whether a counter has grown in the last seconds.
struct RecentIncrease {
  private var value: Int64 = 0
  private var grewAt: Int64?
  private static let memoryNanoseconds: Int64 = 10_000_000_000

  /// Takes a reading; returns whether it, or one of the last ten seconds, was higher than the one before.
  mutating func note(_ reading: Int64, atNanoseconds time: Int64) -> Bool {
    if reading > value {
      value = reading
      grewAt = time
    }
    return grewAt.map { time - $0 < RecentIncrease.memoryNanoseconds } ?? false
  }
}
