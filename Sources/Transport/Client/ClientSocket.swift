import CWebSockets

/// What a client of a WebSocket server hears of its socket. Every method is called on the client loop's thread, one at a time,
/// and must not block.
public protocol ClientSocketHandler: AnyObject {
  /// The handshake is done; the socket takes messages.
  func socketOpened(_ socket: ClientSocket)

  /// A whole text message. The bytes are valid during the call; nothing is promised about bytes behind them.
  /// - Parameter receivedNanoseconds: monotonic clock, when its last part was read.
  func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64)

  /// The socket is gone, or never came up; nothing is called for it any more.
  func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason)
}

/// Why a client's socket is gone.
public enum SocketCloseReason: Hashable, Sendable {
  /// It never came up: name not found, refused, timed out, certificate not accepted, no WebSocket there; in words.
  case unreachable(String)
  /// The peer said goodbye with an RFC 6455 code (1005 where it named none) and its words. The codes 1012 to 1014 arrive as
  /// 1002, because the library takes them for mistakes.
  case closedByPeer(code: UInt16, reason: String)
  /// The connection broke without a goodbye, or the peer broke the rules.
  case lost(String)
  /// `close` was called here.
  case closedHere
}

/// A client's end of a WebSocket connection. Client loop's thread only.
public final class ClientSocket {
  public let endpoint: WebSocketEndpoint

  enum Phase {
    case resolving
    /// TCP is being set up.
    case connecting
    /// TLS and HTTP.
    case handshaking
    case open
    case gone
  }
  var phase = Phase.resolving
  var handler: (any ClientSocketHandler)?
  /// The library's socket of the attempt under way.
  var connection: OpaquePointer?
  /// Numeric addresses not tried yet.
  var addresses: ArraySlice<String> = []
  var address = ""
  /// What the handler will be told, once that is known before the socket is gone.
  var ending: SocketCloseReason?
  /// Why the peer's certificate was refused.
  var certificateFault: String?
  var hasTimedOut = false
  var timer: ScheduledCall?
  var message: MessageAssembly
  /// Monotonic, of the latest sign of life that the library was told of.
  var heardNanoseconds: Int64 = 0
  private var isPaused = false
  private unowned let core: ClientCore
  private var waiting: [OutgoingFrame] = []
  private var waitingBytes = 0
  private var goodbye: (code: UInt16, reason: [UInt8])?

  init(endpoint: WebSocketEndpoint, handler: any ClientSocketHandler, core: ClientCore) {
    self.endpoint = endpoint
    self.handler = handler
    self.core = core
    message = MessageAssembly(maximumBytes: core.configuration.maximumMessageBytes)
  }

  /// Whether messages still reach the peer.
  public var isOpen: Bool { phase == .open && goodbye == nil }

  /// Sends a text message as soon as the peer takes it; never waits. Does nothing unless `isOpen`.
  public func send(_ text: String) {
    guard isOpen, let connection else { return }
    let frame = OutgoingFrame(text: text)
    waiting.append(frame)
    waitingBytes += frame.count
    if waitingBytes > core.configuration.maximumWaitingBytes {
      end(
        .lost("the peer does not read: \(waitingBytes) bytes wait for it"), code: 1008, words: "messages are not read")
    } else {
      _ = lws_callback_on_writable(connection)
    }
  }

  /// Says goodbye and closes, within two seconds; `socketClosed` follows. A socket that is not open yet is given up.
  /// - Parameters:
  ///   - code: RFC 6455 close code, for instance 1000 normal, 1001 going away.
  ///   - reason: up to 123 bytes.
  public func close(code: UInt16 = 1000, reason: String = "") { end(.closedHere, code: code, words: reason) }

  /// Stops reading: what the peer sends waits in the kernel and then on its side. For a moment only, for pings are not
  /// answered meanwhile. What has been read already still comes.
  public func pauseReading() {
    guard isOpen, !isPaused, let connection else { return }
    isPaused = true
    _ = lws_rx_flow_control(connection, 0)
  }

  /// Reads on after `pauseReading`.
  public func resumeReading() {
    guard isPaused, let connection else { return }
    isPaused = false
    _ = lws_rx_flow_control(connection, 1)
  }

  /// Begins the end; the handler hears `reason` when it is complete.
  func end(_ reason: SocketCloseReason, code: UInt16, words: String) {
    guard phase != .gone, ending == nil else { return }
    ending = reason
    guard phase == .open, let connection else {
      core.abandon(self)
      return
    }
    resumeReading()
    goodbye = (code, Array(words.utf8.prefix(123)))
    waiting.removeAll()
    core.limitLife(of: self, milliseconds: ClientSocket.goodbyeMilliseconds)
    _ = lws_callback_on_writable(connection)
  }

  /// How long a peer has to answer a goodbye.
  private static let goodbyeMilliseconds = 2_000

  /// The message handed to the library last: its compression goes on reading it in later turns, and asks for the next message
  /// only when it is through.
  private var underway: OutgoingFrame?

  /// The kernel takes another message.
  /// - Returns: the library's answer: negative closes.
  func writeable(_ connection: OpaquePointer) -> Int32 {
    if var goodbye {
      lws_close_reason(
        connection, lws_close_status(rawValue: UInt32(goodbye.code)), &goodbye.reason, goodbye.reason.count)
      return -1
    }
    underway = nil
    guard !waiting.isEmpty else { return 0 }
    let frame = waiting.removeFirst()
    underway = frame
    waitingBytes -= frame.count
    // The library masks the message where it stands; nobody else holds it.
    if lws_write(connection, frame.payload, frame.count, LWS_WRITE_TEXT) < 0 { return -1 }
    if !waiting.isEmpty { _ = lws_callback_on_writable(connection) }
    return 0
  }
}
