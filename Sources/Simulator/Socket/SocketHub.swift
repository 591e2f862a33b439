import Clocks
import Synchronization
import Transport

/// All WebSocket connections: signs in, keeps channels, sends what is played, makes the faults of the wire. Network thread
/// only, but for the counters.
final class SocketHub {
  private let options: SimulatorOptions
  private let outbox: Outbox
  private let counters: FaultCounters
  private let gauges: SocketGauges
  private let dice: FaultDice
  private var connections: [ObjectIdentifier: SocketConnection] = [:]
  private var opened = 0
  private var signIns = 0
  private var waiting: ArraySlice<PlayedBatch> = []
  private let start = SystemClock.monotonicNanoseconds
  private var isMute = false

  init(options: SimulatorOptions, outbox: Outbox, counters: FaultCounters, gauges: SocketGauges) {
    self.options = options
    self.outbox = outbox
    self.counters = counters
    self.gauges = gauges
    dice = FaultDice(options.faults)
  }

  // MARK: Conversations

  func opened(_ client: WebSocketClient, _ cluster: Cluster) {
    opened += 1
    gauges.connections.wrappingAdd(1, ordering: .relaxed)
    let rules = SocketSession.Rules(
      hasOptionQuotes: options.account.plan == .realtime, acknowledgesAtOnce: options.acknowledgesAtOnce)
    let now = SystemClock.monotonicNanoseconds
    let connection = SocketConnection(
      client: client, number: opened, session: SocketSession(cluster: cluster, rules: rules), now: now)
    if options.faults.disconnectSeconds > 0 {
      // Half to one and a half of the time asked for, so that connections do not fall together.
      let seconds = options.faults.disconnectSeconds * (0.5 + dice.draw(.disconnect, opened))
      connection.cutAt = now + Int64(seconds * 1e9)
    }
    connections[ObjectIdentifier(client)] = connection
    take(connection.session.opened(), connection)
  }

  func received(_ client: WebSocketClient, _ text: [UInt8]) {
    guard let connection = connections[ObjectIdentifier(client)] else { return }
    take(connection.session.received(text), connection)
    countSubscribers()
  }

  func closed(_ client: WebSocketClient) {
    connections[ObjectIdentifier(client)] = nil
    gauges.connections.wrappingSubtract(1, ordering: .relaxed)
    countSubscribers()
  }

  private func take(_ steps: [SocketSession.Step], _ connection: SocketConnection) {
    for step in steps {
      switch step {
      case .send(let status): connection.client.send(OutgoingFrame(text: status.bytes))
      case .authenticate(let key): take(connection.session.signIn(judge(key, connection)), connection)
      case .close(let status, let code):
        connection.client.close(
          code: code, reason: status.statuses.first?.word.rawValue ?? "", last: OutgoingFrame(text: status.bytes))
      }
    }
  }

  private func judge(_ key: String, _ connection: SocketConnection) -> SocketSession.SignIn {
    signIns += 1
    let account = options.account
    if dice.falls(.authFailure, signIns, share: options.faults.authFailureShare) {
      FaultCounters.count(counters.authFailures)
      return .unknownKey
    }
    guard !key.isEmpty, account.keys.isEmpty || account.keys.contains(key) else { return .unknownKey }
    guard account.plan != .none else { return .noPlan }
    if dice.falls(.maxConnections, signIns, share: options.faults.maxConnectionsShare) {
      FaultCounters.count(counters.maxConnections)
      return .tooManyConnections(allowed: account.connections)
    }
    let held = connections.values.filter { $0.key == key && $0.cluster == connection.cluster && $0.client.isOpen }
    guard held.count < account.connections else { return .tooManyConnections(allowed: account.connections) }
    connection.key = key
    return .granted
  }

  private func countSubscribers() {
    outbox.setSubscribers(connections.values.count { $0.isSubscribed && $0.client.isOpen })
  }

  // MARK: The stream

  /// Sends what was played, as far as its readers take it.
  func drain() {
    if waiting.isEmpty { waiting = outbox.take()[...] }
    while let batch = waiting.first {
      guard options.speed != nil || haveRoom else { return }
      waiting.removeFirst()
      send(batch)
      outbox.sent(1, bytes: batch.byteCount)
      if waiting.isEmpty { waiting = outbox.take()[...] }
    }
  }

  /// Without pace the stream waits for its slowest reader.
  private var haveRoom: Bool {
    connections.values.allSatisfy { connection in
      !connection.isSubscribed
        || (connection.client.queuedFrames < SimulatorLimits.queuedFrames / 2
          && connection.client.queuedBytes < options.queuedBytes / 2)
    }
  }

  private func send(_ batch: PlayedBatch) {
    let isDamaged = dice.falls(.malformed, batch.number, share: options.faults.malformedShare)
    for connection in connections.values where connection.isSubscribed && connection.client.isOpen {
      for frame in batch.events(of: connection.cluster).frames(for: connection.session.channels) {
        if isMute {
          FaultCounters.count(counters.mutedFrames)
          continue
        }
        if isDamaged { FaultCounters.count(counters.malformedFrames) }
        send(isDamaged ? FrameDamage.damaged(frame, draw: dice.draw(.damage, batch.number)) : frame, connection)
      }
    }
  }

  private func send(_ frame: [UInt8], _ connection: SocketConnection) {
    let client = connection.client
    guard
      client.queuedFrames < SimulatorLimits.queuedFrames,
      client.queuedBytes + frame.count <= options.queuedBytes
    else {
      gauges.slowConsumers.wrappingAdd(1, ordering: .relaxed)
      take(connection.session.fellBehind(), connection)
      return
    }
    gauges.frames.wrappingAdd(1, ordering: .relaxed)
    client.send(OutgoingFrame(text: frame))
  }

  // MARK: Time

  /// Called a few hundred times a second at most.
  func tick() {
    let now = SystemClock.monotonicNanoseconds
    updateMute(now)
    for connection in connections.values where connection.client.isOpen { look(after: connection, now) }
    drain()
  }

  private func updateMute(_ now: Int64) {
    let faults = options.faults
    guard faults.muteEverySeconds > 0, faults.muteSeconds > 0 else { return }
    let period = faults.muteEverySeconds + faults.muteSeconds
    let phase = (Double(now - start) / 1e9).truncatingRemainder(dividingBy: period)
    let mutes = phase >= faults.muteEverySeconds && !dice.isOver
    if mutes, !isMute { FaultCounters.count(counters.mutes) }
    isMute = mutes
  }

  private func look(after connection: SocketConnection, _ now: Int64) {
    if let cutAt = connection.cutAt, now >= cutAt, !dice.isOver {
      disconnect(connection)
    } else if !connection.session.isAuthenticated {
      if now - connection.openedAt > Int64(SimulatorLimits.authSeconds) * 1_000_000_000 {
        take(connection.session.timedOut(), connection)
      }
    } else {
      lookForStuckReader(connection, now)
    }
  }

  /// Half of the time without a word, else with the vendor's.
  private func disconnect(_ connection: SocketConnection) {
    FaultCounters.count(counters.disconnects)
    if dice.draw(.disconnectKind, connection.number) < 0.5 {
      connection.client.cut()
    } else {
      let status = StatusFrame(.forceDisconnect, "Forced disconnect by the simulator")
      connection.client.close(code: 1008, reason: "force_disconnect", last: OutgoingFrame(text: status.bytes))
    }
    connection.cutAt = nil
    countSubscribers()
  }

  private func lookForStuckReader(_ connection: SocketConnection, _ now: Int64) {
    // With pace, the bound of its queue finds it.
    guard options.speed == nil else { return }
    let bytes = connection.client.queuedBytes
    if bytes == 0 || bytes < connection.waitingBytes { connection.movedAt = now }
    connection.waitingBytes = bytes
    guard now - connection.movedAt > Int64(SimulatorLimits.stuckSeconds) * 1_000_000_000 else { return }
    gauges.slowConsumers.wrappingAdd(1, ordering: .relaxed)
    take(connection.session.fellBehind(), connection)
    countSubscribers()
  }
}

/// What the sockets did. Any thread.
final class SocketGauges: Sendable {
  let connections = Atomic<Int>(0)
  let frames = Atomic<Int>(0)
  let slowConsumers = Atomic<Int>(0)
}
