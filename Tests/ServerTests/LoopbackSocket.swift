import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A plain client of a server on this machine: HTTP requests one after the other, or one WebSocket.
final class LoopbackSocket {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  let port: Int

  struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  struct Answer {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    var object: [String: Any] { json(body) }
    var rows: [[String: Any]] { object.objects("rows") }
  }

  init(port: Int) throws {
    self.port = port
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 20, tv_usec: 0)
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
    guard status == 0 else { throw Failure("no connection to port \(port), errno \(errno)") }
  }

  deinit { close(descriptor) }

  // MARK: HTTP

  func request(
    _ target: String, method: String = "GET", headers: [String: String] = [:], body: String = ""
  ) throws -> Answer {
    try begin(target, method: method, headers: headers, body: body)
    return try answer(withBody: method != "HEAD")
  }

  /// Asks without waiting for the answer.
  func begin(_ target: String, method: String, headers: [String: String] = [:], body: String = "") throws {
    var all = ["Host": "127.0.0.1:\(port)"]
    all.merge(headers) { $1 }
    if !body.isEmpty { all["Content-Length"] = "\(body.utf8.count)" }
    let head = "\(method) \(target) HTTP/1.1\r\n" + all.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    try write(Array((head + body).utf8))
  }

  func answer(withBody: Bool = true) throws -> Answer {
    let (status, answerHeaders) = try readHead()
    let length = !withBody ? 0 : Int(answerHeaders["content-length"] ?? "0") ?? 0
    return Answer(status: status, headers: answerHeaders, body: try take(length))
  }

  private func readHead() throws -> (Int, [String: String]) {
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      if buffer.count >= 4, let at = (searched...(buffer.count - 4)).first(where: { Array(buffer[$0..<$0 + 4]) == end })
      {
        let text = String(decoding: try take(at + 4), as: UTF8.self)
        let lines = text.split(separator: "\r\n").map(String.init)
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let pairs = lines.dropFirst().map { line in
          let colon = line.firstIndex(of: ":") ?? line.endIndex
          return (line[..<colon].lowercased(), line[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
        return (status, Dictionary(pairs) { "\($0), \($1)" })
      }
      searched = max(0, buffer.count - 3)
      try fill()
    }
  }

  // MARK: WebSocket

  /// Returns the status of the handshake: 101 when it is a WebSocket now.
  func upgrade(_ target: String, headers: [String: String] = [:]) throws -> Int {
    var all = [
      "Host": "127.0.0.1:\(port)", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]
    all.merge(headers) { $1 }
    let head = "GET \(target) HTTP/1.1\r\n" + all.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    try write(Array(head.utf8))
    return try readHead().0
  }

  /// Sends a text message, masked as a client has to.
  func send(text: String) throws {
    let payload = Array(text.utf8)
    let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    let length: [UInt8] =
      payload.count < 126
      ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    try write([0x81] + length + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] })
  }

  /// The next text message; fragments are joined, pings passed over.
  func message() throws -> [String: Any] {
    var payload: [UInt8] = []
    while true {
      let head = try take(2)
      var length = Int(head[1] & 0x7F)
      if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
      if length == 127 { length = try take(8).reduce(0) { $0 << 8 | Int($1) } }
      let part = try take(length)
      switch head[0] & 0x0F {
      case 0, 1:
        payload += part
        if head[0] & 0x80 != 0 { return json(payload) }
      case 8: throw Failure("closed by the server")
      default: break
      }
    }
  }

  /// The next message of a type; others are passed over.
  func message(_ type: String, where isWanted: ([String: Any]) -> Bool = { _ in true }) throws -> [String: Any] {
    while true {
      let message = try message()
      if message["type"] as? String == type, isWanted(message) { return message }
    }
  }

  // MARK: Bytes

  private func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure("send: errno \(errno)") }
      sent += count
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try fill() }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func fill() throws {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { throw Failure(count == 0 ? "the server closed the connection" : "recv: errno \(errno)") }
    buffer += chunk[..<count]
  }
}
