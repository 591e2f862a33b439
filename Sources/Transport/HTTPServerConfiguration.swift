/// Where a server listens and what it allows. Every default is strict; what a limit refuses is counted.
public struct HTTPServerConfiguration: Sendable {
  /// An IP address of this machine, `localhost`, or `0.0.0.0` for every interface.
  public var host = "127.0.0.1"
  /// 0 takes any free port; `HTTPServer.port` tells which.
  public var port = 0

  /// Longest request body; longer ones get 413.
  public var maximumBodyBytes = 64 * 1024
  /// Longest request line with standard headers; longer ones get 431. A connection that sends four times as much, headers
  /// unknown to the server included, is closed.
  public var maximumHeaderBytes = 16 * 1024
  /// TCP connections open at once, WebSocket clients included; more get 503.
  public var maximumConnections = 2_048
  /// WebSocket clients at once; more get 503.
  public var maximumWebSocketClients = 1_024
  /// Longest message a WebSocket client may send; a longer one ends the connection with 1009.
  public var maximumMessageBytes = 64 * 1024

  /// How long a client may take between two pieces of a request, or to take the next piece of a response.
  public var stallSeconds = 10
  /// How long a connection may idle between two requests.
  public var keepAliveSeconds = 30
  /// A WebSocket client that was silent for so long is pinged.
  public var pingSeconds = 60
  /// A WebSocket client that did not answer for so long is closed. Long, because a reader that does not read is no fault.
  public var deadPeerSeconds = 3_600

  /// Frames a WebSocket client may have waiting under `.queued`; the oldest are dropped and counted beyond it.
  public var maximumQueuedFrames = 256
  /// Bytes a WebSocket client may have waiting under `.queued`.
  public var maximumQueuedBytes = 1 << 20
  /// The kernel's send buffer of each connection: it is memory outside the process's resident size.
  public var sendBufferBytes = 64 * 1024

  /// Time between two calls of `ServerApplication.tick`.
  public var tickMilliseconds = 50

  public init(host: String = "127.0.0.1", port: Int = 0) {
    self.host = host
    self.port = port
  }
}
