import Rings
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct FrameRingTests {
  struct Copy: Equatable {
    var bytes: [UInt8]
    var tag: UInt8
    var received: Int64
    var lostBefore = 0
  }

  static func take(_ ring: FrameRing) -> Copy? {
    guard let frame = ring.front() else { return nil }
    let copy = Copy(
      bytes: Array(frame.bytes), tag: frame.tag, received: frame.receivedNanoseconds, lostBefore: frame.lostBefore)
    ring.pop()
    return copy
  }

  static func push(_ ring: FrameRing, _ bytes: [UInt8], tag: UInt8 = 0, received: Int64 = 0) -> Bool {
    bytes.withUnsafeBufferPointer { ring.push($0, tag: tag, receivedNanoseconds: received) }
  }

  @Test func frontStaysUntilPopped() {
    let ring = FrameRing(capacity: 4096)
    #expect(ring.front() == nil && ring.isEmpty)
    #expect(FrameRingTests.push(ring, [1, 2, 3], tag: 7, received: 99))
    #expect(FrameRingTests.push(ring, [], tag: 8, received: 100))
    #expect(ring.front()?.bytes.elementsEqual([1, 2, 3]) == true)
    #expect(ring.front()?.tag == 7 && !ring.isEmpty && ring.position < ring.endPosition)
    #expect(FrameRingTests.take(ring) == Copy(bytes: [1, 2, 3], tag: 7, received: 99))
    #expect(FrameRingTests.take(ring) == Copy(bytes: [], tag: 8, received: 100))
    #expect(ring.front() == nil && ring.isEmpty && ring.position == ring.endPosition)
  }

  @Test func whatFindsNoRoomIsCountedAndToldWithTheNext() {
    let ring = FrameRing(capacity: 1024)
    var pushed = 0
    while FrameRingTests.push(ring, [UInt8](repeating: 5, count: 100)) { pushed += 1 }
    #expect(pushed == 1024 / 192)
    #expect(!FrameRingTests.push(ring, [UInt8](repeating: 5, count: 100)))
    #expect(ring.lostFrames == 2)
    for _ in 0..<pushed { #expect(FrameRingTests.take(ring)?.lostBefore == 0) }
    #expect(FrameRingTests.push(ring, [6]) && FrameRingTests.push(ring, [7]))
    #expect(FrameRingTests.take(ring) == Copy(bytes: [6], tag: 0, received: 0, lostBefore: 2))
    #expect(FrameRingTests.take(ring) == Copy(bytes: [7], tag: 0, received: 0))
  }

  @Test func saysWhenItsSourceShouldWait() {
    let ring = FrameRing(capacity: 1 << 16)
    #expect(!ring.isNearlyFull && ring.hasRecovered && ring.usedBytes == 0)
    while !ring.isNearlyFull { #expect(FrameRingTests.push(ring, [UInt8](repeating: 1, count: 1000))) }
    #expect(ring.usedBytes > 3 << 14 && !ring.hasRecovered && ring.lostFrames == 0)
    while !ring.hasRecovered { #expect(FrameRingTests.take(ring) != nil) }
    #expect(!ring.isNearlyFull && ring.usedBytes < 1 << 15)
  }

  /// Whatever the position, everything fits when nothing waits.
  @Test func anEmptyRingTakesAsMuchAsItIs() {
    let ring = FrameRing(capacity: 4096)
    let whole = [UInt8](repeating: 1, count: 4096 - 88)
    for length in 0..<1000 {
      #expect(FrameRingTests.push(ring, [UInt8](repeating: 2, count: length)))
      _ = FrameRingTests.take(ring)
      #expect(FrameRingTests.push(ring, whole))
      #expect(FrameRingTests.take(ring)?.bytes == whole)
    }
    #expect(!FrameRingTests.push(ring, whole + [1]))
  }

  /// Beginning at the block's start again must cost a burst no room while the consumer sleeps.
  @Test func aBurstFindsTheWholeRing() {
    let ring = FrameRing(capacity: 1 << 22)
    let frame = [UInt8](repeating: 3, count: 10_000 - 88)
    for round in 0..<300 {
      // Here and there the next record is the first at the start.
      for _ in 0..<(round % 7) {
        #expect(FrameRingTests.push(ring, frame))
        _ = FrameRingTests.take(ring)
      }
      guard round % 50 == 49 else { continue }
      let frames = (1 << 22) / 10_000 - 1
      for number in 0..<frames { #expect(FrameRingTests.push(ring, frame, received: Int64(number))) }
      for number in 0..<frames { #expect(FrameRingTests.take(ring)?.received == Int64(number)) }
    }
    #expect(ring.lostFrames == 0)
  }

  @Test func aTinyRingIsOurMistake() async {
    await #expect(processExitsWith: .failure) { _ = FrameRing(capacity: 100) }
  }

  @Test func poppingNothingIsOurMistake() async {
    await #expect(processExitsWith: .failure) { FrameRing(capacity: 1024).pop() }
  }

  /// Random pushes and pops of random sizes, against an array that does the same.
  @Test(arguments: [1024, 4096, 1 << 16, 1 << 22], [1 as UInt64, 2, 3])
  func behavesLikeAQueue(_ capacity: Int, _ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ring = FrameRing(capacity: capacity)
    var model: [Copy] = []
    var lost = 0
    for step in 0..<(capacity > 1 << 16 ? 400 : 10_000) {
      if Bool.random(using: &random) {
        let length = Int.random(in: 0...Int.random(in: 1...capacity / 3, using: &random), using: &random)
        let frame = Copy(
          bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: length),
          tag: UInt8.random(in: 0...255, using: &random), received: Int64(step), lostBefore: lost)
        if FrameRingTests.push(ring, frame.bytes, tag: frame.tag, received: frame.received) {
          model.append(frame)
          lost = 0
        } else {
          // An empty ring takes anything up to half of it.
          #expect(!model.isEmpty)
          lost += 1
        }
      } else {
        let taken = FrameRingTests.take(ring)
        #expect(taken == (model.isEmpty ? nil : model.removeFirst()))
      }
    }
    while !model.isEmpty { #expect(FrameRingTests.take(ring) == model.removeFirst()) }
    #expect(ring.front() == nil)
  }

  /// The padding behind a frame is the frame's own: a parser may read it while the producer writes.
  @Test func paddingIsReadable() {
    let ring = FrameRing(capacity: 1024)
    for _ in 0..<100 {
      #expect(FrameRingTests.push(ring, [UInt8](repeating: 0xFF, count: 200)))
      let frame = ring.front()
      let behind = frame.map { UnsafeBufferPointer(start: $0.bytes.baseAddress! + 200, count: FrameRing.padding) }
      #expect(behind?.count == FrameRing.padding)
      #expect(behind?.reduce(0) { Int($0) + Int($1) } != nil)
      ring.pop()
    }
  }

  @Test(arguments: [1024, 1 << 14, 1 << 21])
  func twoThreadsSeeEveryFrameOnce(_ capacity: Int) {
    let ring = FrameRing(capacity: capacity)
    let frames = 20_000
    onTwoThreads {
      var buffer = [UInt8](repeating: 0, count: 300)
      for number in 0..<frames {
        let length = 8 + number % 250
        buffer.withUnsafeMutableBytes { $0.storeBytes(of: number, as: Int.self) }
        buffer[length - 1] = UInt8(truncatingIfNeeded: length - 1 < 8 ? Int(buffer[length - 1]) : number)
        buffer.withUnsafeBufferPointer { all in
          let frame = UnsafeBufferPointer(rebasing: all[..<length])
          while !ring.push(frame, tag: UInt8(truncatingIfNeeded: number), receivedNanoseconds: Int64(number)) {
            sched_yield()
          }
        }
      }
    } _: {
      var next = 0
      var isRight = true
      while next < frames {
        guard let frame = ring.front() else {
          sched_yield()
          continue
        }
        let number = UnsafeRawBufferPointer(frame.bytes).loadUnaligned(as: Int.self)
        let last = frame.bytes[frame.bytes.count - 1]
        isRight =
          isRight && number == next && frame.bytes.count == 8 + next % 250
          && frame.tag == UInt8(truncatingIfNeeded: next) && frame.receivedNanoseconds == Int64(next)
          && (frame.bytes.count == 8 || last == UInt8(truncatingIfNeeded: next))
        ring.pop()
        next += 1
      }
      #expect(isRight)
    }
    #expect(ring.isEmpty)
  }
}
