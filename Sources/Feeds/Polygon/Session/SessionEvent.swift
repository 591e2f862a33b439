/// Where a vendor connection stands.
public enum SessionState: UInt8, Sendable, CaseIterable {
  /// Not started, or stopped.
  case idle
  /// No connection; the next dial has its time.
  case waiting
  /// TCP, TLS and the WebSocket handshake are under way.
  case dialling
  /// The socket stands; the vendor has not said `connected`.
  case awaitingGreeting
  /// The key is sent; no answer yet.
  case authenticating
  /// Let in: channels may be held, data come.
  case streaming
  /// Given up from here; the socket is not gone yet.
  case closing
}

/// Why a connection came to its end, or did not come about.
public struct SessionProblem: Hashable, Sendable {
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// No WebSocket came about: name, network, certificate.
    case unreachable
    /// The connection broke without a goodbye.
    case lost
    /// The vendor closed it.
    case closedByVendor
    /// No `connected` in time.
    case noGreeting
    /// No answer to the key in time.
    case noAuthenticationReply
    /// The vendor waited for the key in vain, or forgot that it had it.
    case authenticationTimeout
    /// The vendor does not know the key.
    case wrongKey
    /// The key is good, its plan has no WebSocket.
    case planWithoutStream
    /// Another connection of the account is open.
    case connectionLimit
    /// The vendor's buffer for us was full.
    case slowConsumer
    /// The vendor wanted us off.
    case forcedDisconnect
    /// Connected, nothing came: dialled anew.
    case muted
    /// Ended from here, on request.
    case stopped
  }

  public var kind: Kind
  /// For people: subject, what was seen, what is wanted, what to do. Holds no key.
  public var words: String

  public init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = words
  }

  /// Whether nothing gets better before a person acts.
  public var needsPerson: Bool { kind == .wrongKey || kind == .planWithoutStream }
}

/// What a session has to tell.
public enum SessionEvent: Hashable, Sendable {
  /// Let in: the vendor delivers from here on.
  case streaming
  /// The connection is gone, or never was.
  /// - Parameters:
  ///   - wasStreaming: whether data may have been missed.
  ///   - waitNanoseconds: until the next dial; nil when there is none.
  case interrupted(SessionProblem, wasStreaming: Bool, waitNanoseconds: Int64?)
  /// The vendor does not let the key have these channels; the connection stands.
  /// - Parameters:
  ///   - channels: at most `Limits.namedRefusals` of them, sorted; empty when the vendor's words fit no request.
  ///   - count: how many in all.
  case refused(channels: [String], count: Int, words: String)
  /// A status message that asks for nothing.
  case notice(status: String, words: String)
}

/// What the owner of the socket has to do for a session, in order.
enum SessionAction: Equatable {
  case dial
  case send(String)
  /// Send `PolygonSession.authenticationMessage`; the key is not part of an action, so that none can show it.
  case authenticate
  case close(code: UInt16)
  case report(SessionEvent)
}
