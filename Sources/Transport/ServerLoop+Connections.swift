import CWebSockets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `send` of the C library, under a name that our own methods do not hide.
private let sendBytes = send

/// Connections: from accept to close.
extension ServerLoop {
  func connection(of socket: OpaquePointer) -> Connection? {
    guard let pointer = lws_get_opaque_user_data(socket) else { return nil }
    return Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Decides on a connection just accepted.
  func admit(descriptor: Int32) -> Int32 {
    if isLeaving { return -1 }
    if counters.connections >= configuration.maximumConnections {
      refuse(
        descriptor: descriptor, status: 503,
        detail: "All \(configuration.maximumConnections) connections are taken: try again later.")
      return -1
    }
    var bytes = Int32(configuration.sendBufferBytes)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    return 0
  }

  func opened(_ socket: OpaquePointer) {
    lws_set_opaque_user_data(socket, Unmanaged.passRetained(Connection(socket: socket)).toOpaque())
    TransportCounters.add(1, to: counters.connectionsNow)
  }

  func destroyed(_ socket: OpaquePointer) {
    guard let pointer = lws_get_opaque_user_data(socket) else { return }
    lws_set_opaque_user_data(socket, nil)
    let connection = Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue()
    abandonExchange(of: connection)
    webSocketGone(connection)
    TransportCounters.add(-1, to: counters.connectionsNow)
  }

  func abandonExchange(of connection: Connection) {
    connection.exchange?.connection = nil
    connection.exchange = nil
  }

  /// The library is about to close a connection that is not a WebSocket. If headers outgrew even the library's room, the
  /// client gets an answer first. (For the first request of a connection the library does not announce it.)
  func closing(_ connection: Connection) {
    abandonExchange(of: connection)
    guard LibraryLog.takeHeaderOverflow(), !connection.isAnswered else { return }
    connection.isAnswered = true
    refuse(
      descriptor: lws_get_socket_fd(connection.socket), status: 431,
      detail: "Request line and headers have more than \(configuration.maximumHeaderBytes) bytes.")
  }

  /// Bytes that are no request the library knows.
  func unparsable(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard !connection.isAnswered else { return -1 }
    connection.isAnswered = true
    let word = bytes.prefix { $0 >= 0x41 && $0 <= 0x5A }
    let isMethod = !word.isEmpty && (word.count == bytes.count || bytes[word.count] == 0x20)
    refuse(
      descriptor: lws_get_socket_fd(connection.socket), status: isMethod ? 501 : 400,
      detail: isMethod ? "The method is not known here." : "This is not an HTTP/1.1 request.")
    return -1
  }

  /// Answers outside the library, for connections it has given up or does not have yet, and takes what the client is still
  /// sending, so that the kernel does not cut off the answer with a reset.
  func refuse(descriptor: Int32, status: Int, detail: String) {
    send(application.refusal(status: status, detail: detail), descriptor: descriptor)
  }

  func send(_ response: HTTPResponse, descriptor: Int32) {
    TransportCounters.add(1, to: counters.refusedTotal)
    let bytes = ResponseHead.bytes(for: response, connection: "close", date: date.bytes) + response.body
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    let sent = bytes.withUnsafeBytes { sendBytes(descriptor, $0.baseAddress, $0.count, flags) }
    if sent > 0 { TransportCounters.add(sent, to: counters.bytesSentTotal) }
    discardIncoming(descriptor)
  }

  /// Reads away what has arrived, up to a bound.
  func discardIncoming(_ descriptor: Int32) {
    for _ in 0..<16 {
      let count = recv(descriptor, scratch, Self.scratchBytes, Int32(MSG_DONTWAIT))
      if count <= 0 { return }
    }
  }
}
