import CWebSockets
import Dispatch

/// From a name to an open WebSocket.
extension ClientCore {
  func resolve(_ socket: ClientSocket) {
    let endpoint = socket.endpoint
    if HostAddress.isNumeric(endpoint.host) {
      socket.addresses = [endpoint.host]
      later { [self] in attempt(socket) }
      return
    }
    // A name server may take seconds, and the other sockets' frames do not wait for it.
    let reply = onThisThread(socket) {
      (core: ClientCore, socket, result: Result<[String], HostAddress.LookUpFailure>) in
      switch result {
      case .failure(let error): core.finish(socket, .unreachable("\(endpoint): \(error.description)"))
      case .success(let addresses):
        socket.addresses = addresses[...]
        core.attempt(socket)
      }
    }
    DispatchQueue.global().async { reply(HostAddress.lookUp(endpoint.host)) }
  }

  /// Turns a function of this thread into one that any thread may call once; it does nothing if the socket is gone by then.
  private func onThisThread<Value: Sendable>(
    _ socket: ClientSocket, _ body: @escaping (ClientCore, ClientSocket, Value) -> Void
  ) -> @Sendable (Value) -> Void {
    nonisolated(unsafe) let socket = socket
    nonisolated(unsafe) let body = body
    guard let loop else { preconditionFailure("ClientLoop: a socket without a loop") }
    return { [self] value in
      loop.perform {
        guard socket.phase != .gone, socket.ending == nil else { return }
        body(self, socket, value)
      }
    }
  }

  private func attempt(_ socket: ClientSocket) {
    guard socket.ending == nil, socket.phase != .gone, let address = socket.addresses.popFirst() else { return }
    socket.phase = .connecting
    socket.address = address
    socket.hasTimedOut = false
    socket.timer?.cancel()
    socket.timer = later(milliseconds: configuration.connectSeconds * 1_000) { [self] in timeOut(socket) }
    let endpoint = socket.endpoint
    var info = lws_client_connect_info()
    info.context = context
    info.port = Int32(endpoint.port)
    info.ssl_connection = endpoint.isSecure ? Int32(bitPattern: LCCSCF_USE_SSL.rawValue) : 0
    info.ietf_version_or_minus_one = -1
    info.local_protocol_name = UnsafePointer(memory.name)
    // Without this the library would also offer HTTP/2, over which its client knows no WebSockets.
    info.alpn = UnsafePointer(memory.protocolNegotiation)
    info.retry_and_idle_policy = UnsafePointer(memory.idlePolicy)
    info.opaque_user_data = Unmanaged.passUnretained(socket).toOpaque()
    let connection = address.withCString { address in
      endpoint.path.withCString { path in
        endpoint.authority.withCString { host in
          info.address = address
          info.path = path
          info.host = host
          return lws_client_connect_via_info(&info)
        }
      }
    }
    if let connection {
      if socket.phase != .gone, socket.connection == nil { socket.connection = connection }
    } else {
      attemptFailed(socket, libraryWords: "", status: 0)
    }
  }

  private func timeOut(_ socket: ClientSocket) {
    socket.hasTimedOut = true
    if socket.phase != .connecting || socket.addresses.isEmpty {
      let stage =
        socket.phase == .connecting
        ? "to the connection"
        : socket.endpoint.isSecure ? "to TLS and the WebSocket handshake" : "to the WebSocket handshake"
      socket.ending = .unreachable(
        "\(socket.endpoint): no answer \(stage) from \(socket.address) within \(configuration.connectSeconds) s")
    }
    kill(socket)
  }

  /// An attempt came to nothing. The library says what it was doing, rarely why.
  func attemptFailed(_ socket: ClientSocket, libraryWords: String, status: Int) {
    guard socket.phase == .connecting || socket.phase == .handshaking else { return }
    socket.connection = nil
    if let ending = socket.ending {
      later { [self] in finish(socket, ending) }
      return
    }
    if socket.phase == .connecting {
      if socket.addresses.isEmpty { explainFailure(socket) } else { later { [self] in attempt(socket) } }
      return
    }
    let endpoint = socket.endpoint
    let words: String
    if let fault = socket.certificateFault {
      words = "the certificate was not accepted: \(fault)"
    } else if status > 0, status != 101 {
      words = "HTTP status \(status) came instead of a WebSocket"
    } else if endpoint.isSecure, libraryWords.hasPrefix("connect ") {
      words = "TLS could not be set up; is it a plain server? (ws://)"
    } else {
      words = "no WebSocket handshake: \(libraryWords.isEmpty ? "the connection was closed" : libraryWords)"
    }
    socket.ending = .unreachable("\(endpoint): \(words)")
    later { [self] in finish(socket, .unreachable("\(endpoint): \(words)")) }
  }

  /// The library does not say why a connection failed: the system does, when asked again.
  private func explainFailure(_ socket: ClientSocket) {
    let endpoint = socket.endpoint
    let address = socket.address
    let reply = onThisThread(socket) { (core: ClientCore, socket, words: String) in
      core.finish(socket, .unreachable("\(endpoint): \(words)"))
    }
    let seconds = configuration.connectSeconds
    DispatchQueue.global().async { reply(HostAddress.explain(address, port: endpoint.port, seconds: seconds)) }
  }
}
