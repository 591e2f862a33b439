import MarketModel

/// The outputs of the events processed since it was last emptied: a growable array that keeps its memory, owned by the
/// engine's thread.
public struct OutputBuffer: ~Copyable {
  private var storage: UnsafeMutablePointer<FlowOutput>
  private var capacity: Int
  public private(set) var count = 0

  public init(capacity: Int = 1024) {
    precondition(capacity > 0, "OutputBuffer: capacity \(capacity)")
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  public var outputs: UnsafeBufferPointer<FlowOutput> {
    @inline(__always) get { UnsafeBufferPointer(start: storage, count: count) }
  }

  @inline(__always)
  public mutating func append(_ output: FlowOutput) {
    if count == capacity { grow() }
    (storage + count).initialize(to: output)
    count &+= 1
  }

  @inline(__always)
  public mutating func removeAll() { count = 0 }

  /// Forgets all but the oldest `kept`.
  mutating func removeAll(but kept: Int) {
    precondition(0...count ~= kept, "OutputBuffer: all but \(kept) of \(count)")
    count = kept
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<FlowOutput>.allocate(capacity: capacity * 2)
    larger.update(from: storage, count: count)
    storage.deallocate()
    storage = larger
    capacity *= 2
  }
}
