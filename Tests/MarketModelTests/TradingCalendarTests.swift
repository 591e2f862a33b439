import Foundation
import MarketModel
import Testing

private func day(_ text: String) -> MarketDate {
  guard let day = MarketDate(text) else { preconditionFailure("\(text) is no day") }
  return day
}

private func time(_ text: String) -> Timestamp {
  guard let time = Timestamp(rfc3339: text) else { preconditionFailure("\(text) is no time") }
  return time
}

@Suite struct TradingCalendarTests {
  /// One known day for each rule and each exception.
  @Test(arguments: [
    ("2004-06-11", MarketHoliday.reaganMourning), ("2007-01-02", .fordMourning), ("2012-10-29", .hurricaneSandy),
    ("2012-10-30", .hurricaneSandy), ("2018-12-05", .bushMourning), ("2025-01-09", .carterMourning),
    ("2004-12-24", .christmasDay), ("2022-12-26", .christmasDay), ("2027-12-24", .christmasDay),
    ("2023-01-02", .newYearsDay), ("2025-01-01", .newYearsDay), ("2026-01-19", .martinLutherKingDay),
    ("2026-02-16", .washingtonsBirthday), ("2008-03-21", .goodFriday), ("2019-04-19", .goodFriday),
    ("2024-03-29", .goodFriday), ("2025-04-18", .goodFriday), ("2026-04-03", .goodFriday), ("2030-04-19", .goodFriday),
    ("2026-05-25", .memorialDay), ("2022-06-20", .juneteenth), ("2026-06-19", .juneteenth), ("2027-06-18", .juneteenth),
    ("2004-07-05", .independenceDay), ("2015-07-03", .independenceDay), ("2026-07-03", .independenceDay),
    ("2025-09-01", .laborDay), ("2025-11-27", .thanksgivingDay), ("2026-11-26", .thanksgivingDay),
  ])
  func closed(_ text: String, _ holiday: MarketHoliday) {
    #expect(MarketHoliday.on(day(text)) == holiday)
    #expect(!TradingCalendar.isSession(day(text)))
    #expect(TradingCalendar.session(on: day(text)) == nil)
  }

  /// Days that look like holidays and were not: no Juneteenth before 2022, New Year's Day on a Saturday, days around.
  @Test(arguments: [
    "2021-06-18", "2010-12-31", "2021-12-31", "2027-12-31", "2004-06-10", "2012-10-31", "2025-01-10", "2008-12-26",
    "2014-12-26", "2025-12-26", "2026-07-02", "2024-03-28", "2025-11-11", "2025-10-13",
  ])
  func openAllDay(_ text: String) throws {
    let session = try #require(TradingCalendar.session(on: day(text)))
    #expect(!session.isHalfDay)
    #expect(session.close == Timestamp(newYork: day(text), hour: 16))
  }

  @Test(arguments: [
    "2004-11-26", "2006-07-03", "2007-12-24", "2013-07-03", "2024-07-03", "2024-12-24", "2025-07-03", "2025-11-28",
    "2025-12-24", "2026-11-27", "2026-12-24", "2028-07-03",
  ])
  func halfDay(_ text: String) throws {
    let session = try #require(TradingCalendar.session(on: day(text)))
    #expect(session.isHalfDay)
    #expect(session.close == Timestamp(newYork: day(text), hour: 13))
    #expect(session.lateOptionsClose == Timestamp(newYork: day(text), hour: 13, minute: 15))
    #expect(session.postMarketClose == Timestamp(newYork: day(text), hour: 17))
  }

  @Test func weekendsAreNoHolidaysAndNoSessions() {
    for text in ["2022-01-01", "2023-01-01", "2026-07-04", "2025-12-27"] {
      #expect(MarketHoliday.on(day(text)) == nil)
      #expect(!TradingCalendar.isSession(day(text)))
    }
  }

  @Test func sessionTimesInWinterAndSummer() throws {
    let winter = try #require(TradingCalendar.session(on: day("2025-12-16")))
    #expect(winter.preMarketOpen == time("2025-12-16T09:00:00Z"))
    #expect(winter.open == time("2025-12-16T14:30:00Z"))
    #expect(winter.close == time("2025-12-16T21:00:00Z"))
    #expect(winter.lateOptionsClose == time("2025-12-16T21:15:00Z"))
    #expect(winter.postMarketClose == time("2025-12-17T01:00:00Z"))
    let summer = try #require(TradingCalendar.session(on: day("2025-07-16")))
    #expect(summer.open == time("2025-07-16T13:30:00Z"))
    #expect(summer.postMarketClose == time("2025-07-17T00:00:00Z"))
  }

  @Test func neighboursSkipWeekendsAndHolidays() {
    #expect(TradingCalendar.nextSession(after: day("2025-04-17")) == day("2025-04-21"))
    #expect(TradingCalendar.previousSession(before: day("2025-04-21")) == day("2025-04-17"))
    #expect(TradingCalendar.nextSession(after: day("2012-10-26")) == day("2012-10-31"))
    #expect(TradingCalendar.nextSession(after: day("2025-12-16")) == day("2025-12-17"))
    let week = TradingCalendar.sessions(in: day("2025-11-24")...day("2025-11-30"))
    #expect(week.map(\.date.description) == ["2025-11-24", "2025-11-25", "2025-11-26", "2025-11-28"])
    #expect(week.map(\.isHalfDay) == [false, false, false, true])
  }

  @Test(arguments: [
    ("2025-12-16T08:59:59.999Z", "2025-12-15"), ("2025-12-16T09:00:00Z", "2025-12-16"),
    ("2025-12-17T02:00:00Z", "2025-12-16"), ("2025-12-20T15:00:00Z", "2025-12-19"),
    ("2025-12-22T08:00:00Z", "2025-12-19"), ("2025-12-25T15:00:00Z", "2025-12-24"),
    ("2025-07-16T08:00:00Z", "2025-07-16"), ("2025-07-16T07:59:59Z", "2025-07-15"),
  ])
  func tradingDay(_ moment: String, _ expected: String) {
    #expect(TradingCalendar.tradingDay(containing: time(moment)) == day(expected))
  }

  /// The boundary lies ahead, is 04:00 of a session, and is exactly where the trading day changes.
  @Test func boundariesAreWhereTheDayChanges() {
    var random = SeededGenerator(seed: 7)
    let range = time("2004-01-05T00:00:00Z").nanoseconds...time("2030-12-30T00:00:00Z").nanoseconds
    for _ in 0..<5_000 {
      let moment = Timestamp(nanoseconds: .random(in: range, using: &random))
      let boundary = TradingCalendar.sessionBoundary(after: moment)
      let today = TradingCalendar.tradingDay(containing: moment)
      #expect(boundary > moment)
      #expect(NewYorkTime(boundary).secondOfDay == 4 * 3600)
      #expect(TradingCalendar.tradingDay(containing: boundary) == TradingCalendar.nextSession(after: today))
      #expect(TradingCalendar.tradingDay(containing: boundary.adding(nanoseconds: -1)) == today)
    }
  }

  @Test(arguments: [
    ("2025-12-16T08:59:59Z", MarketPhase.closed), ("2025-12-16T09:00:00Z", .preMarket),
    ("2025-12-16T14:29:59.999Z", .preMarket), ("2025-12-16T14:30:00Z", .regular), ("2025-12-16T20:59:59Z", .regular),
    ("2025-12-16T21:00:00Z", .postMarket), ("2025-12-17T00:59:59Z", .postMarket), ("2025-12-17T01:00:00Z", .closed),
    ("2025-12-20T15:00:00Z", .closed), ("2025-12-24T18:00:00Z", .postMarket), ("2025-12-24T22:00:00Z", .closed),
  ])
  func phases(_ moment: String, _ phase: MarketPhase) { #expect(TradingCalendar.phase(at: time(moment)) == phase) }

  static let noPython: Comment =
    "no oracle: .deps/venv/bin/python not found; run scripts/setup or set MARKETFLOW_PYTHON to one with exchange-calendars"

  /// Every session of 27 years, its open and its close, against PyPI `exchange-calendars`.
  @Test(.enabled(if: Checkout.python != nil, noPython))
  func agreesWithExchangeCalendars() throws {
    let process = Process()
    let python: URL = try #require(Checkout.python)
    process.executableURL = python
    process.arguments = [Checkout.root.appending(path: "Tests/MarketModelTests/Oracles/trading_calendar.py").path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try #require(try output.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let theirs = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    let ours = TradingCalendar.sessions(in: day("2004-01-01")...day("2030-12-31")).map { session in
      "\(session.date),\(session.open.rfc3339),\(session.close.rfc3339)".replacing(".000Z", with: "Z")
    }
    #expect(theirs.count > 6_700)
    #expect(Set(theirs).subtracting(ours).sorted() == [])
    #expect(Set(ours).subtracting(theirs).sorted() == [])
  }
}

@Suite struct OptionHoursTests {
  private func close(_ symbol: String, _ date: String) throws -> String? {
    try #require(OptionSymbol(polygon: symbol)).close(on: day(date)).map { String(NewYorkTime($0).secondOfDay / 60) }
  }
  private let four = String(16 * 60)
  private let quarterPast = String(16 * 60 + 15)

  @Test func closesByProduct() throws {
    #expect(try close("O:AAPL251219C00200000", "2025-12-16") == four)
    #expect(try close("O:SPY251219C00600000", "2025-12-16") == quarterPast)
    #expect(try close("O:SPY251219C00600000", "2025-12-19") == quarterPast)
    #expect(try close("O:SPXW251219C06000000", "2025-12-16") == quarterPast)
    #expect(try close("O:SPXW251219C06000000", "2025-12-19") == four)
    #expect(try close("O:SPX251219C06000000", "2025-12-18") == quarterPast)
    #expect(try close("O:SPX251219C06000000", "2025-12-19") == nil)
    #expect(try close("O:SPY251219C00600000", "2025-12-22") == nil)
    #expect(try close("O:SPY251219C00600000", "2025-12-13") == nil)
    #expect(try close("O:SPY251231C00600000", "2025-12-24") == String(13 * 60 + 15))
    #expect(try close("O:AAPL251231C00200000", "2025-12-24") == String(13 * 60))
  }

  @Test(arguments: [
    ("O:SPY251219C00600000", "2025-12-19T21:00:00Z"), ("O:SPX251219C06000000", "2025-12-19T14:30:00Z"),
    ("O:SPXW251219C06000000", "2025-12-19T21:00:00Z"), ("O:SPY251224C00600000", "2025-12-24T18:00:00Z"),
    // A Saturday expiry and a Good Friday one: the session before.
    ("O:SPY140118C00180000", "2014-01-17T21:00:00Z"), ("O:SPY250418C00500000", "2025-04-17T20:00:00Z"),
  ])
  func settlement(_ symbol: String, _ expected: String) throws {
    #expect(try #require(OptionSymbol(polygon: symbol)).settlementTime == time(expected))
  }

  @Test func saturdayExpiryTradesOnFriday() throws {
    #expect(try close("O:SPX140118C01800000", "2014-01-17") == quarterPast)
    #expect(try close("O:SPXW140118C01800000", "2014-01-17") == four)
  }
}
