import Foundation
import Testing

@testable import Transport

/// The WebSocket client against PyPI `websockets`.
@Suite(.enabled(if: ClientPeer.hasPython, ClientPeer.missing), .timeLimit(.minutes(10))) struct ClientSocketTests {
  /// What the peer sends where a test wants to see every byte.
  static func pattern(_ count: Int) -> String {
    var text = ""
    text.reserveCapacity(count + 8)
    var number = 0
    while text.utf8.count < count {
      let digits = "\(number)"
      text += String(repeating: "0", count: 7 - digits.utf8.count) + digits + "|"
      number += 1
    }
    return String(text.utf8.prefix(count)) ?? ""
  }

  @Test(arguments: [true, false]) func echoes(offersCompression: Bool) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.offersCompression = offersCompression }
    let long = ClientSocketTests.pattern(300_000)
    let heard = client.connect(try peer.endpoint("/echo")) { socket in
      for text in ["first", "zweiter Gruß", long, "last"] { socket.send(text) }
    }
    for text in ["first", "zweiter Gruß", long, "last"] {
      if text == "first" { #expect(try heard.take() == .opened) }
      #expect(try heard.take() == .received(text))
    }
  }

  @Test(arguments: [true, false]) func offersCompressionIfAsked(offersCompression: Bool) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.offersCompression = offersCompression }
    let heard = client.connect(try peer.endpoint("/extensions"))
    #expect(try heard.take() == .opened)
    guard case .received(let text) = try heard.take() else { return #expect(Bool(false), "no message") }
    #expect(text.contains("permessage-deflate") == offersCompression)
  }

  /// Compressed or not, in one frame or many: three mebibytes arrive as one message, byte for byte.
  @Test(arguments: [true, false], ["/big?bytes=3145728", "/fragments?bytes=3145728&step=1000", "/big?bytes=2700"])
  func longMessages(offersCompression: Bool, path: String) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.offersCompression = offersCompression }
    let heard = client.connect(try peer.endpoint(path))
    #expect(try heard.take() == .opened)
    let bytes = path.contains("3145728") ? 3_145_728 : 2_700
    #expect(try heard.take() == .received(ClientSocketTests.pattern(bytes)))
    if path.hasPrefix("/fragments") { #expect(try heard.take() == .received("behind")) }
  }

  @Test(arguments: [true, false]) func messagesKeepTheirOrder(offersCompression: Bool) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.offersCompression = offersCompression }
    let heard = client.connect(try peer.endpoint("/count?messages=3000&bytes=2400"))
    #expect(try heard.take() == .opened)
    let body = ClientSocketTests.pattern(2_400)
    for number in 0..<3_000 { #expect(try heard.take() == .received("\(number) \(body)")) }
  }

  /// Pauses after every hundredth message and goes on a moment later.
  private final class Pausing: ClientSocketHandler {
    private let loop: ClientLoop
    private let mailbox: Mailbox<String>
    private var messages = 0
    init(_ loop: ClientLoop, _ mailbox: Mailbox<String>) {
      self.loop = loop
      self.mailbox = mailbox
    }
    func socketOpened(_ socket: ClientSocket) {}
    func socketReceived(_ socket: ClientSocket, _ bytes: UnsafeBufferPointer<UInt8>, receivedNanoseconds: Int64) {
      mailbox.put(String(decoding: bytes.prefix { $0 != 0x20 }, as: UTF8.self))
      messages += 1
      guard messages % 100 == 0 else { return }
      socket.pauseReading()
      loop.schedule(afterMilliseconds: 1) { socket.resumeReading() }
    }
    func socketClosed(_ socket: ClientSocket, _ reason: SocketCloseReason) { mailbox.put("\(reason)") }
  }

  @Test(arguments: [true, false]) func nothingIsLostByPausing(offersCompression: Bool) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.offersCompression = offersCompression }
    let mailbox = Mailbox<String>()
    client.loop.connect(
      try peer.endpoint("/count?messages=3000&bytes=2400"), handler: Pausing(client.loop, mailbox))
    for number in 0..<3_000 { #expect(try mailbox.take() == "\(number)") }
  }

  @Test(arguments: ["/big?bytes=100001", "/fragments?bytes=100001&step=50000"])
  func messageBeyondTheBoundEndsTheConnection(path: String) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.maximumMessageBytes = 100_000 }
    let heard = client.connect(try peer.endpoint(path))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .closed(.lost("the peer sent a message of more than 100000 bytes")))
  }

  @Test func messageOfExactlyTheBoundIsTaken() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.maximumMessageBytes = 100_000 }
    let heard = client.connect(try peer.endpoint("/big?bytes=100000"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received(ClientSocketTests.pattern(100_000)))
  }

  @Test func binaryMessagesAreRefused() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.endpoint("/binary"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take().lostWords.contains("binary"))
  }

  @Test func pingsAreAnswered() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.endpoint("/ping"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received("ponged"))
  }

  @Test(arguments: [(1008, "slow consumer"), (1000, ""), (4001, "wörter")])
  func peersGoodbyeIsTold(code: Int, reason: String) throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let quoted = reason.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let heard = client.connect(try peer.endpoint("/close?code=\(code)&reason=x\(quoted)"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .closed(.closedByPeer(code: UInt16(code), reason: "x" + reason)))
  }

  @Test func ownGoodbyeReachesThePeer() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.endpoint("/code")) { $0.close(code: 4002, reason: "enough") }
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .closed(.closedHere))
    let next = client.connect(try peer.endpoint("/goodbye"))
    #expect(try next.take() == .opened)
    #expect(try next.take() == .received("4002 enough"))
  }

  @Test func messagesInTheSegmentOfTheHandshakeArrive() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.rawEndpoint("/together"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .received("first"))
    #expect(try heard.take() == .received("second"))
  }

  @Test func silentPeerIsGivenUp() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop {
      $0.pingSeconds = 1
      $0.deadPeerSeconds = 2
    }
    let heard = client.connect(try peer.rawEndpoint("/silent"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take().lostWords.contains("answered no ping"))
  }

  /// A peer that never answers a goodbye does not keep the socket.
  @Test func goodbyeToASilentPeerEnds() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.rawEndpoint("/silent")) { $0.close() }
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .closed(.closedHere))
  }

  @Test func brokenConnectionIsLost() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop()
    let heard = client.connect(try peer.rawEndpoint("/half"))
    #expect(try heard.take() == .opened)
    #expect(try heard.take() == .closed(.lost("the connection broke without a goodbye")))
  }

  @Test func peerThatDoesNotReadIsGivenUp() throws {
    let peer = try ClientPeer()
    let client = try TestClientLoop { $0.maximumWaitingBytes = 10_000 }
    let heard = client.connect(try peer.rawEndpoint("/silent")) { socket in
      for _ in 0..<3 { socket.send(String(repeating: "x", count: 5_000)) }
      // The socket is about to close: this goes nowhere.
      socket.send("too late")
    }
    #expect(try heard.take() == .opened)
    #expect(try heard.take().lostWords.contains("does not read"))
  }
}
