#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Names and numeric addresses of hosts. What blocks says so.
enum HostAddress {
  struct LookUpFailure: Error {
    var description: String
  }

  static func isNumeric(_ host: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
  }

  /// The numeric addresses of a host, in the order the system prefers. Blocks.
  static func lookUp(_ host: String) -> Result<[String], LookUpFailure> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = streamType
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    var addresses: [String] = []
    var entry = list
    while let current = entry {
      if let text = numericText(of: current.pointee), !addresses.contains(text) { addresses.append(text) }
      entry = current.pointee.ai_next
    }
    if addresses.isEmpty {
      let words = status == 0 ? "no address" : gai_strerror(status).map { String(cString: $0) } ?? "error \(status)"
      return .failure(
        LookUpFailure(description: "host \(host) was not found (\(words)): check the name and the network"))
    }
    return .success(addresses)
  }

  private static func numericText(of entry: addrinfo) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard
        getnameinfo(
          entry.ai_addr, entry.ai_addrlen, buffer.baseAddress, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0,
        let text = buffer.baseAddress
      else { return nil }
      return String(cString: text)
    }
  }

  /// Why no connection comes about, in words. Tries once more, and blocks as long as allowed.
  static func explain(_ address: String, port: Int, seconds: Int) -> String {
    let place = "\(address) port \(port)"
    switch connectionError(address, port: port, milliseconds: Int32(seconds) * 1_000) {
    case 0: return "the connection to \(place) failed, though another try just worked"
    case ECONNREFUSED: return "the connection to \(place) was refused: nothing listens there"
    case ETIMEDOUT: return "no answer from \(place) within \(seconds) s"
    case ENETUNREACH, EHOSTUNREACH: return "\(place) cannot be reached from this network"
    case let error: return "the connection to \(place) failed: \(String(cString: strerror(error)))"
    }
  }

  /// The system's error for a connection, 0 if it works.
  private static func connectionError(_ address: String, port: Int, milliseconds: Int32) -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = streamType
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, "\(port)", &hints, &list) == 0, let list else { return EADDRNOTAVAIL }
    defer { freeaddrinfo(list) }
    let descriptor = socket(list.pointee.ai_family, list.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    if connect(descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) == 0 { return 0 }
    guard errno == EINPROGRESS else { return errno }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, milliseconds) > 0 else { return ETIMEDOUT }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    return error
  }

  private static var streamType: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }
}
