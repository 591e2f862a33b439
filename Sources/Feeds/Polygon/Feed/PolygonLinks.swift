import MarketModel
import Synchronization

/// What a feed's control is connected with.
struct PolygonLinks: Sendable {
  var connections: [PolygonStream: PolygonConnection]
  var observations: FeedObservations
  var clock: MarketClock
  var inbox: LiveInbox
  var rest: PolygonREST
  var poller: ChainPoller
  var backfill: GapBackfill
  var board: FeedBoard

  func takeEvents() -> [(PolygonStream, SessionEvent)] { board.takeEvents() }
  func takeCycles() -> [ChainCycle] { board.takeCycles() }
  func publish(_ status: PolygonFeedStatus) { board.publish(status) }
}

/// Where the network thread and the chain poller leave what happened, and the control how things stand.
final class FeedBoard: Sendable {
  private let events = Mutex<[(PolygonStream, SessionEvent)]>([])
  private let cycles = Mutex<[ChainCycle]>([])
  private let current = Mutex(PolygonFeedStatus())

  func add(_ event: SessionEvent, of stream: PolygonStream) {
    events.withLock { $0.append((stream, event)) }
  }

  func takeEvents() -> [(PolygonStream, SessionEvent)] {
    events.withLock { waiting in
      defer { waiting.removeAll(keepingCapacity: true) }
      return waiting
    }
  }

  /// A complete reading of a chain has come.
  func add(_ cycle: ChainCycle) { cycles.withLock { $0.append(cycle) } }

  func takeCycles() -> [ChainCycle] {
    cycles.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }

  func publish(_ status: PolygonFeedStatus) { current.withLock { $0 = status } }
  var status: PolygonFeedStatus { current.withLock { $0 } }
}
