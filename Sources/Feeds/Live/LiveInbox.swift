import Rings
import Synchronization

/// Hands live items from whoever has them to the feed's thread, in order.
public final class LiveInbox: Sendable {
  private let waiting = Mutex<[LiveItem]>([])
  private let isFilled = Atomic<Bool>(false)
  private let bell: Doorbell

  /// - Parameter bell: what the feed's thread sleeps on.
  public init(bell: Doorbell) { self.bell = bell }

  public func offer(_ item: LiveItem) {
    waiting.withLock { $0.append(item) }
    isFilled.store(true, ordering: .releasing)
    bell.ring()
  }

  /// Feed thread: cheap enough to ask for every frame.
  public var isEmpty: Bool { !isFilled.load(ordering: .acquiring) }

  /// Feed thread: everything that waits, oldest first.
  public func takeAll() -> [LiveItem] {
    waiting.withLock { waiting in
      isFilled.store(false, ordering: .releasing)
      defer { waiting.removeAll(keepingCapacity: true) }
      return waiting
    }
  }
}
