/// One HTTP request, taken apart; knows no socket.
struct APIRequest: Sendable {
  /// Upper case.
  var method: String
  /// Percent-decoded path without the query.
  var path: String
  /// Decoded pairs in the order sent; a name without `=` has an empty value.
  var query: [(name: String, value: String)]
  /// Names in lower case.
  var headers: [String: String]
  var body: [UInt8]
  /// The peer's address without a port.
  var peerAddress: String

  init(
    method: String = "GET", path: String, query: [(name: String, value: String)] = [], headers: [String: String] = [:],
    body: [UInt8] = [],
    peerAddress: String = "127.0.0.1"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.peerAddress = peerAddress
  }

  /// The same for identical questions.
  var cacheKey: String { query.reduce(into: path) { $0 += "\n\($1.name)=\($1.value)" } }
}

/// One HTTP answer; knows no socket.
struct APIResponse: Sendable {
  var status: Int
  var contentType: String
  /// Beside the content type and the security headers, which every answer has.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  init(
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
      // Pictures from data: a panel is drawn as one within the page.
      "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
  ]
}
