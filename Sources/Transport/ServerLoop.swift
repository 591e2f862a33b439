import CWebSockets
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The library's context and everything only the network thread touches.
///
/// Made and opened by the thread that starts the server, before the network thread exists; from then on that thread alone
/// uses it, except for `isCurrentThread`.
final class ServerLoop: @unchecked Sendable {
  let configuration: HTTPServerConfiguration
  let application: any ServerApplication
  let counters: TransportCounters
  /// The server owns the loop and its thread holds the server, so it outlives every use.
  unowned(unsafe) var server: HTTPServer?
  private(set) var context: OpaquePointer?
  private(set) var clients: [WebSocketClient] = []
  var date = DateHeader()
  /// From here connections are taken down, not served.
  private(set) var isLeaving = false
  /// Where responses are put together: framing room, then the bytes of one write.
  let scratch: UnsafeMutableRawPointer
  static let scratchBytes = 64 * 1024

  private let memory: LibraryMemory
  private let thread = Atomic<UInt>(0)
  private var timer: UnsafeMutablePointer<TickTimer>?

  init(
    configuration: HTTPServerConfiguration, application: sending any ServerApplication, counters: TransportCounters
  ) {
    self.configuration = configuration
    self.application = application
    self.counters = counters
    scratch = .allocate(byteCount: CLWS_PRE + Self.scratchBytes, alignment: 16)
    memory = LibraryMemory(configuration: configuration)
  }

  deinit { scratch.deallocate() }

  /// Opens the listening socket.
  /// - Returns: the port.
  func open(_ server: HTTPServer, address: ListenAddress) throws(TransportError) -> Int {
    self.server = server
    date.refresh()
    var contextInfo = lws_context_creation_info()
    contextInfo.options = LibraryMemory.contextOptions
    contextInfo.user = Unmanaged.passUnretained(self).toOpaque()
    contextInfo.max_http_header_data2 = UInt32(LibraryMemory.headerRoom(configuration))
    contextInfo.timeout_secs = UInt32(configuration.stallSeconds)
    contextInfo.timeout_secs_ah_idle = UInt32(configuration.stallSeconds)
    // The library's table of sockets is as large as `ulimit -n` allows unless told; the listener, the wake-up pipe and
    // connections about to be refused come on top.
    contextInfo.fd_limit_per_thread = UInt32(configuration.maximumConnections + 64)
    contextInfo.retry_and_idle_policy = UnsafePointer(memory.idlePolicy)
    guard let context = lws_create_context(&contextInfo) else {
      throw .system(what: "preparing libwebsockets", errorNumber: errno)
    }
    self.context = context

    var info = lws_context_creation_info()
    info.vhost_name = UnsafePointer(memory.name)
    info.port = Int32(configuration.port)
    let interface = address.interface.map { strdup($0) } ?? nil
    defer { free(interface) }
    info.iface = UnsafePointer(interface)
    info.protocols = UnsafePointer(memory.protocols)
    info.options = LibraryMemory.virtualHostOptions(isVersionSix: address.isVersionSix)
    info.keepalive_timeout = Int32(configuration.keepAliveSeconds)
    info.timeout_secs_ah_idle = UInt32(configuration.stallSeconds)
    info.retry_and_idle_policy = UnsafePointer(memory.idlePolicy)
    guard let host = lws_create_vhost(context, &info) else {
      destroy()
      throw .portBusy(host: configuration.host, port: configuration.port)
    }
    let port = Int(lws_get_vhost_listen_port(host))
    guard port > 0 else {
      destroy()
      throw .system(what: "listening on \(configuration.host) port \(configuration.port)", errorNumber: errno)
    }
    return port
  }

  /// The network thread's life.
  func run() {
    thread.store(ThreadIdentity.current, ordering: .releasing)
    startTimer()
    while server?.isStopping != true, lws_service(context, 0) >= 0 {}
    leave()
  }

  /// Takes leave of the clients and gives them a moment to answer.
  private func leave() {
    isLeaving = true
    for client in clients { client.close(code: 1001, reason: "server stops") }
    let deadline = lws_now_usecs() + 1_000_000
    while counters.webSocketClients > 0, lws_now_usecs() < deadline, lws_service(context, 0) >= 0 {}
  }

  /// Frees the library's side. The last thing that happens.
  func destroy() {
    isLeaving = true
    guard let context else { return }
    self.context = nil
    stopTimer()
    lws_context_destroy(context)
    thread.store(0, ordering: .releasing)
  }

  var isCurrentThread: Bool { thread.load(ordering: .acquiring) == ThreadIdentity.current }

  // MARK: Clients

  func add(_ client: WebSocketClient) {
    client.index = clients.count
    clients.append(client)
    counters.webSocketClientsNow.store(clients.count, ordering: .relaxed)
  }

  func remove(_ client: WebSocketClient) {
    let last = clients.removeLast()
    if last !== client {
      clients[client.index] = last
      last.index = client.index
    }
    counters.webSocketClientsNow.store(clients.count, ordering: .relaxed)
  }

  // MARK: Tick

  /// The library hands back only the timer's address, so the owner's stands right behind it.
  private struct TickTimer {
    var entry = lws_sorted_usec_list_t()
    var owner: UnsafeMutableRawPointer
  }

  private func startTimer() {
    let timer = UnsafeMutablePointer<TickTimer>.allocate(capacity: 1)
    timer.initialize(to: TickTimer(owner: Unmanaged.passUnretained(self).toOpaque()))
    self.timer = timer
    scheduleTick()
  }

  private func stopTimer() {
    guard let timer else { return }
    Self.entry(of: timer) { lws_sul_cancel($0) }
    timer.deallocate()
    self.timer = nil
  }

  private func scheduleTick() {
    guard let timer, let context else { return }
    let delay = lws_usec_t(configuration.tickMilliseconds) * 1_000
    Self.entry(of: timer) { entry in
      lws_sul_schedule(
        context, 0, entry,
        { entry in
          guard let entry else { return }
          let owner = UnsafeMutableRawPointer(entry).assumingMemoryBound(to: TickTimer.self).pointee.owner
          Unmanaged<ServerLoop>.fromOpaque(owner).takeUnretainedValue().tick()
        }, delay)
    }
  }

  private static func entry(
    of timer: UnsafeMutablePointer<TickTimer>, _ body: (UnsafeMutablePointer<lws_sorted_usec_list_t>) -> Void
  ) {
    body(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: lws_sorted_usec_list_t.self))
  }

  private func tick() {
    scheduleTick()
    guard !isLeaving, let server else { return }
    date.refresh()
    application.tick(server)
  }
}
