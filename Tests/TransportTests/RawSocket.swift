import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A blocking TCP client. Its time-out only turns a hang into a failure.
final class RawSocket {
  private let descriptor: Int32
  private var buffered: [UInt8] = []

  struct Closed: Error {}

  init(port: Int, receiveBufferBytes: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBufferBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Closed() }
  }

  deinit { close(descriptor) }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Closed() }
      sent += count
    }
  }

  /// Ends our side; the server may still answer.
  func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  func read(_ count: Int) throws -> [UInt8] {
    while buffered.count < count { try fill() }
    defer { buffered.removeFirst(count) }
    return Array(buffered.prefix(count))
  }

  func readHead() throws -> String {
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      if buffered.count >= end.count {
        for start in max(0, searched - end.count)...(buffered.count - end.count)
        where buffered[start..<(start + end.count)].elementsEqual(end) {
          return String(decoding: try read(start + end.count), as: UTF8.self)
        }
      }
      searched = buffered.count
      try fill()
    }
  }

  /// Whether the server closes without another byte.
  func isAtEnd() -> Bool {
    guard buffered.isEmpty else { return false }
    do {
      try fill()
      return false
    } catch { return true }
  }

  private func fill() throws {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { throw Closed() }
    buffered.append(contentsOf: chunk[..<count])
  }
}

struct RawResponse {
  let status: Int
  let head: String
  let body: [UInt8]
  var text: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? {
    for line in head.split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts[0].lowercased() == name.lowercased() { return String(parts[1].drop { $0 == " " }) }
    }
    return nil
  }
}

extension RawSocket {
  func readResponse(hasBody: Bool = true) throws -> RawResponse {
    let head = try readHead()
    let status = try #require(Int(head.split(separator: " ")[1]))
    let bare = RawResponse(status: status, head: head, body: [])
    let count = hasBody ? Int(bare.header("content-length") ?? "0") ?? 0 : 0
    return RawResponse(status: status, head: head, body: try read(count))
  }

  func get(_ target: String, headers: String = "") throws -> RawResponse {
    try write("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
    return try readResponse()
  }
}
