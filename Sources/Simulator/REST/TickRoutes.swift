import JSONText
import MarketModel
import Transport

/// `/v3/trades`, `/v3/quotes` and `/v2/last`: what was played, print by print.
struct TickRoutes {
  let market: PlayedMarket
  let hasTradeSequences: Bool

  /// One page of rows in the order asked for, and where the next begins.
  struct Page<Row> {
    var rows: [Row] = []
    var next: PageCursor?
  }

  func trades(_ ticker: String, _ query: RESTQuery, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let (page, kind) = try page(ticker, query, \.trades) { $0.time.nanoseconds }
    return envelope.page(page.rows.count, hasCount: false, next: page.next) { json in
      for trade in page.rows { write(trade, kind, &json) }
    }
  }

  func quotes(_ ticker: String, _ query: RESTQuery, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let (page, _) = try page(ticker, query, \.quotes) { $0.time.nanoseconds }
    return envelope.page(page.rows.count, hasCount: false, next: page.next) { json in
      for quote in page.rows { write(quote, &json) }
    }
  }

  func lastTrade(_ ticker: String, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let found = market.withState { state in state.history(ticker).map { ($0.lastTrade, $0.record.kind) } }
    guard let (last, kind) = found, let trade = last else { throw .notFound("Ticker not found.") }
    return envelope.single { json in
      json.field("T", ticker)
      conditions("c", trade, kind, &json)
      json.field("i", String(trade.sequence))
      json.field("p", micros: trade.price.micros)
      json.field("q", trade.sequence)
      json.field("s", trade.size)
      json.field("t", trade.time.nanoseconds)
      json.field("x", trade.venue.rawValue)
      json.field("y", trade.time.nanoseconds)
      if trade.reportingFacility != 0 {
        json.field("r", trade.reportingFacility)
        json.field("f", trade.time.nanoseconds)
      }
    }
  }

  func lastQuote(_ ticker: String, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let found = market.withState { $0.history(ticker)?.lastQuote }
    guard let quote = found else { throw .notFound("Ticker not found.") }
    return envelope.single { json in
      json.field("T", ticker)
      json.field("p", micros: quote.bid.micros)
      json.field("s", quote.bidSize)
      json.field("x", quote.bidVenue.rawValue)
      json.field("P", micros: quote.ask.micros)
      json.field("S", quote.askSize)
      json.field("X", quote.askVenue.rawValue)
      json.field("q", quote.sequence)
      json.field("t", quote.time.nanoseconds)
      json.field("y", quote.time.nanoseconds)
    }
  }

  // MARK: Pages

  private func page<Row: BitwiseCopyable & Sendable>(
    _ ticker: String, _ query: RESTQuery, _ rows: KeyPath<InstrumentHistory, RecentRows<Row>>,
    time: (Row) -> Int64
  ) throws(RESTProblem) -> (Page<Row>, Instrument.Kind) {
    let limit = try query.limit(default: 1_000, most: 50_000)
    let isDescending = try query.isDescending(default: true)
    let range = try query.range("timestamp", RESTValue.time)
    let place = try query.after.map { text throws(RESTProblem) in try TickPlace(text) }
    let found = market.withState { state -> ([Row], Bool, Instrument.Kind)? in
      guard let history = state.history(ticker) else { return nil }
      let all = history[keyPath: rows]
      var low = all.firstIndex(from: range.lowerBound, time: time)
      var high = all.firstIndex(from: range.upperBound, time: time)
      if let place, isDescending {
        high = min(high, all.firstIndex(from: place.time + 1, time: time) - place.count)
      } else if let place {
        low = max(low, all.firstIndex(from: place.time, time: time) + place.count)
      }
      guard low < high else { return ([], false, history.record.kind) }
      let taken = min(limit, high - low)
      let chosen = isDescending ? Array(all[(high - taken)..<high].reversed()) : Array(all[low..<(low + taken)])
      return (chosen, taken < high - low, history.record.kind)
    }
    // An unknown ticker has no rows; it is no error.
    guard let (chosen, hasMore, kind) = found else { return (Page(), .option) }
    var page = Page(rows: chosen)
    if hasMore, let last = chosen.last {
      page.next = query.cursor(after: TickPlace(after: chosen.map(time), last: time(last), before: place).text)
    }
    return (page, kind)
  }

  // MARK: Rows

  private func write(_ trade: Trade, _ kind: Instrument.Kind, _ json: inout JSONWriter) {
    json.object { json in
      conditions("conditions", trade, kind, &json)
      if kind == .option { json.field("correction", 0) }
      json.field("exchange", trade.venue.rawValue)
      if kind == .equity { json.field("id", String(trade.sequence)) }
      json.field("participant_timestamp", trade.time.nanoseconds)
      json.field("price", micros: trade.price.micros)
      if hasTradeSequences || kind == .equity { json.field("sequence_number", trade.sequence) }
      json.field("sip_timestamp", trade.time.nanoseconds)
      json.field("size", trade.size)
      if trade.reportingFacility != 0 {
        json.field("trf_id", trade.reportingFacility)
        json.field("trf_timestamp", trade.time.nanoseconds)
      }
    }
  }

  private func write(_ quote: Quote, _ json: inout JSONWriter) {
    json.object { json in
      json.field("ask_exchange", quote.askVenue.rawValue)
      json.field("ask_price", micros: quote.ask.micros)
      json.field("ask_size", quote.askSize)
      json.field("bid_exchange", quote.bidVenue.rawValue)
      json.field("bid_price", micros: quote.bid.micros)
      json.field("bid_size", quote.bidSize)
      json.field("sequence_number", quote.sequence)
      json.field("sip_timestamp", quote.time.nanoseconds)
    }
  }

  private func conditions(_ name: String, _ trade: Trade, _ kind: Instrument.Kind, _ json: inout JSONWriter) {
    let ids = trade.conditions.ids(of: kind)
    if !ids.isEmpty { json.field(name, array: { json in for id in ids { json.value(id) } }) }
  }
}

/// Where a page of rows ended: the time of its last row, and how many rows of that time were given.
struct TickPlace: Equatable {
  var time: Int64
  var count: Int

  init(_ text: String) throws(RESTProblem) {
    let parts = text.split(separator: ",")
    guard parts.count == 2, let time = Int64(parts[0]), time < .max, let count = Int(parts[1]),
      (0...1_000_000_000).contains(count)
    else {
      throw .badRequest("cursor is not valid")
    }
    self.time = time
    self.count = count
  }

  init(after times: [Int64], last: Int64, before: TickPlace?) {
    time = last
    count = times.reversed().prefix { $0 == last }.count
    if let before, before.time == last, count == times.count { count += before.count }
  }

  var text: String { "\(time),\(count)" }
}
