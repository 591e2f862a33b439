import CWebSockets
import Logging
import Rings
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An HTTP and WebSocket server: one thread that owns every socket and calls the application.
///
///     let server = HTTPServer(configuration: .init(port: 8000), application: application, log: log)
///     try server.start()
///     …
///     server.stop()
public final class HTTPServer: Sendable {
  public let configuration: HTTPServerConfiguration
  public let counters = TransportCounters()
  let log: Log
  private let loop: ServerLoop
  private let inbox = Mutex(Inbox())
  private let state = Mutex(State())
  private let boundPort = Atomic<Int>(0)
  private let shouldStop = Atomic<Bool>(false)

  /// What other threads left for the network thread.
  private struct Inbox: @unchecked Sendable {
    var replies: [(exchange: Exchange, response: HTTPResponse)] = []
    /// The application wants to be called.
    var isAwaited = false
    /// Nil when nobody would read the inbox: waking a destroyed context is a use after free.
    var context: OpaquePointer?
  }

  private struct State {
    var wasStarted = false
    var thread: WorkerThread?
  }

  /// - Parameter application: handed over to the network thread; it stays usable elsewhere only if it is `Sendable`.
  public init(configuration: HTTPServerConfiguration, application: sending any ServerApplication, log: Log) {
    precondition((0...65_535).contains(configuration.port), "HTTPServer: port \(configuration.port) is not 0 to 65535")
    precondition(
      configuration.maximumHeaderBytes >= 1_024 && configuration.maximumHeaderBytes <= 1 << 20,
      "HTTPServer: header limit \(configuration.maximumHeaderBytes) is not 1 KiB to 1 MiB")
    precondition(configuration.tickMilliseconds > 0, "HTTPServer: the tick interval must be positive")
    precondition(
      configuration.pingSeconds > 0 && configuration.pingSeconds < configuration.deadPeerSeconds
        && configuration.deadPeerSeconds <= 65_535,
      "HTTPServer: the ping interval must be below the dead-peer limit, and that at most 65535 s")
    self.configuration = configuration
    self.log = log
    loop = ServerLoop(configuration: configuration, application: application, counters: counters)
  }

  /// The port the server listens on, 0 before `start()`.
  public var port: Int { boundPort.load(ordering: .acquiring) }

  /// `http://host:port`, the host as configured.
  public var url: String { HTTPServer.url(host: configuration.host, port: port) }

  /// How a server that listens there is asked from this machine.
  public static func url(host: String, port: Int) -> String {
    let name =
      switch host {
      case "0.0.0.0": "127.0.0.1"
      case "::": "[::1]"
      default: host.contains(":") ? "[\(host)]" : host
      }
    return "http://\(name):\(port)"
  }

  /// Opens the port and starts the thread. When it returns, clients can connect.
  public func start() throws(TransportError) {
    let isFirst = state.withLock { state in
      defer { state.wasStarted = true }
      return !state.wasStarted
    }
    guard isFirst else { throw .startedTwice }
    let address = try ListenAddress(host: configuration.host)
    try address.probe(host: configuration.host, port: configuration.port)
    LibraryLog.direct(to: log)
    boundPort.store(try loop.open(self, address: address), ordering: .releasing)
    inbox.withLock { $0.context = loop.context }

    // The thread holds the server until it ends, so that a reply underway always finds it.
    let thread = WorkerThread("network") { [self] in runThread() }
    state.withLock { $0.thread = thread }
  }

  /// Closes the port, takes leave of WebSocket clients with 1001, joins the thread. Any thread but the network thread;
  /// calling it again does nothing.
  public func stop() {
    precondition(!isOnNetworkThread, "HTTPServer.stop: called on the network thread, which it would wait for")
    guard let thread = state.withLock({ $0.thread.take() }) else { return }
    shouldStop.store(true, ordering: .releasing)
    inbox.withLock { inbox in
      if let context = inbox.context { lws_cancel_service(context) }
    }
    thread.join()
  }

  /// Has the network thread call the application's `awoken` as soon as it can. Any thread; does nothing unless running.
  public func wake() {
    inbox.withLock { inbox in
      guard let context = inbox.context, !inbox.isAwaited else { return }
      inbox.isAwaited = true
      lws_cancel_service(context)
    }
  }

  /// Brings an answer to the network thread, which this may be.
  func deliver(_ response: HTTPResponse, to exchange: Exchange) {
    if isOnNetworkThread {
      loop.answer(exchange, response)
      return
    }
    inbox.withLock { inbox in
      guard let context = inbox.context else { return }
      inbox.replies.append((exchange, response))
      // With more than one waiting, the wake-up of the first is still underway.
      if inbox.replies.count == 1, !inbox.isAwaited { lws_cancel_service(context) }
    }
  }

  var isStopping: Bool { shouldStop.load(ordering: .acquiring) }

  private var isOnNetworkThread: Bool { loop.isCurrentThread }

  /// Network thread: what other threads left.
  func drainInbox() {
    let (replies, isAwaited) = inbox.withLock { inbox in
      defer {
        inbox.replies = []
        inbox.isAwaited = false
      }
      return (inbox.replies, inbox.isAwaited)
    }
    for (exchange, response) in replies { loop.answer(exchange, response) }
    if isAwaited { loop.application.awoken(self) }
  }

  private func runThread() {
    loop.run()
    // Nobody may wake the context from here on.
    let abandoned = inbox.withLock { inbox in
      inbox.context = nil
      let replies = inbox.replies
      inbox.replies = []
      return replies
    }
    loop.destroy()
    withExtendedLifetime(abandoned) {}
  }
}
