#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A numeric address to listen on.
struct ListenAddress {
  /// Nil for every interface.
  let interface: String?
  let isVersionSix: Bool

  init(host: String) throws(TransportError) {
    let numeric = host == "localhost" ? "127.0.0.1" : host
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, numeric, &four) == 1 {
      interface = numeric == "0.0.0.0" ? nil : numeric
      isVersionSix = false
    } else if inet_pton(AF_INET6, numeric, &six) == 1 {
      interface = numeric == "::" ? nil : numeric
      isVersionSix = true
    } else {
      throw .hostInvalid(host: host)
    }
  }

  /// Tries the port once, because the library only says that it failed, not why.
  func probe(host: String, port: Int) throws(TransportError) {
    let family = isVersionSix ? AF_INET6 : AF_INET
    let probe = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    guard probe >= 0 else { throw .system(what: "opening a socket", errorNumber: errno) }
    defer { close(probe) }
    var on: Int32 = 1
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let result: Int32
    if isVersionSix {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = in_port_t(port).bigEndian
      inet_pton(AF_INET6, interface ?? "::", &address.sin6_addr)
      result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(probe, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
      }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      inet_pton(AF_INET, interface ?? "0.0.0.0", &address.sin_addr)
      result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(probe, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    if result == 0 { return }
    switch errno {
    case EADDRINUSE: throw .portBusy(host: host, port: port)
    case EACCES: throw .portForbidden(host: host, port: port)
    case EADDRNOTAVAIL: throw .hostUnavailable(host: host)
    default: throw .system(what: "listening on \(host) port \(port)", errorNumber: errno)
    }
  }
}
