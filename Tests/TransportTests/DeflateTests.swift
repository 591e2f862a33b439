import CZlib
import Foundation
import Testing

@testable import Transport

@Suite struct DeflateTests {
  static let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
  static let state = String(repeating: #"{"type":"state","time":"2026-11-20T15:00:00Z","premium":1234.5}"#, count: 200)

  /// One message goes to all, packed for those who asked: each reads the same.
  @Test func oneMessageIsPackedForWhoTakesIt() throws {
    let application = TestApplication()
    let opened = Mailbox<Bool>()
    nonisolated(unsafe) var clients: [WebSocketClient] = []
    application.onOpened = { client, _ in
      clients.append(client)
      opened.put(client.takesDeflated)
    }
    application.onText = { _, bytes in
      let frame = OutgoingFrame(text: bytes)
      for client in clients { client.send(frame) }
    }
    let server = try TestServer(application)
    let plain = try RawWebSocket(port: server.port)
    #expect(try opened.take() == false)
    let deflated = try RawWebSocket(port: server.port, headers: Self.offer)
    #expect(try opened.take() == true)

    for text in [Self.state, Self.state + "!", "short"] {
      try plain.send(text)
      let frame = try plain.receive()
      #expect(frame.text == text)
      #expect(!frame.isDeflated)
      let packed = try deflated.receive()
      #expect(packed.isDeflated == (text != "short"))
      #expect(packed.isDeflated ? try Self.inflate(packed.payload) == text : packed.text == text)
      if packed.isDeflated { #expect(packed.payload.count < text.utf8.count / 20) }
    }
  }

  /// A ping and a close carry no mark of compression.
  @Test func controlFramesAreLeftAlone() throws {
    let server = try TestServer()
    let socket = try RawWebSocket(port: server.port, headers: Self.offer)
    try socket.send(opcode: 9, Array("there?".utf8))
    #expect(try socket.receive() == .init(opcode: 10, payload: Array("there?".utf8)))
    try socket.send(opcode: 8, [0x03, 0xe8])
    #expect(try socket.receive().closeCode == 1000)
  }

  /// The library cannot agree to a smaller window of ours, so such an offer is not taken.
  @Test func aSmallerWindowIsNotPromised() throws {
    let server = try TestServer()
    let headers = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n"
    let socket = try RawWebSocket(port: server.port, headers: headers)
    try socket.send(Self.state)
    let frame = try socket.receive()
    #expect(!frame.isDeflated)
    #expect(frame.text == Self.state)
  }

  @Test(.enabled(if: ClientPeer.hasPython, ClientPeer.missing)) func anotherLibraryUnderstands() throws {
    let server = try TestServer { $0.maximumMessageBytes = 1 << 20 }
    let process = Process()
    process.executableURL = URL(filePath: ClientPeer.python)
    process.arguments = [
      ClientPeer.root.appending(path: "Tests/TransportTests/Peers/deflate_client.py").path, "--port", "\(server.port)",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(
      String(decoding: said, as: UTF8.self) == """
        plain: nothing
        usual: permessage-deflate
        without memory: permessage-deflate
        small window: nothing

        """)
  }

  /// RFC 7692 section 7.2.2: with the four bytes that the sender leaves out.
  private static func inflate(_ payload: [UInt8]) throws -> String {
    var stream = z_stream()
    try #require(inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = payload + [0, 0, 0xff, 0xff]
    let text = [UInt8](unsafeUninitializedCapacity: 1 << 20) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(output.count)
        _ = CZlib.inflate(&stream, Z_SYNC_FLUSH)
      }
      count = output.count - Int(stream.avail_out)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
