import CWebSockets

/// One TCP connection, from accept to close. Network thread only.
final class Connection {
  let socket: OpaquePointer
  let remoteAddress: String
  /// The request being read or answered.
  var exchange: Exchange?
  /// The accepted handshake, until the library has finished it.
  var upgrade: HTTPRequest?
  var client: WebSocketClient?
  /// Bytes of the next request came together with the one before it.
  var hasBufferedRequest = false
  /// The answer is out, the library only has to close.
  var isAnswered = false
  /// Reading is off while an answer is awaited: what the client pipelines meanwhile stays in the kernel.
  var isReadingPaused = false

  init(socket: OpaquePointer) {
    self.socket = socket
    remoteAddress = Connection.address(of: socket)
  }

  private static func address(of socket: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      buffer.initialize(repeating: 0)
      guard let text = lws_get_peer_simple(socket, buffer.baseAddress, buffer.count) else { return "" }
      return String(cString: text)
    }
  }

  func pauseReading() {
    guard !isReadingPaused else { return }
    isReadingPaused = true
    _ = lws_rx_flow_control(socket, 0)
  }

  func resumeReading() {
    guard isReadingPaused else { return }
    isReadingPaused = false
    _ = lws_rx_flow_control(socket, 1)
  }
}
