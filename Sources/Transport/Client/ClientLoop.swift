import CWebSockets
import Logging
import Rings
import Synchronization

/// WebSocket clients: one thread that owns every socket and calls their handlers.
///
///     let loop = ClientLoop(log: log)
///     try loop.start()
///     loop.connect(try WebSocketEndpoint("wss://socket.example.com/options"), handler: handler)
///     …
///     loop.stop()
public final class ClientLoop: Sendable {
  public let configuration: ClientLoopConfiguration
  let log: Log
  private let core: ClientCore
  private let inbox = Mutex(Inbox())
  private let state = Mutex(State())
  private let shouldStop = Atomic<Bool>(false)

  /// What other threads left for the loop's thread.
  private struct Inbox: @unchecked Sendable {
    var work: [() -> Void] = []
    /// Nil when nobody would read the inbox: waking a destroyed context is a use after free.
    var context: OpaquePointer?
    /// After the end nothing is taken any more.
    var isClosed = false
  }

  private struct State {
    var wasStarted = false
    var thread: WorkerThread?
  }

  public init(configuration: ClientLoopConfiguration = ClientLoopConfiguration(), log: Log) {
    precondition(
      configuration.pingSeconds > 0 && configuration.pingSeconds < configuration.deadPeerSeconds
        && configuration.deadPeerSeconds <= 65_535,
      "ClientLoop: the ping interval must be below the dead-peer limit, and that at most 65535 s")
    precondition(configuration.connectSeconds > 0, "ClientLoop: the time to connect must be positive")
    self.configuration = configuration
    self.log = log
    core = ClientCore(configuration: configuration)
  }

  /// Starts the thread; what was asked for before is done then.
  public func start() throws(TransportError) {
    let isFirst = state.withLock { state in
      defer { state.wasStarted = true }
      return !state.wasStarted
    }
    guard isFirst else { throw .startedTwice }
    LibraryLog.direct(to: log)
    try core.open(self)
    inbox.withLock { $0.context = core.context }
    perform {}
    // The thread holds the loop until it ends, so that work underway always finds it.
    let thread = WorkerThread("sockets") { [self] in runThread() }
    state.withLock { $0.thread = thread }
  }

  /// Takes leave of every peer, ends every socket (their handlers hear of it) and joins the thread. Any thread but the loop's;
  /// calling it again does nothing.
  public func stop() {
    precondition(!isCurrentThread, "ClientLoop.stop: called on its own thread, which it would wait for")
    guard let thread = state.withLock({ $0.thread.take() }) else { return }
    shouldStop.store(true, ordering: .releasing)
    inbox.withLock { inbox in
      if let context = inbox.context { lws_cancel_service(context) }
    }
    thread.join()
  }

  /// Whether this is the thread that handlers are called on.
  public var isCurrentThread: Bool { core.isCurrentThread }

  /// Runs something on the loop's thread, soon, in the order given. Any thread. Dropped when the loop has stopped.
  public func perform(_ work: @escaping @Sendable () -> Void) { leave(work) }

  /// Connects and hands the handler over to the loop's thread. Any thread.
  public func connect(_ endpoint: WebSocketEndpoint, handler: sending any ClientSocketHandler) {
    let core = core
    // From here on only the loop's thread has it.
    nonisolated(unsafe) let handler = handler
    leave { core.dial(endpoint, handler: handler) }
  }

  /// Connects, for handlers that dial again. Loop's thread only; the handler is called later, never from in here.
  @discardableResult
  public func dial(_ endpoint: WebSocketEndpoint, handler: any ClientSocketHandler) -> ClientSocket {
    precondition(isCurrentThread, "ClientLoop.dial: not on the loop's thread; use connect")
    return core.dial(endpoint, handler: handler)
  }

  /// Calls something later on the loop's thread. Loop's thread only; from elsewhere put it into `perform`.
  @discardableResult
  public func schedule(afterMilliseconds milliseconds: Int, _ work: @escaping () -> Void) -> ScheduledCall {
    precondition(isCurrentThread, "ClientLoop.schedule: not on the loop's thread; put it into perform")
    precondition(milliseconds >= 0, "ClientLoop.schedule: \(milliseconds) ms from now is the past")
    return core.schedule(milliseconds: milliseconds, work)
  }

  // MARK: Loop's thread

  var isStopping: Bool { shouldStop.load(ordering: .acquiring) }

  func drainInbox() {
    let work = inbox.withLock { inbox in
      let work = inbox.work
      inbox.work = []
      return work
    }
    for item in work { item() }
  }

  private func leave(_ work: @escaping () -> Void) {
    nonisolated(unsafe) let work = work
    inbox.withLock { inbox in
      guard !inbox.isClosed else { return }
      inbox.work.append(work)
      // With more than one waiting, the wake-up of the first is still underway.
      if inbox.work.count == 1, let context = inbox.context { lws_cancel_service(context) }
    }
  }

  private func runThread() {
    core.run()
    // Nobody may wake the context from here on.
    let abandoned = inbox.withLock { inbox in
      inbox.context = nil
      inbox.isClosed = true
      let work = inbox.work
      inbox.work = []
      return work
    }
    core.destroy()
    withExtendedLifetime(abandoned) {}
  }
}
