import Foundation
import Testing

@testable import Transport

/// The WebSocket client against PyPI `websockets`.
@Suite(.enabled(if: ClientPeer.hasPython, ClientPeer.missing), .timeLimit(.minutes(2))) struct ClientSocketTests {
  @Test func echoesAndSaysGoodbye() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.endpoint("/echo")) { socket in
      socket.send("first")
      socket.send("zweiter Gruß")
    }
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received("first"))
    #expect(try heard.take() == .received("zweiter Gruß"))
  }
}
