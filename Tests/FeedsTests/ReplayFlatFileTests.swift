import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Feeds

@Suite struct ReplayFlatFileTests {
  let fixtures: ReplayFixtures
  let instruments = InstrumentTable(capacity: 1024)

  init() throws { fixtures = try ReplayFixtures() }

  private func file(_ text: String, chunk: Int = 1 << 16) throws -> ReplayFile {
    try ReplayFile(path: try fixtures.write(text), instruments: instruments, chunkBytes: chunk, limitBytes: 4096)
  }

  @Test(arguments: [7, 64, 1 << 16]) func optionTradesWithSevenColumns(chunk: Int) throws {
    var file = try file(
      """
      ticker,conditions,correction,exchange,price,sip_timestamp,size
      O:SPY230327P00390000,232,0,312,11.82,1678715620948000000,1
      O:SPY230327P00390000,"209,219",0,302,5,1678715620949123456,250
      O:SPY230327P00390000,,0,302,0.015,1678715620949123457,2
      """, chunk: chunk)
    #expect(file.content == .tradesFlatFile)
    let events = try file.allEvents()
    let instrument = try #require(instruments.intern("O:SPY230327P00390000"))
    #expect(
      events == [
        .trade(
          Trade(
            time: Timestamp(nanoseconds: 1_678_715_620_948_000_000), price: Price(micros: 11_820_000),
            conditions: ConditionSet(vendorID: 232), instrument: instrument, size: 1, venue: VenueID(312))),
        .trade(
          Trade(
            time: Timestamp(nanoseconds: 1_678_715_620_949_123_456), price: Price(micros: 5_000_000),
            conditions: [ConditionSet(vendorID: 209), ConditionSet(vendorID: 219)], instrument: instrument, size: 250,
            venue: VenueID(302))),
        .trade(
          Trade(
            time: Timestamp(nanoseconds: 1_678_715_620_949_123_457), price: Price(micros: 15_000),
            instrument: instrument, size: 2,
            venue: VenueID(302))),
      ])
  }

  @Test func columnsAreFoundByName() throws {
    var file = try file(
      """
      size,unknown,price,sip_timestamp,ticker,exchange\r
      3,"a,b",1.5,1678715620948000000,AAPL,11\r
      """)
    guard case .trade(let trade) = try file.allEvents().first else { return #expect(Bool(false)) }
    #expect(trade.size == 3 && trade.price == Price(micros: 1_500_000) && trade.venue == VenueID(11))
    #expect(trade.conditions == [] && instruments[trade.instrument].symbol.description == "AAPL")
  }

  @Test func stockTradesKeepSequenceAndFacility() throws {
    var file = try file(
      """
      ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,sip_timestamp,size,tape,trf_id,trf_timestamp
      AAPL,"12,37",0,4,7,1704186000000000000,187.1550,1203,1704186000000000001,100.0,3,202,1704186000000000000
      AAPL,,1,11,8,1704186000000000000,187.15,1204,1704186000000000002,5,3,,
      """)
    let trades = try file.allEvents().compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    #expect(trades.map(\.sequence) == [1203, 1204])
    #expect(trades.map(\.reportingFacility) == [202, 0])
    #expect(trades.map(\.size) == [100, 5])
    #expect(trades[0].conditions.equityIDs == [12, 37])
    #expect(trades[0].price == Price(micros: 187_155_000))
  }

  /// Options: anything but 0 is void. Equities: 1 is the corrected print itself.
  @Test func voidPrintsAreLeftOutAndCounted() throws {
    let rows = [0, 1, 7, 8, 10, 11, 12].flatMap { code in
      ["AAPL", "O:SPY230327P00390000"].map { "\($0),\(code),1,1678715620948000000,\(code + 1)" }
    }
    var file = try file("ticker,correction,price,sip_timestamp,size\n" + rows.joined(separator: "\n"))
    let sizes = try file.allEvents().map { event -> UInt32 in
      if case .trade(let trade) = event { trade.size } else { 0 }
    }
    #expect(sizes == [1, 1, 2])
    #expect(file.correctedRows == 11 && file.refusedLines == 0)
  }

  @Test func quotes() throws {
    var file = try file(
      """
      ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp
      O:SPY230327P00390000,301,11.9,12,302,11.85,40,99,1678715620948000000
      O:SPY230327P00390000,301,0.05,12,0,,,100,1678715620948000001
      """)
    #expect(file.content == .quotesFlatFile)
    let instrument = try #require(instruments.intern("O:SPY230327P00390000"))
    #expect(
      try file.allEvents() == [
        .quote(
          Quote(
            time: Timestamp(nanoseconds: 1_678_715_620_948_000_000), bid: Price(micros: 11_850_000),
            ask: Price(micros: 11_900_000),
            sequence: 99, instrument: instrument, bidSize: 40, askSize: 12, bidVenue: VenueID(302),
            askVenue: VenueID(301))),
        .quote(
          Quote(
            time: Timestamp(nanoseconds: 1_678_715_620_948_000_001), bid: .zero, ask: Price(micros: 50_000),
            sequence: 100,
            instrument: instrument, askSize: 12, askVenue: VenueID(301))),
      ])
  }

  @Test(arguments: [
    ("AAPL,1,1678715620948000000", "4 columns"), ("AAPL,1,1678715620948000000,1,2", "4 columns"),
    ("\"AAPL,1,1678715620948000000,1", "4 columns"), (",1,1678715620948000000,1", "ticker \"\""),
    ("O:NOTANOPTION,1,1678715620948000000,1", "ticker"), ("\(String(repeating: "A", count: 40)),1,1,1", "ticker"),
    ("AAPL,x,1678715620948000000,1", "price \"x\""), ("AAPL,-1,1678715620948000000,1", "price \"-1\""),
    ("AAPL,1,16787156209480000000000,1", "sip_timestamp"), ("AAPL,1,,1", "sip_timestamp"),
    ("AAPL,1,1678715620948000000,0", "size \"0\""), ("AAPL,1,1678715620948000000,0.5", "size \"0.5\""),
    ("AAPL,1,1678715620948000000,5000000000", "size"),
  ])
  func unreadableRowsAreSkippedAndNamed(row: String, words: String) throws {
    let good = "AAPL,2,1678715620948000000,7"
    var file = try file("ticker,price,sip_timestamp,size\n\(good)\n\(row)\n\(good)\n")
    #expect(try file.allEvents().count == 2)
    #expect(file.refusedLines == 1)
    #expect(
      file.firstRefusal?.contains("line 3: ") == true && file.firstRefusal?.contains(words) == true,
      "\(file.firstRefusal ?? "")")
  }

  @Test func largeFilesComeInBatches() throws {
    let rows = (1...1500).map { "AAPL,2,1678715620948000000,\($0)" }
    var file = try file("ticker,price,sip_timestamp,size\n" + rows.joined(separator: "\n"))
    var batches: [Int] = []
    while case .events(let batch) = try file.next() { batches.append(batch.count) }
    #expect(batches == [512, 512, 476])
  }

  @Test func rowsOutOfOrderAreSortedAndEqualTimesKeepTheirOrder() throws {
    let rows = [("A", 3), ("A", 5), ("B", 1), ("B", 5), ("B", 9), ("C", 1), ("C", 3)]
    let text = rows.enumerated().map { "\($0.element.0),2,167871562094800000\($0.element.1),\($0.offset + 1)" }
    var file = try file("ticker,price,sip_timestamp,size\n" + text.joined(separator: "\n"))
    let sizes = try file.allEvents().map { event -> UInt32 in
      if case .trade(let trade) = event { trade.size } else { 0 }
    }
    #expect(sizes == [3, 6, 1, 7, 2, 4, 5])
  }

  private func sizes(of rows: [(time: Int, size: Int)], limitRows: Int) throws -> [UInt32] {
    let text = rows.map { "AAPL,2,\(1_678_715_620_948_000_000 + $0.time),\($0.size)" }.joined(separator: "\n")
    var file = try ReplayFile(
      path: try fixtures.write("ticker,price,sip_timestamp,size\n" + text), instruments: instruments,
      chunkBytes: 1 << 16, limitBytes: 4096, limitRows: limitRows)
    return try file.allEvents().map { event in if case .trade(let trade) = event { trade.size } else { 0 } }
  }

  /// A file too long to be sorted is played if it need not be.
  @Test func longFilesMustBeInOrder() throws {
    let ordered = (1...1500).map { (time: $0 / 2, size: $0) }
    #expect(try sizes(of: ordered, limitRows: 600) == Array(1...1500))
    let backwards = Array(ordered.reversed())
    #expect(try sizes(of: backwards, limitRows: 1500).first == 1)
    for rows in [backwards, ordered[..<700] + backwards] {
      let error = #expect(throws: FrameSourceError.self) { try sizes(of: Array(rows), limitRows: 600) }
      #expect(error?.description.contains("sort it first: duckdb -c") == true)
    }
  }

  /// The vendor's files hold one ticker after the other; the day's minutes come out right all the same.
  @Test func minutesOfAFileSortedByTicker() throws {
    let open: Int64 = 1_718_371_800_000_000_000  // 2024-06-14 09:30 in New York
    let tickers = ["O:AAPL240621C00200000", "O:QQQ240621C00470000", "O:SPY240621C00540000"]
    var rows = ["ticker,conditions,correction,exchange,price,sip_timestamp,size"]
    for ticker in tickers {
      for minute in 0..<3 {
        rows.append("\(ticker),209,0,302,1.5,\(open + Int64(minute) * 60_000_000_000),\(minute + 1)")
      }
    }
    let path = try fixtures.write(rows.joined(separator: "\n"))
    let instruments = InstrumentTable(capacity: 64)
    var reader = FeedReader(source: try ReplayFile(path: path, instruments: instruments), instruments: instruments)
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer(capacity: 64)
    while try reader.next() { engine.process(reader.batch.events, into: &outputs) }
    var volumes: [String: [Int64]] = [:]
    for case .minuteBar(let bar) in outputs.outputs {
      #expect(bar.minute.nanoseconds == open + (bar.volume - 1) * 60_000_000_000)
      volumes[instruments[bar.instrument].symbol.description, default: []].append(bar.volume)
    }
    #expect(volumes == Dictionary(uniqueKeysWithValues: tickers.map { ($0, [1, 2, 3]) }))
  }

  @Test(
    arguments: [
      ("0", 0), ("5", 5_000_000), ("1.2", 1_200_000), (".5", 500_000), ("5.", 5_000_000), ("-1.25", -1_250_000),
      ("0.0000005", 1), ("0.00000049", 0), ("1.5e2", 150_000_000), ("1E-3", 1000), ("1e+1", 10_000_000),
      ("187.123456789012345678901234", 187_123_457), ("922337203685.123456", 922_337_203_685_123_456),
      ("0.000000000000000000000000001", 0), ("0e50", 0),
    ] as [(String, Int64)])
  func decimalsAreReadExactly(text: String, micros: Int64) {
    var text = text
    #expect(text.withUTF8 { DecimalText.micros($0) } == micros)
  }

  @Test(arguments: [
    "", "-", ".", "e5", "1e", "1e+", "1e-", "1.2.3", "abc", "1x", "1.0000000000000000000x", "9999999999999999", "1e99",
    "1e100",
  ])
  func whatIsNoDecimalIsRefused(text: String) {
    var text = text
    #expect(text.withUTF8 { DecimalText.micros($0) } == nil)
  }

  @Test func recordedFlatFileEqualsItsFrames() throws {
    let name = "polygon/options_SPY240621C00500000_2024-06-14"
    guard let path = ReplayFixtures.referenceData("\(name).trades_v1.csv"),
      let framesPath = ReplayFixtures.referenceData("\(name).ws.jsonl")
    else { return print("skipped: no reference data \(name)") }
    var flat = try ReplayFile(path: path, instruments: instruments)
    let trades = try flat.allEvents().compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    #expect(trades.count == 98 && flat.refusedLines == 0 && flat.correctedRows == 0)
    var frames = try ReplayFile(path: framesPath, instruments: instruments)
    let printed = try frames.allFrames().compactMap { frame in
      try (JSONSerialization.jsonObject(with: Data(frame.utf8)) as? [[String: Any]])?.first {
        $0["ev"] as? String == "T"
      }
    }
    #expect(printed.compactMap { $0["s"] as? Int } == trades.map { Int($0.size) })
    #expect(printed.compactMap { $0["p"] as? Double } == trades.map(\.price.doubleValue))
    #expect(printed.compactMap { $0["t"] as? Int64 } == trades.map(\.time.milliseconds))
    #expect(printed.compactMap { $0["c"] as? [Int] } == trades.map(\.conditions.optionIDs))
  }
}
