/// What the sockets of a client loop allow and how long they wait.
public struct ClientLoopConfiguration: Sendable {
  /// Longest message a peer may send; a longer one ends the connection with 1009.
  public var maximumMessageBytes = 4 << 20
  /// Bytes that may wait for a peer which does not read; more end the connection.
  public var maximumWaitingBytes = 1 << 20
  /// How long each address of a host may take from the dial to the open WebSocket.
  public var connectSeconds = 10
  /// A peer silent for so long is pinged.
  public var pingSeconds = 20
  /// A peer silent for so long, pings included, is given up.
  public var deadPeerSeconds = 30
  /// Whether compression (permessage-deflate) is offered.
  public var offersCompression = true
  /// A PEM file of further certificate authorities to trust, beside the system's.
  public var caFile: String?

  public init(caFile: String? = nil) { self.caFile = caFile }
}
