import MarketModel

@testable import FlowEngine

/// Days of everything that can reach the engine, from a seed: quotes and prints of contracts whose greeks can be solved, sweeps
/// and blocks, cancellations, gaps with what fills them, reference data with and without a time, bars, clocks.
struct DayStream {
  /// Beside those of every `EngineRun`.
  static let symbols = [
    "O:SPY251216C00570000", "O:SPY251216P00570000", "O:SPY251216C00574000", "O:SPY251216P00574000", "QQQ",
    "O:QQQ251216C00505000",
  ]
  private static let options: [InstrumentID] = [1, 2, 3, 4, 5, 6, 8].map { InstrumentID($0) }
  private static let stocks = [EngineRun.stock, InstrumentID(7)]

  private var random: StreamGenerator
  private var time = Timestamp.none
  private var recent: [Trade] = []
  private var openGap: UInt32 = 0
  private var gaps: UInt32 = 0

  init(seed: UInt64) { random = StreamGenerator(seed: seed) }

  /// An engine for these streams.
  static func run(printsBefore: Int64 = 0, cancellationsBefore: Int64 = 0) -> EngineRun {
    EngineRun(more: symbols, printsBefore: printsBefore, cancellationsBefore: cancellationsBefore)
  }

  /// A stretch of events; the first one has a time.
  mutating func events(_ count: Int, from start: Timestamp) -> [MarketEvent] {
    time = start
    var events: [MarketEvent] = []
    while events.count < count {
      // Mostly bursts, now and then a minute or an hour without anything.
      let step: Int64 =
        switch number(0...200) {
        case 0: number(0...3_900_000)
        case 1...6: number(0...70_000)
        default: number(0...80)
        }
      time = time.adding(nanoseconds: step * 1_000_000)
      let event = next()
      if events.isEmpty, event.reachedTime == nil { continue }
      events.append(event)
    }
    return events
  }

  private mutating func next() -> MarketEvent {
    switch number(0...99) {
    case 0...34: quote()
    case 35...69: trade()
    case 70...73: cancellation()
    case 74...79: .clock(time)
    case 80...81: incident()
    case 82...92: openGap == 0 ? quote() : backfill()
    case 93...96: reference()
    case 97: bar()
    default: stock()
    }
  }

  private mutating func number<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value {
    .random(in: range, using: &random)
  }

  private mutating func option() -> InstrumentID {
    number(0...1) == 0 ? EngineRun.call : DayStream.options[number(0...(DayStream.options.count - 1))]
  }

  private mutating func quote(_ flags: QuoteFlags = []) -> MarketEvent {
    let bid = number(300...310 as ClosedRange<Int64>)
    return .quote(
      Quote(
        time: time.adding(nanoseconds: -number(0...30) * 1_000_000), bid: Price(cents: bid),
        ask: Price(cents: bid + number(-1...6)), sequence: number(0...100), instrument: option(), flags: flags))
  }

  private mutating func trade(_ flags: TradeFlags = []) -> MarketEvent {
    let conditions = [[209], [209], [209], [209], [232], [204], [227], [219]][number(0...7)]
    let trade = Trade(
      time: time.adding(nanoseconds: -number(0...20) * 1_000_000), price: Price(cents: number(299...317)),
      sequence: number(0...100), conditions: ConditionSet(vendorIDs: conditions), instrument: option(),
      size: number(0...20) == 0 ? 3000 : number(1...200), venue: VenueID(number(300...303)), flags: flags)
    recent.append(trade)
    if recent.count > 40 { recent.removeFirst() }
    return .trade(trade)
  }

  private mutating func cancellation() -> MarketEvent {
    guard var void = recent.randomElement(using: &random) else { return trade() }
    void.time = time
    void.conditions = ConditionSet(vendorIDs: [201])
    return .trade(void)
  }

  private mutating func incident() -> MarketEvent {
    if openGap != 0 {
      defer { openGap = 0 }
      return .incident(FeedIncident(kind: number(0...1) == 0 ? .gapFilled : .gapUnfilled, time: time, gap: openGap))
    }
    switch number(0...2) {
    case 0: return .incident(FeedIncident(kind: .connected, time: .none))
    case 1: return .incident(FeedIncident(kind: .muted, time: time, scope: .equities))
    default:
      gaps += 1
      openGap = gaps
      return .incident(
        FeedIncident(kind: .gapFound, time: time, gap: openGap, from: time.adding(nanoseconds: -90_000_000_000)))
    }
  }

  /// Something from the last minutes, read from history.
  private mutating func backfill() -> MarketEvent {
    let now = time
    defer { time = now }
    time = time.adding(nanoseconds: -number(0...90_000) * 1_000_000)
    return number(0...1) == 0 ? quote(.backfilled) : trade(.backfilled)
  }

  private mutating func reference() -> MarketEvent {
    let isKnown = number(0...1) == 0
    return .reference(
      ContractReference(
        time: number(0...2) == 0 ? .none : time, instrument: option(),
        deltaNanos: isKnown ? number(-900_000_000...900_000_000) : ContractReference.unknown,
        gammaNanos: isKnown ? number(0...90_000_000) : ContractReference.unknown,
        impliedVolatilityNanos: ContractReference.unknown, openInterest: number(0...3)))
  }

  private mutating func bar() -> MarketEvent {
    let price = Price(cents: number(57_150...57_250))
    return .bar(
      Bar(
        start: time.adding(nanoseconds: -60_000_000_000), open: price, high: price, low: price, close: price, volume: 1,
        instrument: DayStream.stocks[number(0...1)], lengthSeconds: 60))
  }

  private mutating func stock() -> MarketEvent {
    .trade(
      Trade(
        time: time, price: Price(cents: number(57_150...57_250)), instrument: DayStream.stocks[number(0...1)],
        size: number(1...500), venue: VenueID(4), reportingFacility: number(0...1) == 0 ? 0 : 201))
  }
}
