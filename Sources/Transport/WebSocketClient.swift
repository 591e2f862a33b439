import CWebSockets

/// A connected WebSocket. Network thread only.
public final class WebSocketClient {
  /// The application's state of this client.
  public var context: AnyObject?
  /// The client's IP address, without port.
  public let remoteAddress: String
  /// `.queued` frames this client lost to its bound since it connected.
  private(set) var droppedFrames = 0
  /// `.latest` frames replaced before this client got them.
  private(set) var replacedFrames = 0
  /// Messages handed to the kernel.
  var sentFrames = 0

  /// `.queued` frames waiting.
  public var queuedFrames: Int { queue.queuedFrames }
  /// Bytes of the `.queued` frames waiting.
  public var queuedBytes: Int { queue.queuedBytes }

  /// Nil once the client is gone.
  var socket: OpaquePointer?
  var queue: FrameQueue
  /// Where the client stands in the server's list.
  var index = 0
  var incoming: [UInt8] = []
  private(set) var closeCode: UInt16?
  private(set) var closeReason: [UInt8] = []
  /// Goes out before the close frame.
  private var lastFrame: OutgoingFrame?
  /// The connection is to end without a word.
  private(set) var isCut = false
  private let counters: TransportCounters

  init(socket: OpaquePointer, remoteAddress: String, queue: FrameQueue, counters: TransportCounters) {
    self.socket = socket
    self.remoteAddress = remoteAddress
    self.queue = queue
    self.counters = counters
  }

  /// Whether frames still reach the client.
  public var isOpen: Bool { socket != nil && closeCode == nil }

  /// Sends a frame as soon as the client takes it; never waits.
  public func send(_ frame: OutgoingFrame, _ delivery: Delivery = .queued) {
    guard let socket, closeCode == nil else { return }
    let wasEmpty = queue.isEmpty
    let loss = queue.add(frame, delivery)
    if loss.dropped > 0 {
      droppedFrames += loss.dropped
      TransportCounters.add(loss.dropped, to: counters.messagesDroppedTotal)
    }
    if loss.isReplaced {
      replacedFrames += 1
      TransportCounters.add(1, to: counters.messagesReplacedTotal)
    }
    if wasEmpty && !queue.isEmpty { _ = lws_callback_on_writable(socket) }
  }

  /// Closes the connection after the frame under way; waiting frames are given up.
  /// - Parameters:
  ///   - code: RFC 6455 close code, for instance 1000 normal, 1001 going away, 1008 policy.
  ///   - reason: up to 123 bytes.
  ///   - last: a message that still goes out before the close frame.
  public func close(code: UInt16 = 1000, reason: String = "", last: OutgoingFrame? = nil) {
    guard let socket, closeCode == nil else { return }
    closeCode = code
    lastFrame = last
    closeReason = Array(reason.utf8.prefix(123))
    queue.removeAll()
    // A client that never reads never becomes writable: it is cut off then.
    lws_set_timeout(socket, PENDING_TIMEOUT_CLOSE_SEND, 5)
    _ = lws_callback_on_writable(socket)
  }

  /// Ends the connection as a broken network does: without a close frame.
  public func cut() {
    guard let socket, closeCode == nil else { return }
    closeCode = 1006
    isCut = true
    queue.removeAll()
    lws_set_timeout(socket, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC)
  }

  /// The message to send before closing, once.
  func takeLastFrame() -> OutgoingFrame? { lastFrame.take() }
}
