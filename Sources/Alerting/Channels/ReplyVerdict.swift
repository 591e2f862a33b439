import JSONText

/// What a receiver's answer means.
enum ReplyVerdict {
  /// Longest part of an answer that an error shows.
  static let shownUnits = 200

  /// - Parameters:
  ///   - retryAfter: the header, if there was one.
  ///   - now: seconds since 1970, for a date in it.
  static func of(status: Int, body: [UInt8], retryAfter: String?, now: Int64) -> SendOutcome {
    if (200..<300).contains(status) { return .delivered }
    let shown = String(decoding: body.prefix(4 * shownUnits), as: UTF8.self).printable.cut(to: shownUnits)
    let words = "the receiver answered \(status)" + (shown.isEmpty ? "" : ": \(shown)")
    switch status {
    case 408, 425, 429:
      let wait = wait(header: retryAfter, body: body, now: now)
      return .failed(SendFailure(words: words, retryAfterNanoseconds: wait, speaksOfOutage: status == 408))
    case 500...:
      return .failed(SendFailure(words: words, retryAfterNanoseconds: wait(header: retryAfter, body: [], now: now)))
    case 300..<400:
      let advice = "; redirects are not followed, name the final address"
      return .failed(SendFailure(words: words + advice, isPermanent: true, speaksOfOutage: false))
    default:
      return .failed(SendFailure(words: words, isPermanent: true, speaksOfOutage: false))
    }
  }

  /// SMTP's answers of 400 and above mean "later", those of 500 and above "never" (RFC 5321, 4.2.1).
  static func ofMail(status: Int, words: String) -> SendOutcome {
    let shown = status == 0 ? words : "the mail server answered \(status): \(words)"
    let isPermanent = (500..<600).contains(status)
    return .failed(SendFailure(words: shown, isPermanent: isPermanent, speaksOfOutage: !isPermanent))
  }

  /// Seconds or a date (RFC 9110, 10.2.3). Discord and Telegram say it in the body, too, and more exactly.
  private static func wait(header: String?, body: [UInt8], now: Int64) -> Int64? {
    if let seconds = secondsInBody(body) { return nanoseconds(seconds) }
    guard let header = header.map(trimmed), !header.isEmpty else { return nil }
    if let seconds = finite(header) { return nanoseconds(seconds) }
    return HTTPDate.seconds(header).map { nanoseconds(Double(max(0, $0 - now))) }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// `nan` and `inf` are numbers to `Double`, and no time.
  private static func finite(_ text: String) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(min(max(seconds, 0), 1e6) * 1e9) }

  private static func secondsInBody(_ body: [UInt8]) -> Double? {
    let value: JSONValue
    do { value = try JSONValue.parse(body) } catch {
      // Not JSON: then the header counts.
      return nil
    }
    guard case .object(let members) = value else { return nil }
    if case .number(let text) = members["retry_after"] { return finite(text) }
    guard case .object(let parameters) = members["parameters"], case .number(let text) = parameters["retry_after"]
    else { return nil }
    return finite(text)
  }
}
