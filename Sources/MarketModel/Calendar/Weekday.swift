/// Day of the week, Sunday first.
@frozen public enum Weekday: Int, Sendable, CaseIterable {
  case sunday
  case monday
  case tuesday
  case wednesday
  case thursday
  case friday
  case saturday
}

extension MarketDate {
  /// The day of the week.
  public var weekday: Weekday {
    // 1970-01-01 was a Thursday. The second remainder keeps days before 1970 positive.
    Weekday.allCases[((Int(daysSinceEpoch) + 4) % 7 + 7) % 7]
  }

  /// The day that many days later; earlier for negative numbers.
  @inlinable public func adding(days: Int) -> MarketDate { MarketDate(daysSinceEpoch: daysSinceEpoch + Int32(days)) }

  /// Calendar days from `b` to `a`.
  @inlinable public static func - (a: MarketDate, b: MarketDate) -> Int {
    Int(a.daysSinceEpoch) - Int(b.daysSinceEpoch)
  }

  /// From `YYYY-MM-DD`. Nil when the text has another form or the day does not exist.
  public init?(_ text: some StringProtocol) {
    var reader = DigitReader(text.utf8)
    guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The n-th of a weekday in a month, counted from 1: second Sunday of March.
  static func nth(_ n: Int, _ weekday: Weekday, year: Int, month: Int) -> MarketDate {
    let first = firstDay(year: year, month: month)
    let wait = (weekday.rawValue - first.weekday.rawValue + 7) % 7
    return first.adding(days: wait + 7 * (n - 1))
  }

  /// The last of a weekday in a month.
  static func last(_ weekday: Weekday, year: Int, month: Int) -> MarketDate {
    let fifth = nth(5, weekday, year: year, month: month)
    return fifth.components.month == month ? fifth : fifth.adding(days: -7)
  }

  private static func firstDay(year: Int, month: Int) -> MarketDate {
    guard let day = MarketDate(year: year, month: month, day: 1) else {
      preconditionFailure("MarketDate: month \(month), 1 to 12 wanted")
    }
    return day
  }
}
