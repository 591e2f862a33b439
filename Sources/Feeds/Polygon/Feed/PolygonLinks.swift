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

  func takeEvents() -> [(PolygonStream, PolygonConnection.Event)] { board.takeEvents() }
  func publish(_ status: PolygonFeedStatus) { board.publish(status) }
}

/// Where the network thread leaves what happened, and the control how things stand.
final class FeedBoard: Sendable {
  private let events = Mutex<[(PolygonStream, PolygonConnection.Event)]>([])
  private let current = Mutex(PolygonFeedStatus())

  func add(_ event: PolygonConnection.Event, of stream: PolygonStream) {
    events.withLock { $0.append((stream, event)) }
  }

  func takeEvents() -> [(PolygonStream, PolygonConnection.Event)] {
    events.withLock { waiting in
      defer { waiting.removeAll(keepingCapacity: true) }
      return waiting
    }
  }

  func publish(_ status: PolygonFeedStatus) { current.withLock { $0 = status } }
  var status: PolygonFeedStatus { current.withLock { $0 } }
}
