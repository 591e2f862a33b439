import CWebSockets

/// WebSockets: the handshake, messages in, frames out.
extension ServerLoop {
  /// A request asks to become something else. Returning 0 goes on with it, negative closes.
  func upgradeAsked(_ connection: Connection, to name: UnsafeMutablePointer<CChar>?) -> Int32 {
    if isLeaving { return -1 }
    // Anything but these two the library has answered already, and freed the headers: `name` must not be looked at.
    let wanted = RequestReader.upgradeName(connection.socket)
    guard let name, wanted == "websocket" || wanted == "h2c" else { return -1 }
    if wanted == "h2c" {
      // HTTP/2 over plain text is not offered. Forgetting the header makes it the ordinary request it also is.
      name.pointee = 0
      return 0
    }
    switch RequestReader.read(
      connection.socket, remoteAddress: connection.remoteAddress, configuration)
    {
    case .refuse(let status, let detail):
      return refuseUpgrade(connection, application.refusal(status: status, detail: detail))
    case .request(let request, _, _, _, _):
      if let fault = RequestReader.handshakeFault(connection.socket, method: request.method) {
        var response = application.refusal(status: fault.status, detail: fault.detail)
        if fault.status == 426 { response.headers.append(("Sec-WebSocket-Version", "13")) }
        return refuseUpgrade(connection, response)
      }
      if clients.count >= configuration.maximumWebSocketClients {
        return refuseUpgrade(
          connection,
          application.refusal(
            status: 503,
            detail: "All \(configuration.maximumWebSocketClients) WebSocket places are taken: try again later."))
      }
      TransportCounters.add(1, to: counters.requestsTotal)
      switch application.shouldUpgrade(request) {
      case .accept:
        connection.upgrade = request
        return 0
      case .refuse(let response): return refuseUpgrade(connection, response)
      }
    }
  }

  private func refuseUpgrade(_ connection: Connection, _ response: HTTPResponse) -> Int32 {
    connection.isAnswered = true
    send(response, descriptor: lws_get_socket_fd(connection.socket))
    return -1
  }

  func webSocketEstablished(_ connection: Connection) -> Int32 {
    guard let request = connection.upgrade else { return -1 }
    connection.upgrade = nil
    let client = WebSocketClient(
      socket: connection.socket, remoteAddress: connection.remoteAddress,
      queue: FrameQueue(
        maximumFrames: configuration.maximumQueuedFrames, maximumBytes: configuration.maximumQueuedBytes),
      counters: counters)
    connection.client = client
    add(client)
    application.webSocketOpened(client, request)
    return 0
  }

  func webSocketReceived(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard let client = connection.client, client.isOpen else { return 0 }
    TransportCounters.add(bytes.count, to: counters.bytesReceivedTotal)
    if lws_frame_is_binary(connection.socket) != 0 {
      return close(connection, code: 1003, reason: "only text is taken")
    }
    if client.incoming.count + bytes.count > configuration.maximumMessageBytes {
      return close(connection, code: 1009, reason: "message too long")
    }
    client.incoming.append(contentsOf: bytes)
    let isWhole = lws_is_final_fragment(connection.socket) != 0 && lws_remaining_packet_payload(connection.socket) == 0
    if isWhole {
      let message = client.incoming
      client.incoming = []
      application.webSocketText(client, message)
    }
    return 0
  }

  /// The kernel takes another frame.
  func webSocketWriteable(_ connection: Connection) -> Int32 {
    guard let client = connection.client else { return 0 }
    if let code = client.closeCode {
      if client.isCut { return -1 }
      if let frame = client.takeLastFrame() {
        _ = lws_callback_on_writable(connection.socket)
        return write(frame, to: client)
      }
      return close(connection, code: code, reason: client.closeReason)
    }
    guard let frame = client.queue.next() else { return 0 }
    guard write(frame, to: client) == 0 else { return -1 }
    if !client.queue.isEmpty { _ = lws_callback_on_writable(connection.socket) }
    return 0
  }

  private func write(_ frame: OutgoingFrame, to client: WebSocketClient) -> Int32 {
    guard lws_write(client.socket, frame.payload, frame.count, LWS_WRITE_TEXT) >= 0 else { return -1 }
    client.sentFrames += 1
    TransportCounters.add(1, to: counters.messagesSentTotal)
    TransportCounters.add(frame.count, to: counters.bytesSentTotal)
    return 0
  }

  func webSocketGone(_ connection: Connection) {
    guard let client = connection.client else { return }
    connection.client = nil
    client.socket = nil
    client.queue.removeAll()
    remove(client)
    application.webSocketClosed(client)
  }

  private func close(_ connection: Connection, code: UInt16, reason: String) -> Int32 {
    close(connection, code: code, reason: Array(reason.utf8))
  }

  /// Has the library send a close frame and then close.
  private func close(_ connection: Connection, code: UInt16, reason: [UInt8]) -> Int32 {
    var reason = reason
    let count = reason.count
    lws_close_reason(connection.socket, lws_close_status(rawValue: UInt32(code)), &reason, count)
    return -1
  }
}
