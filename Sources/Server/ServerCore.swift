import FlowEngine
import MarketModel
import Rings

/// Everything the network thread does, without a socket and without a clock of its own.
final class ServerCore {
  let model: ReadModel
  let broadcaster: StreamBroadcaster
  private let identity: ServerIdentity
  private let outputs: SPSCRing<FlowOutput>
  private let snapshots: Exchange<FlowSnapshot>
  private let facts: @Sendable () -> HealthFacts
  private let now: () -> Timestamp
  private let startTime: Timestamp
  /// The snapshot that is not being read; nil while the engine has it.
  private var spare: FlowSnapshot? = FlowSnapshot()
  private var lastRequest: Timestamp?
  private var lastAnswer: Timestamp?
  private var lastState: Timestamp?
  private var skips = RecentIncrease()
  /// Messages that clients lost inside the transport, as of the last tick.
  private var transportDropped: Int64 = 0

  /// How often a snapshot is asked for, and how long a client may be left without news when none comes.
  static let snapshotNanoseconds: Int64 = 250_000_000
  static let longestSilenceNanoseconds: Int64 = 400_000_000
  /// Ticks come a little early or late; half a tick is no reason to wait for the next one.
  private static let toleranceNanoseconds: Int64 = 25_000_000

  init(
    model: ReadModel, identity: ServerIdentity, outputs: SPSCRing<FlowOutput>, snapshots: Exchange<FlowSnapshot>,
    facts: @escaping @Sendable () -> HealthFacts, now: @escaping () -> Timestamp
  ) {
    self.model = model
    self.identity = identity
    self.outputs = outputs
    self.snapshots = snapshots
    self.facts = facts
    self.now = now
    startTime = now()
    broadcaster = StreamBroadcaster(identity: identity, model: model)
  }

  /// Takes over what is new and tells the clients; every 50 ms.
  /// - Parameter transportDropped: messages that clients lost inside the transport since the start.
  func tick(transportDropped: Int64 = 0) {
    let time = now()
    self.transportDropped = transportDropped
    let isFresh = takeSnapshot(at: time)
    drain()
    if isFresh { model.reconcile() }
    broadcaster.broadcastPrints()
    requestSnapshot(at: time)
    let silence = lastState.map { time - $0 } ?? .max
    if isFresh || silence >= ServerCore.longestSilenceNanoseconds {
      lastState = time
      broadcaster.broadcastState(health: health(), wallTime: time)
    }
  }

  private func drain() {
    var room = Limits.outputsPerTick
    while room > 0 {
      let taken = outputs.consume(limit: room) { model.absorb($0) }
      if taken == 0 { return }
      room -= taken
    }
  }

  private func takeSnapshot(at time: Timestamp) -> Bool {
    guard let filled = snapshots.take() else { return false }
    spare = model.adopt(filled, wallTime: time)
    lastAnswer = time
    return true
  }

  private func requestSnapshot(at time: Timestamp) {
    if let lastRequest, time - lastRequest < ServerCore.snapshotNanoseconds - ServerCore.toleranceNanoseconds { return }
    guard let object = spare, snapshots.request(object) else { return }
    spare = nil
    lastRequest = time
  }

  /// A reading of the whole.
  func health() -> Health {
    let time = now()
    var facts = facts()
    // A recording does not say beforehand whom it follows: those it has shown.
    if facts.ingest.subscribed.isEmpty {
      facts.ingest.subscribed = model.snapshot.underlyings.map { model.directory[$0.instrument].symbol }
    }
    func seconds(since past: Timestamp) -> Double { Double(max(0, (time - past) / 1_000_000)) / 1000 }
    let dataAge = facts.ingest.lastReceived == .none ? nil : seconds(since: facts.ingest.lastReceived)
    let skipped = max(facts.publisherSkipped, model.missingPrints)
    let verdict = HealthAssessment.judge(
      facts, dataAgeSeconds: dataAge, snapshotAgeSeconds: seconds(since: lastAnswer ?? startTime),
      publisherSkippedNow: skips.note(skipped, at: time))
    var stream = broadcaster.counters
    stream.dropped += transportDropped
    return Health(
      status: verdict.status, reasons: verdict.reasons, facts: facts, identity: identity,
      uptimeSeconds: seconds(since: startTime), session: model.snapshot.session, streamTime: model.snapshot.streamTime,
      lastTradeTime: model.lastTradeTime, dataAgeSeconds: dataAge, eventsPerSecond: model.eventsPerSecond,
      counters: model.snapshot.counters, stream: stream, publisherSkipped: skipped)
  }
}

/// Whether a counter has grown in the last seconds.
struct RecentIncrease {
  private var value: Int64 = 0
  private var grewAt: Timestamp?
  private static let memoryNanoseconds: Int64 = 10_000_000_000

  /// Takes a reading; returns whether it, or one of the last ten seconds, was higher than the one before.
  mutating func note(_ reading: Int64, at time: Timestamp) -> Bool {
    if reading > value {
      value = reading
      grewAt = time
    }
    return grewAt.map { time - $0 < RecentIncrease.memoryNanoseconds } ?? false
  }
}
