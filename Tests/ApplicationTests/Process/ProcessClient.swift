import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// One connection to a served port: HTTP requests one after the other, or a WebSocket that listens.
final class ProcessClient {
  private let descriptor: Int32
  let port: Int
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    self.port = port
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      throw ProcessProgram.Failure(description: "no connection to port \(port), errno \(errno)")
    }
  }

  deinit { close(descriptor) }

  /// The status and the JSON of an answer.
  func request(_ target: String, post body: String? = nil) throws -> (status: Int, json: [String: Any]) {
    let content = body.map { "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n" } ?? ""
    let method = body == nil ? "GET" : "POST"
    try write("\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(content)\r\n\(body ?? "")")
    let (status, length) = try head()
    return (status, try Self.object(take(length)))
  }

  /// The page's first bytes.
  func page() throws -> (status: Int, text: String) {
    try write("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    let (status, length) = try head()
    return (status, String(decoding: try take(length), as: UTF8.self))
  }

  func health() throws -> [String: Any] { try request("/health").json }

  /// Turns the connection into a WebSocket.
  func listen(_ target: String = "/ws/stream") throws {
    try write(
      "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    let (status, _) = try head()
    guard status == 101 else { throw ProcessProgram.Failure(description: "the handshake answers \(status)") }
  }

  /// The next message of the WebSocket.
  func message() throws -> [String: Any] {
    var payload: [UInt8] = []
    while true {
      let head = try take(2)
      var length = Int(head[1] & 0x7F)
      if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
      if length == 127 { length = try take(8).reduce(0) { $0 << 8 | Int($1) } }
      let part = try take(length)
      let kind = head[0] & 0x0F
      if kind == 8 { throw ProcessProgram.Failure(description: "the server closed the stream") }
      guard kind < 3 else { continue }
      payload += part
      if head[0] & 0x80 != 0 { return try Self.object(payload) }
    }
  }

  /// Reads on until a state says something.
  func state(where isWanted: ([String: Any]) throws -> Bool) throws {
    while true {
      let message = try message()
      if message["type"] as? String == "state", try isWanted(message) { return }
    }
  }

  private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
  }

  private func head() throws -> (status: Int, length: Int) {
    var bytes: [UInt8] = []
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) { bytes += try take(1) }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let length = lines.first { $0.lowercased().hasPrefix("content-length:") }?.split(separator: " ").last
    return (Int(lines[0].split(separator: " ")[1]) ?? 0, Int(length ?? "0") ?? 0)
  }

  private func write(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw ProcessProgram.Failure(description: "send: errno \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while buffer.count < count {
      let received = recv(descriptor, &chunk, chunk.count, 0)
      guard received > 0 else { throw ProcessProgram.Failure(description: "recv: \(received), errno \(errno)") }
      buffer += chunk[..<received]
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }
}
