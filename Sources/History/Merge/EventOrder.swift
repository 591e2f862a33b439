import MarketModel

/// The order of a day: by time; at equal times quotes before trades, for a print is held against the market it met; then by
/// sequence, by instrument, and as they came.
struct EventOrder: Comparable, BitwiseCopyable {
  let time: Int64
  /// The highest bit marks trades, the others are the sequence.
  let rank: UInt64
  let instrument: UInt32
  /// Among those that are equal in all else.
  let place: UInt32

  @inline(__always)
  init(_ event: MarketEvent, place: UInt32) {
    self.place = place
    switch event {
    case .trade(let trade):
      time = trade.time.nanoseconds
      rank = UInt64(truncatingIfNeeded: max(trade.sequence, 0)) | 1 << 63
      instrument = trade.instrument.rawValue
    case .quote(let quote):
      time = quote.time.nanoseconds
      rank = UInt64(truncatingIfNeeded: max(quote.sequence, 0))
      instrument = quote.instrument.rawValue
    case .bar, .reference, .clock, .incident: preconditionFailure("the cache holds trades and quotes")
    }
  }

  @inline(__always)
  static func < (a: EventOrder, b: EventOrder) -> Bool {
    if a.time != b.time { return a.time < b.time }
    if a.rank != b.rank { return a.rank < b.rank }
    if a.instrument != b.instrument { return a.instrument < b.instrument }
    return a.place < b.place
  }
}
