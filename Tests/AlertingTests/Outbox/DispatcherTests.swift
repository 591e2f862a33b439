import Foundation
import Logging
import MarketModel
import Storage
import Synchronization
import Testing

@testable import Alerting

@Suite(.serialized, .enabled(if: ReceiverPeer.hasPython, ReceiverPeer.missing))
struct DispatcherTests {
  private let folder: OutboxFolder

  init() throws { folder = try OutboxFolder() }

  private func deliveries(_ count: Int, _ channels: [ChannelConfiguration]) -> [Delivery] {
    channels.flatMap { channel in (1...count).map { OutboxFolder.delivery($0, channel: channel.name) } }
  }

  @Test func everyKindOfReceiverTakesItsForm() throws {
    let peer = try ReceiverPeer(folder: folder.url, withMail: true)
    let file = folder.url.appending(path: "taken").path
    let script = "cat >> \"$1\"; echo >> \"$1\""
    var tool = peer.channel("tool", .command(["/bin/sh", "-c", script, "tool", file]))
    // All write to one file.
    tool.pace.concurrent = 1
    let channels = peer.vendors() + [peer.mail(), tool]
    let fixture = try DispatcherFixture(folder, channels, deliveries(3, channels))
    try fixture.waitUntilSettled(3 * channels.count)
    let report = try peer.report()
    #expect(report.problems == [])
    let wanted = ["Alert 1": 1, "Alert 2": 1, "Alert 3": 1]
    for path in [
      "/webhook", ReceiverPeer.slackPath, ReceiverPeer.discordPath, ReceiverPeer.telegramPath, ReceiverPeer.twilioPath,
      "mail",
    ] { #expect(report.taken[path] == wanted, "\(path)") }
    let taken = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(taken.count == 3 && taken.allSatisfy { $0.hasPrefix("{\"type\":\"marketflow.alert\"") })
    for channel in channels { #expect(try fixture.statistics(channel.name).failedTries == 0, "\(channel.name)") }
  }

  @Test func nothingIsLostAmongFaults() throws {
    let peer = try ReceiverPeer(faults: 0.3, folder: folder.url, withMail: true)
    var channels = peer.vendors() + [peer.mail()]
    // What is answered with silence ends by the clock.
    for index in channels.indices { channels[index].timeoutMilliseconds = 2_000 }
    let fixture = try DispatcherFixture(folder, channels, deliveries(25, channels))
    try fixture.waitUntilSettled(25 * channels.count)
    let report = try peer.report()
    #expect(report.problems == [])
    let paths = [
      "hook": "/webhook", "desk": ReceiverPeer.slackPath, "game": ReceiverPeer.discordPath,
      "chat": ReceiverPeer.telegramPath, "phone": ReceiverPeer.twilioPath, "post": "mail",
    ]
    for channel in channels {
      let states = try fixture.rows(channel.name).map(\.state)
      let taken = report.taken[try #require(paths[channel.name])] ?? [:]
      for (index, state) in states.enumerated() where state == "delivered" {
        #expect((taken["Alert \(index + 1)"] ?? 0) >= 1, "\(channel.name) \(index + 1)")
      }
      #expect(states.count == 25 && states.allSatisfy { $0 == "delivered" || $0 == "dead" })
      #expect(try fixture.statistics(channel.name).failedTries > 0)
    }
  }

  @Test func addressesOfThisMachineAreRefused() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    var local = peer.channel("hook", peer.webhook())
    local.allowsPrivateAddresses = false
    var named = peer.channel(
      "named", .webhook(address: Secret("http://localhost:\(peer.port)/webhook"), signingKey: nil))
    named.allowsPrivateAddresses = false
    let fixture = try DispatcherFixture(folder, [local, named], deliveries(1, [local, named]))
    try fixture.waitUntilSettled(2)
    for name in ["hook", "named"] {
      let row = try #require(try fixture.rows(name).first)
      #expect(row.state == "dead" && row.attempts == 1)
      #expect(row.error?.contains("allow_private_address") == true)
    }
    #expect(try peer.report().requests.isEmpty)
  }

  @Test func whatIsRefusedForEverGoesToTheFallbackChannel() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    var first = peer.channel("desk", .slack(address: peer.address("/status/410")))
    first.fallback = "hook"
    let second = peer.channel("hook", peer.webhook())
    let fixture = try DispatcherFixture(folder, [first, second], deliveries(2, [first]))
    try fixture.waitUntilSettled(4)
    #expect(try fixture.rows("desk").map(\.state) == ["dead", "dead"])
    #expect(try fixture.rows("hook").map(\.state) == ["delivered", "delivered"])
    #expect(try peer.report().taken["/webhook"] == ["Alert 1": 1, "Alert 2": 1])
  }

  @Test func aRedirectIsNotFollowed() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    let channel = peer.channel("hook", peer.webhook("/redirect"))
    let fixture = try DispatcherFixture(folder, [channel], deliveries(1, [channel]))
    try fixture.waitUntilSettled(1)
    #expect(try fixture.rows("hook").first?.error?.contains("redirects are not followed") == true)
    #expect(try peer.report().requests.isEmpty)
  }

  @Test func aSilentReceiverHoldsNobodyUp() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    // Waits as long as the test.
    var silent = peer.channel("silent", peer.webhook("/silence"))
    silent.timeoutMilliseconds = 600_000
    let channel = peer.channel("hook", peer.webhook())
    let fixture = try DispatcherFixture(folder, [silent, channel], deliveries(20, [silent, channel]))
    try fixture.wait { $0.last?.delivered == 20 }
    #expect(try fixture.rows("silent").contains { $0.state == "sending" })
    #expect(try fixture.rows("silent").allSatisfy { $0.state != "delivered" })
  }

  @Test func noSecretIsInAnError() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    var channel = peer.channel("desk", .slack(address: peer.address("/status/400/0/a-very-secret-key")))
    channel.retries.attempts = 1
    let fixture = try DispatcherFixture(folder, [channel], deliveries(1, [channel]))
    try fixture.waitUntilSettled(1)
    let error = try #require(try fixture.rows("desk").first?.error)
    #expect(error.contains("answered 400") && !error.contains("secret-key"), "\(error)")
    #expect(try fixture.statistics("desk").lastError == error)
  }

  @Test func aProgramThatFailsIsTriedAgain() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    var failing = peer.channel("failing", .command(["/bin/sh", "-c", "echo no paper >&2; exit 3"]))
    failing.retries.attempts = 2
    var missing = peer.channel("missing", .command(["/nowhere/at/all"]))
    missing.retries.attempts = 2
    var slow = peer.channel("slow", .command(["/bin/sh", "-c", "while :; do :; done"]))
    slow.retries.attempts = 1
    slow.timeoutMilliseconds = 100
    let channels = [failing, missing, slow]
    let fixture = try DispatcherFixture(folder, channels, deliveries(1, channels))
    try fixture.waitUntilSettled(3)
    let row = try #require(try fixture.rows("failing").first)
    #expect(row.state == "dead" && row.attempts == 2 && row.error == "the program ended with status 3: no paper ")
    #expect(try fixture.rows("missing").first?.error?.contains("cannot be started") == true)
    #expect(try fixture.rows("slow").first?.error?.contains("longer than it may") == true)
  }

  @Test func theDeadAreSentAgainWhenSomebodyAsks() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    let channel = peer.channel("hook", peer.webhook("/status/400"))
    do {
      let fixture = try DispatcherFixture(folder, [channel], deliveries(3, [channel]))
      try fixture.waitUntilSettled(3)
      #expect(try fixture.statistics("hook").dead == 3)
    }
    let mended = peer.channel("hook", peer.webhook())
    let fixture = try DispatcherFixture(folder, [mended], [])
    #expect(
      try DeliveryTable.resend(
        channel: "hook", id: nil, on: fixture.session, now: Timestamp(seconds: Int64(Date().timeIntervalSince1970)))
        == 3)
    fixture.dispatcher.wake()
    try fixture.wait { $0.first?.delivered == 3 }
    #expect(try peer.report().taken["/webhook"] == ["Alert 1": 1, "Alert 2": 1, "Alert 3": 1])
  }

  @Test func newMessagesGoOnceTheDispatcherIsTold() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    let channel = peer.channel("hook", peer.webhook())
    let fixture = try DispatcherFixture(folder, [channel], [])
    for number in 1...5 {
      try fixture.session.transaction { () throws(StorageError) in
        try DeliveryTable.insert([OutboxFolder.delivery(number, channel: "hook")], on: fixture.session)
      }
      fixture.dispatcher.wake()
      try fixture.wait { $0.first?.delivered == number }
    }
  }

  @Test func aCommitThatFailsCostsNothing() throws {
    let peer = try ReceiverPeer(folder: folder.url)
    let channel = peer.channel("hook", peer.webhook())
    let fixture = try DispatcherFixture(folder, [channel], [])
    try DeliveryTable.insert(deliveries(40, [channel]), on: fixture.session)
    fixture.session.refuseNextCommit()
    fixture.dispatcher.wake()
    try fixture.wait { $0.first?.delivered == 40 }
    #expect(try peer.report().taken["/webhook"]?.values.allSatisfy { $0 == 1 } == true)
  }

  @Test(arguments: [-10_800_000_000_000, 10_800_000_000_000] as [Int64]) func aClockThatIsSetCostsNothing(_ jump: Int64)
    throws
  {
    let peer = try ReceiverPeer(folder: folder.url)
    let file = folder.url.appending(path: "there").path
    var tool = peer.channel("tool", .command(["/bin/sh", "-c", "test -e \"$1\"", "tool", file]))
    tool.retries.attempts = 1_000_000
    let offset = Offset()
    let fixture = try DispatcherFixture(
      folder, [tool], deliveries(3, [tool]),
      clock: {
        let now = Moment.now
        return Moment(
          monotonicNanoseconds: now.monotonicNanoseconds,
          wallNanoseconds: now.wallNanoseconds + offset.nanoseconds.load(ordering: .relaxed))
      })
    try fixture.wait { ($0.first?.failedTries ?? 0) >= 3 }
    offset.nanoseconds.store(jump, ordering: .relaxed)
    let tries = try fixture.statistics("tool").failedTries
    try fixture.wait { ($0.first?.failedTries ?? 0) >= tries + 6 }
    try Data().write(to: URL(filePath: file))
    try fixture.waitUntilSettled(3)
    #expect(try fixture.rows("tool").map(\.state) == ["delivered", "delivered", "delivered"])
  }

  private final class Offset: Sendable { let nanoseconds = Atomic<Int64>(0) }

  /// Somebody who sends by hand is told, and does not wait for ever.
  @Test func anOutboxThatCannotBeUsedIsSaid() throws {
    let session = try SQLSession(file: folder.database, memoryLimitMegabytes: 96)
    #expect(throws: StorageError.self) {
      try OutboxDispatcher.drain(session: session, channels: [ChannelFile.console], log: Log(minimumLevel: .critical))
    }
  }
}
