import Synchronization

/// The right to answer one request, once.
///
/// It may be kept and sent from any thread. If the client has gone meanwhile, sending does nothing. A reply that is let go
/// unsent answers 500, so that no client waits for ever.
public final class Reply: Sendable {
  private let server: HTTPServer
  private let exchange: Exchange
  private let isSent = Atomic<Bool>(false)

  init(server: HTTPServer, exchange: Exchange) {
    self.server = server
    self.exchange = exchange
  }

  /// Answers the request. Any thread.
  /// - Precondition: not called before.
  public func send(_ response: HTTPResponse) {
    let wasSent = isSent.exchange(true, ordering: .acquiringAndReleasing)
    precondition(!wasSent, "Reply: sent twice; a request has one answer")
    server.deliver(response, to: exchange)
  }

  deinit {
    if isSent.load(ordering: .acquiring) { return }
    server.deliver(.problem(status: 500, detail: "The server has no answer to this request."), to: exchange)
  }
}

/// One request and its answer on their way. Confined to the network thread; other threads only carry the reference.
final class Exchange: @unchecked Sendable {
  /// Nil once the client has gone.
  unowned(unsafe) var connection: Connection?
  var request: HTTPRequest
  let expectedBodyBytes: Int
  var closesAfter: Bool
  let keepsAliveExplicitly: Bool
  /// Inside `ServerApplication.respond`: an answer given there is written when it returns.
  var isDispatching = false
  var isDispatched = false
  var response: HTTPResponse?
  var head: [UInt8] = []
  var bodyBytesWritten = 0
  var isHeadWritten = false

  init(
    connection: Connection, request: HTTPRequest, expectedBodyBytes: Int, closesAfter: Bool, keepsAliveExplicitly: Bool
  ) {
    self.connection = connection
    self.request = request
    self.expectedBodyBytes = expectedBodyBytes
    self.closesAfter = closesAfter
    self.keepsAliveExplicitly = keepsAliveExplicitly
  }
}
