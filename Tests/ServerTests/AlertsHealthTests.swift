import Alerting
import Foundation
import MarketModel
import Testing

@testable import Server

/// What `/health` says of alerts and their messages.
@Suite struct AlertsHealthTests {
  private let fixture = Fixture()

  private func facts(_ change: (inout AlertsThread.Status, inout ChannelStatistics) -> Void) -> AlertsFacts {
    var status = AlertsThread.Status()
    status.isRunning = true
    status.queueCapacity = 1024
    var channel = ChannelStatistics(name: "desk", kind: "slack")
    change(&status, &channel)
    return AlertsFacts(thread: status, channels: [channel, ChannelStatistics(name: "console", kind: "console")])
  }

  @Test func saysWhatWaitsAndWhatFailed() throws {
    fixture.facts.value.alerts = facts { status, channel in
      (status.open.new, status.open.acknowledged) = (12, 3)
      (status.queueDepth, status.missed, status.pending) = (5, 7, 2)
      (channel.queued, channel.delivered, channel.dead, channel.breaker) = (4, 90, 6, .open)
      (channel.lastError, channel.lastErrorTime) = ("answered 500", Fixture.open)
    }
    let router = fixture.router()
    let health = router.get("/health").object
    #expect(SchemaValidator(openAPI: router.get("/openapi.json").object).errors(health, against: "Health") == [])
    let alerts = try #require(health["alerts"] as? [String: Any])
    #expect(alerts["running"] as? Bool == true && alerts["open_breakers"] as? [String] == ["desk"])
    for (name, value) in [
      ("new", 12), ("acknowledged", 3), ("missed", 7), ("pending", 2), ("messages_waiting", 4), ("messages_dead", 6),
    ] {
      #expect(alerts.integer(name) == Int64(value), "\(name)")
    }
    #expect(alerts.text("last_error") == "channel desk: answered 500")
    let desk = try #require(alerts.objects("channels").first)
    #expect(desk.text("breaker") == "open" && desk.text("last_error_time") == Fixture.open.rfc3339)
    #expect(desk["last_delivery_time"] is NSNull)
  }

  @Test func withoutAlertsThereIsNothingToSay() {
    let router = fixture.router()
    let health = router.get("/health").object
    #expect(health["alerts"] is NSNull)
    #expect(SchemaValidator(openAPI: router.get("/openapi.json").object).errors(health, against: "Health") == [])
  }

  @Test func whatIsWrongIsAReasonWithAWayOut() {
    func reasons(_ change: (inout AlertsThread.Status, inout ChannelStatistics) -> Void) -> [String] {
      facts(change).doubts
    }
    #expect(reasons { _, _ in } == [])
    // A receiver that is away and messages that wait for it are what the outbox is for.
    #expect(
      reasons { _, channel in (channel.breaker, channel.queued, channel.lastError) = (.open, 9, "connection refused") }
        == [])
    #expect(
      reasons { status, _ in (status.error, status.pending) = ("No space left on device", 17) }
        == [
          "alerts: No space left on device; 17 alerts wait, they are stored when the file can be written again"
        ])
    #expect(
      reasons { _, channel in
        (channel.dead, channel.deadWithinDay, channel.lastError) = (5, 2, "answered 404")
      } == [
        "alerts: channel desk: 2 messages were given up within a day (answered 404); "
          + "`marketflow alerts resend --channel desk` tries them again"
      ])
    // Dead for longer than a day: shown, no reason any more.
    #expect(reasons { _, channel in channel.dead = 5 } == [])
  }

  @Test func aProblemMakesTheWholeDegraded() {
    var facts = fixture.facts.value
    facts.ingest.status = .streaming
    facts.alerts = self.facts { status, _ in status.error = "disk full" }
    let verdict = HealthAssessment.judge(facts, silenceSeconds: 0, snapshotAgeSeconds: 0)
    #expect(verdict.status == .degraded && verdict.reasons.count == 1)
  }
}
