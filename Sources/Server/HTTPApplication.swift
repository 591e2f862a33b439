import MarketModel
import Transport

/// Joins the core to the sockets: translates requests, answers and clients, and nothing else.
final class HTTPApplication: ServerApplication {
  private let core: ServerCore
  private let router: Router
  private let hosts: HostRule

  init(core: ServerCore, router: Router, hosts: HostRule) {
    self.core = core
    self.router = router
    self.hosts = hosts
  }

  func respond(to request: HTTPRequest, reply: Reply) {
    let request = APIRequest(request)
    if let refusal = hosts.refusal(request) { return reply.send(refusal.response.transported) }
    router.answer(request) { reply.send($0.transported) }
  }

  func shouldUpgrade(_ request: HTTPRequest) -> UpgradeDecision {
    if let refusal = hosts.refusal(APIRequest(request)) { return .refuse(refusal.response.transported) }
    guard request.path == StreamRoute.path else {
      return .refuse(
        Problem.notFound("\(request.path.prefix(200)): no WebSocket here; wanted \(StreamRoute.path)").response
          .transported)
    }
    do throws(Problem) {
      _ = try StreamRoute.question(APIRequest(request))
      return .accept
    } catch {
      return .refuse(error.response.transported)
    }
  }

  func webSocketOpened(_ client: WebSocketClient, _ request: HTTPRequest) {
    let member = SocketClient(client)
    client.context = member
    do throws(Problem) {
      let question = try StreamRoute.question(APIRequest(request))
      core.broadcaster.add(member, resuming: question.resumePoint, watching: question.symbol)
    } catch {
      preconditionFailure("HTTPApplication: a handshake was accepted that is not acceptable: \(error.detail)")
    }
  }

  func webSocketText(_ client: WebSocketClient, _ bytes: [UInt8]) {
    if let member = client.context as? SocketClient { core.receive(bytes, from: member) }
  }

  func webSocketClosed(_ client: WebSocketClient) {
    if let member = client.context as? SocketClient { core.broadcaster.remove(member) }
  }

  func tick(_ server: HTTPServer) { core.tick(transportDropped: Int64(server.counters.messagesDropped)) }

  func refusal(status: Int, detail: String) -> HTTPResponse {
    Problem(kind: .refused, status: status, detail: detail).response.transported
  }
}

/// A stream client on a socket.
private final class SocketClient: StreamClient {
  private unowned let socket: WebSocketClient

  init(_ socket: WebSocketClient) { self.socket = socket }

  var isBehind: Bool { socket.queuedFrames >= Limits.clientMessages || socket.queuedBytes >= Limits.clientBytes }

  func send(_ message: StreamMessage, _ delivery: StreamDelivery) {
    socket.send(message.frame, delivery == .latest ? .latest(slot: 0) : .queued)
  }
}

extension APIRequest {
  fileprivate init(_ request: HTTPRequest) {
    var headers: [String: String] = [:]
    headers["host"] = request.header(.host)
    headers["origin"] = request.header(.origin)
    headers["content-type"] = request.header(.contentType)
    headers["if-none-match"] = request.header(.ifNoneMatch)
    headers["accept-encoding"] = request.header(.acceptEncoding)
    self.init(
      method: request.method.rawValue, path: request.path, query: request.query, headers: headers, body: request.body,
      peerAddress: request.remoteAddress)
  }
}

extension APIResponse {
  fileprivate var transported: HTTPResponse {
    HTTPResponse(
      status: status, contentType: contentType, headers: APIResponse.securityHeaders + headers, body: body)
  }
}
