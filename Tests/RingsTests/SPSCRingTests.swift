import Rings
import Testing

/// SplitMix64: the same seed gives the same test on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct SPSCRingTests {
  @Test(arguments: [(1, 1), (2, 2), (3, 4), (8, 8), (1000, 1024)])
  func capacityIsAPowerOfTwo(_ asked: Int, _ given: Int) {
    #expect(SPSCRing<Int>(capacity: asked).capacity == given)
  }

  @Test func aRingOfNothingIsOurMistake() async {
    await #expect(processExitsWith: .failure) { _ = SPSCRing<Int>(capacity: 0) }
  }

  @Test func fullAndEmpty() {
    let ring = SPSCRing<Int>(capacity: 2)
    #expect(ring.consume { _ in Issue.record("an empty ring has nothing to hand out") } == 0)
    #expect(ring.push(1) && ring.push(2))
    #expect(!ring.push(3))
    #expect([4, 5].withUnsafeBufferPointer { ring.push($0) } == 0)
    #expect(ring.count == 2)
    #expect(ring.push(UnsafeBufferPointer<Int>(start: nil, count: 0)) == 0)
    var taken: [Int] = []
    #expect(ring.consume(limit: 1) { taken += $0 } == 1)
    #expect(ring.push(3))
    while ring.consume({ taken += $0 }) > 0 {}
    #expect(taken == [1, 2, 3])
    #expect(ring.count == 0)
  }

  /// Random pushes and pops, against an array that does the same.
  @Test(arguments: [1, 2, 8, 64])
  func behavesLikeAQueue(_ capacity: Int) {
    var random = SeededGenerator(seed: UInt64(capacity))
    let ring = SPSCRing<Int>(capacity: capacity)
    var model: [Int] = []
    var next = 0
    for _ in 0..<50_000 {
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        #expect(ring.push(next) == (model.count < capacity))
        if model.count < capacity { model.append(next) }
        next += 1
      case 1:
        let batch = Array(next..<next + Int.random(in: 0...capacity * 2, using: &random))
        let taken = batch.withUnsafeBufferPointer { ring.push($0) }
        #expect(taken == min(batch.count, capacity - model.count))
        model += batch.prefix(taken)
        next += batch.count
      default:
        let limit = Int.random(in: 1...capacity * 2, using: &random)
        var got: [Int] = []
        let count = ring.consume(limit: limit) { got += $0 }
        #expect(count == got.count && count <= limit)
        #expect((count == 0) == model.isEmpty)
        #expect(got == Array(model.prefix(count)))
        model.removeFirst(count)
      }
      #expect(ring.count == model.count)
    }
  }

  /// Two threads, records of several words: order, wholeness and number.
  @Test func twoThreads() {
    struct Record: BitwiseCopyable {
      var number: UInt64
      var copies: SIMD4<UInt64>
    }
    let ring = SPSCRing<Record>(capacity: 256)
    let total: UInt64 = 300_000
    onTwoThreads {
      var random = SeededGenerator(seed: 11)
      var number: UInt64 = 0
      while number < total {
        let size = min(UInt64.random(in: 1...97, using: &random), total - number)
        let batch = (number..<number + size).map { Record(number: $0, copies: SIMD4(repeating: $0 &* 0x9E37_79B9)) }
        var sent = 0
        while sent < batch.count { sent += batch.withUnsafeBufferPointer { ring.push(.init(rebasing: $0[sent...])) } }
        number += size
      }
    } _: {
      var expected: UInt64 = 0
      var wrong = 0
      while expected < total {
        _ = ring.consume { run in
          guard let records = run.baseAddress else { return }
          for i in 0..<run.count {
            // Read through the pointer: the standard library's iterator is not compiled for the thread sanitizer.
            let record = records[i]
            if record.number != expected || record.copies != SIMD4(repeating: expected &* 0x9E37_79B9) { wrong += 1 }
            expected += 1
          }
        }
      }
      #expect(wrong == 0)
    }
    #expect(ring.count == 0)
  }
}
