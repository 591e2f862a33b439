/// The methods the server understands; anything else gets 501.
public enum HTTPMethod: String, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

/// The request headers the server keeps.
public enum HTTPRequestHeader: Int, Sendable, CaseIterable {
  case host
  case origin
  case contentType
  case ifNoneMatch
  case acceptEncoding
  /// Credentials: never to be logged.
  case authorization
}

/// A complete request.
public struct HTTPRequest: Sendable {
  public let method: HTTPMethod
  /// Percent-decoded, begins with `/`, has neither `..` segments nor NUL.
  public let path: String
  /// Decoded pairs in the order sent; a name without `=` has an empty value.
  public let query: [(name: String, value: String)]
  public internal(set) var body: [UInt8]
  /// The client's IP address, without port.
  public let remoteAddress: String
  let headers: [String?]

  init(
    method: HTTPMethod, path: String, query: [(name: String, value: String)], headers: [String?], remoteAddress: String
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.remoteAddress = remoteAddress
    body = []
  }

  /// The value of a header, nil if it was not sent.
  public func header(_ header: HTTPRequestHeader) -> String? { headers[header.rawValue] }

  /// The first value of a query name.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
