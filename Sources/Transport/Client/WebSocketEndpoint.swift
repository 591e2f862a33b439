/// Where a WebSocket server is found: `wss://host[:port]/path`.
public struct WebSocketEndpoint: Hashable, Sendable, CustomStringConvertible {
  /// TLS, with the certificate and the host name checked.
  public let isSecure: Bool
  /// A name or a numeric address, without brackets.
  public let host: String
  public let port: Int
  /// Begins with `/`; a query belongs to it.
  public let path: String

  /// - Parameter text: `ws://` or `wss://`, a host, optionally a port and a path. Without a port 80 and 443 are meant.
  public init(_ text: String) throws(WebSocketEndpointError) {
    let rest: Substring
    if text.hasPrefix("wss://") {
      isSecure = true
      rest = text.dropFirst(6)
    } else if text.hasPrefix("ws://") {
      isSecure = false
      rest = text.dropFirst(5)
    } else {
      throw WebSocketEndpointError("does not begin with ws:// or wss://", text)
    }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 && $0 != 0x5C }) else {
      throw WebSocketEndpointError("has a character that does not belong into a URL (space, #, \\ or not ASCII)", text)
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else {
      throw WebSocketEndpointError("carries a user name: leave it out, keys are sent after connecting", nil)
    }
    let tail = rest.dropFirst(authority.count)
    path = tail.hasPrefix("/") ? String(tail) : "/" + tail
    (host, port) = try Self.hostAndPort(authority, defaultPort: isSecure ? 443 : 80, text)
  }

  private static func hostAndPort(
    _ authority: Substring, defaultPort: Int, _ text: String
  ) throws(WebSocketEndpointError) -> (String, Int) {
    var host = authority
    var portText: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { throw WebSocketEndpointError("has no closing ]", text) }
      host = authority[authority.index(after: authority.startIndex)..<end]
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { throw WebSocketEndpointError("has text behind ]", text) }
      portText = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      portText = authority[authority.index(after: colon)...]
    }
    guard !host.isEmpty else { throw WebSocketEndpointError("names no host", text) }
    guard let portText else { return (String(host), defaultPort) }
    guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(portText),
      (1...65_535).contains(port)
    else { throw WebSocketEndpointError("has port \"\(portText)\", wanted is 1 to 65535", text) }
    return (String(host), port)
  }

  /// What the Host header says: the port only when it is not the usual one.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// The URL without its query, which may hold what is nobody's business.
  public var description: String {
    "\(isSecure ? "wss" : "ws")://\(authority)\(path.prefix { $0 != "?" })"
  }
}

/// Why a text is no endpoint.
public struct WebSocketEndpointError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// - Parameter text: nil where it may hold a secret.
  init(_ fault: String, _ text: String?) {
    let shown = text.map { " \"\($0.prefix { $0 != "?" })\"" } ?? ""
    description = "endpoint\(shown) \(fault); wanted is something like wss://socket.example.com/options"
  }
}
