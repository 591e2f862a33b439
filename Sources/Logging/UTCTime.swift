/// Writes times as RFC 3339 in UTC with milliseconds, whatever the locale and time zone of the machine.
enum UTCTime {
  /// - Parameter nanoseconds: since 1970-01-01T00:00:00Z.
  static func text(nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds.flooredQuotient(1_000_000)
    let seconds = milliseconds.flooredQuotient(1_000)
    let days = seconds.flooredQuotient(86_400)
    let secondOfDay = seconds - days * 86_400
    let (year, month, day) = civil(daysSince1970: days)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    let time = "\(padded(secondOfDay / 3_600, 2)):\(padded(secondOfDay / 60 % 60, 2)):\(padded(secondOfDay % 60, 2))"
    return "\(date)T\(time).\(padded(milliseconds - seconds * 1_000, 3))Z"
  }

  /// The proleptic Gregorian date, counted in 400-year eras that start on 1 March, so that the leap day is the last of its year.
  private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSince1970 + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Int64 {
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
