import MarketModel
import Transport

/// One open WebSocket. Network thread only.
final class SocketConnection {
  let client: WebSocketClient
  let cluster: Cluster
  /// Counts connections, from 1: the place of its faults.
  let number: Int
  var session: SocketSession
  /// The account it signed in with.
  var key: String?
  let openedAt: Int64
  /// When the network is to fail it; nil never.
  var cutAt: Int64?
  /// When it last took something, and what waited then.
  var movedAt: Int64
  var waitingBytes = 0

  init(client: WebSocketClient, number: Int, session: SocketSession, now: Int64) {
    self.client = client
    self.number = number
    self.session = session
    cluster = session.cluster
    openedAt = now
    movedAt = now
  }

  var isSubscribed: Bool { !session.channels.isEmpty }
}
