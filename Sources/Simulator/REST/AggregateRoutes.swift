import JSONText
import MarketModel
import Transport

/// `/v2/aggs`: bars made from the prints that were played.
struct AggregateRoutes {
  let market: PlayedMarket
  /// The demo's first day has no day before it: its first price stands for the previous close.
  let inventsPreviousClose: Bool

  private struct Row: Sendable {
    var start: Int64
    var figures: PriceFigures
  }

  func range(
    _ ticker: String, _ span: AggregateSpan, from: Range<Int64>, to: Range<Int64>, _ query: RESTQuery,
    _ envelope: RESTEnvelope
  ) throws(RESTProblem) -> HTTPResponse {
    let limit = try query.limit(default: 5_000, most: 50_000)
    let isDescending = try query.choice("sort", ["asc", "desc"], default: "asc") == "desc"
    let stretch = from.lowerBound..<max(from.lowerBound, to.upperBound)
    var rows = market.withState { state in self.rows(state.history(ticker), span, stretch) }
    let baseCount = rows.count
    if isDescending { rows.reverse() }
    if let after = query.after, let last = rows.firstIndex(where: { String($0.start) == after }) {
      rows.removeFirst(last + 1)
    }
    let page = rows.prefix(limit)
    return envelope.object { json in
      json.field("ticker", ticker)
      json.field("queryCount", baseCount)
      json.field("resultsCount", page.count)
      json.field("adjusted", query["adjusted"] != "false")
      if !page.isEmpty {
        json.field("results", array: { json in for row in page { json.object { write(row, &$0) } } })
      }
      json.field("count", page.count)
      if rows.count > limit, let last = page.last {
        json.field("next_url", "\(envelope.url)?cursor=\(query.cursor(after: String(last.start)).text)")
      }
    }
  }

  func previous(_ ticker: String, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let row = market.withState { state -> Row? in
      guard let history = state.history(ticker), let day = state.day else { return nil }
      let before = TradingCalendar.previousSession(before: day)
      let start = Timestamp(newYork: before, hour: 0).milliseconds
      if let figures = history.previousDay { return Row(start: start, figures: figures) }
      guard inventsPreviousClose, let first = history.trades.first?.price ?? history.quotes.first?.bid else {
        return nil
      }
      var figures = PriceFigures()
      figures.open = first
      figures.high = first
      figures.low = first
      figures.close = first
      return Row(start: start, figures: figures)
    }
    return envelope.object { json in
      json.field("ticker", ticker)
      json.field("queryCount", row == nil ? 0 : 1)
      json.field("resultsCount", row == nil ? 0 : 1)
      json.field("adjusted", true)
      if let row {
        json.field(
          "results",
          array: { json in
            json.object { json in
              json.field("T", ticker)
              write(row, &json)
            }
          })
      }
      json.field("count", row == nil ? 0 : 1)
    }
  }

  private func rows(_ history: InstrumentHistory?, _ span: AggregateSpan, _ stretch: Range<Int64>) -> [Row] {
    guard let history else { return [] }
    let trades = history.trades
    let first = trades.firstIndex(from: stretch.lowerBound) { $0.time.nanoseconds }
    let end = trades.firstIndex(from: stretch.upperBound) { $0.time.nanoseconds }
    var rows: [Row] = []
    for index in first..<max(first, end) {
      let trade = trades[index]
      let start = span.start(of: trade.time).milliseconds
      if rows.last?.start != start {
        if rows.last?.figures.open == nil, !rows.isEmpty { rows.removeLast() }
        rows.append(Row(start: start, figures: PriceFigures()))
      }
      rows[rows.count - 1].figures.add(trade, history.record.kind)
    }
    if let last = rows.last, last.figures.open == nil { rows.removeLast() }
    return rows
  }

  private func write(_ row: Row, _ json: inout JSONWriter) {
    let figures = row.figures
    json.field("v", figures.volume)
    if let average = figures.averageMicros { json.field("vw", micros: average) }
    json.field("o", micros: (figures.open ?? .zero).micros)
    json.field("c", micros: figures.close.micros)
    json.field("h", micros: figures.high.micros)
    json.field("l", micros: figures.low.micros)
    json.field("t", row.start)
    json.field("n", figures.count)
  }
}

/// The windows of an aggregate: so many of a unit, counted from the epoch, days by New York's calendar.
struct AggregateSpan: Equatable {
  enum Unit: String {
    case second
    case minute
    case hour
    case day
    case week
    case month
    case quarter
    case year
  }
  var unit: Unit
  var multiplier: Int64

  func start(of time: Timestamp) -> Timestamp {
    let seconds: Int64
    switch unit {
    case .second: seconds = 1
    case .minute: seconds = 60
    case .hour: seconds = 3_600
    case .day, .week, .month, .quarter, .year: return Timestamp(newYork: firstDay(NewYorkTime(time).date), hour: 0)
    }
    let length = seconds * multiplier * 1_000_000_000
    return Timestamp(nanoseconds: time.nanoseconds / length * length)
  }

  private func firstDay(_ day: MarketDate) -> MarketDate {
    let (year, month, dayOfMonth) = day.components
    switch unit {
    case .week: return day.adding(days: -day.weekday.rawValue)
    case .month: return day.adding(days: 1 - dayOfMonth)
    case .quarter: return MarketDate(year: year, month: (month - 1) / 3 * 3 + 1, day: 1) ?? day
    case .year: return MarketDate(year: year, month: 1, day: 1) ?? day
    default: return day.adding(days: -Int(Int64(day.daysSinceEpoch) % multiplier))
    }
  }
}
