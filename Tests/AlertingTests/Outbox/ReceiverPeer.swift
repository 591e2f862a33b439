import Foundation
import Logging
import Testing

@testable import Alerting

/// The receivers of `Peers/receivers.py` as a child.
final class ReceiverPeer {
  /// What came.
  struct Report: Decodable {
    /// By path and message: how often it was taken.
    var taken: [String: [String: Int]]
    var requests: [String: Int]
    var problems: [String]
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let python =
    ProcessInfo.processInfo.environment["MARKETFLOW_PYTHON"] ?? root.appending(path: ".deps/venv/bin/python").path
  static let hasPython = FileManager.default.isExecutableFile(atPath: python)
  static let missing: Comment = "no receivers: .deps/venv/bin/python not found; run scripts/setup --test"

  let port: Int
  let mailPort: Int
  let folder: URL
  private let process = Process()
  private let input = Pipe()

  init(faults: Double = 0, folder: URL, withMail: Bool = false) throws {
    self.folder = folder
    if withMail { try ReceiverPeer.makeCertificate(in: folder) }
    process.executableURL = URL(filePath: ReceiverPeer.python)
    process.arguments = [
      ReceiverPeer.root.appending(path: "Tests/AlertingTests/Peers/receivers.py").path, "--faults", "\(faults)",
    ]
    if withMail {
      process.arguments?.append(contentsOf: [
        "--certificate", folder.appending(path: "cert.pem").path, "--key", folder.appending(path: "key.pem").path,
      ])
    }
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line: [UInt8] = []
    while line.last != 0x0A, let byte = try output.fileHandleForReading.read(upToCount: 1)?.first { line.append(byte) }
    let ports = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
    try #require(ports.count == 2, "the receivers did not start")
    port = ports[0]
    mailPort = ports[1]
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private static func makeCertificate(in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext"
      .split(separator: " ").map(String.init) + ["subjectAltName=DNS:localhost"]
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl made no certificate")
  }

  /// - Parameter requests: waits until so many have come.
  func report(afterRequests requests: Int = 0) throws -> Report {
    let address = "http://127.0.0.1:\(port)/report?requests=\(requests)"
    let data = try Data(contentsOf: try #require(URL(string: address)))
    return try JSONDecoder().decode(Report.self, from: data)
  }

  func address(_ path: String) -> Secret { Secret("http://127.0.0.1:\(port)\(path)") }

  // MARK: Channels

  static let slackPath = "/services/T0/B0/slack-key"
  static let discordPath = "/api/webhooks/1/discord-key"
  static let telegramPath = "/bot123456:bot-token/sendMessage"
  static let twilioPath = "/2010-04-01/Accounts/AC0123456789/Messages.json"

  /// A channel for tests: as fast as it goes, and allowed to talk to this machine.
  func channel(_ name: String, _ destination: ChannelDestination) -> ChannelConfiguration {
    var channel = ChannelConfiguration(name: name, destination: destination)
    channel.pace = ChannelPace(perSecond: 5_000, burst: 5_000, concurrent: 8)
    channel.allowsPrivateAddresses = true
    channel.retries.attempts = 40
    channel.retries.firstDelayNanoseconds = 10_000_000
    channel.retries.longestDelayNanoseconds = 100_000_000
    channel.retries.longestRetryAfterNanoseconds = 100_000_000
    channel.breaker.openNanoseconds = 20_000_000
    channel.breaker.longestNanoseconds = 100_000_000
    channel.timeoutMilliseconds = 30_000
    return channel
  }

  func webhook(_ path: String = "/webhook") -> ChannelDestination {
    .webhook(address: address(path), signingKey: Secret("a key of the tests"))
  }

  func vendors() -> [ChannelConfiguration] {
    [
      channel("hook", webhook()), channel("desk", .slack(address: address(ReceiverPeer.slackPath))),
      channel("game", .discord(address: address(ReceiverPeer.discordPath))),
      channel(
        "chat",
        .telegram(
          TelegramAccount(token: Secret("123456:bot-token"), chat: "-100", server: "http://127.0.0.1:\(port)"))),
      channel(
        "phone",
        .textMessage(
          TextMessageAccount(
            account: "AC0123456789", token: Secret("sms-token"), from: "+15550001", to: "+15550002",
            server: "http://127.0.0.1:\(port)"))),
    ]
  }

  func mail() -> ChannelConfiguration {
    var mail = channel(
      "post",
      .email(
        MailAccount(
          host: "localhost", port: mailPort, from: "Flow <flow@example.com>", to: ["a@example.com", "b@example.com"],
          user: "flow", password: Secret("mail-password"))))
    mail.certificateAuthority = folder.appending(path: "cert.pem").path
    return mail
  }
}
