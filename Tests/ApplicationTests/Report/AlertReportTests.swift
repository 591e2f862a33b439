import Alerting
import Foundation
import JSONText
import MarketModel
import Storage
import Testing

@testable import Application

/// Forward returns, their baseline and what is said of them, on prices made by hand.
@Suite struct AlertReportTests {
  private static let day = OptionsTape.day
  private static let open = Timestamp(newYork: day, hour: 9, minute: 30)

  private func time(_ minute: Int, second: Int = 0) -> Timestamp {
    Self.open.adding(nanoseconds: Int64(minute * 60 + second) * 1_000_000_000)
  }

  /// Prices in cents of the minutes from the open on; nil for one without a print.
  private func minutes(_ cents: [Int64?], _ underlying: String = "SPY") -> [UnderlyingMinute] {
    cents.enumerated().compactMap { minute, cents in
      cents.map { UnderlyingMinute(underlying: underlying, minute: time(minute), price: Price(cents: $0)) }
    }
  }

  private func one(
    _ minute: Int, _ direction: PriceDirection? = .up, name: String = "sweep", underlying: String = "SPY"
  ) -> ReportCase {
    ReportCase(name: name, underlying: underlying, time: time(minute, second: 30), direction: direction)
  }

  private func report(_ cases: [ReportCase], _ prices: [UnderlyingMinute]) throws -> AlertReport {
    try AlertReport(.alerts, cases) { _ throws(StorageError) in prices }
  }

  // MARK: Prices

  @Test func returnsGoFromTheEndOfTheMinuteOfTheCase() throws {
    let day = UnderlyingDay(minutes([100, 110, 120, 130, 140, 150, 160, 170]))
    #expect(day.forwardReturn(from: time(1, second: 59), .fiveMinutes) == 160.0 / 110 - 1)
    #expect(day.forwardReturn(from: time(2), .fiveMinutes) == 170.0 / 120 - 1)
    #expect(day.forwardReturn(from: time(3), .fiveMinutes) == nil)
    #expect(day.forwardReturn(from: time(3), .endOfDay) == 170.0 / 130 - 1)
    // Nothing comes after the last minute, and nothing is known outside of the day.
    #expect(day.forwardReturn(from: time(7), .endOfDay) == nil)
    #expect(day.forwardReturn(from: time(-1), .endOfDay) == nil && !day.hasPrice(at: time(8)))
  }

  @Test func aMinuteWithoutAPrintHasThePriceBeforeItForFiveMinutes() {
    let day = UnderlyingDay(minutes([100] + Array(repeating: nil, count: 8) + [200]))
    #expect(day.hasPrice(at: time(5)) && !day.hasPrice(at: time(6)) && !day.hasPrice(at: time(8)))
    #expect(day.forwardReturn(from: time(4), .fiveMinutes) == 1)
    #expect(day.forwardReturn(from: time(0), .fiveMinutes) == 0)
    #expect(day.forwardReturn(from: time(1), .fiveMinutes) == nil)
  }

  @Test func theBaselineIsAllMinutesOfTheDay() {
    let baseline = UnderlyingDay(minutes([100, 101, 99, 100, 100, 110, 101, 90])).baseline(.fiveMinutes)
    #expect(baseline.minutes == 3)
    #expect(baseline.upShare == 1.0 / 3 && baseline.downShare == 1.0 / 3)
    #expect(abs(baseline.meanReturn - (0.1 + 0 + 90.0 / 99 - 1) / 3) < 1e-12)
  }

  // MARK: Rules

  @Test func aDriftIsSeenInTheBaselineToo() throws {
    let prices = minutes((0..<200).map { 10_000 + Int64($0) })
    let rising = try report((0..<40).map { one($0) }, prices).outcomes[0].tally(.fiveMinutes)
    #expect(rising.cases == 40 && !rising.isTooFew && rising.hits == 40 && rising.hitShare == 1)
    #expect(rising.baselineHitShare == 1 && rising.mean > 0 && rising.median > 0)
    let falling = try report((0..<40).map { one($0, .down) }, prices).outcomes[0].tally(.fiveMinutes)
    #expect(falling.hits == 0 && falling.baselineHitShare == 0 && falling.mean == -rising.mean)
    #expect(falling.baselineMean == -rising.baselineMean)
  }

  /// Of a price that swings, alerts at its lows know something; the baseline says that others do not.
  @Test func aGoodRuleBeatsItsBaseline() throws {
    let prices = minutes((0..<300).map { 10_000 + Int64(abs($0 % 20 - 10)) * 10 })
    let cases = (0..<14).flatMap { [one($0 * 20 + 10), one($0 * 20 + 11), one($0 * 20 + 12)] }
    let tally = try report(cases, prices).outcomes[0].tally(.fiveMinutes)
    #expect(tally.cases == 42 && tally.hitShare == 1)
    #expect(tally.baselineHitShare > 0.4 && tally.baselineHitShare < 0.6)
    #expect(abs(tally.baselineMean) < 0.0005 && tally.mean > 0.003)
    #expect(tally.interval.lowerBound > 0.9 && tally.interval.upperBound > 0.9999)
  }

  @Test func unchangedIsNoHit() throws {
    let tally = try report((0..<40).map { one($0) }, minutes(Array(repeating: 100, count: 60))).outcomes[0].tally(
      .endOfDay)
    #expect(tally.cases == 40 && tally.hits == 0 && tally.mean == 0)
  }

  @Test func whatCannotBeMeasuredIsCountedAndSaid() throws {
    let prices = minutes((0..<100).map { 10_000 + Int64($0) })
    let report = try report(
      (0..<29).map { one($0) } + [
        one(3, .neither, name: "data", underlying: ""), one(4, .neither, name: "data", underlying: ""),
        one(5, nil), one(6, .up, underlying: "QQQ"), one(7, .neither),
      ], prices)
    let (data, sweep) = (report.outcomes[0], report.outcomes[1])
    #expect(data.name == "data" && data.cases == 2 && data.directionless == 2 && data.tallies.isEmpty)
    #expect(sweep.cases == 32 && sweep.untimed == 1 && sweep.unpriced == 1 && sweep.directionless == 1)
    #expect(sweep.tally(.fiveMinutes).cases == 29 && sweep.tally(.fiveMinutes).isTooFew)
    let lines = report.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines[0] == "Alerts by rule, 2025-12-16.")
    #expect(lines.contains("data no direction") && lines.contains("sweep 5 min 29 too few"))
    #expect(lines.contains("sweep 32 29 1 1 1") && lines.contains("30 min 29 too few"))
    var json = JSONWriter()
    report.write(to: &json)
    let rows = try #require(try BenchTests.json(Data(json.bytes))["rows"] as? [NSDictionary])
    #expect(rows.map { $0["without_direction"] as? Int } == [2, 1])
    let horizons = try #require(rows[0]["horizons"] as? [NSDictionary])
    #expect(horizons.count == 3 && horizons[0]["hit_share"] is NSNull && horizons[0]["too_few"] as? Bool == true)
  }

  @Test func daysDoNotMix() throws {
    let next = TradingCalendar.nextSession(after: Self.day)
    let later = ReportCase(
      name: "sweep", underlying: "SPY", time: Timestamp(newYork: next, hour: 10), direction: .up)
    var asked: [MarketDate] = []
    let report = try AlertReport(.alerts, [one(0), later]) { day throws(StorageError) in
      asked.append(day)
      return day == Self.day ? minutes([100, 200]) : []
    }
    #expect(asked == [Self.day, next] && report.days == asked)
    #expect(report.outcomes[0].unpriced == 1 && report.outcomes[0].tally(.endOfDay).cases == 1)
  }

  @Test func nothingIsSaidOfNothing() throws {
    #expect(try report([], []).text == "No alerts in that time: nothing to report.")
  }

  /// Worked out apart from this program.
  @Test func theIntervalIsWilsons() {
    for (hits, cases, low, high) in [
      (8, 10, 0.4901625, 0.9433178), (0, 10, 0.0, 0.2775328), (10, 10, 0.7224672, 1.0), (50, 100, 0.4038315, 0.5961685),
    ] {
      let interval = WilsonInterval.of(hits, among: cases)
      #expect(abs(interval.lowerBound - low) < 1e-6 && abs(interval.upperBound - high) < 1e-6, "\(hits) of \(cases)")
    }
    #expect(WilsonInterval.of(0, among: 0) == 0...1)
  }
}
