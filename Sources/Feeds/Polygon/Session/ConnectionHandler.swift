import Clocks
import Logging
import MarketModel
import Rings
import Transport

/// Carries out what a session decides on a real socket. Client loop's thread only, except for `board`.
final class ConnectionHandler: ClientSocketHandler, @unchecked Sendable {
  let board: StatusBoard

  private let configuration: PolygonConnection.Configuration
  private unowned let loop: ClientLoop
  private let log: Log
  private let frames: FrameRing
  private let bell: Doorbell
  private let onEvent: @Sendable (SessionEvent) -> Void
  private var session: PolygonSession
  private var reader = StatusReader()
  /// The socket of the session; what an earlier one still says is not heard.
  private var socket: ClientSocket?
  private var alarm: ScheduledCall?
  private var alarmNanoseconds = Int64.max
  /// Set while reading is paused: the next look whether there is room.
  private var pause: ScheduledCall?
  private static let roomMilliseconds = 2
  /// Messages are being lost, which has been said.
  private var isOverflowing = false

  init(
    _ configuration: PolygonConnection.Configuration, loop: ClientLoop, frames: FrameRing, bell: Doorbell, log: Log,
    onEvent: @escaping @Sendable (SessionEvent) -> Void
  ) {
    self.configuration = configuration
    self.loop = loop
    self.log = log
    self.frames = frames
    self.bell = bell
    self.onEvent = onEvent
    board = StatusBoard(cluster: configuration.cluster, endpoint: configuration.endpoint.description)
    session = PolygonSession(
      cluster: configuration.cluster, key: configuration.key, seed: .random(in: 0 ... .max),
      quoteLimit: configuration.quoteLimit)
  }

  /// Does something to the session, then what follows from it.
  func command(_ change: (inout PolygonSession, Int64) -> Void) {
    change(&session, SystemClock.monotonicNanoseconds)
    act()
  }

  // MARK: Socket

  func socketOpened(_ socket: ClientSocket) {
    guard socket === self.socket else { return }
    command { $0.opened(at: $1) }
  }

  func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64) {
    guard socket === self.socket else { return }
    let content = reader.look(at: bytes)
    if content != .statusesOnly { handOn(bytes, receivedNanoseconds) }
    guard content != .data else { return }
    session.received(reader.statuses, at: receivedNanoseconds)
    act()
  }

  func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason) {
    guard socket === self.socket else { return }
    self.socket = nil
    isOverflowing = false
    command { $0.closed(reason, at: $1) }
  }

  private func handOn(_ bytes: UnsafeBufferPointer<UInt8>, _ receivedNanoseconds: Int64) {
    board.count(frameOf: bytes.count, at: receivedNanoseconds)
    guard frames.push(bytes, tag: configuration.scope.rawValue, receivedNanoseconds: receivedNanoseconds) else {
      return lose()
    }
    bell.ring()
    isOverflowing = false
    if frames.isNearlyFull { pauseReading() }
  }

  /// The feed does not keep up: what comes waits in the kernel and then at the vendor, instead of being lost here.
  private func pauseReading() {
    guard let socket, pause == nil else { return }
    socket.pauseReading()
    log.debug("feed", "\(configuration.cluster) stream: waits for the feed")
    awaitRoom(socket)
  }

  private func awaitRoom(_ paused: ClientSocket) {
    pause = loop.schedule(afterMilliseconds: ConnectionHandler.roomMilliseconds) { [self] in
      pause = nil
      guard paused === socket else { return }
      if frames.hasRecovered { paused.resumeReading() } else { awaitRoom(paused) }
    }
  }

  private func lose() {
    board.countLostFrame()
    guard !isOverflowing else { return }
    isOverflowing = true
    log.warning(
      "feed", "\(configuration.cluster) stream: messages are lost, the feed does not keep up; follow fewer symbols")
  }

  // MARK: Actions

  private func act() {
    // Whoever hears of an event finds its status on the board.
    publish()
    for action in session.takeActions() { perform(action) }
    setAlarm()
  }

  private func perform(_ action: SessionAction) {
    switch action {
    case .dial: socket = loop.dial(configuration.endpoint, handler: self)
    case .send(let text): socket?.send(text)
    case .authenticate: socket?.send(session.authenticationMessage)
    case .close(let code):
      socket?.close(code: code)
      if session.state == .idle {
        socket = nil
        isOverflowing = false
      }
    case .report(let event): tell(event)
    }
  }

  private func tell(_ event: SessionEvent) {
    let cluster = configuration.cluster
    switch event {
    case .streaming:
      board.update { $0.connections += 1 }
      log.info("feed", "\(cluster) stream: connected to \(configuration.endpoint)")
    case .interrupted(let problem, _, let wait):
      let next = wait.map { "; next dial in \(ConnectionHandler.seconds($0)) s" } ?? ""
      let level: LogLevel = problem.needsPerson ? .error : problem.kind == .stopped ? .info : .warning
      log.write(level, "feed", problem.words + next)
    case .refused(let channels, let count, let words):
      let named = channels.isEmpty ? "no channel" : channels.joined(separator: ",")
      log.warning(
        "feed", "\(cluster) stream: the vendor refused \(count) channels (\(words)); the plan may not cover them",
        ["channels": named])
    case .notice(let status, let words): log.info("feed", "\(cluster) stream: the vendor says \(status): \(words)")
    }
    onEvent(event)
  }

  /// One decimal is enough for people.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let tenths = (nanoseconds + 50_000_000) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func publish() {
    board.update { status in
      status.state = session.state
      status.sinceNanoseconds = session.sinceNanoseconds
      status.dials = session.dials
      status.problem = session.problem
      status.heldChannels = session.subscriptions.held.count
      status.acknowledgedChannels = session.subscriptions.acknowledgements
      status.refusedChannels = session.subscriptions.refused.count
      status.refusal = session.subscriptions.refusal
      status.arePrintsRefused = session.subscriptions.arePrintsRefused
      status.leftOutQuotes = session.subscriptions.leftOutQuotes
    }
  }

  /// One alarm for whatever the session waits for next.
  private func setAlarm() {
    let due = session.nextWakeNanoseconds
    guard due != alarmNanoseconds else { return }
    alarm?.cancel()
    alarm = nil
    alarmNanoseconds = due
    guard due != .max else { return }
    let milliseconds = max(0, (due - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000)
    alarm = loop.schedule(afterMilliseconds: Int(milliseconds)) { [self] in
      alarmNanoseconds = .max
      command { $0.tick(at: $1) }
    }
  }
}
