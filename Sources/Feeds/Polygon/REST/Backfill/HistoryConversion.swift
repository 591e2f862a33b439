import MarketModel

/// What became of a history row.
public enum HistoryRowOutcome<Record: Sendable>: Sendable {
  case row(Record)
  /// A print that a later correction made void.
  case corrected
  /// Not what a print may say.
  case refused
}

/// Turns history rows into records, within the limits every door keeps. Their instrument is number 0: who asks knows whose
/// rows they are.
public struct HistoryConversion: Sendable {
  /// What the rows are read for.
  public enum Use: Hashable, Sendable {
    /// What the socket would have brought: times rounded down to its milliseconds, marked as back-filled.
    case gap
    /// A day of its own: times to the nanosecond, as flat files have them.
    case day
  }
  private let isOption: Bool
  private let use: Use

  public init(ticker: String, use: Use) {
    isOption = ticker.hasPrefix("O:")
    self.use = use
  }

  /// A row of `/v3/trades`.
  public func trade(_ row: HistoryTrade) -> HistoryRowOutcome<Trade> {
    guard isInForce(row.correction ?? 0) else { return .corrected }
    guard let time = time(row.sipTimestamp), let price = FixedPoint.price(row.price), price > .zero,
      let size = size(row.size), TradeLimits.sizes.contains(size), let venue = venue(row.exchange),
      let facility = UInt16(exactly: row.reportingFacility ?? 0), (row.sequenceNumber ?? 0) >= 0,
      TradeLimits.admitsPremium(price: price, size: size, multiplier: isOption ? 100 : 1)
    else { return .refused }
    let conditions = (row.conditions ?? []).reduce(into: ConditionSet()) { $0.formUnion(ConditionSet(vendorID: $1)) }
    return .row(
      Trade(
        time: time, price: price, sequence: row.sequenceNumber ?? 0, conditions: conditions,
        instrument: InstrumentID(0), size: size, venue: venue, reportingFacility: facility,
        flags: use == .gap ? .backfilled : []))
  }

  /// A row of `/v3/quotes`.
  public func quote(_ row: HistoryQuote) -> HistoryRowOutcome<Quote> {
    // A side nobody quotes is 0 or left out.
    guard let time = time(row.sipTimestamp), let bid = FixedPoint.price(row.bidPrice ?? 0),
      let ask = FixedPoint.price(row.askPrice ?? 0), let bidSize = size(row.bidSize ?? 0),
      let askSize = size(row.askSize ?? 0), let bidVenue = venue(row.bidExchange),
      let askVenue = venue(row.askExchange), (row.sequenceNumber ?? 0) >= 0
    else { return .refused }
    return .row(
      Quote(
        time: time, bid: bid, ask: ask, sequence: row.sequenceNumber ?? 0, instrument: InstrumentID(0),
        bidSize: bidSize, askSize: askSize, bidVenue: bidVenue, askVenue: askVenue,
        flags: use == .gap ? .backfilled : []))
  }

  /// As `FlatFileRows` has it: for stocks 0 is regular and 1 holds corrected values, all else is void; an option's print is
  /// void with anything but 0.
  private func isInForce(_ correction: Int64) -> Bool { correction == 0 || (correction == 1 && !isOption) }

  private func time(_ nanoseconds: Int64?) -> Timestamp? {
    guard let time = FixedPoint.time(nanoseconds: nanoseconds) else { return nil }
    return use == .gap ? Timestamp(milliseconds: time.milliseconds) : time
  }

  private func size(_ value: Double?) -> UInt32? { FixedPoint.whole(value).flatMap { UInt32(exactly: $0) } }

  private func venue(_ id: Int64?) -> VenueID? { UInt16(exactly: id ?? 0).map { VenueID($0) } }
}

/// A record with the time the tape gave it, finer than the socket's.
struct StampedRecord<Record> {
  var record: Record
  /// SIP time, Unix nanoseconds.
  var nanoseconds: Int64
}

/// Trades and quotes of one instrument in one order.
enum HistoryMerge {
  /// By time to the millisecond, as the socket has it; within one by sequence. Where either has none, the tape's nanoseconds
  /// decide; where the trade's time has only milliseconds, too, the quote comes first.
  static func merged(
    trades: [StampedRecord<Trade>], quotes: [StampedRecord<Quote>]
  ) -> [RecoveredPart.Row] {
    let quotes = ordered(quotes) { ($0.time, $0.sequence) }
    let trades = ordered(trades) { ($0.time, $0.sequence) }
    var rows: [RecoveredPart.Row] = []
    rows.reserveCapacity(quotes.count + trades.count)
    var quote = 0
    for trade in trades {
      while quote < quotes.count, comesFirst(quotes[quote], trade) {
        rows.append(.quote(quotes[quote].record))
        quote += 1
      }
      rows.append(.trade(trade.record))
    }
    rows.append(contentsOf: quotes[quote...].map { .quote($0.record) })
    return rows
  }

  private static func comesFirst(_ quote: StampedRecord<Quote>, _ trade: StampedRecord<Trade>) -> Bool {
    if quote.record.time != trade.record.time { return quote.record.time < trade.record.time }
    if quote.record.sequence != 0, trade.record.sequence != 0 { return quote.record.sequence <= trade.record.sequence }
    return trade.nanoseconds % 1_000_000 == 0 || quote.nanoseconds <= trade.nanoseconds
  }

  /// The vendor sends rows by time; within a millisecond sequences decide, and without them what came first.
  private static func ordered<Record>(
    _ rows: [StampedRecord<Record>], by key: (Record) -> (Timestamp, Int64)
  ) -> [StampedRecord<Record>] {
    rows.enumerated().sorted { a, b in
      let (first, second) = (key(a.element.record), key(b.element.record))
      if first.0 != second.0 { return first.0 < second.0 }
      if first.1 != 0, second.1 != 0, first.1 != second.1 { return first.1 < second.1 }
      return a.offset < b.offset
    }.map(\.element)
  }
}
