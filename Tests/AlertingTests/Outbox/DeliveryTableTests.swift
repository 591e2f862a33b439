import MarketModel
import Storage
import Testing

@testable import Alerting

struct DeliveryTableTests {
  private static let now = Timestamp(seconds: 1_763_735_400)
  private let folder: OutboxFolder
  private let session: SQLSession

  init() throws {
    folder = try OutboxFolder()
    session = try folder.session()
  }

  private func due(_ channel: String, now: Int64 = now.nanoseconds) throws -> [Delivery] {
    try DeliveryTable.due(channel: channel, now: now, limit: 100, on: session).map(\.delivery)
  }

  @Test func whatWasStoredComesBack() throws {
    var delivery = OutboxFolder.delivery(7, channel: "desk")
    delivery.message.title = "quotes ' \" \\ and\nlines, ünïcode 🙂, NUL \u{0} and \u{1F}"
    delivery.message.fields.append(OutboundMessage.Field("", "[\"json\"]"))
    try DeliveryTable.insert([delivery], on: session, now: Self.now)
    let found = try due("desk")
    delivery.id = 1
    #expect(found == [delivery])
  }

  @Test func aKeyIsStoredOnce() throws {
    let deliveries = (0..<50).map { OutboxFolder.delivery($0, channel: "desk") }
    try DeliveryTable.insert(deliveries, on: session, now: Self.now)
    try DeliveryTable.insert(deliveries + [OutboxFolder.delivery(50, channel: "desk")], on: session, now: Self.now)
    #expect(try due("desk").map(\.message.title) == (0...50).map { "Alert \($0)" })
  }

  @Test func aTransactionThatFailsStoresNothing() throws {
    struct Refusal: Error {}
    #expect(throws: StorageError.self) {
      try session.transaction { () throws(StorageError) in
        try DeliveryTable.insert([OutboxFolder.delivery(1, channel: "desk")], on: session, now: Self.now)
        try session.execute("INSERT INTO nowhere VALUES (1)")
      }
    }
    #expect(try due("desk").isEmpty)
  }

  @Test func onlyWhatIsDueIsGivenOut() throws {
    var later = OutboxFolder.delivery(2, channel: "desk")
    later.nextAttempt = Self.now.adding(nanoseconds: 5)
    try DeliveryTable.insert(
      [OutboxFolder.delivery(1, channel: "desk"), later, OutboxFolder.delivery(3, channel: "ops")], on: session,
      now: Self.now)
    #expect(try due("desk").map(\.alertID) == [1])
    #expect(
      try DeliveryTable.nextAttempt(channel: "desk", after: Self.now.nanoseconds, on: session)
        == Self.now.nanoseconds + 5)
    #expect(try due("desk", now: Self.now.nanoseconds + 5).map(\.alertID) == [1, 2])
    #expect(try DeliveryTable.nextAttempt(channel: "ops", after: Self.now.nanoseconds, on: session) == nil)
  }

  @Test func whatWasUnderWayIsPendingAgain() throws {
    try DeliveryTable.insert([OutboxFolder.delivery(1, channel: "desk")], on: session, now: Self.now)
    var delivery = try #require(try due("desk").first)
    delivery.state = .sending
    delivery.attempts = 3
    try DeliveryTable.update([delivery], on: session, now: Self.now)
    #expect(try due("desk").isEmpty)
    try DeliveryTable.recover(on: session, now: Self.now)
    let found = try #require(try due("desk").first)
    #expect(found.idempotencyKey == delivery.idempotencyKey && found.attempts == 3)
  }

  @Test func deadMessagesAreResentByChannelAndNumber() throws {
    try DeliveryTable.insert(
      ["desk", "desk", "ops"].enumerated().map { OutboxFolder.delivery($0, channel: $1) }, on: session, now: Self.now)
    for channel in ["desk", "ops"] {
      let dead = try due(channel).map { delivery in
        var delivery = delivery
        delivery.state = .dead
        delivery.attempts = 8
        return delivery
      }
      try DeliveryTable.update(dead, on: session, now: Self.now)
    }
    #expect(try DeliveryTable.resend(channel: "desk", id: 2, on: session, now: Self.now) == 1)
    #expect(try due("desk").map(\.id) == [2])
    #expect(try due("desk").map(\.attempts) == [0])
    #expect(try DeliveryTable.resend(channel: nil, id: nil, on: session, now: Self.now) == 2)
    #expect(try due("desk").count == 2)
    #expect(try due("ops").count == 1)
    #expect(try DeliveryTable.resend(channel: "desk", id: nil, on: session, now: Self.now) == 0)
  }

  @Test func whatNoChannelTakesIsGivenUp() throws {
    try DeliveryTable.insert(
      [OutboxFolder.delivery(1, channel: "desk"), OutboxFolder.delivery(2, channel: "gone")], on: session, now: Self.now
    )
    try DeliveryTable.abandon(exceptFor: ["desk", "console"], on: session, now: Self.now)
    func counts(afterDays days: Int64) throws -> [String: DeliveryCounts] {
      try DeliveryTable.counts(on: session, now: Self.now.adding(nanoseconds: days * 86_400_000_000_001))
    }
    #expect(
      try counts(afterDays: 0) == [
        "desk": DeliveryCounts(queued: 1), "gone": DeliveryCounts(dead: 1, deadWithinDay: 1),
      ])
    #expect(try counts(afterDays: 1)["gone"] == DeliveryCounts(dead: 1))
  }

  @Test func aFallbackHasTheKeyOfItsChannel() {
    let delivery = OutboxFolder.delivery(1, channel: "desk")
    #expect(delivery.redirected(to: "ops").idempotencyKey == OutboxFolder.delivery(1, channel: "ops").idempotencyKey)
  }

  /// All messages, oldest first, in one state each.
  private func insert(states: [DeliveryState]) throws {
    try DeliveryTable.insert(
      states.indices.map { OutboxFolder.delivery($0, channel: "desk") }, on: session, now: Self.now)
    let stored = zip(try due("desk"), states).map { delivery, state in
      var delivery = delivery
      delivery.state = state
      return delivery
    }
    try DeliveryTable.update(stored, on: session, now: Self.now)
  }

  @Test func whatIsOldIsForgottenDeliveredBeforeDead() throws {
    try insert(states: [.delivered, .dead, .pending, .sending])
    func left(afterDays days: Int64) throws -> [String] {
      try DeliveryTable.prune(on: session, now: Self.now.adding(nanoseconds: days * 86_400_000_000_000 + 1))
      return try session.rows("SELECT state FROM deliveries ORDER BY delivery_id").compactMap { $0[0].text }
    }
    #expect(try left(afterDays: 29) == ["delivered", "dead", "pending", "sending"])
    #expect(try left(afterDays: 30) == ["dead", "pending", "sending"])
    #expect(try left(afterDays: 89) == ["dead", "pending", "sending"])
    #expect(try left(afterDays: 90) == ["pending", "sending"])
  }

  @Test(arguments: [-7_200_000_000_000, 7_200_000_000_000] as [Int64]) func timesGoWithTheClock(_ jump: Int64) throws {
    try insert(states: [.delivered, .dead, .pending, .sending])
    let after = Self.now.adding(nanoseconds: jump)
    // Written after the jump: it is right as it is.
    try DeliveryTable.insert([OutboxFolder.delivery(9, channel: "desk")], on: session, now: after)
    try DeliveryTable.shift(
      ClockWatch.Jump(
        nanoseconds: jump, shown: after.nanoseconds - 1_000_000_000...after.nanoseconds + 1_000_000_000),
      on: session)
    let due = try session.rows("SELECT due_time FROM deliveries ORDER BY delivery_id").compactMap { $0[0].integer }
    let (old, new) = (Self.now.nanoseconds, after.nanoseconds)
    #expect(due == [old, old, new, new, new])
  }
}
