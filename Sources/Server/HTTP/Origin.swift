/// Which names a request may reach this server by.
enum HostRule: Equatable, Sendable {
  /// This machine's own, and these, in lower case: any other was pointed here by somebody else (DNS rebinding), whose page could
  /// then read everything.
  case names([String])
  /// Listening on the network, under names that only its owner knows.
  case anyName

  /// - Parameters:
  ///   - address: the address that is listened on.
  ///   - names: those that its owner has named; nil when he has not.
  init(listeningOn address: String, names: [String]?) {
    let isLocal = address == "localhost" || Origin.isLoopback(address: address)
    self = if let names { .names(names) } else { isLocal ? .names([]) : .anyName }
  }

  func refusal(_ request: APIRequest) -> Problem? {
    guard case .names(let names) = self, let refusal = Origin.hostRefusal(request, also: names) else { return nil }
    return Problem(kind: .foreignOrigin, status: 403, detail: "\(request.path.prefix(200)): \(refusal).")
  }
}

/// Keeps other web pages, and names that an attacker points at this machine, away.
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
    return hostRefusal(request) ?? refusal(request)
  }

  /// The name the peer used is this machine's, or one of some others.
  static func hostRefusal(_ request: APIRequest, also names: [String] = []) -> String? {
    let host = request.headers["host"] ?? ""
    if isLoopback(host: host) { return nil }
    if let name = name(of: host), names.contains(name.lowercased()) { return nil }
    let wanted = (["localhost", "127.0.0.1"] + names).joined(separator: ", ")
    return "Host is \"\(host.prefix(80))\", wanted \(wanted) or [::1] with the port; ask by one of these names"
  }

  static func isLoopback(address: String) -> Bool {
    let four = address.hasPrefix("::ffff:") ? address.dropFirst(7) : address[...]
    return address == "::1" || isLoopback(dotted: four)
  }

  /// Any address of 127.0.0.0/8, which a name such as `127.evil.example` is not.
  private static func isLoopback(dotted text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } && UInt8($0) != nil }
  }

  /// Whether a Host header names this machine.
  static func isLoopback(host: String) -> Bool {
    guard let name = name(of: host) else { return false }
    return ["localhost", "[::1]"].contains(name.lowercased()) || isLoopback(dotted: name)
  }

  /// The name in a Host header, with or without a port; nil when what stands behind it is no port.
  private static func name(of host: String) -> Substring? {
    let name: Substring
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      name = host[...end]
    } else {
      name = host.prefix { $0 != ":" }
    }
    return isPort(host[name.endIndex...]) ? name : nil
  }

  /// Nothing, or a colon and a port.
  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
  }
}
