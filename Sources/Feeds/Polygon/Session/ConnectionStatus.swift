import Synchronization

/// How a vendor connection does, for /health, `doctor` and the watchdog.
public struct ConnectionStatus: Hashable, Sendable {
  /// `options`, `stocks`.
  public var cluster: String
  /// Without query.
  public var endpoint: String
  public var state = SessionState.idle
  /// When the state began, monotonic.
  public var sinceNanoseconds: Int64 = 0
  /// Dials since the process began.
  public var dials = 0
  /// Dials that led to streaming.
  public var connections = 0
  /// Why the latest connection ended or did not come about; nil while one streams.
  public var problem: SessionProblem?
  /// Channels asked for on this connection and not refused.
  public var heldChannels = 0
  /// Channels the vendor acknowledged; it acknowledges symbols that do not exist, too.
  public var acknowledgedChannels = 0
  /// Channels the vendor refused on this connection and that are still wanted.
  public var refusedChannels = 0
  /// The vendor's words about them, those about prints before all others; nil while it refuses none.
  public var refusal: String?
  /// Whether channels of prints (`T.*`) are among the refused: then hardly any come, though the connection stands.
  public var arePrintsRefused = false
  /// Quotes of relevant contracts that are not asked for, because the vendor allows no more.
  public var leftOutQuotes = 0
  /// Messages with data since the process began.
  public var frames: Int64 = 0
  /// Bytes of those messages.
  public var bytes: Int64 = 0
  /// Messages that found no room on their way to the feed.
  public var lostFrames: Int64 = 0
  /// When the latest message with data came, monotonic; 0 before the first.
  public var lastFrameNanoseconds: Int64 = 0
}

/// Where the network thread leaves a connection's status for others. Its counters cost two plain stores a frame.
final class StatusBoard: Sendable {
  private let slow: Mutex<ConnectionStatus>
  // Written by the network thread alone.
  private let frames = Atomic<Int64>(0)
  private let bytes = Atomic<Int64>(0)
  private let lostFrames = Atomic<Int64>(0)
  private let lastFrame = Atomic<Int64>(0)

  init(cluster: String, endpoint: String) {
    slow = Mutex(ConnectionStatus(cluster: cluster, endpoint: endpoint))
  }

  /// Any thread.
  var status: ConnectionStatus {
    var status = slow.withLock { $0 }
    status.frames = frames.load(ordering: .relaxed)
    status.bytes = bytes.load(ordering: .relaxed)
    status.lostFrames = lostFrames.load(ordering: .relaxed)
    status.lastFrameNanoseconds = lastFrame.load(ordering: .relaxed)
    return status
  }

  func update(_ change: (inout ConnectionStatus) -> Void) { slow.withLock { change(&$0) } }

  @inline(__always)
  func count(frameOf size: Int, at nanoseconds: Int64) {
    frames.store(frames.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    bytes.store(bytes.load(ordering: .relaxed) &+ Int64(size), ordering: .relaxed)
    lastFrame.store(nanoseconds, ordering: .relaxed)
  }

  func countLostFrame() { lostFrames.store(lostFrames.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }
}
