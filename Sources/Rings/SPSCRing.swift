import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A bounded queue between exactly one producer thread and one consumer thread. Wait-free: no lock, no allocation after
/// init. Each side caches the other's index and looks again only when the cached one says full or empty.
public final class SPSCRing<Element: BitwiseCopyable>: @unchecked Sendable {
  public let capacity: Int
  private let storage: UnsafeMutablePointer<Element>
  private let mask: Int
  private let head: Padded
  private let tail: Padded
  // Owned by the consumer and the producer respectively; on their own cache lines through Padded.
  private let consumer: LocalIndex
  private let producer: LocalIndex

  /// An index on a cache line of its own, so that the two threads do not invalidate each other's line.
  private final class Padded: Sendable {
    let before: InlineArray<8, Int> = .init(repeating: 0)
    let value = Atomic<Int>(0)
    let after: InlineArray<8, Int> = .init(repeating: 0)
  }

  private final class LocalIndex: @unchecked Sendable {
    var padding: InlineArray<8, Int> = .init(repeating: 0)
    var own = 0
    var cachedOther = 0
    var paddingAfter: InlineArray<8, Int> = .init(repeating: 0)
  }

  /// `capacity` is rounded up to a power of two.
  public init(capacity: Int) {
    precondition(capacity > 0, "SPSCRing: capacity \(capacity)")
    var size = 1
    while size < capacity { size *= 2 }
    self.capacity = size
    mask = size - 1
    storage = .allocate(capacity: size)
    head = Padded()
    tail = Padded()
    consumer = LocalIndex()
    producer = LocalIndex()
  }

  deinit { storage.deallocate() }

  /// Elements waiting; exact only on the two owning threads, a momentary reading elsewhere.
  public var count: Int { max(0, tail.value.load(ordering: .acquiring) - head.value.load(ordering: .acquiring)) }

  /// Appends as many elements as there is room for, in order. Producer thread only.
  /// - Returns: how many were taken; 0 when the ring is full.
  @inline(__always)
  public func push(_ elements: UnsafeBufferPointer<Element>) -> Int {
    let position = producer.own
    var room = capacity &- (position &- producer.cachedOther)
    if room < elements.count {
      producer.cachedOther = head.value.load(ordering: .acquiring)
      room = capacity &- (position &- producer.cachedOther)
    }
    let count = min(room, elements.count)
    guard count > 0, let source = elements.baseAddress else { return 0 }
    let start = position & mask
    let first = min(count, capacity &- start)
    (storage + start).update(from: source, count: first)
    if first < count { storage.update(from: source + first, count: count &- first) }
    producer.own = position &+ count
    tail.value.store(position &+ count, ordering: .releasing)
    return count
  }

  /// Appends one element. Producer thread only.
  /// - Returns: false when the ring is full.
  @inline(__always)
  public func push(_ element: Element) -> Bool {
    let position = producer.own
    if position &- producer.cachedOther == capacity {
      producer.cachedOther = head.value.load(ordering: .acquiring)
      if position &- producer.cachedOther == capacity { return false }
    }
    storage[position & mask] = element
    producer.own = position &+ 1
    tail.value.store(position &+ 1, ordering: .releasing)
    return true
  }

  /// Hands up to `limit` waiting elements to `body` in place, in order, as one contiguous run, and then frees their room.
  /// Consumer thread only.
  /// - Returns: how many were consumed; 0 when the ring is empty. A run ends at the end of the storage, so call again.
  @inline(__always)
  public func consume(limit: Int = .max, _ body: (UnsafeBufferPointer<Element>) -> Void) -> Int {
    let position = consumer.own
    var waiting = consumer.cachedOther &- position
    if waiting == 0 {
      consumer.cachedOther = tail.value.load(ordering: .acquiring)
      waiting = consumer.cachedOther &- position
      if waiting == 0 { return 0 }
    }
    let start = position & mask
    let count = min(waiting, limit, capacity &- start)
    body(UnsafeBufferPointer(start: storage + start, count: count))
    consumer.own = position &+ count
    head.value.store(position &+ count, ordering: .releasing)
    return count
  }
}
