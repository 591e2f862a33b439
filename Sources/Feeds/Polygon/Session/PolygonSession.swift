import Logging
import MarketModel
import Transport

/// The vendor's session of one cluster, from dial to dial: greeting, key, channels, goodbyes, waits. Sans-I/O: what happened
/// and when goes in, what to do comes out of `takeActions`.
///
/// Time is monotonic nanoseconds. `tick` is due at `nextWakeNanoseconds`.
struct PolygonSession {
  private(set) var state = SessionState.idle
  /// When the state began.
  private(set) var sinceNanoseconds: Int64 = 0
  private(set) var dials = 0
  private(set) var subscriptions: SubscriptionSet
  /// Why the latest connection ended; nil while one streams.
  private(set) var problem: SessionProblem?

  private let words: SessionWords
  private var backoff = ReconnectBackoff()
  private var jitter: SplitMix64
  private var actions: [SessionAction] = []
  /// When the present state is over if nothing happens.
  private var deadline = Int64.max
  private var streamingSince: Int64?
  /// What the vendor, or we, said before the close that follows from it.
  private var announced: SessionProblem?
  private var doubt = RefusalDoubt()

  static let replyNanoseconds: Int64 = 10_000_000_000
  /// The transport has its own bound for a handshake; this one is behind it.
  static let dialNanoseconds: Int64 = 30_000_000_000
  /// Between a goodbye in words and the close that should follow.
  static let goodbyeNanoseconds: Int64 = 3_000_000_000

  /// - Parameters:
  ///   - cluster: the vendor's name of it, for words.
  ///   - seed: of the jitter between dials; connections of different processes want different ones.
  init(cluster: String, key: Secret, seed: UInt64, quoteLimit: Int = Limits.quotedContracts) {
    words = SessionWords(cluster: cluster, key: key)
    jitter = SplitMix64(seed: seed)
    subscriptions = SubscriptionSet(quoteLimit: quoteLimit)
  }

  /// What to do, in order; each action is handed out once.
  mutating func takeActions() -> [SessionAction] {
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  /// When `tick` has something to do; `.max` when never.
  var nextWakeNanoseconds: Int64 { min(deadline, doubt.dueNanoseconds) }

  /// Holds the API key: for the socket, for nothing else.
  var authenticationMessage: String { SubscriptionSet.message("auth", words.key.reveal()) }

  // MARK: Commands

  mutating func start(at now: Int64) {
    guard state == .idle else { return }
    dial(at: now)
  }

  /// Ends it for good, or until `start`.
  mutating func stop(at now: Int64) {
    let hadSocket = hasSocket
    let wasStreaming = streamingSince != nil
    enter(.idle, until: .max, at: now)
    forgetConnection()
    if hadSocket { actions.append(.close(code: 1000)) }
    report(words.problem(.stopped), wasStreaming: wasStreaming, wait: nil)
  }

  /// - Parameter channels: what shall be held, most relevant first.
  mutating func hold(_ channels: [String], at now: Int64) {
    subscriptions.want(channels)
    if state == .streaming { sendSubscriptions(at: now) }
  }

  /// Dials anew because nothing comes. Does nothing while no connection streams.
  mutating func redialMuted(at now: Int64) {
    guard state == .streaming else { return }
    giveUp(words.problem(.muted), at: now)
  }

  // MARK: What happens

  mutating func opened(at now: Int64) {
    guard state == .dialling else { return }
    enter(.awaitingGreeting, until: now + PolygonSession.replyNanoseconds, at: now)
  }

  mutating func closed(_ reason: SocketCloseReason, at now: Int64) {
    guard hasSocket else { return }
    end(announced ?? words.problem(closed: reason), at: now)
  }

  mutating func received(_ statuses: [PolygonStatus], at now: Int64) {
    for status in statuses { received(status, at: now) }
    resolveDoubt(at: now)
  }

  mutating func tick(at now: Int64) {
    if now >= doubt.dueNanoseconds { resolveDoubt(at: now) }
    guard now >= deadline else { return }
    switch state {
    case .idle: break
    case .waiting: dial(at: now)
    case .dialling: giveUp(words.problem(.unreachable, vendor: ""), at: now)
    case .awaitingGreeting: giveUp(announced ?? words.problem(.noGreeting), at: now)
    case .authenticating: giveUp(announced ?? words.problem(.noAuthenticationReply), at: now)
    case .streaming: giveUp(announced ?? words.problem(.forcedDisconnect), at: now)
    // The close was never confirmed; whatever still comes of that socket is not for this session.
    case .closing: end(announced ?? words.problem(.lost), at: now)
    }
  }

  // MARK: Statuses

  private mutating func received(_ status: PolygonStatus, at now: Int64) {
    guard state != .closing, hasSocket else { return }
    switch status.status {
    case "connected": greeted(at: now)
    case "auth_success": authenticated(at: now)
    case "auth_failed": giveUp(refusal(status.message), at: now)
    case "auth_timeout", "auth_required": giveUp(words.problem(.authenticationTimeout, vendor: status.message), at: now)
    case "max_connections": announce(.connectionLimit, status.message, at: now)
    case "slow_consumer": announce(.slowConsumer, status.message, at: now)
    case "force_disconnect": announce(.forcedDisconnect, status.message, at: now)
    case "success": succeeded(status.message, at: now)
    // The refusal of a channel is seen as `error` with these words; a status of that name is taken for the same.
    case "error", "not_authorized", "not authorized": failed(status.message, at: now)
    default: notice(status)
    }
  }

  private mutating func greeted(at now: Int64) {
    guard state == .awaitingGreeting else { return }
    enter(.authenticating, until: now + PolygonSession.replyNanoseconds, at: now)
    actions.append(.authenticate)
  }

  private mutating func authenticated(at now: Int64) {
    guard state == .authenticating else { return }
    enter(.streaming, until: .max, at: now)
    streamingSince = now
    problem = nil
    actions.append(.report(.streaming))
    sendSubscriptions(at: now)
  }

  private func refusal(_ message: String) -> SessionProblem {
    let lower = message.lowercased()
    let isPlan = ["plan", "upgrade", "entitle"].contains { lower.contains($0) }
    return words.problem(isPlan ? .planWithoutStream : .wrongKey, vendor: message)
  }

  /// The vendor's close follows; should it not, we close.
  private mutating func announce(_ kind: SessionProblem.Kind, _ message: String, at now: Int64) {
    announced = words.problem(kind, vendor: message)
    deadline = now + PolygonSession.goodbyeNanoseconds
  }

  private mutating func succeeded(_ message: String, at now: Int64) {
    // The vendor's specification greets with `success`, its servers with `connected`.
    if state == .awaitingGreeting { return greeted(at: now) }
    guard subscriptions.acknowledge(message) else {
      return notice(PolygonStatus(status: "success", message: message))
    }
    doubt.answered(at: now)
  }

  private mutating func failed(_ message: String, at now: Int64) {
    guard state == .streaming else {
      // No reply to the key comes after this; the time-out tells it with these words.
      announced = words.problem(state == .authenticating ? .noAuthenticationReply : .noGreeting, vendor: message)
      return
    }
    let named = message.split(whereSeparator: { " ,;'\"".contains($0) }).map(String.init)
      .filter { subscriptions.unanswered.contains($0) }
    guard named.isEmpty else { return refuse(named, message) }
    doubt.refused(clean(message), at: now)
  }

  private mutating func notice(_ status: PolygonStatus) {
    actions.append(.report(.notice(status: clean(status.status), words: clean(status.message))))
  }

  // MARK: Channels

  private mutating func sendSubscriptions(at now: Int64) {
    let messages = subscriptions.takeMessages()
    guard !messages.isEmpty else { return }
    actions.append(contentsOf: messages.map(SessionAction.send))
    doubt.asked(at: now)
  }

  /// An error that names no channel is for those that get no acknowledgement: known when no more are left than errors came,
  /// or when no further answer comes.
  private mutating func resolveDoubt(at now: Int64) {
    switch doubt.resolve(unanswered: subscriptions.unanswered.count, at: now) {
    case .nothing: break
    case .silentlyHeld: subscriptions.forgetUnanswered()
    case .refused(let message): refuse(Array(subscriptions.unanswered), message)
    }
  }

  private mutating func refuse(_ channels: [String], _ message: String) {
    let words = clean(message)
    subscriptions.refuse(channels, words)
    let named = Array(channels.sorted().prefix(Limits.namedRefusals))
    actions.append(.report(.refused(channels: named, count: channels.count, words: words)))
  }

  private func clean(_ text: String) -> String { words.clean(text) }

  // MARK: Beginnings and ends

  private var hasSocket: Bool { state != .idle && state != .waiting }

  private mutating func enter(_ next: SessionState, until deadline: Int64, at now: Int64) {
    state = next
    sinceNanoseconds = now
    self.deadline = deadline
  }

  private mutating func dial(at now: Int64) {
    dials += 1
    backoff.dialled(at: now)
    enter(.dialling, until: now + PolygonSession.dialNanoseconds, at: now)
    actions.append(.dial)
  }

  /// Closes from here; the end follows when the socket is gone.
  private mutating func giveUp(_ problem: SessionProblem, at now: Int64) {
    announced = problem
    enter(.closing, until: now + PolygonSession.goodbyeNanoseconds, at: now)
    actions.append(.close(code: 1000))
  }

  private mutating func end(_ problem: SessionProblem, at now: Int64) {
    let streamed = streamingSince.map { now - $0 }
    let due = backoff.nextDial(
      after: PolygonSession.cause(problem.kind), streamedNanoseconds: streamed, at: now, using: &jitter)
    enter(.waiting, until: due, at: now)
    forgetConnection()
    report(problem, wasStreaming: streamed != nil, wait: due - now)
  }

  private mutating func forgetConnection() {
    streamingSince = nil
    announced = nil
    doubt = RefusalDoubt()
    subscriptions.reset()
  }

  private mutating func report(_ problem: SessionProblem, wasStreaming: Bool, wait: Int64?) {
    self.problem = problem
    actions.append(.report(.interrupted(problem, wasStreaming: wasStreaming, waitNanoseconds: wait)))
  }

  private static func cause(_ kind: SessionProblem.Kind) -> ReconnectBackoff.Cause {
    switch kind {
    case .wrongKey, .planWithoutStream: .refused
    case .connectionLimit: .occupied
    default: .broken
    }
  }
}
