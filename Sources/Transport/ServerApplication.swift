/// Whether a client may turn its request into a WebSocket.
public enum UpgradeDecision: Sendable {
  case accept
  /// The answer instead; the connection is closed after it.
  case refuse(HTTPResponse)
}

/// What a server serves. Every method is called on the network thread, one at a time, and must not block: work that waits
/// belongs to another thread, which sends the reply when it has it.
public protocol ServerApplication: AnyObject {
  /// A complete request within all limits. `HEAD` is answered like `GET`: the server leaves the body out.
  /// - Parameter reply: to be sent exactly once, now or later, from any thread.
  func respond(to request: HTTPRequest, reply: Reply)

  /// A well-formed WebSocket handshake, asked before anything is promised. The place to check path and `Origin`.
  func shouldUpgrade(_ request: HTTPRequest) -> UpgradeDecision

  /// The client may be sent to from here until `webSocketClosed`.
  func webSocketOpened(_ client: WebSocketClient, _ request: HTTPRequest)

  /// A whole text message, valid UTF-8.
  func webSocketText(_ client: WebSocketClient, _ bytes: [UInt8])

  /// The client is gone; sending to it does nothing from here on.
  func webSocketClosed(_ client: WebSocketClient)

  /// Called at the configured interval: drain rings, broadcast.
  func tick(_ server: HTTPServer)

  /// Called soon after `HTTPServer.wake`: several wake-ups may become one call.
  func awoken(_ server: HTTPServer)

  /// The answer to a request that the server itself refuses (400, 411, 413, 431, 501, 503): a problem JSON unless the
  /// application words it otherwise, for instance to add its security headers.
  func refusal(status: Int, detail: String) -> HTTPResponse
}

extension ServerApplication {
  public func shouldUpgrade(_ request: HTTPRequest) -> UpgradeDecision {
    .refuse(refusal(status: 404, detail: "There is no WebSocket at \(request.path)."))
  }
  public func webSocketOpened(_ client: WebSocketClient, _ request: HTTPRequest) {}
  public func webSocketText(_ client: WebSocketClient, _ bytes: [UInt8]) {}
  public func webSocketClosed(_ client: WebSocketClient) {}
  public func tick(_ server: HTTPServer) {}
  public func awoken(_ server: HTTPServer) {}
  public func refusal(status: Int, detail: String) -> HTTPResponse { .problem(status: status, detail: detail) }
}
