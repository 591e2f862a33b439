import Foundation
import MarketModel
import Positioning
import Testing

@testable import Alerting
@testable import FlowEngine

/// From a detection to an alert, and what becomes of it.
@Suite struct LifeTests {
  private let fixture: AlertingFixture
  init() throws { fixture = try AlertingFixture() }

  private func see(_ detections: Detection..., in office: AlertOffice) throws {
    office.see(detections.map { .detection($0) }, fixture.instruments)
    try office.commit()
  }

  @Test func aDetectionBecomesAnAlertWithItsMessage() throws {
    let office = try fixture.office()
    try see(fixture.detection(1), in: office)
    let alerts = try office.stored()
    let alert = try #require(alerts.first)
    #expect(alerts.count == 1 && alert.rule == "sweep" && alert.state == .new && alert.occurrences == 1)
    #expect(alert.title == "Sweep: SPY 2025-12-19 572 call bought, $2.00 M")
    #expect(alert.score == AlertScore(premium: 12, confidence: 32, count: 0) && alert.severity == .medium)
    #expect(
      alert.symbol == AlertingFixture.contract() && alert.underlying == "SPY" && alert.createdTime == fixture.clock.now)
    #expect(try office.deliveryKeys() == ["\(alert.key)/console"])
    #expect(fixture.news.take().alerts == alerts)
  }

  @Test func aDetectionThatGrowsChangesItsAlertAndIsToldOnce() throws {
    let office = try fixture.office()
    try see(fixture.detection(1, premium: 500_000), in: office)
    try see(fixture.detection(1, premium: 4_000_000, prints: 40, seconds: 1), in: office)
    let alerts = try office.stored()
    #expect(alerts.count == 1 && alerts[0].occurrences == 1 && alerts[0].severity == .high)
    #expect(alerts[0].title.hasSuffix("$4.00 M") && alerts[0].lastTime - alerts[0].firstTime == 1_000_000_000)
    #expect(try office.deliveryKeys().count == 1)
  }

  @Test func whatIsTooWeakIsNoAlertUntilItIsStrongEnough() throws {
    let office = try fixture.office()
    try see(fixture.detection(1, premium: 249_999), fixture.detection(2, premium: 600_000, confidence: 600), in: office)
    #expect(try office.stored().isEmpty)
    try see(fixture.detection(2, premium: 1_000_000, prints: 5), in: office)
    #expect(try office.stored().count == 1)
    // MEDIUM is what the console wants.
    #expect(try office.deliveryKeys().count == 1)
  }

  @Test func whoDidNotWantItIsToldWhenItBecomesSevereEnough() throws {
    let office = try fixture.office()
    try see(fixture.detection(1, premium: 300_000, confidence: 750), in: office)
    #expect(try office.stored().map(\.severity) == [.low] && (try office.deliveryKeys().isEmpty))
    try see(fixture.detection(1, premium: 2_000_000, confidence: 750), in: office)
    #expect(try office.deliveryKeys().count == 1)
  }

  private let otherContract = AlertingFixture.contract(580)
  private let otherUnderlying = AlertingFixture.contract(root: "QQQ")

  @Test func repeatsWithinTheCoolDownRaiseOccurrences() throws {
    let office = try fixture.office()
    try see(fixture.detection(1), in: office)
    try see(
      fixture.detection(2, seconds: 100),
      fixture.detection(3, symbol: otherContract, premium: 3_000_000, prints: 5, seconds: 899), in: office)
    // Another underlying has its own; behind the cool-down there is a new alert.
    try see(
      fixture.detection(4, symbol: otherUnderlying, seconds: 899), fixture.detection(5, seconds: 901), in: office)
    let alerts = try office.stored()
    #expect(alerts.map(\.occurrences) == [3, 1, 1])
    // Of several causes it shows the strongest; how many there were does not make them stronger.
    #expect(alerts[0].title.hasSuffix("580 call bought, $3.00 M") && alerts[0].symbol == otherContract)
    #expect(alerts[0].score == AlertScore(premium: 16, confidence: 32, count: 1) && alerts[0].prints == 5)
    #expect(alerts[1].underlying == "QQQ" && alerts[2].title.hasSuffix("$2.00 M"))
  }

  /// Nothing important hides behind a repeat of something small.
  @Test func whatIsMoreSevereIsAnAlertInSpiteOfTheCoolDown() throws {
    let office = try fixture.office()
    try see(fixture.detection(1, premium: 300_000, confidence: 750), in: office)
    try see(fixture.detection(2, symbol: otherContract, seconds: 1), in: office)
    try see(fixture.detection(3, premium: 20_000_000, seconds: 2), fixture.detection(4, seconds: 3), in: office)
    let alerts = try office.stored()
    #expect(alerts.map(\.severity) == [.low, .medium, .high] && alerts.map(\.occurrences) == [1, 1, 2])
    #expect(try office.deliveryKeys() == alerts.dropFirst().map { "\($0.key)/console" })
  }

  @Test func whatWasTakenBackIsResolved() throws {
    let office = try fixture.office()
    try see(fixture.detection(1), in: office)
    try see(fixture.detection(1, premium: 0, prints: 0, state: .withdrawn), in: office)
    let alert = try #require(try office.stored().first)
    #expect(alert.state == .resolved && alert.changedBy == nil && alert.text.contains("taken back"))
    #expect(alert.title.hasSuffix("$2.00 M"))
    try see(fixture.detection(9, symbol: AlertingFixture.contract(590), state: .withdrawn), in: office)
    #expect(try office.stored().count == 1)
  }

  /// A start that plays the journal again, whole or from any place, in one batch or many.
  @Test func playingItAgainTellsNobodyTwice() throws {
    var outputs: [FlowOutput] = []
    var random = SeededGenerator(seed: 7)
    for count in 1...300 as ClosedRange<UInt32> {
      outputs.append(
        .detection(
          fixture.detection(
            count, kind: DetectionKind.allCases.randomElement(using: &random)!,
            symbol: AlertingFixture.contract(Int.random(in: 570...574, using: &random)),
            premium: Int64.random(in: 1000...3_000_000, using: &random),
            confidence: UInt16.random(in: 0...1000, using: &random), prints: Int64.random(in: 1...40, using: &random),
            seconds: Int64(count) * 20)))
    }
    func play(_ office: AlertOffice, _ range: Range<Int>, batch: Int) throws {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
        office.see(Array(outputs[start..<min(range.upperBound, start + batch)]), fixture.instruments)
        try office.commit()
      }
    }
    var first: AlertOffice? = try fixture.office()
    fixture.options.tellsOutside = .always
    first = nil
    first = try fixture.office()
    try play(first!, 0..<200, batch: 7)
    first = nil
    let again = try fixture.office()
    try play(again, 0..<300, batch: 31)
    let alerts = try again.stored()
    let keys = try again.deliveryKeys()
    _ = fixture.news.take()
    try play(again, 0..<300, batch: 1)
    #expect(try again.stored() == alerts && (try again.deliveryKeys()) == keys && fixture.news.take().alerts.isEmpty)

    let other = try AlertingFixture()
    other.options.tellsOutside = .always
    let whole = try other.office()
    for output in outputs {
      whole.see([output], fixture.instruments)
      try whole.commit()
    }
    #expect(try whole.stored().map(\.key) == alerts.map(\.key))
    #expect(try whole.stored().map(\.occurrences) == alerts.map(\.occurrences))
    #expect(try whole.stored().map(\.score) == alerts.map(\.score))
    #expect(Set(keys).count == keys.count && alerts.count > 20)
  }

  @Test func oldCausesAreNotToldOutside() throws {
    fixture.clock.advance(seconds: 901)
    let office = try fixture.office()
    try see(fixture.detection(1), fixture.detection(2, symbol: otherUnderlying, seconds: 2), in: office)
    #expect(try office.stored().count == 2 && (try office.deliveryKeys().count) == 1)
  }

  @Test func aRecordingTellsNothingOutside() throws {
    fixture.options.tellsOutside = .never
    let office = try fixture.office()
    try see(fixture.detection(1), in: office)
    #expect(try office.stored().count == 1 && (try office.deliveryKeys().isEmpty))
  }

  @Test func whatNobodyLooksAtExpires() throws {
    let office = try fixture.office()
    try see(fixture.detection(1), fixture.detection(2, symbol: otherUnderlying), in: office)
    #expect(try office.openAlerts() == OpenAlerts(new: 2))
    _ = try office.set(.acknowledged, of: 2, by: nil)
    #expect(try office.openAlerts() == OpenAlerts(new: 1, acknowledged: 1))
    _ = fixture.news.take()
    fixture.clock.advance(seconds: 86_399)
    try office.review()
    #expect(try office.stored().map(\.state) == [.new, .acknowledged])
    fixture.clock.advance(seconds: 61)
    try office.review()
    #expect(try office.stored().map(\.state) == [.expired, .acknowledged])
    #expect(try office.openAlerts() == OpenAlerts(acknowledged: 1))
    #expect(fixture.news.take().alerts.map(\.id) == [1])
    fixture.clock.advance(seconds: 88 * 86_400)
    try office.review()
    #expect(try office.stored().map(\.id) == [1, 2])
    fixture.clock.advance(seconds: 3 * 86_400)
    try office.review()
    #expect(try office.stored().isEmpty && (try office.openAlerts()) == OpenAlerts())
  }

  @Test func peopleAcknowledgeAndResolve() throws {
    let office = try fixture.office()
    try see(fixture.detection(1), in: office)
    var anna = Subscriber(name: "anna")
    try office.put(anna, isNew: true, by: nil)
    #expect(throws: AlertRefusal.self) { try office.set(.acknowledged, of: 1, by: "anna") }
    #expect(throws: AlertRefusal.self) { try office.set(.acknowledged, of: 1, by: "nobody") }
    #expect(throws: AlertRefusal.self) { try office.set(.acknowledged, of: 99, by: nil) }
    anna.role = .trader
    try office.put(anna, isNew: false, by: nil)
    let alert = try office.set(.acknowledged, of: 1, by: "anna")
    #expect(alert.state == .acknowledged && alert.changedBy == "anna")
    #expect(throws: AlertRefusal.self) { try office.put(anna, isNew: false, by: "anna") }
    #expect(try office.set(.resolved, of: 1, by: "anna").state == .resolved)
    #expect(try office.set(.acknowledged, of: 1, by: "anna").state == .resolved)
    #expect(try office.stored().map(\.state) == [.resolved])
  }

  @Test func incidentsAndLevelsBecomeAlerts() throws {
    let office = try fixture.office()
    office.see(
      [
        .incident(FeedIncident(kind: .gapUnfilled, time: AlertingFixture.open, gap: 3, count: 12)),
        .incident(FeedIncident(kind: .connected, time: AlertingFixture.open)),
      ], fixture.instruments)
    let cross = LevelCrossing(
      underlying: fixture.id("SPY"), level: .zeroGamma, direction: .down, price: Price(cents: 57_190),
      levelPrice: Price(cents: 57_200), time: AlertingFixture.open)
    office.see(cross, fixture.instruments)
    office.see(cross, fixture.instruments)
    try office.commit()
    let alerts = try office.stored()
    #expect(alerts.map(\.rule) == ["data", "levels"] && alerts.map(\.severity) == [.medium, .medium])
    #expect(alerts[1].title == "SPY fell below the zero-gamma level 572" && alerts[1].occurrences == 1)
    #expect(alerts[0].subject == .incident(.gapUnfilled) && alerts[1].subject == .level(.zeroGamma))
  }

  /// Keys are stored and compared with those that later programs make: they must not change.
  @Test func causesAreNamedByWhatTheyAre() {
    let fixture = fixture
    func name(_ output: DetectionFacts) -> String { AlertCause(output).name }
    #expect(name(DetectionFacts(fixture.detection(17), fixture.instruments)) == "detection/20251216-sweep-17")
    #expect(AlertCause(PrintFacts(fixture.print(9), fixture.instruments)).name == "print/9")
    let cross = LevelCrossing(
      underlying: fixture.id("SPY"), level: .callWall, direction: .up, price: Price(cents: 57_210),
      levelPrice: Price(cents: 57_200), time: AlertingFixture.open.adding(nanoseconds: 59_000_000_000))
    #expect(AlertCause(cross, fixture.instruments).name == "level/SPY/call_wall/2025-12-16T15:30:00.000Z")
    let gap = FeedIncident(kind: .gapUnfilled, time: Timestamp(nanoseconds: 5), gap: 3)
    #expect(AlertCause(gap).name == "incident/gap_unfilled/3/5")
  }

  /// A row that this program would not write.
  @Test(arguments: [("kind", "flash_crash"), ("subject", "feeling"), ("state", "lost"), ("side", "up")])
  func aStrangeRowIsSaid(column: String, value: String) throws {
    var office: AlertOffice? = try fixture.office()
    try see(fixture.detection(1), in: office!)
    try office!.session.rows("UPDATE alerts SET \(column) = $1", [.text(value)])
    office = nil
    do {
      _ = try fixture.office()
      Issue.record("the row was taken")
    } catch {
      let words = "\(error)"
      #expect(words.contains("alert 1: its \(column) is \"\(value)\", wanted one of"), "\(words)")
    }
  }

  /// A full disk: nothing is lost, nothing is doubled, nothing is said too early.
  @Test func aCommitThatFailsIsTriedAgain() throws {
    let office = try fixture.office()
    office.see([.detection(fixture.detection(1))], fixture.instruments)
    office.database.session.refuseNextCommit()
    #expect(throws: (any Error).self) { try office.commit() }
    #expect(office.pendingCount == 1 && fixture.news.take().alerts.isEmpty)
    try office.commit()
    #expect(try office.stored().map(\.id) == [1] && (try office.deliveryKeys().count) == 1)
    #expect(fixture.news.take().alerts.count == 1 && office.pendingCount == 0)
  }
}
