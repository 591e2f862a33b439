import MarketModel

/// Dates of headers.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, the form that senders must use); nil for any other
  /// text.
  static func seconds(_ text: String) -> Int64? {
    let parts = text.split { ", :".contains($0) }
    guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
      let month = months.firstIndex(where: { $0 == parts[2] }), let hour = Int(parts[4]), let minute = Int(parts[5]),
      let second = Int(parts[6]), (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second),
      (1_000..<10_000).contains(year), let date = MarketDate(year: year, month: month + 1, day: day)
    else { return nil }
    return Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
  }

  /// RFC 5322: `Sun, 06 Nov 1994 08:49:37 +0000`.
  static func mailText(seconds: Int64) -> String {
    let days = seconds / 86_400
    let second = Int(seconds % 86_400)
    let parts = "\(MarketDate(daysSinceEpoch: Int32(days)))".split(separator: "-")
    // 1970-01-01 was a Thursday.
    let weekday = weekdays[Int((days + 3) % 7)]
    let month = months[(Int(parts[1]) ?? 1) - 1]
    let clock = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
    return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(clock) +0000"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
