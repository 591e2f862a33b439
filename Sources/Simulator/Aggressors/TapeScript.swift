import MarketModel

/// Events of a round as they are invented, given out in the order in which they arrive.
struct TapeScript {
  private struct Entry {
    /// Milliseconds from the tape's beginning; among equal ones the order of invention decides.
    var arrival: Int64
    var event: MarketEvent
    var known: KnownPrint?
  }

  private let start: Timestamp
  private var entries: [Entry] = []
  private var sequence: Int64 = 0

  init(start: Timestamp) { self.start = start }

  /// - Parameter milliseconds: from the tape's beginning.
  func time(_ milliseconds: Int64) -> Timestamp { start.adding(nanoseconds: milliseconds * 1_000_000) }

  mutating func add(_ event: MarketEvent, arrival: Int64) {
    entries.append(Entry(arrival: arrival, event: event, known: nil))
  }

  /// Sequence numbers follow the order of calls. `bid` and `ask` in ticks, 0 for no such side.
  mutating func quote(_ contract: QuotedContract, bid: Int64, ask: Int64, at time: Int64, arrival: Int64) {
    sequence += 1
    add(
      .quote(
        Quote(
          time: self.time(time), bid: contract.price(bid), ask: contract.price(ask), sequence: sequence,
          instrument: contract.id, bidSize: 10, askSize: 10)), arrival: arrival)
  }

  mutating func trade(
    _ contract: QuotedContract, price: Int64, conditions: [Int], at time: Int64, arrival: Int64,
    _ initiator: Initiator, _ circumstance: TapeCircumstance, size: UInt32
  ) {
    sequence += 1
    let trade = Trade(
      time: self.time(time), price: contract.price(price), sequence: sequence,
      conditions: ConditionSet(vendorIDs: conditions), instrument: contract.id, size: size,
      venue: VenueID(302 + UInt16(size % 2)))
    entries.append(
      Entry(
        arrival: arrival, event: .trade(trade),
        known: KnownPrint(sequence: sequence, initiator: initiator, circumstance: circumstance)))
  }

  /// Everything so far, in order of arrival; the script is empty then.
  mutating func give(_ events: inout [MarketEvent], _ known: inout [KnownPrint]) {
    let order = entries.indices.sorted { (entries[$0].arrival, $0) < (entries[$1].arrival, $1) }
    events = order.map { entries[$0].event }
    known = order.compactMap { entries[$0].known }
    entries.removeAll(keepingCapacity: true)
  }
}
