import MarketModel

extension Timestamp {
  /// RFC 3339 in UTC with milliseconds: `2025-12-16T14:30:00.123Z`.
  var text: String {
    String(unsafeUninitializedCapacity: 24) { buffer in
      let milliseconds = self.milliseconds
      let perDay: Int64 = 86_400_000
      var day = milliseconds / perDay
      if milliseconds % perDay < 0 { day -= 1 }
      var rest = milliseconds - day * perDay
      let (year, month, dayOfMonth) = MarketDate(daysSinceEpoch: Int32(clamping: day)).components
      func put(_ value: Int, at position: Int, digits: Int) {
        var value = value
        for i in (0..<digits).reversed() {
          buffer[position + i] = UInt8(48 + value % 10)
          value /= 10
        }
      }
      put(year, at: 0, digits: 4)
      put(month, at: 5, digits: 2)
      put(dayOfMonth, at: 8, digits: 2)
      put(Int(rest / 3_600_000), at: 11, digits: 2)
      rest %= 3_600_000
      put(Int(rest / 60_000), at: 14, digits: 2)
      rest %= 60_000
      put(Int(rest / 1000), at: 17, digits: 2)
      put(Int(rest % 1000), at: 20, digits: 3)
      buffer[4] = UInt8(ascii: "-")
      buffer[7] = UInt8(ascii: "-")
      buffer[10] = UInt8(ascii: "T")
      buffer[13] = UInt8(ascii: ":")
      buffer[16] = UInt8(ascii: ":")
      buffer[19] = UInt8(ascii: ".")
      buffer[23] = UInt8(ascii: "Z")
      return 24
    }
  }

  /// From RFC 3339 with any offset and up to nine digits of a second; nil when any part is out of place.
  init?(rfc3339 text: String) {
    var reader = DigitReader(bytes: Array(text.utf8))
    guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
      let dayOfMonth = reader.digits(2), let day = MarketDate(year: year, month: month, day: dayOfMonth),
      reader.skip("T") || reader.skip("t"), let hour = reader.digits(2), hour < 24, reader.skip(":"),
      let minute = reader.digits(2), minute < 60, reader.skip(":"), let second = reader.digits(2), second < 60,
      let fraction = reader.fractionNanoseconds(), let offset = reader.offsetSeconds(), reader.isAtEnd
    else { return nil }
    let seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset)
    // Outside the years 1678...2261 the nanoseconds do not fit.
    guard abs(seconds) < 9_000_000_000 else { return nil }
    self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
  }
}

extension MarketDate {
  /// From `2025-12-16`; nil when any part is out of place.
  init?(text: String) {
    var reader = DigitReader(bytes: Array(text.utf8))
    guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
      let day = reader.digits(2), reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}

/// Reads the fixed parts of a date or time.
private struct DigitReader {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func digits(_ count: Int) -> Int? {
    guard position + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + count] {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    position += count
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func fractionNanoseconds() -> Int64? {
    guard skip(".") else { return 0 }
    var value: Int64 = 0
    var unit: Int64 = 100_000_000
    let start = position
    while let digit = digits(1) {
      value += Int64(digit) * unit
      unit /= 10
    }
    return (1...9).contains(position - start) ? value : nil
  }

  mutating func offsetSeconds() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = digits(2), hours < 24, skip(":"), let minutes = digits(2), minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
