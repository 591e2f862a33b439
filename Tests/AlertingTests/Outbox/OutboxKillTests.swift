import Foundation
import MarketModel
import Storage
import Testing

@testable import Alerting

#if canImport(Glibc)
  import Glibc
#endif

/// The program that sends is killed, twice, in the middle of its work.
@Suite(.enabled(if: ReceiverPeer.hasPython, ReceiverPeer.missing))
struct OutboxKillTests {
  private static let names = ["hook", "desk", "game", "chat", "phone", "post"]
  /// `scripts/soak alerts` asks for more.
  private static let perChannel =
    (ProcessInfo.processInfo.environment["OUTBOX_TEST_MESSAGES"].flatMap { Int($0) } ?? 1_000) / names.count

  /// A mail takes a connection of its own, with its handshakes.
  private static func count(_ channel: String) -> Int { channel == "post" ? perChannel / 10 : perChannel }

  /// Beside the running tests, whatever build they belong to.
  private static func program() throws -> URL {
    if let named = ProcessInfo.processInfo.environment["MARKETFLOW_BINARY"] { return URL(filePath: named) }
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let candidates = [tests, ReceiverPeer.root.appending(path: ".build/debug")].map { $0.appending(path: "marketflow") }
    return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
  }

  private static func channelFile(_ peer: ReceiverPeer) -> String {
    let server = "http://127.0.0.1:\(peer.port)"
    let common = """
      "allow_private_address": true, "per_second": 5000, "burst": 5000, "concurrent": 8, "attempts": 100, \
      "retry_seconds": 0.01, "longest_retry_seconds": 0.2, "breaker_seconds": 0.05
      """
    let terms = "\(common), \"timeout_seconds\": 1"
    return """
      [{"name": "hook", "kind": "webhook", "url": "\(server)/webhook", "signing_key": "a key of the tests", \(terms)},
       {"name": "desk", "kind": "slack", "url": "\(server)\(ReceiverPeer.slackPath)", \(terms)},
       {"name": "game", "kind": "discord", "url": "\(server)\(ReceiverPeer.discordPath)", \(terms)},
       {"name": "chat", "kind": "telegram", "token": "$BOT", "chat": "-100", "server": "\(server)", \(terms)},
       {"name": "phone", "kind": "sms", "account": "AC0123456789", "token": "sms-token", "from": "+15550001",
        "to": "+15550002", "server": "\(server)", \(terms)},
       {"name": "post", "kind": "email", "server": "localhost:\(peer.mailPort)", "from": "Flow <flow@example.com>",
        "to": ["a@example.com", "b@example.com"], "user": "flow", "password": "mail-password",
        "certificate_authority": "cert.pem", "timeout_seconds": 30, \(common)}]
      """
  }

  private static func start(_ folder: OutboxFolder) throws -> Process {
    let process = Process()
    process.executableURL = try program()
    process.arguments = ["alerts", "send", "--data-dir", folder.url.path, "--alert-channels", "channels.json"]
    process.currentDirectoryURL = folder.url
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MARKETFLOW_") }
    environment["BOT"] = "123456:bot-token"
    process.environment = environment
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test func nothingIsLostAndEachKeyIsTaken() throws {
    let folder = try OutboxFolder()
    let peer = try ReceiverPeer(faults: 0.3, folder: folder.url, withMail: true)
    try Self.channelFile(peer).write(
      to: folder.url.appending(path: "channels.json"), atomically: true, encoding: .utf8)
    do {
      let session = try folder.session()
      let all = Self.names.flatMap { name in (0..<Self.count(name)).map { OutboxFolder.delivery($0, channel: name) } }
      try DeliveryTable.insert(all, on: session)
    }
    let total = Self.names.reduce(0) { $0 + Self.count($1) }
    for part in 1...2 {
      let process = try Self.start(folder)
      _ = try peer.report(afterRequests: part * total / 3)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
    }
    let last = try Self.start(folder)
    last.waitUntilExit()
    #expect(last.terminationReason == .exit)

    let report = try peer.report()
    #expect(report.problems == [])
    let session = try folder.session()
    let paths = [
      "hook": "/webhook", "desk": ReceiverPeer.slackPath, "game": ReceiverPeer.discordPath,
      "chat": ReceiverPeer.telegramPath, "phone": ReceiverPeer.twilioPath, "post": "mail",
    ]
    for name in Self.names {
      let rows = try session.rows("SELECT title, state FROM deliveries WHERE channel = $1", [.text(name)])
      #expect(rows.count == Self.count(name))
      let delivered = Set(rows.filter { $0[1].text == "delivered" }.compactMap { $0[0].text })
      let dead = Set(rows.filter { $0[1].text == "dead" }.compactMap { $0[0].text })
      #expect(delivered.count + dead.count == Self.count(name))
      // A receiver that knows the key takes each message once, however often it comes.
      let taken = Set((report.taken[try #require(paths[name])] ?? [:]).keys)
      #expect(taken.isSuperset(of: delivered) && taken.isSubset(of: delivered.union(dead)), "\(name)")
    }
  }
}
