extension Timestamp {
  /// RFC 3339 in UTC with milliseconds (rounded down), always 24 characters: `2025-12-16T14:30:00.123Z`.
  public var rfc3339: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    appendRFC3339(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `rfc3339` without making a string.
  public func appendRFC3339(to bytes: inout [UInt8]) {
    let seconds = nanoseconds.flooredDivision(by: 1_000_000_000)
    let day = seconds.flooredDivision(by: 86_400)
    MarketDate(daysSinceEpoch: Int32(day)).appendText(to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    Timestamp.appendClock(
      Int(seconds - day * 86_400), nanosecond: Int(nanoseconds &- seconds &* 1_000_000_000), to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// As New York's clocks show it, for people: `2025-12-16 09:30:00.123 EST`.
  public var newYorkText: String {
    let local = NewYorkTime(self)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    local.date.appendText(to: &bytes)
    bytes.append(UInt8(ascii: " "))
    Timestamp.appendClock(local.secondOfDay, nanosecond: local.nanosecond, to: &bytes)
    bytes.append(contentsOf: " \(local.zone)".utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// From RFC 3339, with any offset and up to nine digits of fraction: `2025-12-16T09:30:00.123-05:00`. `T` and `Z` may be
  /// lower case, and a space may stand for `T`.
  ///
  /// Nil when the text has another form, names a day or time that does not exist (leap seconds included: Unix time has
  /// none), or lies outside the years that nanoseconds in 64 bits reach (1677-2262).
  public init?(rfc3339 text: some StringProtocol) {
    var reader = DigitReader(text.utf8)
    guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), let date = MarketDate(year: year, month: month, day: day), reader.skip("Tt "),
      let hour = reader.number(digits: 2), hour < 24, reader.skip(":"), let minute = reader.number(digits: 2),
      minute < 60,
      reader.skip(":"), let second = reader.number(digits: 2), second < 60
    else { return nil }
    var fraction = 0
    if reader.skip(".") {
      guard let digits = reader.fraction(places: 9) else { return nil }
      fraction = digits
    }
    guard let offset = Timestamp.offsetSeconds(&reader), reader.isAtEnd else { return nil }
    let seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    // Reckoned from the second above for times before 1970, so that the lowest representable second does not overflow.
    let base = seconds < 0 ? seconds + 1 : seconds
    let (whole, tooLarge) = base.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow) = whole.addingReportingOverflow(Int64(fraction) - (seconds < 0 ? 1_000_000_000 : 0))
    guard !tooLarge, !overflow else { return nil }
    nanoseconds = sum
  }

  /// `Z`, `+hh:mm` or `-hh:mm` in seconds.
  private static func offsetSeconds(_ reader: inout DigitReader) -> Int? {
    if reader.skip("Zz") { return 0 }
    let isWest = reader.next == UInt8(ascii: "-")
    guard reader.skip("+-"), let hours = reader.number(digits: 2), hours < 24, reader.skip(":"),
      let minutes = reader.number(digits: 2), minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }

  /// `hh:mm:ss.mmm`.
  private static func appendClock(_ secondOfDay: Int, nanosecond: Int, to bytes: inout [UInt8]) {
    appendDigits(secondOfDay / 3600, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendDigits(secondOfDay / 60 % 60, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendDigits(secondOfDay % 60, 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    appendDigits(nanosecond / 1_000_000, 3, to: &bytes)
  }
}

extension MarketDate {
  /// `YYYY-MM-DD`.
  func appendText(to bytes: inout [UInt8]) {
    let (year, month, day) = components
    appendDigits(year, 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendDigits(month, 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendDigits(day, 2, to: &bytes)
  }
}

/// A number that is not negative, with leading zeros to the given width.
func appendDigits(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
  var divisor = 1
  for _ in 1..<width { divisor *= 10 }
  while divisor > 0 {
    bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
    divisor /= 10
  }
}
