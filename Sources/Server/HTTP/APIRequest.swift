/// One HTTP request, taken apart; knows no socket.
public struct APIRequest: Sendable {
  /// Upper case.
  public var method: String
  /// Percent-decoded path without the query.
  public var path: String
  /// Text after the question mark, as it came; empty when there is none.
  public var query: String
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]
  /// The peer's address without a port.
  public var peerAddress: String

  public init(
    method: String = "GET", path: String, query: String = "", headers: [String: String] = [:], body: [UInt8] = [],
    peerAddress: String = "127.0.0.1"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.peerAddress = peerAddress
  }
}

/// One HTTP answer; knows no socket.
public struct APIResponse: Sendable {
  public var status: Int
  public var contentType: String
  /// Beside the content type and the security headers, which every answer has.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(
    status: Int = 200, contentType: String = "application/json", headers: [(name: String, value: String)] = [],
    body: [UInt8]
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  /// Live data are never kept by anybody on the way.
  static func live(_ body: [UInt8], status: Int = 200) -> APIResponse {
    APIResponse(status: status, headers: [("Cache-Control", "no-store")], body: body)
  }
}

extension APIResponse {
  /// What keeps a page of ours from being framed, sniffed or made to load from elsewhere; sent with every answer.
  static let securityHeaders: [(name: String, value: String)] = [
    (
      "Content-Security-Policy",
      "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
  ]
}
