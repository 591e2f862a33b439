import Testing

@testable import Alerting

struct ReplyVerdictTests {
  private func verdict(_ status: Int, body: String = "", retryAfter: String? = nil, now: Int64 = 0) -> SendOutcome {
    ReplyVerdict.of(status: status, body: Array(body.utf8), retryAfter: retryAfter, now: now)
  }

  private func failure(_ outcome: SendOutcome) throws -> SendFailure {
    guard case .failed(let failure) = outcome else { throw Delivered() }
    return failure
  }
  private struct Delivered: Error {}

  @Test(arguments: [200, 201, 202, 204]) func twoHundredsAreDelivered(_ status: Int) {
    #expect(verdict(status) == .delivered)
  }

  @Test(arguments: [400, 401, 403, 404, 410, 413, 422, 301, 302, 307]) func theReceiverWillNeverTakeIt(_ status: Int)
    throws
  {
    let failure = try failure(verdict(status, body: "channel_is_archived\n"))
    #expect(failure.isPermanent && !failure.speaksOfOutage && failure.words.contains("\(status): channel_is_archived"))
  }

  @Test(arguments: [500, 502, 503, 504]) func theReceiverIsDown(_ status: Int) throws {
    let failure = try failure(verdict(status))
    #expect(!failure.isPermanent && failure.speaksOfOutage && failure.retryAfterNanoseconds == nil)
  }

  @Test func retryAfterIsSecondsADateOrInTheBody() throws {
    #expect(try failure(verdict(429, retryAfter: " 120\r\n")).retryAfterNanoseconds == 120_000_000_000)
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(try failure(verdict(503, retryAfter: date, now: 784_111_770)).retryAfterNanoseconds == 7_000_000_000)
    #expect(try failure(verdict(503, retryAfter: date, now: 784_111_780)).retryAfterNanoseconds == 0)
    #expect(
      try failure(verdict(429, body: #"{"message": "slow", "retry_after": 0.65}"#, retryAfter: "1"))
        .retryAfterNanoseconds
        == 650_000_000)
    #expect(
      try failure(verdict(429, body: #"{"ok": false, "parameters": {"retry_after": 5}}"#)).retryAfterNanoseconds
        == 5_000_000_000)
    #expect(try failure(verdict(429, retryAfter: "soon")).retryAfterNanoseconds == nil)
    #expect(try failure(verdict(429, retryAfter: "-5")).retryAfterNanoseconds == 0)
    #expect(try failure(verdict(429, retryAfter: "1e300")).retryAfterNanoseconds == 1_000_000_000_000_000)
    #expect(!(try failure(verdict(429)).speaksOfOutage))
  }

  @Test(arguments: ["nan", "-nan", "NaN", "inf", "-inf", "infinity", "1e999"]) func whatIsNoTimeIsNoWait(_ text: String)
    throws
  {
    #expect(try failure(verdict(429, retryAfter: text)).retryAfterNanoseconds == nil)
    #expect(try failure(verdict(503, retryAfter: text)).retryAfterNanoseconds == nil)
    // The body's is as bad; then the header's counts.
    for body in [#"{"retry_after": \#(text)}"#, #"{"parameters": {"retry_after": \#(text)}}"#] {
      #expect(try failure(verdict(429, body: body, retryAfter: "3")).retryAfterNanoseconds == 3_000_000_000)
    }
  }

  @Test func aWaitThatNeverEndsIsCut() throws {
    for text in ["1e300", "1e18"] {
      #expect(
        try failure(verdict(429, body: #"{"retry_after": \#(text)}"#)).retryAfterNanoseconds == 1_000_000_000_000_000)
    }
  }

  @Test func anAnswerIsShownShortAndOnOneLine() throws {
    let words = try failure(verdict(500, body: String(repeating: "x\n\u{1B}", count: 10_000))).words
    #expect(words.utf16.count < 250 && !words.contains("\n") && !words.contains("\u{1B}"))
  }

  @Test func datesThatAreNone() {
    for text in [
      "", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", "1994",
    ] {
      #expect(HTTPDate.seconds(text) == nil, "\(text)")
    }
    #expect(HTTPDate.seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
  }
}
