import CWebSockets

/// Reads a request out of the library's header table, which lives until the transaction ends.
enum RequestReader {
  /// What the headers say.
  enum Outcome {
    case request(HTTPRequest, bodyBytes: Int, closesAfter: Bool, keepsAliveExplicitly: Bool, expectsContinue: Bool)
    case refuse(status: Int, detail: String)
  }

  static func read(_ socket: OpaquePointer, remoteAddress: String, _ configuration: HTTPServerConfiguration) -> Outcome
  {
    if keptBytes(socket) > configuration.maximumHeaderBytes {
      return .refuse(
        status: 431, detail: "Request line and headers have more than \(configuration.maximumHeaderBytes) bytes.")
    }
    guard let (method, rawPath) = target(socket) else {
      return .refuse(status: 400, detail: "The request line has no method and path.")
    }
    guard let path = string(rawPath), path.utf8.first == UInt8(ascii: "/"), !rawPath.contains(0) else {
      return .refuse(status: 400, detail: "The path is not absolute UTF-8 without NUL.")
    }
    if path.split(separator: "/").contains("..") {
      return .refuse(status: 400, detail: "The path contains a `..` segment.")
    }
    guard let query = query(socket) else {
      return .refuse(status: 400, detail: "The query is not percent-encoded UTF-8.")
    }
    let version = bytes(socket, WSI_TOKEN_HTTP) ?? []
    let isVersionOne = version.elementsEqual("HTTP/1.1".utf8)
    guard isVersionOne || version.elementsEqual("HTTP/1.0".utf8) else {
      return .refuse(status: 400, detail: "The HTTP version is neither 1.0 nor 1.1.")
    }
    var headers: [String?] = Array(repeating: nil, count: HTTPRequestHeader.allCases.count)
    for header in HTTPRequestHeader.allCases {
      guard let value = headerBytes(socket, header) else { continue }
      guard let text = string(value) else {
        return .refuse(status: 400, detail: "A header is not UTF-8.")
      }
      headers[header.rawValue] = text
    }
    if isVersionOne && headers[HTTPRequestHeader.host.rawValue] == nil {
      return .refuse(status: 400, detail: "HTTP/1.1 requests need a Host header.")
    }
    if length(socket, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 {
      return .refuse(status: 411, detail: "Chunked requests are not taken: send Content-Length.")
    }
    let bodyBytes: Int
    if let text = bytes(socket, WSI_TOKEN_HTTP_CONTENT_LENGTH) {
      guard !text.isEmpty, text.count <= 15, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return .refuse(status: 400, detail: "Content-Length is not one number.")
      }
      bodyBytes = text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    } else {
      if method == .post || method == .put || method == .patch {
        return .refuse(status: 411, detail: "\(method.rawValue) needs a Content-Length.")
      }
      bodyBytes = 0
    }
    if bodyBytes > configuration.maximumBodyBytes {
      return .refuse(
        status: 413, detail: "The body has \(bodyBytes) bytes; at most \(configuration.maximumBodyBytes) are taken.")
    }
    let connection = (bytes(socket, WSI_TOKEN_CONNECTION) ?? []).map { $0 | 0x20 }
    let keepsAlive = connection.elementsEqual("keep-alive".utf8)
    let closesAfter = contains(connection, "close") || (!isVersionOne && !keepsAlive)
    let expect = (bytes(socket, WSI_TOKEN_HTTP_EXPECT) ?? []).map { $0 | 0x20 }
    return .request(
      HTTPRequest(method: method, path: path, query: query, headers: headers, remoteAddress: remoteAddress),
      bodyBytes: bodyBytes, closesAfter: closesAfter, keepsAliveExplicitly: keepsAlive && !isVersionOne,
      expectsContinue: bodyBytes > 0 && expect.elementsEqual("100-continue".utf8))
  }

  /// What the request asks to become, in lower case; nil without headers.
  static func upgradeName(_ socket: OpaquePointer) -> String? {
    bytes(socket, WSI_TOKEN_UPGRADE).flatMap { string($0) }?.lowercased()
  }

  /// What is wrong with a WebSocket handshake, nil if nothing.
  static func handshakeFault(_ socket: OpaquePointer, method: HTTPMethod) -> (status: Int, detail: String)? {
    guard method == .get else { return (400, "A WebSocket handshake is a GET.") }
    guard contains((bytes(socket, WSI_TOKEN_CONNECTION) ?? []).map { $0 | 0x20 }, "upgrade") else {
      return (400, "A WebSocket handshake needs `Connection: Upgrade`.")
    }
    guard (bytes(socket, WSI_TOKEN_VERSION) ?? []).elementsEqual("13".utf8) else {
      return (426, "Only WebSocket version 13 is spoken.")
    }
    guard length(socket, WSI_TOKEN_KEY) == 24 else {
      return (400, "Sec-WebSocket-Key is not 16 bytes in base64.")
    }
    if length(socket, WSI_TOKEN_PROTOCOL) > 0 {
      return (400, "No WebSocket subprotocol is offered: connect without Sec-WebSocket-Protocol.")
    }
    return nil
  }

  private static let methods: [(lws_token_indexes, HTTPMethod)] = [
    (WSI_TOKEN_GET_URI, .get), (WSI_TOKEN_HEAD_URI, .head), (WSI_TOKEN_POST_URI, .post),
    (WSI_TOKEN_PUT_URI, .put), (WSI_TOKEN_PATCH_URI, .patch), (WSI_TOKEN_DELETE_URI, .delete),
    (WSI_TOKEN_OPTIONS_URI, .options),
  ]

  private static func target(_ socket: OpaquePointer) -> (HTTPMethod, [UInt8])? {
    for (token, method) in methods {
      if let path = bytes(socket, token) { return (method, path) }
    }
    return nil
  }

  private static func headerBytes(_ socket: OpaquePointer, _ header: HTTPRequestHeader) -> [UInt8]? {
    switch header {
    case .host: bytes(socket, WSI_TOKEN_HOST)
    case .origin: bytes(socket, WSI_TOKEN_ORIGIN)
    case .contentType: bytes(socket, WSI_TOKEN_HTTP_CONTENT_TYPE)
    case .ifNoneMatch: bytes(socket, WSI_TOKEN_HTTP_IF_NONE_MATCH)
    case .acceptEncoding: bytes(socket, WSI_TOKEN_HTTP_ACCEPT_ENCODING)
    case .authorization: bytes(socket, WSI_TOKEN_HTTP_AUTHORIZATION)
    }
  }

  /// Bytes of the path, the query and all standard headers.
  private static func keptBytes(_ socket: OpaquePointer) -> Int {
    (0..<WSI_TOKEN_COUNT.rawValue).reduce(0) { $0 + length(socket, lws_token_indexes(rawValue: $1)) }
  }

  private static func length(_ socket: OpaquePointer, _ token: lws_token_indexes) -> Int {
    Int(lws_hdr_total_length(socket, token))
  }

  /// A header's value; the parts of one sent twice are joined.
  private static func bytes(_ socket: OpaquePointer, _ token: lws_token_indexes) -> [UInt8]? {
    let count = length(socket, token)
    guard count > 0 else { return nil }
    // The library joins repeated headers and ends with NUL: leave room for both.
    let room = count + 64
    return [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
      buffer.initialize(repeating: 0)
      let copied = buffer.withMemoryRebound(to: CChar.self) { lws_hdr_copy(socket, $0.baseAddress, Int32(room), token) }
      initialized = max(0, Int(copied))
    }
  }

  /// The library has decoded and split the query; nil if a part is not text.
  private static func query(_ socket: OpaquePointer) -> [(name: String, value: String)]? {
    let total = length(socket, WSI_TOKEN_HTTP_URI_ARGS)
    guard total > 0 else { return [] }
    var pairs: [(name: String, value: String)] = []
    var index: Int32 = 0
    while true {
      var count: Int32 = -1
      let part = [UInt8](unsafeUninitializedCapacity: total + 1) { buffer, initialized in
        buffer.initialize(repeating: 0)
        count = buffer.withMemoryRebound(to: CChar.self) {
          lws_hdr_copy_fragment(socket, $0.baseAddress, Int32(total + 1), WSI_TOKEN_HTTP_URI_ARGS, index)
        }
        initialized = max(0, Int(count))
      }
      guard count >= 0 else { return pairs }
      index += 1
      if part.isEmpty { continue }
      let split = part.firstIndex(of: UInt8(ascii: "=")) ?? part.count
      guard let name = string(part[..<split]), let value = string(part[min(split + 1, part.count)...]) else {
        return nil
      }
      pairs.append((name, value))
    }
  }

  private static func string(_ bytes: some Sequence<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

  /// Whether a lower-case comma-separated list has a token.
  private static func contains(_ list: [UInt8], _ token: StaticString) -> Bool {
    // Folding with 0x20 leaves commas (0x2C) and blanks (0x20) as they are.
    token.withUTF8Buffer { token in
      list.split(separator: UInt8(ascii: ",")).contains { part in
        let word = part.drop { $0 == 0x20 }
        let end = word.lastIndex { $0 != 0x20 } ?? word.startIndex
        return word.isEmpty ? false : word[word.startIndex...end].elementsEqual(token)
      }
    }
  }
}
