import CWebSockets

/// Requests and responses.
extension ServerLoop {
  /// The headers of a request are complete.
  func requestArrived(_ connection: Connection) -> Int32 {
    if isLeaving { return -1 }
    switch RequestReader.read(
      connection.socket, remoteAddress: connection.remoteAddress, configuration)
    {
    case .refuse(let status, let detail):
      return refuse(connection, status: status, detail: detail)
    case .request(let request, let bodyBytes, let closesAfter, let keepsAliveExplicitly, let expectsContinue):
      if bodyBytes > 0 && connection.hasBufferedRequest {
        // libwebsockets 4.1.6 takes the head of such a request for its body, and then never comes back.
        return refuse(
          connection, status: 400,
          detail: "A request with a body came before the answer to the one before it: wait for the answer first.")
      }
      let exchange = Exchange(
        connection: connection, request: request, expectedBodyBytes: bodyBytes, closesAfter: closesAfter,
        keepsAliveExplicitly: keepsAliveExplicitly)
      connection.exchange = exchange
      if bodyBytes == 0 {
        dispatch(exchange)
        if exchange.response != nil { return write(exchange, on: connection, isReading: true) }
        awaitAnswer(on: connection)
        return 0
      }
      exchange.request.body.reserveCapacity(bodyBytes)
      return expectsContinue ? writeContinue(connection) : 0
    }
  }

  /// curl waits a second for this before it sends a larger body.
  private func writeContinue(_ connection: Connection) -> Int32 {
    let line: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    let payload = scratch + CLWS_PRE
    line.withUTF8Buffer {
      payload.copyMemory(from: UnsafeRawPointer($0.baseAddress ?? line.utf8Start), byteCount: $0.count)
    }
    let count = line.utf8CodeUnitCount
    let written = lws_write(
      connection.socket, payload.assumingMemoryBound(to: UInt8.self), count, LWS_WRITE_HTTP_HEADERS)
    return written < 0 ? -1 : 0
  }

  func bodyArrived(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    // After an early answer the library still brings the rest of the body.
    guard let exchange = connection.exchange, !exchange.isDispatched else { return 0 }
    precondition(
      exchange.request.body.count + bytes.count <= exchange.expectedBodyBytes, "body longer than its Content-Length")
    exchange.request.body.append(contentsOf: bytes)
    TransportCounters.add(bytes.count, to: counters.bytesReceivedTotal)
    return 0
  }

  func bodyCompleted(_ connection: Connection) -> Int32 {
    guard let exchange = connection.exchange, !exchange.isDispatched else { return 0 }
    // Answered when the socket is writeable, never from here: the library would touch a connection closed in this callback.
    dispatch(exchange)
    if exchange.response != nil {
      _ = lws_callback_on_writable(connection.socket)
    } else {
      awaitAnswer(on: connection)
    }
    return 0
  }

  private func dispatch(_ exchange: Exchange) {
    guard let server else { return }
    TransportCounters.add(1, to: counters.requestsTotal)
    exchange.isDispatched = true
    exchange.isDispatching = true
    application.respond(to: exchange.request, reply: Reply(server: server, exchange: exchange))
    exchange.isDispatching = false
  }

  /// The answer comes later: no deadline of the library's until then, and nothing is read that it would have to keep.
  private func awaitAnswer(on connection: Connection) {
    connection.pauseReading()
    lws_set_timeout(connection.socket, NO_PENDING_TIMEOUT, 0)
  }

  /// Takes an answer; on the network thread.
  func answer(_ exchange: Exchange, _ response: HTTPResponse) {
    guard let connection = exchange.connection else { return }
    exchange.response = response
    guard !exchange.isDispatching else { return }
    // The library does not look at a connection at all while its reading is paused.
    connection.resumeReading()
    _ = lws_callback_on_writable(connection.socket)
  }

  func responseWriteable(_ connection: Connection) -> Int32 {
    guard let exchange = connection.exchange, exchange.response != nil else { return 0 }
    return write(exchange, on: connection, isReading: false)
  }

  /// Writes the next piece of a response; the first carries the head.
  /// - Parameter isReading: called while the library works on bytes it has read. What is left of them it puts away only
  ///   afterwards, so the request ends later, when it is known whether another one waits among them.
  private func write(_ exchange: Exchange, on connection: Connection, isReading: Bool) -> Int32 {
    guard let response = exchange.response else { return 0 }
    let hasBody = exchange.request.method != .head && response.status != 204 && response.status != 304
    let bodyBytes = hasBody ? response.body.count : 0
    if exchange.isHeadWritten && exchange.bodyBytesWritten == bodyBytes { return complete(exchange, on: connection) }

    let payload = scratch + CLWS_PRE
    var count = 0
    if !exchange.isHeadWritten {
      let option: StaticString? = exchange.closesAfter ? "close" : exchange.keepsAliveExplicitly ? "keep-alive" : nil
      let head = ResponseHead.bytes(for: response, connection: option, date: date.bytes)
      precondition(head.count < Self.scratchBytes, "HTTPResponse: headers of \(head.count) bytes")
      head.withUnsafeBytes { count = copy($0, to: payload) }
      exchange.isHeadWritten = true
    }
    let bodyPart = min(bodyBytes - exchange.bodyBytesWritten, Self.scratchBytes - count)
    response.body.withUnsafeBytes { body in
      let start = exchange.bodyBytesWritten
      count += copy(UnsafeRawBufferPointer(rebasing: body[start..<(start + bodyPart)]), to: payload + count)
    }
    exchange.bodyBytesWritten += bodyPart
    let isLast = exchange.bodyBytesWritten == bodyBytes
    let written = lws_write(
      connection.socket, payload.assumingMemoryBound(to: UInt8.self), count,
      isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP)
    if written < 0 { return -1 }
    TransportCounters.add(count, to: counters.bytesSentTotal)
    // What the kernel did not take waits in the library; the request ends when it is out.
    let isOut = isLast && lws_partial_buffered(connection.socket) == 0
    if isOut && (!isReading || exchange.closesAfter) { return complete(exchange, on: connection) }
    lws_set_timeout(connection.socket, PENDING_TIMEOUT_HTTP_CONTENT, Int32(configuration.stallSeconds))
    _ = lws_callback_on_writable(connection.socket)
    return 0
  }

  private func copy(_ bytes: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    destination.copyMemory(from: start, byteCount: bytes.count)
    return bytes.count
  }

  private func complete(_ exchange: Exchange, on connection: Connection) -> Int32 {
    abandonExchange(of: connection)
    if exchange.closesAfter {
      connection.isAnswered = true
      return -1
    }
    if lws_http_transaction_completed(connection.socket) != 0 { return -1 }
    connection.hasBufferedRequest = hasHeaderTable(connection.socket)
    return 0
  }

  /// Refuses a request before it reaches the application, and closes: its body is unread.
  private func refuse(_ connection: Connection, status: Int, detail: String) -> Int32 {
    connection.isAnswered = true
    refuse(descriptor: lws_get_socket_fd(connection.socket), status: status, detail: detail)
    return -1
  }

  /// Between two requests the library keeps a connection's header table only if it has already read a part of the next.
  private func hasHeaderTable(_ socket: OpaquePointer) -> Bool {
    // Without a table this leaves the buffer alone, with one it begins by emptying it.
    var mark: (CChar, CChar) = (1, 0)
    withUnsafeMutableBytes(of: &mark) { _ = lws_hdr_custom_copy(socket, $0.baseAddress, 2, "-:", 2) }
    return mark.0 == 0
  }
}
