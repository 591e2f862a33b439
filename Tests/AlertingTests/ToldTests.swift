import MarketModel
import Positioning
import Storage
import Testing

@testable import Alerting
@testable import FlowEngine

/// What somebody could act on when an alert was made stays as it was, whatever becomes of the alert.
@Suite struct ToldTests {
  private let fixture: AlertingFixture
  init() throws { fixture = try AlertingFixture() }

  private static let always = (Timestamp(nanoseconds: 0), Timestamp(seconds: 9_000_000_000))

  private func see(_ outputs: FlowOutput..., in office: AlertOffice) throws {
    office.see(outputs, fixture.instruments)
    try office.commit()
  }

  private func told(_ office: AlertOffice) throws -> [ToldAlert] {
    try office.database.told(from: Self.always.0, to: Self.always.1)
  }

  private func time(_ seconds: Int64) -> Timestamp {
    AlertingFixture.open.adding(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func whatComesLaterDoesNotChangeWhatWasTold() throws {
    let office = try fixture.office()
    try see(.detection(fixture.detection(1, confidence: 850, seconds: 5)), in: office)
    // A little stronger, of the other side, no more severe: folded into the same alert.
    try see(.detection(fixture.detection(2, confidence: 900, seconds: 65, side: .sell)), in: office)
    let alert = try #require(try office.stored().first)
    #expect(alert.occurrences == 2 && alert.side == .sell && alert.lastTime == time(65))
    #expect(alert.toldTime == time(5) && alert.direction == .up)
    #expect(
      try told(office) == [ToldAlert(rule: "sweep", underlying: "SPY", time: time(5), direction: .up)])
    #expect(try office.database.told(from: time(6), to: Self.always.1).isEmpty)
    #expect(try office.database.told(from: time(5), to: time(6)).count == 1)
  }

  @Test func directionsFollowFromSideAndContract() throws {
    func direction(_ kind: DetectionKind, _ side: AggressorSide, _ right: OptionRight?, contracts: Int = 1)
      -> PriceDirection
    {
      PriceDirection(kind, side: side, right: right, contractCount: contracts)
    }
    #expect(direction(.sweep, .buy, .call) == .up && direction(.sweep, .sell, .call) == .down)
    #expect(direction(.sweep, .buy, .put) == .down && direction(.sweep, .sell, .put) == .up)
    #expect(direction(.darkPool, .buy, nil) == .up && direction(.darkPool, .sell, nil) == .down)
    #expect(direction(.block, .mid, .call) == .neither && direction(.block, .unknown, .put) == .neither)
    #expect(direction(.aggressivePutBuying, .buy, .put, contracts: 3) == .down)
    #expect(direction(.aggressiveCallBuying, .unknown, .call, contracts: 3) == .up)
    #expect(direction(.straddle, .buy, .call, contracts: 2) == .neither)
    #expect(direction(.unusualVolume, .buy, .call, contracts: 2) == .neither)
  }

  @Test func anIncidentHasNoDirectionAndALevelThatOfItsCrossing() throws {
    let office = try fixture.office()
    try see(.incident(FeedIncident(kind: .disconnected, time: time(9))), in: office)
    office.see(
      LevelCrossing(
        underlying: fixture.id("SPY"), level: .putWall, direction: .down, price: Price(cents: 56_990),
        levelPrice: Price(cents: 57_000), time: time(10)), fixture.instruments)
    try office.commit()
    let told = try told(office)
    #expect(told.map(\.rule) == ["data", "levels"] && told.map(\.direction) == [PriceDirection.neither, .down])
  }

  /// A file from before any of this was noted is taken over; its alerts do not say when they were told, new ones do.
  @Test func anOlderFileIsTakenOver() throws {
    try makeOlderFile()
    let again = try fixture.office()
    let old = try #require(try again.stored().first)
    #expect(old.toldTime == .none && old.direction == nil && old.rule == "sweep")
    try see(.detection(fixture.detection(2, symbol: AlertingFixture.contract(580), seconds: 1_200)), in: again)
    #expect(try told(again).map(\.direction) == [nil, .up])
    #expect(try told(again).map(\.time) == [.none, time(1_200)])
  }
  private func makeOlderFile() throws {
    let office = try fixture.office()
    try see(.detection(fixture.detection(1)), in: office)
    for statement in [
      "ALTER TABLE alerts DROP COLUMN told_time", "ALTER TABLE alerts DROP COLUMN direction",
      "UPDATE alert_schema SET version = 1",
    ] { try office.session.execute(statement) }
  }
}
