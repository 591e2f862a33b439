import Logging
import MarketModel
import Testing

@testable import Feeds

@Suite struct RESTRequestTests {
  @Test func tickersAreEscaped() {
    #expect(RESTRequest("v3", "trades", "O:SPY251216C00572000").path == "/v3/trades/O:SPY251216C00572000")
    #expect(RESTRequest("v3", "snapshot", "options", "I:SPX").path == "/v3/snapshot/options/I:SPX")
    #expect(RESTRequest("v3", "trades", "a/../b?c#d é").path == "/v3/trades/a%2F..%2Fb%3Fc%23d%20%C3%A9")
    #expect(RESTRequest("v3", "trades", "BRK.B").path == "/v3/trades/BRK.B")
    #expect(["SPX", "SPY", "VIX"].map { PolygonTicker.underlying($0) } == ["I:SPX", "SPY", "I:VIX"])
    #expect(["I:SPX", "SPY"].map { PolygonTicker.name($0) } == ["SPX", "SPY"])
  }

  @Test func queriesAreEscapedAndAbsentOnesLeftOut() {
    var request = RESTRequest("v3", "x")
    request.add("strike_price.gte", Price(micros: 572_500_000))
    request.add("note", "a&b=c+d")
    request.add("nothing", String?.none)
    #expect(request.text == "/v3/x?strike_price.gte=572.5&note=a%26b%3Dc%2Bd")
  }

  @Test func nextPagesLoseHostAndKey() {
    let next = RESTRequest(next: "https://evil.example:99/v3/trades/O:A?cursor=YXA%3D&apikey=abc&limit=5&apiKey=x")
    #expect(next?.text == "/v3/trades/O:A?cursor=YXA%3D&limit=5")
    #expect(RESTRequest(next: "https://evil.example") == nil)
    #expect(RESTRequest(next: "mailto:someone") == nil)
  }

  @Test func keysAreTakenOutOfText() {
    let redaction = KeyRedaction(Secret("abcdef/1"))
    #expect(redaction.clean("Unknown key abcdef/1, abcdef%2F1!") == "Unknown key ***, ***!")
    #expect(redaction.clean("GET /x?APIKEY=other&b=1") == "GET /x?APIKEY=***&b=1")
    #expect(redaction.clean("two\nlines\u{1b}[31m") == "two lines [31m")
    #expect(redaction.clean(String(repeating: "x", count: 5000)).count == 300)
    #expect(KeyRedaction(Secret("")).clean("as it is") == "as it is")
    #expect(KeyRedaction(Secret("s")).clean("as it is, ?apiKey=s") == "as it is, ?apiKey=***")
  }

  @Test(arguments: ["", "api.polygon.io", "ftp://api.polygon.io", "https://", "file:///etc"])
  func endpointsMustBeHTTP(_ endpoint: String) {
    #expect(PolygonREST(settings: PolygonRESTSettings(key: Secret("k"), endpoint: endpoint)) == nil)
  }

  @Test func settingsDoNotShowTheKey() {
    let settings = PolygonRESTSettings(key: Secret("hush"))
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings)\(String(reflecting: settings))\(dumped)".contains("hush"))
  }
}

@Suite struct RESTConversionTests {
  private let option = HistoryConversion(ticker: "O:SPY251216C00572000", use: .gap)
  private let stock = HistoryConversion(ticker: "SPY", use: .gap)

  private func history() -> HistoryTrade {
    var row = HistoryTrade()
    row.price = 11.82
    row.size = 3
    row.exchange = 312
    row.conditions = [232, 227, 999]
    row.sipTimestamp = 1_765_895_400_123_999_999
    row.sequenceNumber = 77
    return row
  }

  private func taken(_ outcome: HistoryRowOutcome<Trade>) -> Trade? {
    if case .row(let trade) = outcome { trade } else { nil }
  }

  @Test func tradesAreWhatTheSocketWouldHaveBrought() throws {
    let trade = try #require(taken(option.trade(history())))
    #expect(trade.time == Timestamp(milliseconds: 1_765_895_400_123))
    #expect(trade.price == Price(micros: 11_820_000))
    #expect(trade.size == 3)
    #expect(trade.venue == VenueID(312))
    #expect(trade.sequence == 77)
    #expect(trade.conditions.optionIDs == [227, 232])
    #expect(trade.conditions.contains(.unlisted))
    #expect(trade.flags == .backfilled)
  }

  @Test func missingFieldsAreNothing() throws {
    var row = history()
    row.conditions = nil
    row.sequenceNumber = nil
    row.exchange = nil
    let trade = try #require(taken(option.trade(row)))
    #expect(trade.sequence == 0)
    #expect(trade.conditions == [])
    #expect(trade.venue == VenueID(0))
  }

  @Test func impossibleValuesAreRefused() {
    func isTaken(_ change: (inout HistoryTrade) -> Void) -> Bool {
      var row = history()
      change(&row)
      return taken(option.trade(row)) != nil
    }
    for price in [nil, -1, 0, .infinity, .nan, 2e9] as [Double?] { #expect(!isTaken { $0.price = price }) }
    for size in [nil, 0, 1.5, 5e9, -1] as [Double?] { #expect(!isTaken { $0.size = size }) }
    #expect(!isTaken { $0.exchange = 70_000 })
    #expect(!isTaken { $0.sequenceNumber = -1 })
    // 500 million USD a contract of 100 shares, 30 of them: above the highest premium.
    #expect(
      !isTaken {
        $0.price = 5e6; $0.size = 30
      })
  }

  @Test func timesOfAnotherUnitAreRefused() {
    for time in [nil, 0, 1_765_895_400_123, Int64.max] as [Int64?] {
      var row = history()
      row.sipTimestamp = time
      guard case .refused = option.trade(row) else { return #expect(Bool(false), "\(time as Any) was taken") }
    }
  }

  @Test func voidPrintsAreLeftOutByTheRulesOfTheFlatFiles() {
    func isTaken(_ correction: Int64, _ conversion: HistoryConversion) -> Bool {
      var row = history()
      row.correction = correction
      return taken(conversion.trade(row)) != nil
    }
    #expect([0, 1, 7, 8, 10, 11, 12].map { isTaken($0, option) } == [true, false, false, false, false, false, false])
    #expect([0, 1, 7, 8, 10, 11, 12].map { isTaken($0, stock) } == [true, true, false, false, false, false, false])
  }

  @Test func quotesMayLackASide() throws {
    var row = HistoryQuote()
    row.bidPrice = 9.71
    row.bidSize = 17
    row.bidExchange = 302
    row.sipTimestamp = 1_765_895_400_123_000_000
    guard case .row(let quote) = option.quote(row) else { return #expect(Bool(false), "refused") }
    #expect(quote.bid == Price(micros: 9_710_000))
    #expect(quote.ask == .zero)
    #expect(quote.askSize == 0)
    #expect(quote.flags == .backfilled)
  }

  /// Every price a venue uses comes out of a double as it stood in the text.
  @Test func pricesAreExact() {
    for cents in stride(from: Int64(1), to: 10_000_000, by: 977) {
      let micros = cents * 10_000
      #expect(FixedPoint.price(Double("\(Price(micros: micros))")) == Price(micros: micros))
      #expect(FixedPoint.price(Double("\(Price(micros: micros + 100))")) == Price(micros: micros + 100))
    }
    #expect(FixedPoint.price(999_999_999.999999) == Price(micros: 999_999_999_999_999))
    #expect(FixedPoint.price(nil) == nil)
  }

  /// Within a millisecond by sequence; without one by the tape's nanoseconds, where they say something.
  @Test func tradesAndQuotesMergeByTimeThenSequence() {
    let start: Int64 = 1_765_895_400_000_000_000
    func trade(_ nanoseconds: Int64, _ sequence: Int64) -> StampedRecord<Trade> {
      let time = Timestamp(milliseconds: Timestamp(nanoseconds: start + nanoseconds).milliseconds)
      let trade = Trade(
        time: time, price: Price(cents: 1), sequence: sequence, instrument: InstrumentID(0), size: 1)
      return StampedRecord(record: trade, nanoseconds: start + nanoseconds)
    }
    func quote(_ nanoseconds: Int64, _ sequence: Int64) -> StampedRecord<Quote> {
      let time = Timestamp(milliseconds: Timestamp(nanoseconds: start + nanoseconds).milliseconds)
      let quote = Quote(time: time, bid: .zero, ask: .zero, sequence: sequence, instrument: InstrumentID(0))
      return StampedRecord(record: quote, nanoseconds: start + nanoseconds)
    }
    let rows = HistoryMerge.merged(
      trades: [
        trade(1_900_000, 12), trade(1_000_000, 10), trade(2_500_000, 0), trade(3_000_000, 0), trade(4_000_000, 30),
      ],
      quotes: [
        quote(1_950_000, 11), quote(1_000_000, 9), quote(2_400_000, 20), quote(2_600_000, 21), quote(3_999_999, 22),
        quote(9_000_000, 40), quote(4_000_000, 31),
      ])
    let order = rows.map { row in
      switch row {
      case .trade(let trade): "T\((trade.time.nanoseconds - start) / 1_000_000)/\(trade.sequence)"
      case .quote(let quote): "Q\((quote.time.nanoseconds - start) / 1_000_000)/\(quote.sequence)"
      }
    }
    #expect(
      order == [
        "Q1/9", "T1/10", "Q1/11", "T1/12", "Q2/20", "T2/0", "Q2/21", "Q3/22", "T3/0", "T4/30", "Q4/31", "Q9/40",
      ])
  }
}
