import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A bounded queue of byte frames between exactly one producer thread and one consumer thread, in one block of memory.
/// Wait-free, without allocation after init. While the consumer keeps up, only the beginning of the block is used: the rest
/// stays untouched pages.
public final class FrameRing: @unchecked Sendable {
  /// Bytes of the block. A frame takes its length, `padding` and 24 more.
  public let capacity: Int
  /// Readable bytes behind each frame, of no meaning: parsers load whole words.
  public static let padding = 64

  /// What stands before a frame's bytes.
  private struct Header {
    /// `skip` says that the next record stands at the beginning of the block.
    var length: Int
    var receivedNanoseconds: Int64
    /// Frames refused since the record before.
    var lostBefore: UInt32
    var tag: UInt8

    static let skip = -1
  }

  private let storage: UnsafeMutableRawPointer
  private let head: Padded
  private let tail: Padded
  private let consumer: Consumer
  private let producer: Producer
  private let refused = Atomic<Int>(0)
  /// The latest position whose record the producer put at the block's start because nothing waited. It jumps over bytes that
  /// nobody used, so they do not count as taken up.
  private let home = Padded()

  /// An index on a cache line of its own, so that the two threads do not invalidate each other's line.
  private final class Padded: Sendable {
    let before: InlineArray<8, Int> = .init(repeating: 0)
    let value = Atomic<Int>(0)
    let after: InlineArray<8, Int> = .init(repeating: 0)
  }

  private final class Producer: @unchecked Sendable {
    var padding: InlineArray<8, Int> = .init(repeating: 0)
    var position = 0
    /// Where the next record goes in the block.
    var offset = 0
    var cachedHead = 0
    var lost: UInt32 = 0
    var paddingAfter: InlineArray<8, Int> = .init(repeating: 0)
  }

  private final class Consumer: @unchecked Sendable {
    var padding: InlineArray<8, Int> = .init(repeating: 0)
    var position = 0
    /// Where the next record stands in the block.
    var offset = 0
    var cachedTail = 0
    var frameBytes = 0
    var paddingAfter: InlineArray<8, Int> = .init(repeating: 0)
  }

  /// A frame in the ring, valid until it is popped.
  public struct Frame {
    /// At least `FrameRing.padding` readable bytes follow.
    public var bytes: UnsafeBufferPointer<UInt8>
    /// Which stream it came on.
    public var tag: UInt8
    /// Monotonic clock.
    public var receivedNanoseconds: Int64
    /// Frames, of whatever stream, that found the ring full between the frame before this one and this one.
    public var lostBefore: Int
  }

  /// - Parameter capacity: bytes, rounded up to a power of two.
  public init(capacity: Int) {
    precondition(capacity >= 1024, "FrameRing: capacity \(capacity), at least 1024 wanted")
    var size = 1024
    while size < capacity { size *= 2 }
    self.capacity = size
    // Zero pages from the system: reserved now, backed by memory when first touched.
    guard let memory = calloc(size, 1) else { preconditionFailure("FrameRing: no memory for \(size) bytes") }
    storage = memory
    head = Padded()
    tail = Padded()
    consumer = Consumer()
    producer = Producer()
  }

  deinit { free(storage) }

  /// From here on the producer begins at the block's start again as soon as nothing waits.
  private static let homeBytes = 1 << 20

  @inline(__always)
  private static func recordBytes(_ length: Int) -> Int {
    (MemoryLayout<Header>.stride + length + padding + 7) & ~7
  }

  // MARK: Producer

  /// Bytes taken up; exact only on the two owning threads, a momentary reading elsewhere.
  public var usedBytes: Int {
    max(0, tail.value.load(ordering: .acquiring) - head.value.load(ordering: .acquiring))
  }

  /// Three quarters are taken up: a producer that can make its source wait should do so before frames are lost.
  public var isNearlyFull: Bool { usedBytes > capacity / 4 * 3 }

  /// Less than half is taken up: a source that was made to wait may go on.
  public var hasRecovered: Bool { usedBytes < capacity / 2 }

  /// Frames that found the ring full. Any thread.
  public var lostFrames: Int { refused.load(ordering: .relaxed) }

  /// Appends a frame. Producer thread only.
  /// - Returns: false when there is no room; the frame is counted and the next one that finds room says so.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>, tag: UInt8, receivedNanoseconds: Int64) -> Bool {
    let needed = FrameRing.recordBytes(bytes.count)
    guard makeRoom(needed) else {
      producer.lost &+= 1
      refused.wrappingAdd(1, ordering: .relaxed)
      return false
    }
    let record = storage + producer.offset
    record.storeBytes(
      of: Header(
        length: bytes.count, receivedNanoseconds: receivedNanoseconds, lostBefore: producer.lost, tag: tag),
      as: Header.self)
    if let source = bytes.baseAddress {
      (record + MemoryLayout<Header>.stride).copyMemory(from: source, byteCount: bytes.count)
    }
    producer.lost = 0
    producer.position += needed
    producer.offset = producer.offset + needed == capacity ? 0 : producer.offset + needed
    tail.value.store(producer.position, ordering: .releasing)
    return true
  }

  /// Moves to where so many bytes fit in one piece.
  @inline(__always)
  private func makeRoom(_ needed: Int) -> Bool {
    let toEnd = capacity - producer.offset
    if producer.offset >= FrameRing.homeBytes || toEnd < needed {
      producer.cachedHead = head.value.load(ordering: .acquiring)
      if producer.cachedHead == producer.position {
        guard needed <= capacity else { return false }
        home.value.store(producer.position, ordering: .relaxed)
        producer.offset = 0
        return true
      }
      if toEnd < needed { return goRound(needed, toEnd) }
    }
    if producer.position + needed - producer.cachedHead <= capacity { return true }
    producer.cachedHead = head.value.load(ordering: .acquiring)
    return producer.position + needed - producer.cachedHead <= capacity
  }

  /// The record does not fit before the block's end: it goes to its start, if there is room.
  private func goRound(_ needed: Int, _ toEnd: Int) -> Bool {
    guard producer.position + toEnd + needed - producer.cachedHead <= capacity else { return false }
    // Records are multiples of eight, so that there is room for this word wherever one could begin.
    (storage + producer.offset).storeBytes(of: Header.skip, as: Int.self)
    producer.position += toEnd
    producer.offset = 0
    return true
  }

  // MARK: Consumer

  /// How far the producer has come: grows with every frame. Either thread; compare with `position`.
  public var endPosition: Int { tail.value.load(ordering: .acquiring) }

  /// How far the consumer has come. Consumer thread only.
  public var position: Int { consumer.position }

  /// Whether a frame waits. Any thread; exact on the consumer's.
  public var isEmpty: Bool {
    head.value.load(ordering: .acquiring) == tail.value.load(ordering: .acquiring)
  }

  /// Whether another frame waits behind the one that `front` gave. Consumer thread only.
  public var hasAnother: Bool {
    consumer.position + consumer.frameBytes != tail.value.load(ordering: .acquiring)
  }

  /// The oldest frame; nil when none waits. Consumer thread only.
  public func front() -> Frame? {
    if consumer.position == consumer.cachedTail {
      consumer.cachedTail = tail.value.load(ordering: .acquiring)
      if consumer.position == consumer.cachedTail { return nil }
    }
    if home.value.load(ordering: .relaxed) == consumer.position {
      consumer.offset = 0
    } else if (storage + consumer.offset).load(as: Int.self) == Header.skip {
      consumer.position += capacity - consumer.offset
      consumer.offset = 0
    }
    let record = storage + consumer.offset
    let header = record.load(as: Header.self)
    consumer.frameBytes = FrameRing.recordBytes(header.length)
    let bytes = (record + MemoryLayout<Header>.stride).assumingMemoryBound(to: UInt8.self)
    return Frame(
      bytes: UnsafeBufferPointer(start: bytes, count: header.length), tag: header.tag,
      receivedNanoseconds: header.receivedNanoseconds, lostBefore: Int(header.lostBefore))
  }

  /// Frees the room of the frame that `front` gave. Consumer thread only.
  public func pop() {
    precondition(consumer.frameBytes > 0, "FrameRing.pop: front gave no frame")
    consumer.position += consumer.frameBytes
    consumer.offset += consumer.frameBytes
    if consumer.offset == capacity { consumer.offset = 0 }
    consumer.frameBytes = 0
    head.value.store(consumer.position, ordering: .releasing)
  }
}
