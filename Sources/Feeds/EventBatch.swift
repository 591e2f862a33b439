import MarketModel

/// The events of a frame, or of several, in order: a growable array that keeps its memory, owned by one thread.
public struct EventBatch: ~Copyable {
  @usableFromInline var storage: UnsafeMutablePointer<MarketEvent>
  @usableFromInline var capacity: Int
  public private(set) var count = 0

  public init(capacity: Int = 256) {
    precondition(capacity > 0, "EventBatch: capacity \(capacity)")
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  public var events: UnsafeBufferPointer<MarketEvent> {
    @inline(__always) get { UnsafeBufferPointer(start: storage, count: count) }
  }

  @inline(__always)
  public mutating func append(_ event: MarketEvent) {
    if count == capacity { grow() }
    (storage + count).initialize(to: event)
    count &+= 1
  }

  @inline(__always)
  public mutating func removeAll() { count = 0 }

  /// Drops the events after the first `length`.
  @inline(__always)
  mutating func truncate(to length: Int) { count = length }

  /// Drops the events from `first` on that `isKept` says no to; the others keep their order.
  @inline(__always)
  mutating func keep(from first: Int, _ isKept: (MarketEvent) -> Bool) {
    var kept = first
    for index in first..<count {
      let event = storage[index]
      guard isKept(event) else { continue }
      if kept != index { storage[kept] = event }
      kept &+= 1
    }
    count = kept
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<MarketEvent>.allocate(capacity: capacity * 2)
    larger.update(from: storage, count: count)
    storage.deallocate()
    storage = larger
    capacity *= 2
  }
}
