import Synchronization

/// What a server has done since it started. Written by the network thread, readable from any.
public final class TransportCounters: Sendable {
  let connectionsNow = Atomic<Int>(0)
  let webSocketClientsNow = Atomic<Int>(0)
  let requestsTotal = Atomic<Int>(0)
  let refusedTotal = Atomic<Int>(0)
  let bytesReceivedTotal = Atomic<Int>(0)
  let bytesSentTotal = Atomic<Int>(0)
  let messagesSentTotal = Atomic<Int>(0)
  let messagesDroppedTotal = Atomic<Int>(0)
  let messagesReplacedTotal = Atomic<Int>(0)

  /// TCP connections open now.
  public var connections: Int { connectionsNow.load(ordering: .relaxed) }
  /// WebSocket clients open now.
  public var webSocketClients: Int { webSocketClientsNow.load(ordering: .relaxed) }
  /// Requests that reached the application, upgrades included.
  public var requests: Int { requestsTotal.load(ordering: .relaxed) }
  /// Requests and connections that the server itself refused: limits, bad syntax, a denied upgrade.
  public var refusedRequests: Int { refusedTotal.load(ordering: .relaxed) }
  /// Body and message bytes from clients.
  public var bytesReceived: Int { bytesReceivedTotal.load(ordering: .relaxed) }
  /// Response and message bytes handed to the kernel, without WebSocket framing.
  public var bytesSent: Int { bytesSentTotal.load(ordering: .relaxed) }
  /// WebSocket messages handed to the kernel.
  public var messagesSent: Int { messagesSentTotal.load(ordering: .relaxed) }
  /// `.queued` WebSocket messages that a slow reader lost to its bound.
  public var messagesDropped: Int { messagesDroppedTotal.load(ordering: .relaxed) }
  /// `.latest` WebSocket messages that a newer one replaced before a slow reader got them.
  public var messagesReplaced: Int { messagesReplacedTotal.load(ordering: .relaxed) }

  static func add(_ amount: Int, to counter: borrowing Atomic<Int>) {
    counter.wrappingAdd(amount, ordering: .relaxed)
  }
}
