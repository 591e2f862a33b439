import Testing

/// A WebSocket client of a few lines.
final class RawWebSocket {
  let socket: RawSocket

  struct Frame: Equatable {
    let opcode: UInt8
    let payload: [UInt8]
    var text: String { String(decoding: payload, as: UTF8.self) }
    var closeCode: Int { payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]) }
  }

  static func handshake(path: String = "/ws", headers: String = "", version: String = "13") -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: \(version)\r\n\(headers)\r\n"
  }

  init(port: Int, path: String = "/ws", headers: String = "", receiveBufferBytes: Int32? = nil) throws {
    socket = try RawSocket(port: port, receiveBufferBytes: receiveBufferBytes)
    try socket.write(Self.handshake(path: path, headers: headers))
    let response = try socket.readResponse(hasBody: false)
    try #require(response.status == 101)
    #expect(response.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  func send(_ text: String) throws { try send(opcode: 1, Array(text.utf8)) }

  func send(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) throws {
    let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
    if payload.count < 126 {
      bytes.append(0x80 | UInt8(payload.count))
    } else if payload.count < 65_536 {
      bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    } else {
      bytes.append(0x80 | 127)
      for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xff)) }
    }
    bytes += mask
    for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index % 4]) }
    try socket.write(bytes)
  }

  func receive() throws -> Frame {
    let head = try socket.read(2)
    var count = Int(head[1] & 0x7f)
    if count == 126 {
      count = try socket.read(2).reduce(0) { $0 << 8 | Int($1) }
    } else if count == 127 {
      count = try socket.read(8).reduce(0) { $0 << 8 | Int($1) }
    }
    return Frame(opcode: head[0] & 0x0f, payload: try socket.read(count))
  }
}
