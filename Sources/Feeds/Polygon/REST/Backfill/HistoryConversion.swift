import MarketModel

/// What became of a history row.
enum HistoryRowOutcome<Record> {
  case row(Record)
  /// A print that a later correction made void.
  case corrected
  /// Not what a print may say.
  case refused
}

/// Turns history rows into the records the socket would have brought: times rounded down to its milliseconds, the limits
/// every door keeps.
struct HistoryConversion: Sendable {
  private let isOption: Bool

  init(ticker: String) { isOption = ticker.hasPrefix("O:") }

  func trade(_ row: HistoryTrade) -> HistoryRowOutcome<Trade> {
    guard isInForce(row.correction ?? 0) else { return .corrected }
    guard let time = socketTime(row.sipTimestamp), let price = FixedPoint.price(row.price), price > .zero,
      let size = size(row.size), TradeLimits.sizes.contains(size), let venue = venue(row.exchange),
      let facility = UInt16(exactly: row.reportingFacility ?? 0), (row.sequenceNumber ?? 0) >= 0,
      TradeLimits.admitsPremium(price: price, size: size, multiplier: isOption ? 100 : 1)
    else { return .refused }
    let conditions = (row.conditions ?? []).reduce(into: ConditionSet()) { $0.formUnion(ConditionSet(vendorID: $1)) }
    return .row(
      Trade(
        time: time, price: price, sequence: row.sequenceNumber ?? 0, conditions: conditions,
        instrument: InstrumentID(0), size: size, venue: venue, reportingFacility: facility, flags: .backfilled))
  }

  func quote(_ row: HistoryQuote) -> HistoryRowOutcome<Quote> {
    // A side nobody quotes is 0 or left out.
    guard let time = socketTime(row.sipTimestamp), let bid = FixedPoint.price(row.bidPrice ?? 0),
      let ask = FixedPoint.price(row.askPrice ?? 0), let bidSize = size(row.bidSize ?? 0),
      let askSize = size(row.askSize ?? 0), let bidVenue = venue(row.bidExchange),
      let askVenue = venue(row.askExchange), (row.sequenceNumber ?? 0) >= 0
    else { return .refused }
    return .row(
      Quote(
        time: time, bid: bid, ask: ask, sequence: row.sequenceNumber ?? 0, instrument: InstrumentID(0),
        bidSize: bidSize, askSize: askSize, bidVenue: bidVenue, askVenue: askVenue, flags: .backfilled))
  }

  /// As `FlatFileRows` has it: for stocks 0 is regular and 1 holds corrected values, all else is void; an option's print is
  /// void with anything but 0.
  private func isInForce(_ correction: Int64) -> Bool { correction == 0 || (correction == 1 && !isOption) }

  private func socketTime(_ nanoseconds: Int64?) -> Timestamp? {
    FixedPoint.time(nanoseconds: nanoseconds).map { Timestamp(milliseconds: $0.milliseconds) }
  }

  private func size(_ value: Double?) -> UInt32? { FixedPoint.whole(value).flatMap { UInt32(exactly: $0) } }

  private func venue(_ id: Int64?) -> VenueID? { UInt16(exactly: id ?? 0).map { VenueID($0) } }
}

extension RecoveredPart.Row {
  fileprivate var time: Timestamp {
    switch self {
    case .trade(let trade): trade.time
    case .quote(let quote): quote.time
    }
  }

  fileprivate var sequence: Int64 {
    switch self {
    case .trade(let trade): trade.sequence
    case .quote(let quote): quote.sequence
    }
  }
}

/// Trades and quotes of one instrument in one order.
enum HistoryMerge {
  /// By time, within a millisecond by sequence; where either has none, the quote comes first. Rows of one kind keep the order
  /// they came in, unless their own time and sequence say otherwise.
  static func merged(trades: [Trade], quotes: [Quote]) -> [RecoveredPart.Row] {
    let quotes = ordered(quotes.map { RecoveredPart.Row.quote($0) })
    let trades = ordered(trades.map { RecoveredPart.Row.trade($0) })
    var rows: [RecoveredPart.Row] = []
    rows.reserveCapacity(quotes.count + trades.count)
    var quote = 0
    for trade in trades {
      while quote < quotes.count, quoteComesFirst(quotes[quote], trade) {
        rows.append(quotes[quote])
        quote += 1
      }
      rows.append(trade)
    }
    rows.append(contentsOf: quotes[quote...])
    return rows
  }

  private static func quoteComesFirst(_ quote: RecoveredPart.Row, _ trade: RecoveredPart.Row) -> Bool {
    if quote.time != trade.time { return quote.time < trade.time }
    return quote.sequence == 0 || trade.sequence == 0 || quote.sequence <= trade.sequence
  }

  private static func ordered(_ rows: [RecoveredPart.Row]) -> [RecoveredPart.Row] {
    rows.enumerated().sorted { a, b in
      if a.element.time != b.element.time { return a.element.time < b.element.time }
      let (first, second) = (a.element.sequence, b.element.sequence)
      if first != 0, second != 0, first != second { return first < second }
      return a.offset < b.offset
    }.map(\.element)
  }
}
