/// Days on which the New York Stock Exchange keeps closed although it is no weekend (NYSE Rule 7.2 and its notices).
/// Holds for 2004 and later; earlier years had other customs.
public enum MarketHoliday: String, Sendable, CaseIterable {
  case newYearsDay = "New Year's Day"
  case martinLutherKingDay = "Martin Luther King, Jr. Day"
  case washingtonsBirthday = "Washington's Birthday"
  case goodFriday = "Good Friday"
  case memorialDay = "Memorial Day"
  case juneteenth = "Juneteenth"
  case independenceDay = "Independence Day"
  case laborDay = "Labor Day"
  case thanksgivingDay = "Thanksgiving Day"
  case christmasDay = "Christmas Day"
  case reaganMourning = "Day of mourning for Ronald Reagan"
  case fordMourning = "Day of mourning for Gerald Ford"
  case hurricaneSandy = "Hurricane Sandy"
  case bushMourning = "Day of mourning for George H. W. Bush"
  case carterMourning = "Day of mourning for Jimmy Carter"

  /// The holiday that keeps the market closed on this day; nil on weekends and on days with trading.
  public static func on(_ date: MarketDate) -> MarketHoliday? {
    let weekday = date.weekday
    if weekday == .saturday || weekday == .sunday { return nil }
    return yearly(date, weekday) ?? once.first { $0.day == date.components }?.holiday
  }

  /// Whether the market closes at 13:00 on this day: the Friday after Thanksgiving, and 24 December and 3 July when they
  /// fall on Monday to Thursday (on a Friday they are the observed holiday). The last half day outside this rule was
  /// 2003-12-26.
  public static func isHalfDay(_ date: MarketDate) -> Bool {
    let (_, month, day) = date.components
    let weekday = date.weekday
    switch (month, day) {
    case (11, 23...29): return weekday == .friday
    case (7, 3), (12, 24): return (Weekday.monday.rawValue...Weekday.thursday.rawValue).contains(weekday.rawValue)
    default: return false
    }
  }

  private static func yearly(_ date: MarketDate, _ weekday: Weekday) -> MarketHoliday? {
    let (year, month, day) = date.components
    switch month {
    case 1:
      // A New Year's Day on a Saturday is not made up for: the Friday before ends the business year.
      if day == 1 || (day == 2 && weekday == .monday) { return .newYearsDay }
      return weekday == .monday && (15...21).contains(day) ? .martinLutherKingDay : nil
    case 2: return weekday == .monday && (15...21).contains(day) ? .washingtonsBirthday : nil
    case 3, 4: return weekday == .friday && date == goodFriday(year: year) ? .goodFriday : nil
    case 5: return weekday == .monday && day >= 25 ? .memorialDay : nil
    case 6: return year >= 2022 && isObserved(19, day, weekday) ? .juneteenth : nil
    case 7: return isObserved(4, day, weekday) ? .independenceDay : nil
    case 9: return weekday == .monday && day <= 7 ? .laborDay : nil
    case 11: return weekday == .thursday && (22...28).contains(day) ? .thanksgivingDay : nil
    case 12: return isObserved(25, day, weekday) ? .christmasDay : nil
    default: return nil
    }
  }

  /// Whether a weekday keeps a holiday of fixed date: the day itself, the Friday before a Saturday, the Monday after a Sunday.
  private static func isObserved(_ holiday: Int, _ day: Int, _ weekday: Weekday) -> Bool {
    day == holiday || (day == holiday - 1 && weekday == .friday) || (day == holiday + 1 && weekday == .monday)
  }

  /// Two days before Easter Sunday of the Gregorian calendar (Meeus, "Astronomical Algorithms", chapter 8).
  static func goodFriday(year: Int) -> MarketDate {
    let golden = year % 19
    let (century, yearOfCentury) = (year / 100, year % 100)
    let correction = (8 * century + 13) / 25
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30
    let weekdayShift = (32 + 2 * (century % 4) + 2 * (yearOfCentury / 4) - epact - yearOfCentury % 4) % 7
    let late = (golden + 11 * epact + 22 * weekdayShift) / 451
    let ordinal = epact + weekdayShift - 7 * late + 114
    guard let easter = MarketDate(year: year, month: ordinal / 31, day: ordinal % 31 + 1) else {
      preconditionFailure("MarketHoliday: no Easter in year \(year)")
    }
    return easter.adding(days: -2)
  }

  private static let once: [(day: (Int, Int, Int), holiday: MarketHoliday)] = [
    ((2004, 6, 11), .reaganMourning),
    ((2007, 1, 2), .fordMourning),
    ((2012, 10, 29), .hurricaneSandy),
    ((2012, 10, 30), .hurricaneSandy),
    ((2018, 12, 5), .bushMourning),
    ((2025, 1, 9), .carterMourning),
  ]
}
