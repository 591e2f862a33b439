import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

/// Detections in the stream and in /health.
@Suite struct DetectionStreamTests {
  private let fixture = Fixture()
  private let spy = Fixture.symbol(.call, 672)

  private func join() -> FakeClient {
    let client = FakeClient()
    fixture.core.broadcaster.add(client, resuming: nil)
    return client
  }

  private func tell(_ number: UInt32, confidence: UInt16 = 500) {
    fixture.model.absorb(.detection(fixture.detection(number, [fixture.print(spy)], confidence: confidence)))
  }

  private func news(_ client: FakeClient) -> [(ids: [String], missed: Int64)] {
    client.messages.filter { $0.text("type") == "detections" }.map { message in
      (message.objects("rows").map { $0.text("id") }, message.integer("missed"))
    }
  }

  @Test func eachIsToldOnceAsItIsNow() {
    let (first, second) = (join(), join())
    tell(1)
    tell(2)
    tell(1, confidence: 900)
    fixture.core.tick()
    fixture.core.tick()
    tell(2, confidence: 700)
    fixture.core.tick()
    for client in [first, second] {
      #expect(news(client).map(\.ids) == [["20251216-sweep-1", "20251216-sweep-2"], ["20251216-sweep-2"]])
      #expect(news(client).allSatisfy { $0.missed == 0 })
      let rows = client.messages.filter { $0.text("type") == "detections" }.flatMap { $0.objects("rows") }
      #expect(rows.map { $0["confidence"] as? Double } == [0.9, 0.5, 0.7])
    }
    let messages = [first, second].map { $0.sent.map { ObjectIdentifier($0.message) } }
    #expect(!Set(messages[0]).isDisjoint(with: messages[1]))
  }

  @Test func aSlowClientGetsWhatItMissedOnceAndBounded() {
    let (slow, fast) = (join(), join())
    slow.isBehind = true
    tell(1)
    fixture.core.tick()
    tell(1, confidence: 600)
    tell(2)
    fixture.core.tick()
    #expect(news(slow).isEmpty && news(fast).count == 2)
    slow.isBehind = false
    fixture.core.tick()
    fixture.core.tick()
    #expect(news(slow).map(\.ids) == [["20251216-sweep-1", "20251216-sweep-2"]])
    slow.isBehind = true
    for number in 1...UInt32(Limits.waitingDetections + 20) {
      tell(number)
      if number % 50 == 0 { fixture.core.tick() }
    }
    fixture.core.tick()
    slow.isBehind = false
    tell(1)
    fixture.core.tick()
    #expect(news(slow).last?.ids.count == Limits.waitingDetections)
    #expect(news(slow).last?.missed == 20)
    tell(1)
    fixture.core.tick()
    #expect(news(slow).last?.ids == ["20251216-sweep-1"] && news(slow).last?.missed == 0)
  }

  @Test func healthNamesEachDetector() {
    fixture.facts.value.ingest.status = .streaming
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    let print = fixture.print(spy)
    fixture.model.absorb(.print(print))
    fixture.model.absorb(.detection(fixture.detection(7, [print], confidence: 500)))
    fixture.core.tick()
    func answer(_ fault: String?) -> APIResponse {
      fixture.snapshots.answer { snapshot in
        fixture.fill(snapshot)
        snapshot.detectors = [
          DetectorStatus(detector: .sweep, isOn: true, faults: 0, fault: nil),
          DetectorStatus(detector: .block, isOn: true, faults: 1, fault: fault),
          DetectorStatus(detector: .multiLeg, isOn: false, faults: 0, fault: nil),
        ]
      }
      fixture.clock.advance(milliseconds: 300)
      fixture.core.tick()
      return fixture.router().get("/health")
    }
    let good = answer(nil).object
    #expect(good.text("status") == "ok")
    #expect(good.objects("detectors").map { $0.text("state") } == ["on", "on", "off"])
    #expect(good.objects("detectors").map { $0.integer("found") } == [7, 0, 0])
    fixture.core.tick()
    let bad = answer("a size below zero; seen -1").object
    #expect(bad.text("status") == "degraded")
    #expect(
      bad["reasons"] as? [String] == [
        "detector block is out of service until the next trading day: a size below zero; seen -1; the others go on"
      ])
    #expect(bad.objects("detectors")[1].text("state") == "out_of_service")
    // Counts are the day's.
    fixture.model.absorb(.sessionReset(SessionReset(session: Fixture.later, time: Fixture.open)))
    #expect(fixture.core.health().detectors.map(\.found) == [0, 0, 0])
  }
}
