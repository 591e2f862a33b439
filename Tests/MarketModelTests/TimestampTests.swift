import MarketModel
import Testing

@Suite struct TimestampTests {
  @Test func unitsAndOrder() {
    #expect(Timestamp(milliseconds: 1).nanoseconds == 1_000_000)
    #expect(Timestamp(seconds: 2).milliseconds == 2_000)
    #expect(Timestamp(nanoseconds: 1_999_999).milliseconds == 1)
    #expect(Timestamp(nanoseconds: -1).milliseconds == -1)
    #expect(Timestamp(nanoseconds: -1_000_000).milliseconds == -1)
    #expect(Timestamp.none == Timestamp(seconds: 0))
    #expect(Timestamp(seconds: 1) < Timestamp(seconds: 2))
    #expect(Timestamp(seconds: 2) - Timestamp(seconds: 1) == 1_000_000_000)
    #expect(Timestamp(seconds: 1).adding(nanoseconds: -1).nanoseconds == 999_999_999)
  }

  @Test func minutesStartAtTheMinute() {
    #expect(Timestamp(seconds: 119).minuteStart == Timestamp(seconds: 60))
    #expect(Timestamp(seconds: 60).minuteStart == Timestamp(seconds: 60))
    #expect(Timestamp(seconds: -1).minuteStart == Timestamp(seconds: -60))
    #expect(Timestamp(seconds: -60).minuteStart == Timestamp(seconds: -60))
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_765_895_400_123_999_999, "2025-12-16T14:30:00.123Z"),
    (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
    (Int64.max, "2262-04-11T23:47:16.854Z"), (Int64.min, "1677-09-21T00:12:43.145Z"),
  ])
  func prints(_ nanoseconds: Int64, _ text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
    var bytes = Array("t=".utf8)
    Timestamp(nanoseconds: nanoseconds).appendRFC3339(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "t=" + text)
  }

  @Test(arguments: [
    ("2025-12-16T14:30:00Z", 1_765_895_400_000_000_000), ("2025-12-16T09:30:00-05:00", 1_765_895_400_000_000_000),
    ("2025-12-16t20:00:00.5+05:30", 1_765_895_400_500_000_000),
    ("2025-12-16 14:30:00.123456789z", 1_765_895_400_123_456_789), ("1969-12-31T23:59:59.999999999Z", -1),
    ("2025-12-16T14:30:00.000000001-00:00", 1_765_895_400_000_000_001),
    ("2262-04-11T23:47:16.854775807Z", Int64.max), ("1677-09-21T00:12:43.145224192Z", Int64.min),
  ])
  func reads(_ text: String, _ nanoseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2025-12-16", "2025-12-16T14:30:00", "2025-12-16T14:30Z", "2025-13-16T14:30:00Z", "2025-02-29T14:30:00Z",
    "2025-12-16T24:00:00Z", "2025-12-16T14:60:00Z", "2025-12-16T23:59:60Z", "2025-12-16T14:30:00.Z",
    "2025-12-16T14:30:00.1234567890Z", "2025-12-16T14:30:00+0500", "2025-12-16T14:30:00+24:00",
    "2025-12-16T14:30:00+05:60", "2025-12-16T14:30:00ZZ", " 2025-12-16T14:30:00Z", "2025-12-16X14:30:00Z",
    "2025/12/16T14:30:00Z", "1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775808Z", "9999-12-31T00:00:00Z",
    "0001-01-01T00:00:00Z", "20a5-12-16T14:30:00Z", "2025-12-16T14:30:0", "2025-12-16T14:30:00*05:00",
  ])
  func refuses(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test func textRoundTrips() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let time = Timestamp(milliseconds: .random(in: -9_000_000_000_000...9_000_000_000_000, using: &random))
      #expect(Timestamp(rfc3339: time.rfc3339) == time)
    }
  }
}

@Suite struct NewYorkTimeTests {
  /// The moments at which the clocks changed: by the law before 2007 and since.
  @Test(arguments: [
    ("2004-04-04T07:00:00Z", "2004-10-31T06:00:00Z"), ("2006-04-02T07:00:00Z", "2006-10-29T06:00:00Z"),
    ("2007-03-11T07:00:00Z", "2007-11-04T06:00:00Z"), ("2015-03-08T07:00:00Z", "2015-11-01T06:00:00Z"),
    ("2025-03-09T07:00:00Z", "2025-11-02T06:00:00Z"), ("2030-03-10T07:00:00Z", "2030-11-03T06:00:00Z"),
  ])
  func clockChanges(_ spring: String, _ autumn: String) throws {
    let (spring, autumn) = (try #require(Timestamp(rfc3339: spring)), try #require(Timestamp(rfc3339: autumn)))
    #expect(NewYorkTime.offsetSeconds(at: spring.adding(nanoseconds: -1)) == -18_000)
    #expect(NewYorkTime.offsetSeconds(at: spring) == -14_400)
    #expect(NewYorkTime.offsetSeconds(at: autumn.adding(nanoseconds: -1)) == -14_400)
    #expect(NewYorkTime.offsetSeconds(at: autumn) == -18_000)
  }

  @Test func showsLocalTime() throws {
    let winter = try #require(Timestamp(rfc3339: "2025-12-16T14:30:00.123456789Z"))
    #expect(winter.newYorkText == "2025-12-16 09:30:00.123 EST")
    #expect(NewYorkTime(winter).nanosecond == 123_456_789)
    let summer = try #require(Timestamp(rfc3339: "2025-07-02T02:05:09Z"))
    #expect(summer.newYorkText == "2025-07-01 22:05:09.000 EDT")
  }

  @Test func reachesBothEndsOfTime() {
    #expect(Timestamp(nanoseconds: .min).newYorkText == "1677-09-20 20:12:43.145 EDT")
    #expect(Timestamp(nanoseconds: .max).newYorkText == "2262-04-11 19:47:16.854 EDT")
  }

  @Test func twiceAndNever() throws {
    let autumn = try #require(MarketDate("2025-11-02"))
    #expect(Timestamp(newYork: autumn, hour: 1, minute: 30).rfc3339 == "2025-11-02T05:30:00.000Z")
    let spring = try #require(MarketDate("2025-03-09"))
    #expect(Timestamp(newYork: spring, hour: 2, minute: 30).newYorkText == "2025-03-09 03:30:00.000 EDT")
    #expect(Timestamp(newYork: spring, secondOfDay: 86_400) == Timestamp(newYork: spring.adding(days: 1), hour: 0))
  }

  @Test func localTimeRoundTrips() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let time = Timestamp(seconds: .random(in: 1_072_915_200...1_924_992_000, using: &random))
      let local = NewYorkTime(time)
      let back = Timestamp(newYork: local.date, secondOfDay: local.secondOfDay)
      // The second passing of autumn's doubled hour reads like the first.
      #expect(
        back == time || (back - time == -3_600_000_000_000 && local.zone == "EST" && local.secondOfDay / 3600 == 1))
    }
  }
}

@Suite struct MarketDateTests {
  @Test func daysRoundTrip() {
    for days in Int32(-200_000)...200_000 where days % 7 == 0 || abs(days) < 1_000 {
      let date = MarketDate(daysSinceEpoch: days)
      let (year, month, day) = date.components
      #expect(MarketDate(year: year, month: month, day: day) == date)
    }
  }

  @Test func weekdays() throws {
    #expect(MarketDate(daysSinceEpoch: 0).weekday == .thursday)
    #expect(MarketDate(daysSinceEpoch: -1).weekday == .wednesday)
    #expect(try #require(MarketDate("2025-12-16")).weekday == .tuesday)
  }

  @Test func textAndArithmetic() throws {
    let date = try #require(MarketDate("2024-02-28"))
    #expect(date.adding(days: 1).description == "2024-02-29")
    #expect(date.adding(days: 2) - date == 2)
    #expect(date < date.adding(days: 1))
    for text in [
      "", "2024-2-28", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00", "2024-02-28x", "24-02-28", "2023-02-29",
      "1900-02-29",
    ] {
      #expect(MarketDate(text) == nil)
    }
    #expect(MarketDate("2000-02-29") != nil)
    #expect(MarketDate(year: 2025, month: 4, day: 31) == nil)
  }
}

@Suite struct PriceTests {
  @Test func unitsAndOrder() {
    #expect(Price(cents: 123).micros == 1_230_000)
    #expect(Price(rounding: 1.234_567_4).micros == 1_234_567)
    #expect(Price(rounding: -0.01).micros == -10_000)
    #expect(Price(rounding: 0.1 + 0.2) == Price(micros: 300_000))
    #expect(Price(cents: 1) < Price(cents: 2))
    #expect(Price(micros: 1_540_000).doubleValue == 1.54)
    #expect(Price.zero.micros == 0)
  }

  @Test(arguments: [
    (572_000_000, "572"), (12_500_000, "12.5"), (1, "0.000001"), (-100, "-0.0001"), (0, "0"), (1_050_000, "1.05"),
    (Int64.min, "-9223372036854.775808"),
  ])
  func prints(_ micros: Int64, _ text: String) { #expect(Price(micros: micros).description == text) }

  /// Every price with up to four decimals survives the way through a JSON number.
  @Test func ticksSurviveDoubles() {
    for units in stride(from: Int64(0), through: 100_000_000, by: 997) {
      let price = Price(micros: units * 100)
      #expect(Price(rounding: price.doubleValue) == price)
    }
  }
}
