import MarketModel

@testable import FlowEngine

/// An engine with two contracts of one underlying, and what it has given out.
final class EngineRun {
  /// Monday 2025-12-15, 10:30 New York.
  static let start = Timestamp(milliseconds: 1_765_812_600_000)
  static let stock = InstrumentID(0)
  static let call = InstrumentID(1)
  static let put = InstrumentID(2)

  let instruments: InstrumentTable
  var engine: FlowEngine
  private(set) var outputs: [FlowOutput] = []

  init(
    _ configuration: FlowConfiguration = FlowConfiguration(), more symbols: [String] = [], printsBefore: Int64 = 0,
    cancellationsBefore: Int64 = 0
  ) {
    instruments = InstrumentTable(capacity: 1 << 16)
    engine = FlowEngine(
      configuration: configuration, instruments: instruments, printsBefore: printsBefore,
      cancellationsBefore: cancellationsBefore)
    for symbol in ["SPY", "O:SPY251216C00572000", "O:SPY251216P00572000"] + symbols { _ = instruments.intern(symbol) }
  }

  /// Goes on with an engine. The table gets what the saved one knew and had not used yet.
  init(restored engine: consuming FlowEngine, _ instruments: InstrumentTable, like saved: EngineRun) {
    self.engine = engine
    self.instruments = instruments
    for id in 0..<saved.instruments.count { _ = instruments.intern(saved.instruments[InstrumentID(UInt32(id))].symbol) }
  }

  @discardableResult
  func feed(_ events: [MarketEvent], batches: Int = .max) -> [FlowOutput] {
    var buffer = OutputBuffer(capacity: 1)
    var fresh: [FlowOutput] = []
    for start in stride(from: 0, to: events.count, by: min(batches, max(1, events.count))) {
      let end = start + min(batches, events.count - start)
      Array(events[start..<end]).withUnsafeBufferPointer { engine.process($0, into: &buffer) }
      fresh += Array(buffer.outputs)
      buffer.removeAll()
    }
    outputs += fresh
    return fresh
  }

  @discardableResult
  func feed(_ events: MarketEvent...) -> [FlowOutput] { feed(events) }

  /// What somebody who stops the engine now would write down.
  func digestNow() -> DigestRecord? {
    var buffer = OutputBuffer(capacity: 1)
    engine.recordDigest(into: &buffer)
    return Array(buffer.outputs).digests.first
  }

  var snapshot: FlowSnapshot {
    let snapshot = FlowSnapshot()
    engine.capture(into: snapshot)
    return snapshot
  }

  func contract(_ instrument: InstrumentID) -> ContractSnapshot? {
    snapshot.contracts.first { $0.instrument == instrument }
  }
  var underlying: UnderlyingSnapshot? { snapshot.underlyings.first { $0.instrument == EngineRun.stock } }
}

extension [FlowOutput] {
  var prints: [LabeledPrint] { compactMap { if case .print(let print) = $0 { print } else { nil } } }
  var bars: [MinuteBar] { compactMap { if case .minuteBar(let bar) = $0 { bar } else { nil } } }
  var cancellations: [Cancellation] {
    compactMap { if case .cancellation(let cancellation) = $0 { cancellation } else { nil } }
  }
  var resets: [SessionReset] { compactMap { if case .sessionReset(let reset) = $0 { reset } else { nil } } }
  var incidents: [FeedIncident] { compactMap { if case .incident(let incident) = $0 { incident } else { nil } } }
  var digests: [DigestRecord] { compactMap { if case .digest(let digest) = $0 { digest } else { nil } } }
  var openInterests: [OpenInterest] {
    compactMap { if case .openInterest(let interest) = $0 { interest } else { nil } }
  }
}

/// A print, milliseconds after the start, price in cents.
func trade(
  _ milliseconds: Int64, _ cents: Int64, size: UInt32 = 1, _ instrument: InstrumentID = EngineRun.call,
  venue: UInt16 = 302,
  conditions: [Int] = [209], sequence: Int64 = 0, facility: UInt16 = 0, flags: TradeFlags = []
) -> MarketEvent {
  .trade(
    Trade(
      time: EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000), price: Price(micros: cents * 10_000),
      sequence: sequence,
      conditions: ConditionSet(vendorIDs: conditions), instrument: instrument, size: size, venue: VenueID(venue),
      reportingFacility: facility, flags: flags))
}

/// A quote, milliseconds after the start, prices in cents.
func quote(
  _ milliseconds: Int64, _ bid: Int64, _ ask: Int64, _ instrument: InstrumentID = EngineRun.call, sequence: Int64 = 0
) -> MarketEvent {
  .quote(
    Quote(
      time: EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000), bid: Price(micros: bid * 10_000),
      ask: Price(micros: ask * 10_000), sequence: sequence, instrument: instrument))
}

func clock(_ milliseconds: Int64) -> MarketEvent {
  .clock(EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000))
}

func greeks(_ instrument: InstrumentID = EngineRun.call, delta: Int64 = 500_000_000, gamma: Int64 = 20_000_000)
  -> MarketEvent
{
  .reference(ContractReference(time: .none, instrument: instrument, deltaNanos: delta, gammaNanos: gamma))
}

/// SplitMix64: the same seed gives the same stream on every machine.
struct StreamGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Quotes, prints of both contracts and of the stock, and clocks, over some minutes.
  mutating func stream(_ count: Int, conditions: [[Int]] = [[209]], cents: Int64 = 400) -> [MarketEvent] {
    var time: Int64 = 0
    return (0..<count).map { _ in
      time += Int64.random(in: 0...700, using: &self)
      let instrument = Bool.random(using: &self) ? EngineRun.call : EngineRun.put
      let bid = cents + Int64.random(in: 0...3, using: &self)
      switch Int.random(in: 0..<10, using: &self) {
      case 0...2: return quote(time, bid, bid + Int64.random(in: -1...4, using: &self), instrument)
      case 3: return clock(time)
      default:
        return trade(
          time, cents + Int64.random(in: -1...6, using: &self), size: UInt32.random(in: 1...200, using: &self),
          instrument,
          venue: UInt16.random(in: 300...303, using: &self), conditions: conditions.randomElement(using: &self) ?? [])
      }
    }
  }
}
