import CWebSockets
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The library's context and everything only a client loop's thread touches.
///
/// Made and opened by the thread that starts the loop, before its own thread exists; from then on that thread alone uses it,
/// except for `isCurrentThread`.
final class ClientCore: @unchecked Sendable {
  let configuration: ClientLoopConfiguration
  /// Owns the core and is held by its thread, so it outlives every use.
  unowned(unsafe) private(set) var loop: ClientLoop?
  private(set) var context: OpaquePointer?
  let memory: ClientLibraryMemory
  private var sockets: [ObjectIdentifier: ClientSocket] = [:]
  private var calls: [ObjectIdentifier: ScheduledCall] = [:]
  /// From here sockets are taken down and nothing new begins.
  private var isLeaving = false
  private let thread = Atomic<UInt>(0)

  init(configuration: ClientLoopConfiguration) {
    self.configuration = configuration
    memory = ClientLibraryMemory(configuration: configuration)
  }

  /// Whether the library has prepared TLS for the process; held while contexts come and go, since it does so without a lock.
  ///
  /// Version 4.1 prepares TLS again for every context that asks, under new numbers for its data: what earlier contexts hold
  /// is not found any more, so that a handshake under way fails and the trusted certificates are never freed. So only the
  /// first context asks, and the virtual hosts of all use what was prepared.
  private static let isTLSPrepared = Mutex(false)

  func open(_ loop: ClientLoop) throws(TransportError) {
    self.loop = loop
    if let file = configuration.caFile, access(file, R_OK) != 0 { throw .caFileUnreadable(path: file) }
    // For the context and for its one virtual host: each takes what is its own.
    var info = lws_context_creation_info()
    info.user = Unmanaged.passUnretained(self).toOpaque()
    info.port = Int32(CONTEXT_PORT_NO_LISTEN)
    info.protocols = UnsafePointer(memory.protocols)
    info.extensions = UnsafePointer(memory.extensions)
    info.vhost_name = UnsafePointer(memory.name)
    info.retry_and_idle_policy = UnsafePointer(memory.idlePolicy)
    info.pt_serv_buf_size = UInt32(ClientLibraryMemory.receiveBytes)
    info.max_http_header_data2 = 16 * 1024
    // The library's own patience stays behind ours, which knows what it was waiting for.
    info.timeout_secs = UInt32(configuration.connectSeconds + 5)
    info.connect_timeout_secs = UInt32(configuration.connectSeconds + 5)
    info.fd_limit_per_thread = 64
    let file = configuration.caFile.map { strdup($0) } ?? nil
    defer { free(file) }
    info.client_ssl_ca_filepath = UnsafePointer(file)
    let (bits, hasHost) = Self.isTLSPrepared.withLock { isPrepared -> (UInt, Bool) in
      info.options = ClientLibraryMemory.contextOptions(preparingTLS: !isPrepared)
      guard let context = lws_create_context(&info) else { return (0, false) }
      isPrepared = true
      info.options = ClientLibraryMemory.virtualHostOptions
      return (UInt(bitPattern: context), lws_create_vhost(context, &info) != nil)
    }
    context = OpaquePointer(bitPattern: bits)
    guard context != nil else { throw .system(what: "preparing libwebsockets", errorNumber: errno) }
    guard hasHost else {
      let error = errno
      destroy()
      if let file = configuration.caFile { throw .caFileUnreadable(path: file) }
      throw .system(what: "preparing libwebsockets for clients", errorNumber: error)
    }
  }

  /// The thread's life.
  func run() {
    thread.store(ThreadIdentity.current, ordering: .releasing)
    LibraryLog.enterClientThread()
    while loop?.isStopping != true, lws_service(context, 0) >= 0 {}
    leave()
  }

  /// Takes leave of the peers and gives them a moment to answer.
  private func leave() {
    isLeaving = true
    for call in Array(calls.values) { call.cancel() }
    for socket in Array(sockets.values) { socket.close(code: 1001) }
    later(milliseconds: 1_000) { [self] in
      for socket in Array(sockets.values) { kill(socket) }
    }
    let deadline = lws_now_usecs() + 2_000_000
    while !sockets.isEmpty, lws_now_usecs() < deadline, lws_service(context, 0) >= 0 {}
  }

  /// Frees the library's side. The last thing that happens.
  func destroy() {
    for call in Array(calls.values) { call.cancel() }
    if let context { Self.isTLSPrepared.withLock { _ in lws_context_destroy(context) } }
    context = nil
    for socket in Array(sockets.values) { finish(socket, .closedHere) }
    LibraryLog.leaveClientThread()
    thread.store(0, ordering: .releasing)
  }

  var isCurrentThread: Bool { thread.load(ordering: .acquiring) == ThreadIdentity.current }

  // MARK: Sockets

  @discardableResult
  func dial(_ endpoint: WebSocketEndpoint, handler: any ClientSocketHandler) -> ClientSocket {
    let socket = ClientSocket(endpoint: endpoint, handler: handler, core: self)
    if isLeaving {
      socket.phase = .gone
      return socket
    }
    sockets[ObjectIdentifier(socket)] = socket
    resolve(socket)
    return socket
  }

  func finish(_ socket: ClientSocket, _ reason: SocketCloseReason) {
    guard socket.phase != .gone else { return }
    socket.phase = .gone
    socket.connection = nil
    socket.timer?.cancel()
    socket.timer = nil
    let handler = socket.handler
    socket.handler = nil
    sockets[ObjectIdentifier(socket)] = nil
    handler?.socketClosed(socket, reason)
  }

  /// Gives a socket up that is not open yet; `ending` says why.
  func abandon(_ socket: ClientSocket) {
    if socket.connection != nil {
      kill(socket)
    } else {
      later { [self] in finish(socket, socket.ending ?? .closedHere) }
    }
  }

  /// Cuts the connection once the library's loop comes round.
  func kill(_ socket: ClientSocket) {
    guard let connection = socket.connection else { return }
    lws_set_timeout(connection, PENDING_TIMEOUT_USER_OK, ClientLibraryMemory.killSoon)
  }

  /// Cuts the connection unless it is gone by then.
  func limitLife(of socket: ClientSocket, milliseconds: Int) {
    socket.timer?.cancel()
    socket.timer = later(milliseconds: milliseconds) { [self] in kill(socket) }
  }

  // MARK: Calls

  /// For handlers: nothing new begins once the loop is stopping.
  func schedule(milliseconds: Int, _ work: @escaping () -> Void) -> ScheduledCall {
    isLeaving ? ScheduledCall() : later(milliseconds: milliseconds, work)
  }

  /// Outside of whatever the library is doing now.
  @discardableResult
  func later(milliseconds: Int = 0, _ work: @escaping () -> Void) -> ScheduledCall {
    guard let context else { return ScheduledCall() }
    let call = ScheduledCall(core: self, context: context, milliseconds: milliseconds, work)
    calls[ObjectIdentifier(call)] = call
    return call
  }

  func forget(_ call: ScheduledCall) { calls[ObjectIdentifier(call)] = nil }
}
