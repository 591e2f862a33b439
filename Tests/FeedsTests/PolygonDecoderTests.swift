import MarketModel
import Testing

@testable import Feeds

/// Which records the vendor's messages become.
@Suite struct PolygonDecoderTests {
  @Test(arguments: [true, false]) func optionPrint(_ usesLayoutScanner: Bool) throws {
    let decoding = FrameDecoding(usesLayoutScanner: usesLayoutScanner)
    let id = try #require(decoding.instruments.intern(PolygonText.symbols[0]))
    let decoded = decoding("[\(PolygonText.trade(conditions: "[209,232]"))]")
    #expect(
      decoded.trades == [
        Trade(
          time: Timestamp(milliseconds: 1_765_895_400_000), price: Price(micros: 1_540_000), sequence: 1002,
          conditions: ConditionSet(vendorIDs: [209, 232]), instrument: id, size: 1, venue: VenueID(302))
      ])
    #expect(decoded.counters.reparsedFrames == (usesLayoutScanner ? 0 : 1))
    #expect(decoded.counters.events == 1)
    #expect(decoded.counters.frames == 1)
  }

  @Test(arguments: [true, false]) func optionQuote(_ usesLayoutScanner: Bool) throws {
    let decoding = FrameDecoding(usesLayoutScanner: usesLayoutScanner)
    let id = try #require(decoding.instruments.intern(PolygonText.symbols[1]))
    let decoded = decoding("[\(PolygonText.quote(symbol: PolygonText.symbols[1]))]")
    #expect(
      decoded.quotes == [
        Quote(
          time: Timestamp(milliseconds: 1_644_506_128_351), bid: Price(micros: 9_710_000),
          ask: Price(micros: 9_810_000),
          sequence: 844_090_872, instrument: id, bidSize: 17, askSize: 24, bidVenue: VenueID(302),
          askVenue: VenueID(303))
      ])
    #expect(decoded.counters.reparsedFrames == (usesLayoutScanner ? 0 : 1))
  }

  @Test func stockPrintWithFacility() {
    let text =
      #"[{"ev":"T","sym":"AAPL","x":4,"i":"12345","z":3,"p":114.125,"s":100,"c":[0,12],"t":1536036818784,"q":3,"trfi":202,"#
      + #""trft":1536036818783}]"#
    let decoded = decode(text)
    #expect(
      decoded.trades == [
        Trade(
          time: Timestamp(milliseconds: 1_536_036_818_784), price: Price(micros: 114_125_000), sequence: 3,
          conditions: ConditionSet(vendorIDs: [0, 12]), instrument: InstrumentID(0), size: 100, venue: VenueID(4),
          reportingFacility: 202)
      ])
  }

  /// A stock quote has one condition id where a print has a list.
  @Test func stockQuote() {
    let text =
      #"[{"ev":"Q","sym":"MSFT","bx":4,"bp":114.125,"bs":100,"ax":7,"ap":114.128,"as":160,"c":0,"i":[604],"#
      + #""t":1536036818784,"q":50385480,"z":3}]"#
    let quote = decode(text).quotes
    #expect(quote.map(\.bid.micros) == [114_125_000])
    #expect(quote.map(\.ask.micros) == [114_128_000])
    #expect(quote.map(\.askVenue) == [VenueID(7)])
  }

  @Test(arguments: [("A", 1), ("AM", 60)]) func bars(_ kind: String, _ seconds: Int) {
    #expect(
      decode("[\(PolygonText.bar(kind: kind))]").bars == [
        Bar(
          start: Timestamp(milliseconds: 1_610_144_868_000), open: Price(micros: 25_390_000),
          high: Price(micros: 25_410_000),
          low: Price(micros: 25_380_000), close: Price(micros: 25_400_000), volume: 200, instrument: InstrumentID(0),
          lengthSeconds: UInt32(seconds))
      ])
  }

  @Test func statusesAreThoseOfTheLastFrame() throws {
    let decoding = FrameDecoding()
    _ = decoding.instruments.intern(PolygonText.symbols[0])
    let decoded = decoding(
      #"[{"ev":"status","status":"auth_success","message":"au\u0074henticated \"A\""},{"ev":"status","message":7}]"#)
    #expect(decoded.statuses.map(\.status) == ["auth_success", ""])
    #expect(decoded.statuses.map(\.message) == [#"authenticated "A""#, ""])
    #expect(decoded.counters.statuses == 2)
    let next = decoding("[\(PolygonText.trade())]")
    #expect(next.counters.reparsedFrames == 0)
    #expect(next.statuses.isEmpty)
  }

  @Test func keysInAnyOrder() {
    var random = FrameGenerator(seed: 11)
    for event in [PolygonText.trade(), PolygonText.quote(), PolygonText.bar()] {
      let fields = event.dropFirst().dropLast().split(separator: ",").map(String.init)
      let expected = decode("[\(event)]").events
      #expect(expected.count == 1)
      for _ in 0..<50 {
        let shuffled = fields.shuffled(using: &random).joined(separator: ",")
        #expect(decode("[{\(shuffled)}]").events == expected, "\(shuffled)")
      }
    }
  }

  @Test func unknownFieldsAndEventsAreTolerated() {
    let text =
      #"[{"new":{"deep":[{"er":null},"}]",1e9]},"ev":"T","sym":"AAPL","p":1.5,"s":2,"t":1536036818784,"zz":true},"#
      + #"{"ev":"FMV","fmv":1.25,"sym":"AAPL","t":1},{"ev":"","x":1},{"ev":"T2"}]"#
    let decoded = decode(text)
    #expect(decoded.trades.count == 1)
    #expect(decoded.counters.unknownEvents == 2)
    #expect(decoded.counters.badEvents == 1)
    #expect(decoded.counters.badFrames == 0)
  }

  @Test func blanksAndEscapesMakeNoDifference() {
    let expected = decode("[\(PolygonText.trade(conditions: "[ 209 , 232 ]"))]").events
    let spaced =
      "\t[ \r\n{ \"ev\" : \"\\u0054\" ,\"s\\u0079m\":\"O:SPY251216C0057200\\u0030\" , \"x\" : 302 , \"p\": 1.54 ,"
      + "\"s\":1,\"c\":[ 209 ,\n232],\"t\":1765895400000 ,\"q\":1002 } ] \n"
    #expect(expected.count == 1)
    #expect(decode(spaced).events == expected)
  }

  @Test func oneObjectIsAFrame() {
    #expect(decode(PolygonText.trade()).trades.count == 1)
    #expect(decode(PolygonText.trade()).counters.badFrames == 0)
    let trailing = decode(PolygonText.trade() + PolygonText.trade())
    #expect(trailing.trades.count == 2)
    #expect(trailing.counters.badFrames == 1)
  }

  @Test func emptyFrames() {
    #expect(decode("[]").counters.accounted == 0)
    for text in ["", " ", "[", "]", "null", "1", "\"T\"", "{", "}", ",", "[,]", "nul", "{}x"] {
      let decoded = decode(text)
      #expect(decoded.counters.badEvents >= 1, "\(text)")
      #expect(decoded.counters.badFrames == 1, "\(text)")
      #expect(decoded.events.isEmpty, "\(text)")
    }
    #expect(decode("{}").counters.badEvents == 1)
    #expect(decode("{}").counters.lastBadReason == "no event type (ev)")
  }

  @Test func elementsThatAreNoObjects() {
    let decoded = decode("[1,\(PolygonText.trade()),\"x\",[2],null,\(PolygonText.quote())]")
    #expect(decoded.events.count == 2)
    #expect(decoded.counters.badEvents == 4)
    #expect(decoded.counters.badFrames == 0)
    #expect(decoded.counters.lastBadReason == "not a JSON object")
  }

  @Test func frameWithoutMemoryOrTooLarge() {
    var decoder = PolygonDecoder(instruments: InstrumentTable(capacity: 8))
    var batch = EventBatch()
    decoder.decode(UnsafeBufferPointer(start: nil, count: 0), into: &batch)
    #expect(decoder.counters.lastBadReason == "frame empty or too long")
    #expect(decoder.counters.lastBadDetail == "0 bytes, 1 to 4194304 wanted")
    let decoding = FrameDecoding()
    let decoded = decoding([UInt8](repeating: UInt8(ascii: " "), count: Limits.frameBytes) + Array("[]".utf8))
    #expect(decoded.counters.badFrames == 1)
    #expect(decoded.counters.badEvents == 1)
    #expect(
      decoding([UInt8](repeating: UInt8(ascii: " "), count: Limits.frameBytes - 2) + Array("[]".utf8)).counters
        .badFrames == 0)
  }

  @Test func fullTableAndSymbolsThatAreNone() {
    let decoding = FrameDecoding(instruments: InstrumentTable(capacity: 2))
    let first = decoding(
      "[\(PolygonText.trade()),\(PolygonText.trade(symbol: PolygonText.symbols[1])),\(PolygonText.trade())]")
    #expect(first.events.count == 2)
    #expect(first.counters.badEvents == 1)
    #expect(first.counters.lastBadReason == "symbol table full")
    #expect(first.counters.lastBadDetail == "O:F280121P00012500")
    let wrong = decode("[\(PolygonText.trade(symbol: "O:SPY251316C00572000"))]")
    #expect(wrong.counters.lastBadReason == "not an option symbol")
    #expect(wrong.counters.lastBadDetail == "O:SPY251316C00572000")
    #expect(wrong.counters.badEvents == 1)
    #expect(wrong.counters.events == 0)
  }

  @Test func injectedPrintsAreMarked() throws {
    let decoding = FrameDecoding()
    _ = decoding.instruments.intern(PolygonText.symbols[0])
    let decoded = decoding("[\(PolygonText.trade()),\(PolygonText.quote())]", flags: .injected)
    #expect(decoded.trades.map(\.flags) == [.injected])
    #expect(decoded.quotes.count == 1)
    #expect(decoding("[\(PolygonText.trade())]").trades.map(\.flags) == [[]])
  }

  @Test func versionIsKnown() { #expect(PolygonDecoder.parserVersion.split(separator: ".").count == 3) }
}
