import Testing

@testable import Transport

@Suite struct FrameQueueTests {
  private func frame(_ count: Int) -> OutgoingFrame { OutgoingFrame(text: String(repeating: "x", count: count)) }

  @Test func framesKeepTheirOrderWithinBothBounds() {
    var queue = FrameQueue(maximumFrames: 3, maximumBytes: 100)
    let frames = (1...5).map { frame($0) }
    #expect(frames.map { queue.add($0, .queued).dropped } == [0, 0, 0, 1, 1])
    #expect(queue.queuedFrames == 3)
    #expect(queue.queuedBytes == 12)
    #expect(queue.add(frame(95), .queued).dropped == 2)
    #expect(queue.next() === frames[4])
    #expect(queue.next()?.count == 95)
    #expect(queue.next() == nil)
    #expect(queue.isEmpty)
    #expect(queue.queuedBytes == 0)
  }

  @Test func frameBeyondTheBoundIsDroppedAlone() {
    var queue = FrameQueue(maximumFrames: 3, maximumBytes: 100)
    _ = queue.add(frame(50), .queued)
    #expect(queue.add(frame(101), .queued) == .init(dropped: 1))
    #expect(queue.queuedFrames == 1)
  }

  @Test func slotsReplaceAndTakeTurns() {
    var queue = FrameQueue(maximumFrames: 10, maximumBytes: 1_000)
    for count in 1...4 { _ = queue.add(frame(count), .queued) }
    #expect(queue.add(frame(10), .latest(slot: 0)).isReplaced == false)
    #expect(queue.add(frame(11), .latest(slot: 0)).isReplaced)
    #expect(queue.add(frame(20), .latest(slot: 7)).isReplaced == false)
    var order: [Int] = []
    while let next = queue.next() { order.append(next.count) }
    #expect(order == [1, 11, 2, 20, 3, 4])
    #expect(queue.isEmpty)
  }
}
