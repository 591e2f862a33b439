import CWebSockets

/// Every event of every client socket arrives here, on the loop's thread. A negative answer, or for some events any but 0,
/// closes the connection.
func clientCallback(
  _ connection: OpaquePointer?, _ reason: lws_callback_reasons, _ session: UnsafeMutableRawPointer?,
  _ data: UnsafeMutableRawPointer?, _ count: Int
) -> Int32 {
  switch reason {
  case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
    guard let connection, let user = lws_context_user(lws_get_context(connection)) else { return 0 }
    Unmanaged<ClientCore>.fromOpaque(user).takeUnretainedValue().loop?.drainInbox()
    return 0
  case LWS_CALLBACK_WSI_CREATE, LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION,
    LWS_CALLBACK_CLIENT_CONNECTION_ERROR, LWS_CALLBACK_CLIENT_ESTABLISHED, LWS_CALLBACK_CLIENT_RECEIVE,
    LWS_CALLBACK_CLIENT_RECEIVE_PONG, LWS_CALLBACK_CLIENT_WRITEABLE, LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
    LWS_CALLBACK_WS_EXT_DEFAULTS, LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_WSI_DESTROY:
    // Only these come with a real connection that can be asked for its owner.
    guard let connection, let user = lws_context_user(lws_get_context(connection)),
      let owner = lws_get_opaque_user_data(connection)
    else { return 0 }
    let core = Unmanaged<ClientCore>.fromOpaque(user).takeUnretainedValue()
    let socket = Unmanaged<ClientSocket>.fromOpaque(owner).takeUnretainedValue()
    return core.handle(reason, socket, connection, session, data, count)
  default: return 0
  }
}

extension ClientCore {
  fileprivate func handle(
    _ reason: lws_callback_reasons, _ socket: ClientSocket, _ connection: OpaquePointer,
    _ user: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int32 {
    switch reason {
    case LWS_CALLBACK_CLIENT_RECEIVE:
      received(socket, connection, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count))
    case LWS_CALLBACK_CLIENT_WRITEABLE: return socket.writeable(connection)
    case LWS_CALLBACK_WSI_CREATE:
      socket.phase = .handshaking
      socket.connection = connection
    case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
      if count == 0 { socket.certificateFault = CertificateFault.text(store: user, host: socket.endpoint.host) }
    case LWS_CALLBACK_CLIENT_ESTABLISHED: opened(socket, connection)
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: socket.heardNanoseconds = MonotonicTime.now
    case LWS_CALLBACK_WS_EXT_DEFAULTS: ClientLibraryMemory.writeInflateOptions(data, count)
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      peerLeaves(socket, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count))
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      // From here on the library's socket is nobody's: another attempt may follow under the same owner.
      lws_set_opaque_user_data(connection, nil)
      let words = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count)
      attemptFailed(
        socket, libraryWords: String(decoding: words, as: UTF8.self),
        status: Int(lws_http_client_http_response(connection)))
    case LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_WSI_DESTROY:
      lws_set_opaque_user_data(connection, nil)
      if socket.phase == .open { closed(socket) } else { attemptFailed(socket, libraryWords: "", status: 0) }
    default: break
    }
    return 0
  }

  private func opened(_ socket: ClientSocket, _ connection: OpaquePointer) {
    guard socket.ending == nil else { return }
    socket.connection = connection
    socket.phase = .open
    socket.heardNanoseconds = MonotonicTime.now
    socket.timer?.cancel()
    socket.timer = nil
    socket.handler?.socketOpened(socket)
  }

  private func received(_ socket: ClientSocket, _ connection: OpaquePointer, _ data: UnsafeRawBufferPointer) {
    guard socket.isOpen else { return }
    let now = MonotonicTime.now
    if now - socket.heardNanoseconds > 1_000_000_000 {
      // The library itself counts only pongs as life, and those queue behind a busy stream.
      socket.heardNanoseconds = now
      lws_validity_confirmed(connection)
    }
    if lws_frame_is_binary(connection) != 0 {
      socket.end(.lost("the peer sent a binary message; only text is taken"), code: 1003, words: "only text is taken")
      return
    }
    let isWhole = lws_is_final_fragment(connection) != 0 && lws_remaining_packet_payload(connection) == 0
    let part = data.assumingMemoryBound(to: UInt8.self)
    if isWhole, socket.message.count == 0, part.count <= configuration.maximumMessageBytes {
      socket.handler?.socketReceived(socket, part, receivedNanoseconds: now)
      return
    }
    guard socket.message.append(part) else {
      let words = "a message of more than \(configuration.maximumMessageBytes) bytes"
      socket.end(.lost("the peer sent \(words)"), code: 1009, words: words)
      return
    }
    if isWhole {
      let whole = socket.message.bytes
      socket.message.removeAll()
      socket.handler?.socketReceived(socket, whole, receivedNanoseconds: now)
    }
  }

  private func peerLeaves(_ socket: ClientSocket, _ payload: UnsafeRawBufferPointer) {
    guard socket.ending == nil else { return }
    // RFC 6455: 1005 stands for a goodbye without a code.
    let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : 1005
    socket.ending = .closedByPeer(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self))
    limitLife(of: socket, milliseconds: 2_000)
  }

  private func closed(_ socket: ClientSocket) {
    let silence = (MonotonicTime.now - socket.heardNanoseconds) / 1_000_000_000
    let isDead = silence >= Int64(configuration.deadPeerSeconds - 1)
    finish(
      socket,
      socket.ending
        ?? .lost(
          isDead
            ? "the peer was silent for \(silence) s and answered no ping" : "the connection broke without a goodbye"))
  }
}
