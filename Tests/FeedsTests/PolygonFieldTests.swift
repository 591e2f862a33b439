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
    #expect(decode("[\(PolygonText.trade(price: text))]").trades.map(\.price.micros) == [micros], "\(text)")
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
      (#""s":1,"#, "size missing or out of range"), (#""t":1765895400000,"#, "time (t) missing or not in milliseconds"),
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
    (PolygonText.trade(size: "-1"), "size missing or out of range"),
    (PolygonText.trade(size: "4294967296"), "size missing or out of range"),
    (PolygonText.trade(price: "999999999", size: "4294967295"), "size missing or out of range"),
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
    (PolygonText.quote(bidSize: "-1"), "size missing or out of range"),
    (PolygonText.quote(askSize: "99999999999"), "size missing or out of range"),
    (PolygonText.quote(bidVenue: "70000"), "venue out of range"),
    (PolygonText.quote(askVenue: "70000"), "venue out of range"),
    (PolygonText.quote(time: "{}"), "time (t) missing or not in milliseconds"),
    (PolygonText.quote(sequence: "\"\""), "sequence number (q) out of range"),
    (#"{"ev":"A","sym":"","s":1}"#, "symbol (sym) missing or malformed"),
    (#"{"ev":"A","sym":"A","s":"1"}"#, "time (t) missing or not in milliseconds"),
    (#"{"ev":"A","sym":"A","s":1,"o":1,"h":1,"l":1,"v":1}"#, "price missing or out of range"),
    (#"{"ev":"A","sym":"A","s":1,"o":1,"h":1,"l":1,"c":1}"#, "size missing or out of range"),
    (#"{"ev":7,"sym":"A","s":1}"#, "no event type (ev)"),
  ]) func fieldsOutOfRange(_ event: String, _ reason: String) {
    let decoded = decode("[\(PolygonText.quote()),\(event),\(PolygonText.trade())]")
    #expect(decoded.counters.lastBadReason == reason, "\(event)")
    #expect(decoded.counters.badEvents == 1, "\(event)")
    #expect(decoded.quotes.count == 1, "\(event)")
    #expect(decoded.trades.count == 1, "\(event)")
  }

  @Test func optionalFieldsMayBeLeftOut() {
    let trade = decode(#"[{"ev":"T","sym":"AAPL","p":1,"s":0,"t":1,"c":null}]"#).trades
    #expect(
      trade == [
        Trade(time: Timestamp(milliseconds: 1), price: Price(micros: 1_000_000), instrument: InstrumentID(0), size: 0)
      ])
    let quote = decode(#"[{"ev":"Q","sym":"AAPL","t":1}]"#).quotes
    #expect(quote == [Quote(time: Timestamp(milliseconds: 1), bid: .zero, ask: .zero, instrument: InstrumentID(0))])
    #expect(decode(#"[{"ev":"Q","sym":"AAPL","t":1,"bp":0,"ap":0.0}]"#).quotes == quote)
  }

  @Test func conditionsOutsideTheTablesAreOneBit() {
    let decoded = decode("[\(PolygonText.trade(conditions: "[0,62,63,200,201,262,263,2147483647]"))]").trades
    #expect(decoded.map(\.conditions) == [ConditionSet(vendorIDs: [0, 62, 201, 262, 999])])
    #expect(decode("[\(PolygonText.trade(conditions: "[]"))]").trades.map(\.conditions) == [[]])
  }

  /// The largest premium that sums can hold, and one dollar-cent more.
  @Test(arguments: ["O:SPY251216C00572000", "AAPL"]) func premiumFits63Bits(_ symbol: String) {
    let multiplier: Int64 = symbol == "AAPL" ? 1 : 100
    let size: Int64 = 4_000_000_000
    let largest = Int64.max / (size * multiplier)
    func decoded(_ micros: Int64) -> Decoded {
      let fraction = String(String(1_000_000 + micros % 1_000_000).dropFirst())
      return decode(
        "[\(PolygonText.trade(symbol: symbol, price: "\(micros / 1_000_000).\(fraction)", size: "\(size)"))]")
    }
    #expect(decoded(largest).trades.count == 1)
    #expect(decoded(largest + 1).counters.lastBadReason == "size missing or out of range")
  }

  /// Both ways through the decoder agree where a print becomes too large for the quick one.
  @Test func largePrintsLeaveTheQuickWay() throws {
    let decoding = FrameDecoding()
    _ = try #require(decoding.instruments.intern(PolygonText.symbols[0]))
    #expect(decoding("[\(PolygonText.trade(price: "68719", size: "1048575"))]").counters.reparsedFrames == 0)
    for (price, size) in [("68720", "1"), ("1", "1048576")] {
      let decoded = decoding("[\(PolygonText.trade(price: price, size: size))]")
      #expect(decoded.counters.reparsedFrames == 1)
      #expect(decoded.trades.count == 1)
    }
    #expect(decoding("[\(PolygonText.trade(price: "99999999", size: "99999999"))]").counters.badEvents == 1)
  }
}
