import Foundation
import MarketModel
import Synchronization
import Testing

@testable import FlowEngine
@testable import Server

/// `/replay`, and what a recording that begins again means to the page's model and to who listens.
@Suite struct ReplayRouteTests {
  /// What the player was told.
  private final class Player: Sendable {
    let commands = Mutex<[PlayerCommand]>([])
    let facts: ReplayFacts
    let outcome: PlayerOutcome
    init(_ facts: ReplayFacts, _ outcome: PlayerOutcome = .accepted) {
      self.facts = facts
      self.outcome = outcome
    }

    var connection: ReplayPlayer {
      ReplayPlayer(facts: { self.facts }) { command in
        self.commands.withLock { $0.append(command) }
        return self.outcome
      }
    }
  }

  private static let from = Timestamp(newYork: Fixture.session, hour: 9, minute: 30)
  private static let to = Timestamp(newYork: Fixture.session, hour: 16, minute: 15)
  private let player = Player(
    ReplayFacts(
      day: Fixture.session, position: from.adding(nanoseconds: 1_500_000_000), from: from, to: to, speed: .times(2.5)))

  private func post(_ body: String, headers: [String: String] = [:], to player: Player? = nil) -> APIResponse {
    var all = ["host": "127.0.0.1:8000", "content-type": "application/json"]
    all.merge(headers) { $1 }
    return Fixture().router(replay: (player ?? self.player).connection).answerNow(
      APIRequest(method: "POST", path: "/replay", headers: all, body: Array(body.utf8)))
  }

  @Test func tellsHowItIsPlayed() {
    let answer = Fixture().router(replay: player.connection).get("/replay")
    #expect(answer.status == 200)
    #expect(answer.object.text("state") == "playing" && answer.object.text("date") == "2025-12-16")
    #expect(answer.object.text("position") == "2025-12-16T14:30:01.500Z")
    #expect(answer.object["speed"] as? Double == 2.5 && answer.object["paused"] as? Bool == false)
    let validator = SchemaValidator(openAPI: Fixture().router().get("/openapi.json").object)
    #expect(validator.errors(answer.object, against: "Replay") == [])
    let maximum = Player(ReplayFacts(speed: .maximum, isPaused: true))
    let other = Fixture().router(replay: maximum.connection).get("/replay").object
    #expect(other.text("speed") == "max" && other.text("state") == "paused" && other["from"] is NSNull)
    #expect(validator.errors(other, against: "Replay") == [])
  }

  @Test func handsACommandOver() {
    #expect(post(#"{"paused": true}"#).status == 202)
    #expect(post(#"{"speed": 1e3, "position": "2025-12-16T10:00:00-05:00"}"#).status == 202)
    #expect(post(#"{"speed": "max", "paused": null}"#).status == 202)
    let position = Timestamp(rfc3339: "2025-12-16T15:00:00Z")
    #expect(
      player.commands.withLock { $0 } == [
        PlayerCommand(isPaused: true), PlayerCommand(speed: .times(1000), position: position),
        PlayerCommand(speed: .maximum),
      ])
  }

  @Test(arguments: [
    ("paused", #"{"paused": "yes"}"#), ("speed", #"{"speed": 0.001}"#), ("speed", #"{"speed": "1"}"#),
    ("speed", #"{"speed": 1e9}"#), ("position", #"{"position": 5}"#), ("position", #"{"position": "noon"}"#),
    ("position", #"{"position": "2025-12-16T14:29:59Z"}"#), ("position", #"{"position": "2025-12-16T21:15:01Z"}"#),
    ("sped", #"{"sped": 1}"#), ("day", #"{"day": "yesterday"}"#), ("day", #"{"day": 20251216}"#),
    ("source", #"{"source": "journal"}"#), ("from", #"{"from": "09:30", "paused": true}"#),
    ("source", #"{"day": "2025-12-16", "source": "tape"}"#), ("from", #"{"day": "2025-12-16", "from": "9:30"}"#),
    ("to", #"{"day": "2025-12-16", "from": "10:00", "to": "10:00"}"#),
    ("position", #"{"day": "2025-12-16", "position": "2025-12-16T15:00:00Z"}"#),
  ])
  func aMemberThatCannotBeUsedIsNamed(parameter: String, body: String) {
    let answer = post(body)
    #expect(answer.status == 422 && answer.object.text("parameter") == parameter)
    #expect(player.commands.withLock { $0.isEmpty })
  }

  @Test func otherMistakes() {
    #expect(post("{}").status == 422)
    #expect(post("pause").status == 400)
    #expect(post(#"{"paused": true}"#, headers: ["content-type": "text/plain"]).status == 415)
    #expect(post(#"{"paused": true}"#, headers: ["origin": "http://evil.example"]).status == 403)
    let refusing = Player(player.facts, .refused("it cannot"))
    let refused = post(#"{"paused": true}"#, to: refusing)
    #expect(refused.status == 409 && refused.object.text("detail") == "/replay: it cannot")
  }

  @Test func aDayThatCannotBePlayedIsSaidSoUntilAnotherIsChosen() {
    let failed = Player(ReplayFacts(failure: "journal 2025-12-16 cannot be played: damaged"))
    let detail = "/replay: journal 2025-12-16 cannot be played: damaged; choose another day"
    for answer in [Fixture().router(replay: failed.connection).get("/replay"), post(#"{"paused": true}"#, to: failed)] {
      #expect(answer.status == 409 && answer.object.text("detail").hasPrefix(detail))
    }
    #expect(post(#"{"speed": 0}"#, to: failed).status == 422)
    #expect(failed.commands.withLock { $0.isEmpty })
    let shelf = Shelf()
    let desk = shelf.desk(player: failed)
    defer { desk.stop() }
    let chosen = Fixture().router(replay: failed.connection, recordings: desk).answerNow(
      APIRequest(
        method: "POST", path: "/replay", headers: ["host": "127.0.0.1:8000", "content-type": "application/json"],
        body: Array(#"{"day": "2025-12-16"}"#.utf8)))
    #expect(chosen.status == 202 && shelf.choices.withLock { $0.count } == 1)
  }

  // MARK: Days

  private static let wednesday = MarketDate(daysSinceEpoch: Fixture.session.daysSinceEpoch + 1)

  /// What is recorded, and what was chosen of it.
  private final class Shelf: Sendable {
    let choices = Mutex<[DayChoice]>([])
    let outcome: DayOutcome
    init(_ outcome: DayOutcome = .accepted) { self.outcome = outcome }

    func desk(plays: Bool = true, player: Player) -> RecordedDaysDesk {
      var days = RecordedDays(
        list: {
          var fetched = RecordedDayFacts(date: Fixture.session, place: .cache, bytes: 77)
          fetched.trades = 5
          fetched.first = ReplayRouteTests.from
          return [RecordedDayFacts(date: ReplayRouteTests.wednesday, place: .journal, bytes: 12), fetched]
        }, command: { "marketflow serve --replay \($0)" })
      if plays {
        days.play = { choice, _ in
          self.choices.withLock { $0.append(choice) }
          return self.outcome
        }
      }
      return RecordedDaysDesk(days, player: plays ? player.connection : nil)
    }
  }

  private func choose(_ body: String, _ shelf: Shelf, plays: Bool = true) -> APIResponse {
    let desk = shelf.desk(plays: plays, player: player)
    defer { desk.stop() }
    return Fixture().router(replay: plays ? player.connection : nil, recordings: desk).answerNow(
      APIRequest(
        method: "POST", path: "/replay", headers: ["host": "127.0.0.1:8000", "content-type": "application/json"],
        body: Array(body.utf8)))
  }

  @Test func tellsWhichDaysCanBePlayed() {
    let desk = Shelf().desk(plays: false, player: player)
    defer { desk.stop() }
    let answer = Fixture().router(recordings: desk).get("/replay/days")
    #expect(answer.status == 200)
    let days = answer.object.objects("days")
    #expect(days.map { $0.text("date") } == ["2025-12-17", "2025-12-16"])
    #expect(days.map { $0.text("source") } == ["journal", "cache"])
    #expect(days[0]["trades"] is NSNull && days[1]["trades"] as? Int == 5)
    #expect(days[1].text("first") == "2025-12-16T14:30:00.000Z" && days[1]["last"] is NSNull)
    let validator = SchemaValidator(openAPI: Fixture().router().get("/openapi.json").object)
    #expect(validator.errors(answer.object, against: "RecordedDays") == [])
  }

  @Test func handsAChoiceOver() {
    let shelf = Shelf()
    #expect(choose(#"{"day": "2025-12-17"}"#, shelf).status == 202)
    let body = #"{"day": "2025-12-16", "source": "cache", "from": "09:30", "to": "16:00:30", "speed": 10}"#
    #expect(choose(body, shelf).status == 202)
    #expect(
      shelf.choices.withLock { $0 } == [
        DayChoice(date: Self.wednesday),
        DayChoice(
          date: Fixture.session, place: .cache, from: DayTime(secondOfDay: 34_200), to: DayTime(secondOfDay: 57_630)),
      ])
    let missing = choose(#"{"day": "2025-12-24"}"#, Shelf(.unknown("2025-12-24 is not recorded: there is 2025-12-17")))
    #expect(missing.status == 404 && missing.object.text("detail").contains("there is 2025-12-17"))
    #expect(choose(#"{"day": "2025-12-17"}"#, Shelf(.refused("damaged"))).status == 409)
    let live = choose(#"{"day": "2025-12-17"}"#, Shelf(), plays: false)
    #expect(live.status == 409 && live.object.text("detail").hasSuffix("type marketflow serve --replay 2025-12-17"))
  }

  @Test func aSourceThatIsNoRecordingSaysSo() {
    let router = Fixture().router()
    let headers = ["host": "127.0.0.1:8000", "content-type": "application/json"]
    let told = router.answerNow(
      APIRequest(method: "POST", path: "/replay", headers: headers, body: Array(#"{"paused": true}"#.utf8)))
    for answer in [router.get("/replay"), told] {
      #expect(answer.status == 409)
      #expect(answer.object.text("detail").contains("--replay"))
    }
    #expect(
      router.answerNow(APIRequest(method: "DELETE", path: "/replay")).header("Allow") == "GET, HEAD, POST")
  }

  // MARK: Beginning again

  private let restart = FlowOutput.incident(FeedIncident(kind: .restarted, time: .none))

  private func snapshot(_ fixture: Fixture, prints: Int64, restarts: Int64) -> FlowSnapshot {
    let snapshot = fixture.market()
    snapshot.counters.sideBuy = prints
    snapshot.counters.lastPrint = prints
    snapshot.counters.restarts = restarts
    return snapshot
  }

  @Test func whatWasKnownIsForgottenAndTheSamePrintHasTheSameID() {
    let fixture = Fixture(printBase: 1000)
    let symbol = Fixture.symbol(.call, 672)
    fixture.absorb(symbol, count: 5)
    fixture.model.absorb(restart)
    #expect(fixture.model.prints.nextNumber == 1 && fixture.model.lastTradeTime == .none)
    fixture.model.absorb(.print(fixture.print(symbol, number: 1)))
    #expect(fixture.model.row(1).id == 1001)
    #expect(fixture.model.missingPrints == 0)
  }

  @Test func aSnapshotFromBeforeDoesNotCountAsLost() {
    let fixture = Fixture()
    fixture.absorb(Fixture.symbol(.call, 672), count: 5)
    fixture.model.absorb(restart)
    _ = fixture.model.adopt(snapshot(fixture, prints: 5, restarts: 0), atNanoseconds: 1)
    fixture.model.reconcile()
    #expect(fixture.model.missingPrints == 0 && fixture.model.prints.nextNumber == 1)
    // Of one from after it, everything does.
    _ = fixture.model.adopt(snapshot(fixture, prints: 2, restarts: 1), atNanoseconds: 2)
    fixture.model.reconcile()
    #expect(fixture.model.missingPrints == 2 && fixture.model.prints.nextNumber == 3)
  }

  @Test func aLostWordIsMadeUpForByTheSnapshot() {
    let fixture = Fixture()
    fixture.absorb(Fixture.symbol(.call, 672), count: 5)
    _ = fixture.model.adopt(snapshot(fixture, prints: 0, restarts: 1), atNanoseconds: 1)
    fixture.model.reconcile()
    #expect(fixture.model.restarts == 1 && fixture.model.prints.nextNumber == 1)
  }

  @Test func everybodyIsGreetedAnewUnderAnotherEpoch() {
    let fixture = Fixture()
    let listener = FakeClient()
    fixture.core.broadcaster.add(listener, resuming: nil)
    fixture.absorb(Fixture.symbol(.call, 672), count: 3)
    fixture.core.tick()
    _ = fixture.outputs.push(restart)
    _ = fixture.outputs.push(.print(fixture.print(Fixture.symbol(.call, 672), number: 1)))
    fixture.clock.advance(milliseconds: 50)
    fixture.core.tick()
    let hello = listener.messages.filter { $0.text("type") == "hello" }
    #expect(hello.map { $0.text("epoch") } == ["e1", "e1.1"])
    #expect(hello.last?["resumed"] as? Bool == false && hello.last?.integer("last_print_id") == 0)
    let prints = listener.messages.last { $0.text("type") == "prints" }
    #expect(prints?.text("epoch") == "e1.1" && prints?.objects("rows").map { $0.integer("id") } == [1])
    #expect(fixture.core.health().identity.epoch == "e1.1")
    // Nobody goes on from before.
    let late = FakeClient()
    fixture.core.broadcaster.add(late, resuming: ResumePoint(epoch: "e1", after: 3))
    #expect(late.messages.first?["resumed"] as? Bool == false)
  }
}
