import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Server

@Suite struct HealthTests {
  private let fixture = Fixture()

  init() {
    fixture.facts.value.ingest.status = .streaming
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    fixture.absorb(Fixture.symbol(.call, 672), count: 70)
    answerEngine()
  }

  /// One round of tick, engine, tick.
  private func answerEngine() {
    fixture.core.tick()
    fixture.snapshots.answer { fixture.fill($0) }
    fixture.clock.advance(milliseconds: 50)
    fixture.core.tick()
  }

  @Test func isOkWhileDataCome() {
    let answer = fixture.router().get("/health")
    #expect(answer.status == 200)
    #expect(answer.object["status"] as? String == "ok")
    #expect((answer.object["reasons"] as! [String]).isEmpty)
    let ingest = answer.object["ingest"] as! [String: Any]
    #expect(ingest["events"] as? Int == 5000)
    #expect(ingest["trades_five_minutes"] as? Int == 33)
    #expect(ingest["data_age_seconds"] as? Double == 0.05)
    #expect((answer.object["sides"] as! [String: Any])["buy"] as? Int == 70)
    #expect((answer.object["methods"] as! [String: Any])["at_or_above_ask"] as? Int == 70)
    #expect(answer.object["session"] as? String == "2025-12-16")
    #expect(answer.object["uptime_seconds"] as? Double == 0.05)
  }

  @Test func staleDataNeverLookLive() {
    fixture.clock.advance(milliseconds: 4_900)
    answerEngine()
    #expect(fixture.core.health().status == .ok)
    fixture.clock.advance(milliseconds: 1_000)
    answerEngine()
    let stale = fixture.core.health()
    #expect(stale.status == .degraded)
    #expect(stale.reasons == ["no data for 6 s although the feed says it streams"])
    fixture.clock.advance(milliseconds: 60_000)
    answerEngine()
    let dead = fixture.router().get("/health")
    #expect(dead.status == 503)
    #expect(dead.object["status"] as? String == "down")
  }

  @Test func aPauseOnPurposeIsNoFailure() {
    fixture.facts.value.ingest.quietUntil = fixture.clock.time.adding(nanoseconds: 300_000_000_000)
    fixture.clock.advance(milliseconds: 290_000)
    answerEngine()
    let waiting = fixture.core.health()
    #expect(waiting.status == .ok)
    #expect(waiting.dataAgeSeconds == 290.1)
    let ingest = fixture.router().get("/health").object["ingest"] as! [String: Any]
    #expect(ingest["quiet_until"] as? String == fixture.facts.value.ingest.quietUntil.rfc3339)
    // Past the moment at which the next frame was due, silence counts from there.
    fixture.clock.advance(milliseconds: 16_000)
    answerEngine()
    #expect(fixture.core.health().reasons == ["no data for 6 s although the feed says it streams"])
    fixture.clock.advance(milliseconds: 60_000)
    answerEngine()
    #expect(fixture.core.health().status == .down)
  }

  @Test func aClockSetBackDoesNotMakeStaleDataLookLive() {
    fixture.core.tick()
    fixture.clock.setWall(byMilliseconds: -3_600_000)
    fixture.clock.advance(milliseconds: 6_000)
    answerEngine()
    #expect(fixture.core.health().status == .degraded)
    #expect(fixture.core.health().dataAgeSeconds == 6.1)
    // What comes in now is new, although it is stamped earlier than what came before.
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    #expect(fixture.core.health().status == .ok)
    // A clock set forward does not make live data look stale.
    fixture.clock.advance(milliseconds: 50)
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    fixture.clock.setWall(byMilliseconds: 7_200_000)
    answerEngine()
    #expect(fixture.core.health().status == .ok)
  }

  @Test func lossesAreShown() {
    fixture.facts.value.ingest.refusedLines = 5
    fixture.facts.value.ingest.correctedRows = 6
    fixture.facts.value.storage.storedBefore = 7
    fixture.facts.value.storage.waits = 8
    fixture.facts.value.storage.dropped = 9
    fixture.core.tick()
    fixture.clock.advance(milliseconds: 250)
    fixture.core.tick()
    fixture.snapshots.answer {
      fixture.fill($0)
      $0.counters.unmatchedCancellations = 1
      $0.counters.unrepairedMinutes = 2
      $0.counters.doubtedTimes = 3
      $0.counters.refusedSweeps = 4
      $0.counters.cancellations = 10
    }
    fixture.core.tick()
    let health = fixture.router().get("/health").object
    let expected: [String: Int] = [
      "unmatched_cancellations": 1, "unrepaired_minutes": 2, "doubted_times": 3, "refused_sweeps": 4,
      "refused_lines": 5, "corrected_rows": 6, "stored_before": 7, "store_waits": 8, "store_dropped": 9,
      "missed_cancellations": 10,
    ]
    #expect(health["losses"] as? [String: Int] == expected)
    let reasons = (health["reasons"] as! [String]).joined(separator: "\n")
    for word in ["9 outputs are not in the database", "cancelled prints", "minute bar", "sweep"] {
      #expect(reasons.contains(word), "\(word)")
    }
    fixture.clock.advance(milliseconds: 11_000)
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    fixture.facts.value.storage.dropped = 0
    fixture.core.tick()
    fixture.snapshots.answer { fixture.fill($0) }
    fixture.core.tick()
    #expect(fixture.core.health().reasons == [])
    #expect(fixture.core.health().losses.missedCancellations == 10)
  }

  @Test func anEngineThatDoesNotAnswerIsADoubt() {
    fixture.clock.advance(milliseconds: 6_000)
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    fixture.core.tick()
    #expect(fixture.core.health().reasons == ["engine has not answered for 6 s"])
  }

  @Test func eachDoubtIsAReason() {
    func reasons(_ change: (inout HealthFacts) -> Void) -> [String] {
      var facts = fixture.facts.value
      change(&facts)
      let verdict = HealthAssessment.judge(
        facts, silenceSeconds: facts.ingest.lastReceived == .none ? nil : 0, snapshotAgeSeconds: 0)
      #expect((verdict.status == .ok) == verdict.reasons.isEmpty)
      return verdict.reasons
    }
    #expect(reasons { _ in } == [])
    #expect(reasons { $0.ingest.status = .starting } == ["feed is starting"])
    #expect(reasons { $0.ingest.status = .ended } == ["feed ended: nothing shown is live any more"])
    #expect(reasons { $0.ingest.lastReceived = .none } == ["no data yet although the feed says it streams"])
    #expect(reasons { $0.storage.error = "disk full" } == ["storage: disk full"])
    #expect(reasons { $0.storage.lagMilliseconds = 5001 } == ["storage is 5001 ms behind"])
    #expect(reasons { $0.storageQueue = .init(depth: 95, capacity: 100) } == ["storage queue is 95 % full"])
    #expect(reasons { $0.events = .init(depth: 91, capacity: 100) } == ["event queue is 91 % full"])
    #expect(
      reasons {
        $0.ingest.status = .failed
        $0.ingest.failure = "tape.ndjson ends in the middle of a frame"
      } == ["feed failed: tape.ndjson ends in the middle of a frame"])
  }

  @Test func aLiveFeedSaysWhatItDoesNotHave() {
    func verdict(_ live: LiveFacts) -> (HealthStatus, [String]) {
      var facts = fixture.facts.value
      facts.live = live
      let verdict = HealthAssessment.judge(facts, silenceSeconds: 0, snapshotAgeSeconds: 0)
      return (verdict.status, verdict.reasons)
    }
    func window(_ spot: Double, _ origin: String, stale: Bool) -> LiveFacts.Window {
      LiveFacts.Window(
        underlying: "SPY", spot: Price(micros: Int64(spot * 1e6)), spotOrigin: origin, isStale: stale, expiry: nil,
        center: .zero, step: .zero, contracts: 0)
    }
    let streaming = LiveFacts.Socket(stream: "options", state: .streaming)
    #expect(verdict(LiveFacts(sockets: [streaming], windows: [window(600, "stocks", stale: false)])) == (.ok, []))
    #expect(
      verdict(LiveFacts(sockets: [.init(stream: "options", state: .refused, trouble: "authentication failed")]))
        == (.down, ["options socket refused: authentication failed"]))
    #expect(
      verdict(LiveFacts(sockets: [.init(stream: "stocks", state: .waiting)]))
        == (.degraded, ["stocks socket lost, dialling again"]))
    #expect(
      verdict(
        LiveFacts(sockets: [.init(stream: "options", state: .streaming, quotedContracts: 1000, leftOutQuotes: 12)]))
        == (
          .degraded,
          [
            "quotes of 12 contracts are not followed, those of 1000 are: a connection carries 1,000 at most "
              + "(--quoted-contracts); follow fewer symbols or --strikes"
          ]
        ))
    #expect(
      verdict(LiveFacts(windows: [window(600, "default", stale: true)]))
        == (.down, ["SPY: price 600.0 is not live (from default)"]))
    #expect(
      verdict(LiveFacts(windows: [window(600, "previous_close", stale: true)], isMarketClosed: true)) == (.ok, []))
    #expect(
      verdict(LiveFacts(chains: [.init(underlying: "SPY", contracts: 9, ageSeconds: 61)]))
        == (.degraded, ["greeks of SPY are over 60 s old"]))
    #expect(
      verdict(LiveFacts(gaps: .init(found: 3, filled: 1, unfilled: 1)))
        == (
          .degraded,
          ["1 gap is being filled from history", "1 gap could not be filled: see feed_gaps in the database"]
        ))
  }

  @Test func aLiveFeedSaysHowManyQuotesItFollows() throws {
    fixture.facts.value.live = LiveFacts(
      sockets: [.init(stream: "options", state: .streaming, quotedContracts: 1000, leftOutQuotes: 12)])
    let router = fixture.router()
    let health = router.get("/health").object
    let sockets = try #require((health["live"] as? [String: Any])?["sockets"] as? [[String: Any]])
    #expect(sockets.map { $0["quoted_contracts"] as? Int } == [1000])
    #expect(sockets.map { $0["left_out_quotes"] as? Int } == [12])
    #expect(SchemaValidator(openAPI: router.get("/openapi.json").object).errors(health, against: "Health") == [])
  }

  @Test func silenceMeansNothingWhileTheMarketIsClosed() {
    var facts = fixture.facts.value
    facts.ingest.lastReceived = .none
    facts.live = LiveFacts(isMarketClosed: true)
    #expect(HealthAssessment.judge(facts, silenceSeconds: nil, snapshotAgeSeconds: 0).reasons == [])
  }

  @Test func aFailedFeedIsDown() {
    fixture.facts.value.ingest.status = .failed
    #expect(fixture.core.health().status == .down)
  }

  @Test func skippedPrintsAreADoubtForAWhile() {
    fixture.facts.value.publisherSkipped = 4
    #expect(fixture.core.health().status == .degraded)
    fixture.clock.advance(milliseconds: 11_000)
    fixture.facts.value.ingest.lastReceived = fixture.clock.time
    answerEngine()
    let health = fixture.core.health()
    #expect(health.status == .ok)
    #expect(health.publisherSkipped == 4)
  }

  @Test func ratesAreTakenOverSeconds() {
    var rate = EventRate()
    var time: Int64 = 1_000_000_000_000
    for i in 0..<40 {
      rate.note(events: Int64(i) * 500, atNanoseconds: time)
      time += 250_000_000
    }
    #expect(rate.perSecond == 2000)
    for _ in 0..<20 {
      rate.note(events: 39 * 500, atNanoseconds: time)
      time += 250_000_000
    }
    #expect(rate.perSecond == 0)
  }
}
