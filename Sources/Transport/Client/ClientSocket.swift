/// What a client of a WebSocket server hears of its socket. Every method is called on the client loop's thread, one at a time,
/// and must not block.
public protocol ClientSocketHandler: AnyObject {
  /// The handshake is done; the socket takes messages.
  func socketOpened(_ socket: ClientSocket)

  /// A whole text message. The bytes are valid during the call; `frameSourcePadding`-like padding is not promised.
  /// - Parameter receivedNanoseconds: monotonic clock, when its last part was read.
  func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64)

  /// The socket is gone, or never came up; nothing is called for it any more.
  func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason)
}

/// Why a client's socket is gone.
public enum SocketCloseReason: Hashable, Sendable {
  /// It never came up: name not found, refused, timed out, certificate not accepted, no WebSocket there; in words.
  case unreachable(String)
  /// The peer said goodbye with an RFC 6455 code and its words.
  case closedByPeer(code: UInt16, reason: String)
  /// The connection broke without a goodbye.
  case lost(String)
  /// `close` was called here.
  case closedHere
}

/// A client's end of a WebSocket connection. Client loop's thread only.
public final class ClientSocket {
  init() {}
}
