/// Why a server or a client loop could not start.
public enum TransportError: Error, Equatable, CustomStringConvertible {
  /// Another process listens on the port.
  case portBusy(host: String, port: Int)
  /// The system does not let this user listen on the port.
  case portForbidden(host: String, port: Int)
  /// The host is no address of this machine.
  case hostUnavailable(host: String)
  /// The host is neither an IP address nor `localhost`.
  case hostInvalid(host: String)
  /// `start()` was called on a server that runs or has run.
  case startedTwice
  /// The file of further certificate authorities cannot be read, or is none.
  case caFileUnreadable(path: String)
  /// The system refused something else.
  case system(what: String, errorNumber: Int32)

  public var description: String {
    switch self {
    case .portBusy(let host, let port):
      "port \(port) on \(host) is in use by another program: stop that program or choose another port (--port 0 takes any free one)"
    case .portForbidden(let host, let port):
      "port \(port) on \(host) is not allowed for this user: choose a port from 1024 to 65535"
    case .hostUnavailable(let host):
      "host \(host) is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for every interface"
    case .hostInvalid(let host):
      "host \"\(host)\" is not an IP address: use 127.0.0.1, ::1, or 0.0.0.0 for every interface"
    case .startedTwice:
      "the server was started before: make a new one"
    case .caFileUnreadable(let path):
      "CA file \(path) cannot be read as PEM certificates: check the path and its permissions"
    case .system(let what, let errorNumber):
      "\(what) failed with system error \(errorNumber): see `errno \(errorNumber)`"
    }
  }
}
