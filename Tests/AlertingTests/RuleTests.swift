import Foundation
import JSONText
import MarketModel
import Testing

@testable import Alerting
@testable import FlowEngine

/// Rules as data: written, read, shared, and what they let through.
@Suite struct RuleTests {
  private let fixture: AlertingFixture
  init() throws { fixture = try AlertingFixture() }

  private func rule(_ json: String) throws -> AlertRule { try AlertRule(json: Array(json.utf8)) }

  private func problem(_ json: String) -> DataProblem? {
    do throws(DataProblem) {
      _ = try AlertRule(json: Array(json.utf8))
      return nil
    } catch { return error }
  }

  @Test func builtInRulesAreWrittenAndReadBack() throws {
    #expect(AlertRule.builtIn.count == DetectionKind.allCases.count + 2)
    for rule in AlertRule.builtIn {
      #expect(try AlertRule(json: rule.json) == rule)
      #expect(try AlertRule(token: rule.token) == rule)
    }
  }

  /// Any rule that can be said comes back equal from its text and from its token.
  @Test(arguments: 0..<4) func anyRuleComesBackEqual(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var seen = 0
    for index in 0..<500 {
      let rule = randomRule(index, &random)
      guard rule.problem == nil else { continue }
      seen += 1
      #expect(try AlertRule(json: rule.json) == rule)
      let token = rule.token
      #expect(token.utf8.allSatisfy { $0 != 0x2B && $0 != 0x2F && $0 != 0x3D })
      #expect(try AlertRule(token: token) == rule)
    }
    #expect(seen > 300)
  }

  private func randomRule(_ index: Int, _ random: inout SeededGenerator) -> AlertRule {
    func some<Value>(_ value: @autoclosure () -> Value) -> Value? { Bool.random(using: &random) ? value() : nil }
    var rule = AlertRule(name: "rule-\(index)", source: RuleSource.allCases.randomElement(using: &random) ?? .prints)
    rule.isEnabled = Bool.random(using: &random)
    rule.severityFloor = AlertSeverity.allCases.randomElement(using: &random) ?? .low
    rule.coolDownSeconds = Int.random(in: 0...86_400, using: &random)
    rule.coolDownScope = CoolDownScope.allCases.randomElement(using: &random) ?? .contract
    if Bool.random(using: &random) { rule.channels = ["slack", "mail.2"] }
    var filter = RuleFilter()
    if rule.source != .incidents, Bool.random(using: &random) {
      filter.symbols = ["SPY", AlertingFixture.contract()].compactMap { SymbolText($0) }
    }
    if rule.source == .prints || rule.source == .detections {
      filter.right = some(Bool.random(using: &random) ? .call : .put)
      filter.expiry = some(AlertingFixture.session)
      filter.minimumStrike = some(Price(micros: Int64.random(in: 0...500_000_000, using: &random)))
      filter.maximumStrike = some(Price(micros: Int64.random(in: 500_000_000...900_000_000, using: &random)))
      filter.minimumDaysToExpiry = some(0)
      filter.maximumDaysToExpiry = some(Int.random(in: 0...900, using: &random))
      filter.side = AggressorSide.allCases.randomElement(using: &random)
      filter.minimumPremiumMicros = some(Int64.random(in: 0...9_000_000_000_000, using: &random))
      filter.minimumSize = some(Int64.random(in: 1...1_000_000, using: &random))
    }
    if rule.source == .prints {
      if Bool.random(using: &random) { filter.methods = [.atOrAboveAsk, .tick] }
      if Bool.random(using: &random) { filter.flags = [.block, .floor] }
      if Bool.random(using: &random) { filter.venues = [VenueID(302), VenueID(0)] }
      filter.minimumDeltaNanos = some(Int64.random(in: -1_000_000...0, using: &random) * 1000)
      filter.maximumDeltaNanos = some(Int64.random(in: 0...1_000_000, using: &random) * 1000)
      filter.minimumGammaNanos = some(1000)
      filter.maximumVolatilityNanos = some(3_500_000_000)
    }
    if rule.source == .detections {
      if Bool.random(using: &random) { filter.kinds = [.sweep, .straddle] }
      filter.minimumConfidencePermille = some(Int.random(in: 0...1000, using: &random))
      filter.minimumPrints = some(3)
      filter.effect = PositionEffect.allCases.randomElement(using: &random)
    }
    if rule.source == .levels, Bool.random(using: &random) { filter.levels = [.callWall] }
    if rule.source == .incidents, Bool.random(using: &random) { filter.incidents = [.muted] }
    rule.filter = filter
    return rule
  }

  @Test(arguments: [
    ("name", #"{"source": "prints"}"#), ("name", #"{"name": "a b", "source": "prints"}"#),
    ("source", #"{"name": "a"}"#), ("source", #"{"name": "a", "source": "quotes"}"#),
    ("source", #"{"name": "a", "source": "prints"}"#),
    ("min_premium", #"{"name": "a", "source": "prints", "min_premium": -1}"#),
    ("min_premium", #"{"name": "a", "source": "levels", "min_premium": 1}"#),
    ("kinds", #"{"name": "a", "source": "prints", "kinds": ["sweep"]}"#),
    ("kinds", #"{"name": "a", "source": "detections", "kinds": ["sweeps"]}"#),
    ("kinds", #"{"name": "a", "source": "detections", "kinds": ["sweep", "sweep"]}"#),
    ("max_strike", #"{"name": "a", "source": "prints", "min_strike": 5, "max_strike": 4}"#),
    ("min_confidence", #"{"name": "a", "source": "detections", "min_confidence": 1.5}"#),
    ("expiry", #"{"name": "a", "source": "prints", "expiry": "2025-13-01"}"#),
    ("symbols", #"{"name": "a", "source": "prints", "symbols": ["O:SPY"]}"#),
    ("cool_down_seconds", #"{"name": "a", "source": "prints", "cool_down_seconds": -5}"#),
    ("premium", #"{"name": "a", "source": "prints", "premium": 5}"#),
  ])
  func aMemberThatCannotBeUsedIsNamed(member: String, json: String) { #expect(problem(json)?.member == member) }

  @Test func whatIsNoRuleIsRefused() {
    #expect(problem("[1]")?.member == nil && problem("[1]") != nil && problem("{") != nil)
    #expect(throws: DataProblem.self) { try AlertRule(token: "!!!") }
    #expect(throws: DataProblem.self) { try AlertRule(token: "e30") }
    #expect(throws: DataProblem.self) { try AlertRule(token: String(repeating: "A", count: 1 << 20)) }
  }

  /// Each filter alone lets the one print through and not the other.
  @Test(arguments: [
    #""symbols": ["SPY"]"#, #""symbols": ["O:SPY251219C00572000"]"#, #""type": "call""#, #""expiry": "2025-12-19""#,
    #""min_strike": 572"#, #""max_strike": 572, "min_strike": 500"#, #""min_dte": 3, "max_dte": 3, "type": "call""#,
    #""side": "buy""#, #""min_premium": 50000"#, #""min_size": 100"#, #""methods": ["at_or_above_ask"]"#,
    #""flags": ["block", "floor"]"#, #""venues": [302, 303]"#, #""min_delta": 0.5"#,
    #""max_delta": 0.5, "min_delta": -2"#,
  ])
  func eachFilterOfPrints(members: String) throws {
    let rule = try rule(#"{"name": "a", "source": "prints", "# + members + "}")
    let yes = PrintFacts(fixture.print(1, flags: [.block, .floor, .late]), fixture.instruments)
    let no = PrintFacts(
      fixture.print(
        2,
        symbol: AlertingFixture.contract(400, root: "QQQ", right: "P").replacingOccurrences(
          of: "251219", with: "251222"),
        premium: 49_999, size: 99, side: .sell, method: .tick, flags: .block, venue: 304,
        delta: ContractReference.unknown), fixture.instruments)
    #expect(rule.filter.matches(yes) && !rule.filter.matches(no))
  }

  @Test(arguments: [
    #""kinds": ["sweep"]"#, #""min_confidence": 0.8"#, #""min_prints": 4"#, #""side": "buy""#,
    #""min_premium": 250000"#,
    #""min_size": 40"#, #""symbols": ["SPY"]"#, #""type": "call""#,
  ])
  func eachFilterOfDetections(members: String) throws {
    let rule = try rule(#"{"name": "a", "source": "detections", "# + members + "}")
    let yes = DetectionFacts(fixture.detection(1), fixture.instruments)
    let no = DetectionFacts(
      fixture.detection(
        2, kind: .block, symbol: AlertingFixture.contract(root: "QQQ", right: "P"), premium: 249_999, confidence: 799,
        prints: 3, side: .unknown), fixture.instruments)
    #expect(rule.filter.matches(yes) && !rule.filter.matches(no))
  }

  @Test func anEquityHasNoStrike() throws {
    let rule = try rule(#"{"name": "a", "source": "prints", "max_strike": 1000}"#)
    #expect(!rule.filter.matches(PrintFacts(fixture.print(1, symbol: "SPY"), fixture.instruments)))
  }

  @Test func aRuleOfPrintsMakesAlertsAndSurvivesARestart() throws {
    var office: AlertOffice? = try fixture.office()
    let big = try rule(
      #"{"name": "big", "source": "prints", "min_premium": 50000, "channels": ["slack"], "cool_down_seconds": 60}"#)
    #expect(office!.wantsPrints == false)
    try office!.put(big, isNew: true, by: nil)
    #expect(office!.wantsPrints && refuses(office!, big))
    office!.see(
      [.print(fixture.print(1)), .print(fixture.print(2, premium: 40_000)), .print(fixture.print(3, seconds: 30))],
      fixture.instruments)
    try office!.commit()
    let alerts = try office!.stored()
    #expect(alerts.map(\.occurrences) == [2] && alerts[0].subject == .print(1))
    #expect(try office!.deliveryKeys().contains("\(alerts[0].key)/slack"))
    office = nil
    let again = try fixture.office()
    #expect(again.rules["big"] == big && again.wantsPrints && again.lastPrint == 3)
    again.see([.print(fixture.print(4, seconds: 59)), .print(fixture.print(5, seconds: 61))], fixture.instruments)
    try again.commit()
    #expect(try again.stored().map(\.occurrences) == [3, 1])
    try again.deleteRule("big", by: nil)
    #expect(!again.wantsPrints)
    #expect(try again.stored().count == 2)
  }

  private func refuses(_ office: AlertOffice, _ rule: AlertRule) -> Bool {
    do throws(AlertRefusal) {
      try office.put(rule, isNew: true, by: nil)
      return false
    } catch { return true }
  }

  @Test func aBuiltInRuleIsChangedAndGivenBack() throws {
    let office = try fixture.office()
    var sweep = try #require(office.rules["sweep"])
    sweep.isEnabled = false
    try office.put(sweep, isNew: false, by: nil)
    office.see([.detection(fixture.detection(1))], fixture.instruments)
    try office.commit()
    #expect(try office.stored().isEmpty)
    try office.deleteRule("sweep", by: nil)
    office.see([.detection(fixture.detection(1))], fixture.instruments)
    try office.commit()
    #expect(try office.stored().count == 1)
  }
}
