import MarketModel
import Rings
import Synchronization

/// Where, among the frames, connections were lost and came back: noted by the network thread, read by the feed's thread when it
/// has come so far. So nothing said about a connection overtakes its frames or falls behind those of the next one, however
/// late either thread is. It happens rarely; there is room for all of it.
public final class ConnectionMarks: Sendable {
  /// What happened to a connection.
  public enum Kind: Hashable, Sendable {
    /// The vendor delivers from here on.
    case returned
    case lost
    /// Given up because nothing came.
    case lostMute
  }

  struct Mark: Hashable, Sendable {
    var kind: Kind
    var scope: FeedIncident.Scope
    /// Frames before this position of the ring came earlier.
    var position: Int
    /// Monotonic.
    var nanoseconds: Int64
  }

  private let waiting = Mutex<[Mark]>([])
  private let isFilled = Atomic<Bool>(false)
  private let frames: FrameRing
  private let bell: Doorbell

  /// - Parameters:
  ///   - frames: the ring that the connections fill.
  ///   - bell: what the feed's thread sleeps on.
  public init(frames: FrameRing, bell: Doorbell) {
    self.frames = frames
    self.bell = bell
  }

  /// Network thread, which fills the ring: it happens behind all frames pushed so far.
  public func note(_ kind: Kind, _ scope: FeedIncident.Scope, at monotonic: Int64) {
    let mark = Mark(kind: kind, scope: scope, position: frames.endPosition, nanoseconds: monotonic)
    waiting.withLock { waiting in
      waiting.append(mark)
      isFilled.store(true, ordering: .releasing)
    }
    bell.ring()
  }

  /// Feed thread: cheap enough to ask for every frame.
  var isEmpty: Bool { !isFilled.load(ordering: .acquiring) }

  /// Feed thread: the oldest mark, if all frames before it have been taken.
  func take() -> Mark? {
    guard !isEmpty else { return nil }
    return waiting.withLock { waiting in
      guard let mark = waiting.first, mark.position <= frames.position else { return nil }
      waiting.removeFirst()
      if waiting.isEmpty { isFilled.store(false, ordering: .releasing) }
      return mark
    }
  }
}
