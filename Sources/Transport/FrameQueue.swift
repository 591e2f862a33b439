/// The frames that wait for one WebSocket client: bounded, so that a reader that never reads costs nothing more.
struct FrameQueue {
  static let slotCount = 8

  let maximumFrames: Int
  let maximumBytes: Int
  /// A ring of `maximumFrames`, allocated with the first frame that has to wait.
  private var queued: [OutgoingFrame?] = []
  private var head = 0
  private(set) var queuedFrames = 0
  private(set) var queuedBytes = 0
  private var latest: [OutgoingFrame?] = []
  private var latestFrames = 0
  private var nextSlot = 0
  /// Queue and slots take turns, so that neither starves the other.
  private var isLatestNext = false

  init(maximumFrames: Int, maximumBytes: Int) {
    precondition(maximumFrames > 0 && maximumBytes > 0, "FrameQueue: a bound must be positive")
    self.maximumFrames = maximumFrames
    self.maximumBytes = maximumBytes
  }

  var isEmpty: Bool { queuedFrames == 0 && latestFrames == 0 }

  /// What adding a frame cost the reader.
  struct Loss: Equatable {
    /// Queued frames given up, the new one included if it alone is beyond the bound.
    var dropped = 0
    /// Whether a waiting `.latest` frame was replaced.
    var isReplaced = false
  }

  mutating func add(_ frame: OutgoingFrame, _ delivery: Delivery) -> Loss {
    switch delivery {
    case .latest(let slot): addLatest(frame, slot: slot)
    case .queued: addQueued(frame)
    }
  }

  private mutating func addLatest(_ frame: OutgoingFrame, slot: Int) -> Loss {
    precondition(
      (0..<Self.slotCount).contains(slot), "FrameQueue: slot \(slot) is not 0 to 7")
    if latest.isEmpty { latest = Array(repeating: nil, count: Self.slotCount) }
    let isReplaced = latest[slot] != nil
    if !isReplaced { latestFrames += 1 }
    latest[slot] = frame
    return Loss(isReplaced: isReplaced)
  }

  private mutating func addQueued(_ frame: OutgoingFrame) -> Loss {
    guard frame.count <= maximumBytes else { return Loss(dropped: 1) }
    if queued.isEmpty { queued = Array(repeating: nil, count: maximumFrames) }
    var loss = Loss()
    while queuedFrames == maximumFrames || queuedBytes + frame.count > maximumBytes {
      _ = popQueued()
      loss.dropped += 1
    }
    queued[(head + queuedFrames) % maximumFrames] = frame
    queuedFrames += 1
    queuedBytes += frame.count
    return loss
  }

  /// The frame to send next, nil if none waits.
  mutating func next() -> OutgoingFrame? {
    let takesLatest = latestFrames > 0 && (isLatestNext || queuedFrames == 0)
    isLatestNext = !takesLatest
    return takesLatest ? popLatest() : popQueued()
  }

  private mutating func popQueued() -> OutgoingFrame? {
    guard queuedFrames > 0, let frame = queued[head].take() else { return nil }
    head = (head + 1) % maximumFrames
    queuedFrames -= 1
    queuedBytes -= frame.count
    return frame
  }

  private mutating func popLatest() -> OutgoingFrame? {
    for offset in 0..<Self.slotCount {
      let slot = (nextSlot + offset) % Self.slotCount
      if let frame = latest[slot].take() {
        nextSlot = (slot + 1) % Self.slotCount
        latestFrames -= 1
        return frame
      }
    }
    return nil
  }

  mutating func removeAll() {
    queued = []
    latest = []
    head = 0
    queuedFrames = 0
    queuedBytes = 0
    latestFrames = 0
  }
}
