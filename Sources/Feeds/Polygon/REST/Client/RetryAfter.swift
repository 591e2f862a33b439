import MarketModel

/// The `Retry-After` of an answer (RFC 9110, 10.2.3): seconds, or a date.
enum RetryAfter {
  /// Nanoseconds to wait; nil when there is no header or it says nothing understandable.
  /// - Parameters:
  ///   - date: the answer's `Date`: a clock of ours that is off does not matter then.
  ///   - wallNow: nanoseconds since 1970 by our clock.
  static func nanoseconds(_ header: String?, date: String?, wallNow: Int64) -> Int64? {
    guard let header else { return nil }
    if let seconds = Int64(header), seconds >= 0 {
      let (wait, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      return isTooLong ? Int64.max : wait
    }
    guard let until = Timestamp(httpDate: header) else { return nil }
    let now = date.flatMap { Timestamp(httpDate: $0) } ?? Timestamp(nanoseconds: wallNow)
    return max(0, until - now)
  }
}

extension Timestamp {
  /// From HTTP's usual form of a date, `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
  init?(httpDate text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
      let month = Timestamp.months.firstIndex(of: String(parts[2])),
      let date = MarketDate(year: year, month: month + 1, day: day), (1970...2200).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]) else {
      return nil
    }
    self.init(seconds: Int64(date.daysSinceEpoch) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2])
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
