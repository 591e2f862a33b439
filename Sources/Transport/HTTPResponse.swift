/// An answer to a request. Security headers are the application's to add.
public struct HTTPResponse: Sendable {
  public var status: Int
  /// Nil sends no `Content-Type`.
  public var contentType: String?
  /// Sent after the server's own `Content-Length`, `Date` and `Connection`, which must not be repeated here.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  /// - Precondition: no name or value contains a line break.
  public init(
    status: Int, contentType: String? = nil, headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    precondition((200...599).contains(status), "HTTPResponse: status \(status) is not a final one (200 to 599)")
    for (name, value) in headers {
      precondition(
        !name.utf8.isEmpty && !name.utf8.contains { $0 <= 0x20 || $0 == 0x3A },
        "HTTPResponse: \"\(name)\" is not a header name")
      precondition(
        !value.utf8.contains { $0 < 0x20 && $0 != 0x09 }, "HTTPResponse: header \(name) has a control character")
    }
    precondition(
      contentType?.utf8.contains { $0 < 0x20 } != true, "HTTPResponse: the content type has a control character")
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  /// An RFC 9457 problem.
  /// - Parameter detail: what was wrong with this request and what to do.
  public static func problem(status: Int, detail: String) -> HTTPResponse {
    var json = "{\"type\":\"about:blank\",\"title\":\""
    json += HTTPStatus.reason(status)
    json += "\",\"status\":\(status),\"detail\":\""
    for scalar in detail.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        json += "\\"
        json.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}": json += " "
      default: json.unicodeScalars.append(scalar)
      }
    }
    json += "\"}"
    return HTTPResponse(status: status, contentType: "application/problem+json", body: Array(json.utf8))
  }
}

enum HTTPStatus {
  /// The reason phrase of a status; an empty one is allowed.
  static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 304: "Not Modified"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 426: "Upgrade Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    default: ""
    }
  }
}
