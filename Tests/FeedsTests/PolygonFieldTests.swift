import MarketModel
import Testing

@testable import Feeds

/// One field at a time: every form JSON allows, and every one that it or the market does not.
@Suite struct PolygonFieldTests {
  @Test(arguments: [
    ("1", 1_000_000), ("0.000001", 1), ("1.5", 1_500_000), ("1.50000000000", 1_500_000), ("1.0000004", 1_000_000),
    ("1.0000005", 1_000_001), ("15e-1", 1_500_000), ("1.5E+1", 15_000_000), ("2e2", 200_000_000),
    ("123456.789012", 123_456_789_012),
    ("999999999.999999", 999_999_999_999_999), ("1000000000", 1_000_000_000_000_000), ("0.0000010", 1),
    ("12345678.5", 12_345_678_500_000),
    ("1.00000000000000000000000000000000000000000000000000", 1_000_000), ("0.1234567890123456789", 123_457),
  ]) func prices(_ text: String, _ micros: Int64) {
    let trades = decode("[\(PolygonText.trade(symbol: "AAPL", price: text))]").trades
    #expect(trades.map(\.price.micros) == [micros], "\(text)")
    #expect(decode("[\(PolygonText.quote(bid: text, ask: text))]").quotes.map(\.ask.micros) == [micros], "\(text)")
  }

  @Test(arguments: [
    "0", "-1", "-0", "0.0000001", "01", "01.5", "1.", ".5", "+1", "1e", "1e+", "1..5", "1.5.5", "1a", "0x10", "1_000",
    "NaN", "Infinity", "--1",
    "1000000000.000001", "1e10", "1e400", "-1e400", "1234567890123456789", "\"1.5\"", "null", "true", "[1]", "{}", "",
    "1.000000000000000000000000000000000000000000000000000000000000001",
    "999999999.9999999999999999999999999999999999999999999999999999999999999", "-",
  ]) func pricesThatAreNone(_ text: String) {
    let decoded = decode("[\(PolygonText.trade(price: text)),\(PolygonText.trade(price: "7"))]")
    #expect(decoded.trades.map(\.price.micros) == [7_000_000], "\(text)")
    #expect(decoded.counters.badEvents == 1, "\(text)")
  }

  @Test func missingFieldsAreNamed() {
    let fields = [
      (#""sym":"O:SPY251216C00572000","#, "symbol (sym) missing or malformed"),
      (#""p":1.54,"#, "price missing or out of range"),
      (#""s":1,"#, "size missing, not whole or out of range"),
      (#""t":1765895400000,"#, "time (t) missing or not in milliseconds"),
      (#""ev":"T","#, "no event type (ev)"),
    ]
    for (field, reason) in fields {
      let text = PolygonText.trade()
      let without = text.split(separator: field, omittingEmptySubsequences: false)
      #expect(without.count == 2)
      let decoded = decode("[\(PolygonText.quote()),\(without.joined()),\(PolygonText.quote())]")
      #expect(decoded.counters.lastBadReason == reason)
      #expect(decoded.counters.badEvents == 1)
      #expect(decoded.counters.badFrames == 0)
      #expect(decoded.quotes.count == 2)
    }
  }

  @Test(arguments: [
    (PolygonText.trade(symbol: ""), "symbol (sym) missing or malformed"),
    (PolygonText.trade(symbol: "A B"), "symbol (sym) missing or malformed"),
    (PolygonText.trade(symbol: "A\\u0000"), "symbol (sym) missing or malformed"),
    (PolygonText.trade(symbol: String(repeating: "A", count: 33)), "symbol (sym) missing or malformed"),
    (PolygonText.trade(time: "-1"), "time (t) missing or not in milliseconds"),
    (PolygonText.trade(time: "1765895400000000"), "time (t) missing or not in milliseconds"),
    (PolygonText.trade(time: "\"1765895400000\""), "time (t) missing or not in milliseconds"),
    (PolygonText.trade(size: "-1"), "size missing, not whole or out of range"),
    (PolygonText.trade(size: "4294967296"), "size missing, not whole or out of range"),
    (PolygonText.trade(size: "0"), "size missing, not whole or out of range"),
    (PolygonText.trade(size: "1.5"), "size missing, not whole or out of range"),
    (PolygonText.trade(size: "0.4"), "size missing, not whole or out of range"),
    (PolygonText.trade(time: "0"), "time (t) missing or not in milliseconds"),
    (PolygonText.trade(price: "999999999", size: "4294967295"), "premium out of range"),
    (PolygonText.trade(venue: "65536"), "venue out of range"), (PolygonText.trade(venue: "-1"), "venue out of range"),
    (PolygonText.trade(conditions: "\"209\""), "conditions (c) not a list of numbers"),
    (PolygonText.trade(conditions: "[\"209\"]"), "conditions (c) not a list of numbers"),
    (PolygonText.trade(conditions: "209"), "conditions (c) not a list of numbers"),
    (PolygonText.trade(sequence: "9223372036854775808"), "sequence number (q) out of range"),
    (PolygonText.trade(sequence: "-5"), "sequence number (q) out of range"),
    (PolygonText.quote(symbol: ""), "symbol (sym) missing or malformed"),
    (PolygonText.quote(bid: "-1"), "price missing or out of range"),
    (PolygonText.quote(ask: "null"), "price missing or out of range"),
    (PolygonText.quote(ask: "true"), "price missing or out of range"),
    (PolygonText.quote(bidSize: "-1"), "size missing, not whole or out of range"),
    (PolygonText.quote(askSize: "99999999999"), "size missing, not whole or out of range"),
    (PolygonText.quote(bidVenue: "70000"), "venue out of range"),
    (PolygonText.quote(askVenue: "70000"), "venue out of range"),
    (PolygonText.quote(time: "{}"), "time (t) missing or not in milliseconds"),
    (PolygonText.quote(sequence: "\"\""), "sequence number (q) out of range"),
    (#"{"ev":"A","sym":"","s":1}"#, "symbol (sym) missing or malformed"),
    (#"{"ev":"A","sym":"A","s":"1"}"#, "time (t) missing or not in milliseconds"),
    (#"{"ev":"A","sym":"A","s":1765895400000,"o":1,"h":1,"l":1,"v":1}"#, "price missing or out of range"),
    (#"{"ev":"A","sym":"A","s":1765895400000,"o":1,"h":1,"l":1,"c":1}"#, "size missing, not whole or out of range"),
    (#"{"ev":7,"sym":"A","s":1}"#, "no event type (ev)"),
  ]) func fieldsOutOfRange(_ event: String, _ reason: String) {
    let decoded = decode("[\(PolygonText.quote()),\(event),\(PolygonText.trade())]")
    #expect(decoded.counters.lastBadReason == reason, "\(event)")
    #expect(decoded.counters.badEvents == 1, "\(event)")
    #expect(decoded.quotes.count == 1, "\(event)")
    #expect(decoded.trades.count == 1, "\(event)")
  }

  @Test func optionalFieldsMayBeLeftOut() {
    let time = Timestamp(milliseconds: 631_152_000_000)
    let trade = decode(#"[{"ev":"T","sym":"AAPL","p":1,"s":1,"t":631152000000,"c":null}]"#).trades
    #expect(
      trade == [
        Trade(time: time, price: Price(micros: 1_000_000), instrument: InstrumentID(0), size: 1)
      ])
    let quote = decode(#"[{"ev":"Q","sym":"AAPL","t":631152000000}]"#).quotes
    #expect(quote == [Quote(time: time, bid: .zero, ask: .zero, instrument: InstrumentID(0))])
    #expect(decode(#"[{"ev":"Q","sym":"AAPL","t":631152000000,"bp":0,"ap":0.0}]"#).quotes == quote)
  }

  @Test func conditionsOutsideTheTablesAreOneBit() {
    let decoded = decode("[\(PolygonText.trade(conditions: "[0,62,63,200,201,262,263,2147483647]"))]").trades
    #expect(decoded.map(\.conditions) == [ConditionSet(vendorIDs: [0, 62, 201, 262, 999])])
    #expect(decode("[\(PolygonText.trade(conditions: "[]"))]").trades.map(\.conditions) == [[]])
  }

  /// The largest premium there is, and a millionth of a dollar more.
  @Test(arguments: ["O:SPY251216C00572000", "AAPL"]) func premiumIsBounded(_ symbol: String) {
    let size: Int64 = symbol == "AAPL" ? 4_000_000_000 : 40_000_000
    for (price, reason) in [("2.5", nil), ("2.500001", "premium out of range")] as [(String, String?)] {
      let decoded = decode("[\(PolygonText.trade(symbol: symbol, price: price, size: "\(size)"))]")
      #expect(decoded.trades.count == (reason == nil ? 1 : 0))
      #expect(decoded.counters.lastBadReason == reason)
      #expect(decoded.counters.lastBadDetail == reason.map { _ in symbol })
    }
  }

  /// Both ways through the decoder agree where a print becomes too large for the quick one.
  @Test func largePrintsLeaveTheQuickWay() throws {
    let decoding = FrameDecoding()
    _ = try #require(decoding.instruments.intern(PolygonText.symbols[0]))
    #expect(decoding("[\(PolygonText.trade(price: "100", size: "1000000"))]").counters.reparsedFrames == 0)
    for price in ["100.000001", "0"] {
      let refused = decoding("[\(PolygonText.trade(price: price, size: "1000000"))]").counters
      #expect(refused.reparsedFrames == 1 && refused.badEvents == 1)
    }
    #expect(decoding("[\(PolygonText.trade(size: "0"))]").counters.badEvents == 1)
    for (price, size) in [("68720", "1"), ("1", "1048576")] {
      let decoded = decoding("[\(PolygonText.trade(price: price, size: size))]")
      #expect(decoded.counters.reparsedFrames == 1)
      #expect(decoded.trades.count == 1)
    }
    #expect(decoding("[\(PolygonText.trade(price: "99999999", size: "99999999"))]").counters.badEvents == 1)
  }
}
