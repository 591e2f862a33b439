import Foundation
import MarketModel
import Testing

@testable import Alerting
@testable import FlowEngine

/// Who is told what, and when.
@Suite struct SubscriberTests {
  private let fixture: AlertingFixture
  init() throws { fixture = try AlertingFixture() }

  private func office(_ subscriber: Subscriber) throws -> AlertOffice {
    let office = try fixture.office()
    try office.deleteSubscriber("console", by: nil)
    try office.tellEachContract()
    try office.put(subscriber, isNew: true, by: nil)
    return office
  }

  private func anna(_ change: (inout Subscriber) -> Void = { _ in }) -> Subscriber {
    var anna = Subscriber(name: "anna")
    anna.channels = ["mail"]
    change(&anna)
    return anna
  }

  private func see(_ count: ClosedRange<UInt32>, premium: Int64 = 2_000_000, in office: AlertOffice) throws {
    office.see(
      count.map {
        .detection(fixture.detection($0, symbol: AlertingFixture.contract(500 + Int($0)), premium: premium))
      },
      fixture.instruments)
    try office.commit()
  }

  private func messages(_ office: AlertOffice) throws -> [(alert: Int64, title: String)] {
    try office.session.rows("SELECT alert_id, title FROM deliveries ORDER BY delivery_id").map {
      ($0[0].integer ?? -1, $0[1].text ?? "")
    }
  }

  /// Its name was taken out of the channel file while rules and subscribers still give it.
  @Test func whatNamesAChannelThatIsGoneCanBeSwitchedOff() throws {
    fixture.options.channels = ["mail", "pager"]
    var rule = try AlertRule(
      json: Array(#"{"name": "big", "source": "prints", "min_premium": 50000, "channels": ["pager"]}"#.utf8))
    var anna = anna { $0.channels = ["pager"] }
    do {
      let before = try fixture.office()
      try before.put(rule, isNew: true, by: nil)
      try before.put(anna, isNew: true, by: nil)
    }
    fixture.options.channels = ["mail"]
    let office = try fixture.office()
    (rule.isEnabled, anna.isEnabled) = (false, false)
    try office.put(rule, isNew: false, by: nil)
    try office.put(anna, isNew: false, by: nil)
    #expect(office.rules["big"]?.isEnabled == false && office.subscribers["anna"]?.isEnabled == false)
    // What it has is no leave for others that are not there.
    rule.channels.append("fax")
    anna.channels = ["fax"]
    let problem = AlertRefusal.unusable(DataProblem(member: "channels", seen: "fax", wanted: "channels of mail"))
    #expect(throws: problem) { try office.put(rule, isNew: false, by: nil) }
    #expect(throws: problem) { try office.put(anna, isNew: false, by: nil) }
  }

  @Test func filtersDecideWhoIsTold() throws {
    let office = try office(anna { $0.symbols = [SymbolText("QQQ")!] })
    try office.put(
      {
        var s = Subscriber(name: "bob"); s.channels = ["sms", "mail"]; s.rules = ["sweep"]; return s
      }(), isNew: true,
      by: nil)
    try office.put(
      {
        var s = Subscriber(name: "eve"); s.channels = ["eve"]; s.minimumSeverity = .critical; return s
      }(), isNew: true,
      by: nil)
    office.see(
      [
        .detection(fixture.detection(1)),
        .detection(fixture.detection(2, symbol: AlertingFixture.contract(root: "QQQ"))),
        .detection(fixture.detection(3, kind: .block)),
      ], fixture.instruments)
    try office.commit()
    let channels = try office.session.rows("SELECT alert_id, channel FROM deliveries ORDER BY 1, 2").map {
      "\($0[0].integer ?? 0)\($0[1].text ?? "")"
    }
    #expect(channels == ["1mail", "1sms", "2mail", "2sms"])
  }

  @Test func manyBecomeOneDigest() throws {
    let office = try office(anna { $0.messagesAMinute = 3 })
    try see(1...20, in: office)
    #expect(try messages(office).map(\.alert) == [1, 2, 3])
    fixture.clock.advance(seconds: 59)
    try office.review()
    #expect(try messages(office).count == 3)
    fixture.clock.advance(seconds: 1)
    try office.review()
    try office.review()
    let all = try messages(office)
    #expect(all.count == 4 && all[3].alert == 0 && all[3].title == "17 alerts: 17 MEDIUM")
    try see(31...31, in: office)
    #expect(try messages(office).last?.alert == 21)
  }

  /// A kill between the alert and its digest loses nothing.
  @Test func aDigestSurvivesARestart() throws {
    var first: AlertOffice? = try office(anna { $0.messagesAMinute = 1 })
    try see(1...5, in: first!)
    first = nil
    let again = try fixture.office()
    fixture.clock.advance(seconds: 60)
    try again.review()
    #expect(try messages(again).map(\.title).last == "4 alerts: 4 MEDIUM")
    #expect(try again.session.rows("SELECT * FROM digest_entries").isEmpty)
  }

  @Test func quietHoursHoldBackAllButTheCritical() throws {
    let office = try office(anna { $0.quietHours = QuietHours("10:00-11:00") })
    try see(1...2, in: office)
    try see(3...3, premium: 50_000_000, in: office)
    #expect(try messages(office).map(\.alert) == [3])
    fixture.clock.advance(seconds: 29 * 60)
    try office.review()
    #expect(try messages(office).count == 1)
    fixture.clock.advance(seconds: 60)
    try office.review()
    #expect(try messages(office).last?.title == "2 alerts: 2 MEDIUM")
  }

  @Test func quietHoursGoOverMidnightAndFollowTheClocks() throws {
    let hours = try #require(QuietHours("20:00-07:30"))
    for (time, isQuiet) in [
      ("2025-12-17T00:59:00Z", false), ("2025-12-17T01:00:00Z", true), ("2025-12-17T12:29:59Z", true),
      ("2025-12-17T12:30:00Z", false), ("2025-07-17T00:00:00Z", true), ("2025-07-17T11:30:00Z", false),
    ] {
      #expect(hours.contains(try #require(Timestamp(rfc3339: time))) == isQuiet, "\(time)")
    }
    #expect(hours.description == "20:00-07:30")
    for text in ["", "20:00", "20:00-20:00", "24:00-01:00", "2:00-3:00", "20:00-21:60", "20:00-21:00-22:00"] {
      #expect(QuietHours(text) == nil)
    }
  }

  @Test func subscribersAreWrittenAndReadBack() throws {
    let full = anna {
      $0.role = .admin
      $0.isEnabled = false
      $0.minimumSeverity = .info
      $0.rules = ["sweep", "data"]
      $0.symbols = [SymbolText("SPY")!]
      $0.messagesAMinute = 600
      $0.quietHours = QuietHours("20:00-07:30")
      $0.criticalPasses = false
    }
    for subscriber in [full, anna(), .console] { #expect(try Subscriber(json: subscriber.json) == subscriber) }
    #expect(throws: DataProblem.self) { try Subscriber(json: Array(#"{"name": "a", "role": "king"}"#.utf8)) }
    #expect(throws: DataProblem.self) { try Subscriber(json: Array(#"{"name": "a", "quiet_hours": "late"}"#.utf8)) }
  }

  @Test func scoresAreAsDescribed() {
    for (dollars, points) in [
      (0, 0), (500_000, 0), (1_000_000, 6), (5_000_000, 20), (50_000_000, 40), (90_000_000, 40),
    ] {
      #expect(AlertScoring.premium(Int64(dollars) * 1_000_000) == points, "\(dollars)")
    }
    for (number, points) in [(0, 0), (1, 0), (4, 0), (8, 2), (32, 6), (128, 10), (4096, 20), (9000, 20)] {
      #expect(AlertScoring.count(Int64(number)) == points)
    }
    func score(_ kind: DetectionKind, confidence: UInt16, prints: Int64) -> AlertScore {
      let detection = fixture.detection(1, kind: kind, premium: 0, confidence: confidence, prints: prints)
      return AlertScoring.score(AlertCause(DetectionFacts(detection, fixture.instruments)))
    }
    for (permille, points) in [(0, 0), (500, 0), (750, 20), (1000, 40)] as [(UInt16, Int)] {
      #expect(score(.sweep, confidence: permille, prints: 32) == AlertScore(premium: 0, confidence: points, count: 6))
      // Prints of a whole day say nothing of the moment.
      #expect(score(.unusualVolume, confidence: permille, prints: 3200).total == points)
    }
    #expect(AlertScoring.score(AlertCause(PrintFacts(fixture.print(1), fixture.instruments))).confidence == 32)
    for (micros, text) in [
      (950_000_000, "$950"), (12_500_000_000, "$12.5 k"), (1_259_000_000_000, "$1.25 M"), (999_999_000_000, "$999 k"),
      (2_000_000_000_000_000, "$2.00 B"), (-5_000_000, "-$5"),
    ] {
      #expect(AlertCause.money(Int64(micros)) == text)
    }
  }
}
