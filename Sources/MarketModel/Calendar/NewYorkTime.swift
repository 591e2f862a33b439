/// A moment as a clock in New York shows it, by the United States' daylight rules since 1987 (changed in 2007).
@frozen public struct NewYorkTime: Hashable, Sendable {
  public var date: MarketDate
  /// Seconds since local midnight by the clock face, 0 to 86,399.
  public var secondOfDay: Int
  /// Nanoseconds of the second.
  public var nanosecond: Int
  /// Local time minus UTC in seconds: -18,000 (EST) or -14,400 (EDT).
  public var offsetSeconds: Int

  public init(_ time: Timestamp) {
    offsetSeconds = NewYorkTime.offsetSeconds(at: time)
    let utcSeconds = time.nanoseconds.flooredDivision(by: 1_000_000_000)
    let local = utcSeconds + Int64(offsetSeconds)
    let day = local.flooredDivision(by: 86_400)
    date = MarketDate(daysSinceEpoch: Int32(day))
    secondOfDay = Int(local - day * 86_400)
    // Wraps and wraps back for the lowest second that nanoseconds in 64 bits reach.
    nanosecond = Int(time.nanoseconds &- utcSeconds &* 1_000_000_000)
  }

  /// `EST` or `EDT`.
  public var zone: String { offsetSeconds == NewYorkTime.daylightOffset ? "EDT" : "EST" }

  static let standardOffset = -5 * 3600
  static let daylightOffset = -4 * 3600

  /// Local time minus UTC in seconds at a moment.
  public static func offsetSeconds(at time: Timestamp) -> Int {
    let utcSeconds = time.nanoseconds.flooredDivision(by: 1_000_000_000)
    let year = MarketDate(daysSinceEpoch: Int32(utcSeconds.flooredDivision(by: 86_400))).components.year
    let (start, end) = daylightDays(year: year)
    // Clocks change at 02:00: that is 07:00 UTC by standard time in spring, 06:00 UTC by daylight time in autumn.
    let first = Int64(start.daysSinceEpoch) * 86_400 + 7 * 3600
    let last = Int64(end.daysSinceEpoch) * 86_400 + 6 * 3600
    return utcSeconds >= first && utcSeconds < last ? daylightOffset : standardOffset
  }

  /// The days on which the clocks go forward and back.
  static func daylightDays(year: Int) -> (start: MarketDate, end: MarketDate) {
    // Energy Policy Act of 2005, in force from 2007; before it the Uniform Time Act as amended in 1986.
    if year >= 2007 {
      return (.nth(2, .sunday, year: year, month: 3), .nth(1, .sunday, year: year, month: 11))
    }
    return (.nth(1, .sunday, year: year, month: 4), .last(.sunday, year: year, month: 10))
  }
}

extension Timestamp {
  /// The moment at which New York's clocks show this day and second of day. The hour that happens twice in autumn means
  /// its first passing; the hour that does not happen in spring means the hour after it.
  public init(newYork date: MarketDate, secondOfDay: Int) {
    precondition((0...86_400).contains(secondOfDay), "Timestamp: second of day \(secondOfDay), 0 to 86400 wanted")
    let local = Int64(date.daysSinceEpoch) * 86_400 + Int64(secondOfDay)
    let daylight = Timestamp(seconds: local - Int64(NewYorkTime.daylightOffset))
    if NewYorkTime.offsetSeconds(at: daylight) == NewYorkTime.daylightOffset {
      self = daylight
    } else {
      self = Timestamp(seconds: local - Int64(NewYorkTime.standardOffset))
    }
  }

  /// The moment at which New York's clocks show this day, hour and minute.
  public init(newYork date: MarketDate, hour: Int, minute: Int = 0) {
    self.init(newYork: date, secondOfDay: hour * 3600 + minute * 60)
  }
}
