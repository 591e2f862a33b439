/// Keeps other web pages, and names that an attacker points at this machine, away from what changes state.
enum Origin {
  /// A page that this server served itself, or no page at all.
  /// - Returns: the reason to refuse; nil when the request may pass.
  static func refusal(_ request: APIRequest) -> String? {
    guard let origin = request.headers["origin"] else { return nil }
    guard let host = request.headers["host"] else { return "the Host header is missing" }
    let own = ["http://\(host)", "https://\(host)"]
    return own.contains { $0.lowercased() == origin.lowercased() }
      ? nil : "Origin is \"\(origin.prefix(80))\", wanted http://\(host) or none"
  }

  /// As above, and the peer and the name it used are this machine (a foreign name means DNS rebinding).
  static func loopbackRefusal(_ request: APIRequest) -> String? {
    guard isLoopback(address: request.peerAddress) else {
      return "the peer is \(request.peerAddress), wanted a client on this machine"
    }
    guard let host = request.headers["host"], isLoopback(host: host) else {
      return
        "Host is \"\(request.headers["host"]?.prefix(80) ?? "")\", wanted localhost, 127.0.0.1 or [::1] with the port"
    }
    return refusal(request)
  }

  static func isLoopback(address: String) -> Bool {
    address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
  }

  /// The name in a Host header, with or without a port.
  static func isLoopback(host: String) -> Bool {
    let name: Substring
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      name = host[...end]
      guard isPort(host[host.index(after: end)...]) else { return false }
    } else {
      name = host.prefix { $0 != ":" }
      guard isPort(host[name.endIndex...]) else { return false }
    }
    return ["localhost", "127.0.0.1", "[::1]"].contains(name.lowercased())
  }

  /// Nothing, or a colon and a port.
  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
  }
}
