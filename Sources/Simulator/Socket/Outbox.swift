import Rings
import Synchronization

/// Steps of the stream on their way from the player to the network thread: bounded, the player waits.
final class Outbox: Sendable {
  private struct State {
    var batches: [PlayedBatch] = []
    var bytes = 0
    /// Taken and not sent yet.
    var heldBytes = 0
    var heldCount = 0
  }

  private let state = Mutex(State())
  private let room = Doorbell()
  private let demand = Atomic<Int>(0)

  /// Connections that hold a channel. Network thread writes.
  var subscribers: Int { demand.load(ordering: .acquiring) }
  func setSubscribers(_ count: Int) {
    demand.store(count, ordering: .releasing)
    room.ring()
  }

  /// Player: sleeps until something changes, at most so long.
  func wait(milliseconds: Int32, unless isReady: () -> Bool) { room.wait(milliseconds: milliseconds, unless: isReady) }

  /// Wakes the player for any reason.
  func ring() { room.ring() }

  var hasRoom: Bool {
    state.withLock {
      $0.batches.count + $0.heldCount < SimulatorLimits.waitingBatches
        && $0.bytes + $0.heldBytes < SimulatorLimits.waitingBytes
    }
  }

  var isEmpty: Bool { state.withLock { $0.batches.isEmpty && $0.heldCount == 0 } }

  func push(_ batch: PlayedBatch) {
    state.withLock { state in
      state.batches.append(batch)
      state.bytes += batch.byteCount
    }
  }

  /// Network thread: everything that waits. Until `sent` it counts as waiting.
  func take() -> [PlayedBatch] {
    state.withLock { state in
      state.heldCount += state.batches.count
      state.heldBytes += state.bytes
      state.bytes = 0
      defer { state.batches = [] }
      return state.batches
    }
  }

  func sent(_ count: Int, bytes: Int) {
    state.withLock { state in
      state.heldCount -= count
      state.heldBytes -= bytes
    }
    room.ring()
  }
}
