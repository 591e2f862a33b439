import Dispatch
import Logging
import Synchronization
import Testing

@testable import Transport

/// Hands values from the network thread to the test. The time-out only turns a hang into a failure.
final class Mailbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  private let semaphore = DispatchSemaphore(value: 0)

  func put(_ value: Value) {
    values.withLock { $0.append(value) }
    semaphore.signal()
  }

  func take() throws -> Value {
    try #require(semaphore.wait(timeout: .now() + 20) == .success, "nothing arrived")
    return values.withLock { $0.removeFirst() }
  }
}

/// An application of closures; they and everything they touch run on the network thread.
final class TestApplication: ServerApplication, @unchecked Sendable {
  var onRequest: (HTTPRequest, Reply) -> Void = { request, reply in reply.send(TestApplication.echo(request)) }
  var onUpgrade: (HTTPRequest) -> UpgradeDecision = { _ in .accept }
  var onOpened: (WebSocketClient, HTTPRequest) -> Void = { _, _ in }
  var onText: (WebSocketClient, [UInt8]) -> Void = { client, bytes in client.send(OutgoingFrame(text: bytes)) }
  var onTick: (HTTPServer) -> Void = { _ in }
  let closed = Mailbox<Int>()

  func respond(to request: HTTPRequest, reply: Reply) { onRequest(request, reply) }
  func shouldUpgrade(_ request: HTTPRequest) -> UpgradeDecision { onUpgrade(request) }
  func webSocketOpened(_ client: WebSocketClient, _ request: HTTPRequest) { onOpened(client, request) }
  func webSocketText(_ client: WebSocketClient, _ bytes: [UInt8]) { onText(client, bytes) }
  func webSocketClosed(_ client: WebSocketClient) { closed.put(client.droppedFrames) }
  func tick(_ server: HTTPServer) { onTick(server) }

  static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "text/plain", body: Array(text.utf8))
  }

  /// What arrived, in words.
  static func echo(_ request: HTTPRequest) -> HTTPResponse {
    let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
    let body = String(decoding: request.body, as: UTF8.self)
    return text("\(request.method.rawValue) \(request.path) [\(query)] \(body)")
  }
}

/// A server on a free port, stopped at the end of the test.
final class TestServer {
  let server: HTTPServer
  var port: Int { server.port }
  var counters: TransportCounters { server.counters }

  init(
    _ application: TestApplication = TestApplication(), adjust: (inout HTTPServerConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = HTTPServerConfiguration()
    configuration.tickMilliseconds = 5
    adjust(&configuration)
    server = HTTPServer(configuration: configuration, application: application, log: Log(minimumLevel: .critical))
    try server.start()
  }

  deinit { server.stop() }

  func connect() throws -> RawSocket { try RawSocket(port: port) }
}
