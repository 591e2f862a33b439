import FlowEngine
import MarketModel
import OptionMath
import Positioning

@testable import Application

/// A small market of one afternoon, made event by event.
final class OptionsTape {
  /// A Tuesday.
  static let day = MarketDate(year: 2025, month: 12, day: 16) ?? MarketDate(daysSinceEpoch: 0)
  static let later = MarketDate(year: 2025, month: 12, day: 19) ?? MarketDate(daysSinceEpoch: 0)
  /// An hour before the close.
  static let start = Timestamp(newYork: day, hour: 15)

  let instruments: InstrumentTable
  private(set) var events: [MarketEvent] = []
  private var sequence: Int64 = 0
  var time = OptionsTape.start

  init(_ instruments: InstrumentTable = InstrumentTable(capacity: 1 << 12)) { self.instruments = instruments }

  func id(_ symbol: String) -> InstrumentID {
    guard let id = instruments.intern(symbol) else { preconditionFailure("OptionsTape: \(symbol)") }
    return id
  }

  func option(_ root: String, _ right: OptionRight, _ strike: Double, _ expiry: MarketDate = later) -> InstrumentID {
    id(OptionSymbol(root: root, expiry: expiry, right: right, strike: Price(rounding: strike)).polygonText)
  }

  func stock(_ symbol: String, _ price: Double) {
    trade(id(symbol), price, 100)
  }

  func trade(_ id: InstrumentID, _ price: Double, _ size: UInt32) {
    sequence += 1
    let isOption = instruments[id].kind == .option
    events.append(
      .trade(
        Trade(
          time: time, price: Price(rounding: price), sequence: sequence,
          conditions: isOption ? ConditionSet(vendorID: 209) : ConditionSet(), instrument: id, size: size,
          venue: VenueID(isOption ? 302 : 12))))
  }

  func quote(_ id: InstrumentID, bid: Double, ask: Double) {
    sequence += 1
    events.append(
      .quote(
        Quote(
          time: time, bid: Price(rounding: bid), ask: Price(rounding: ask), sequence: sequence, instrument: id,
          bidSize: 10, askSize: 10)))
  }

  /// A quote two cents around the model's price, or a little above where that leaves no bid.
  func quote(_ id: InstrumentID, spot: Double, volatility: Double) {
    let instrument = instruments[id]
    guard let symbol = OptionSymbol(polygon: instrument.symbol.description) else { return }
    let value = BlackScholes.price(
      symbol.right, spot: spot, strike: symbol.strike.doubleValue,
      years: DayCount.years(from: time, to: symbol.settlementTime), volatility: volatility)
    let bid = max(1, (value * 100).rounded() - 2)
    quote(id, bid: bid / 100, ask: (bid + 4) / 100)
  }

  func say(
    _ id: InstrumentID, open: Int64 = ContractReference.unknown, volatility: Double? = nil, delta: Double? = nil,
    gamma: Double? = nil
  ) {
    func nanos(_ value: Double?) -> Int64 { value.map { Int64(($0 * 1e9).rounded()) } ?? ContractReference.unknown }
    events.append(
      .reference(
        ContractReference(
          time: time, instrument: id, deltaNanos: nanos(delta), gammaNanos: nanos(gamma),
          impliedVolatilityNanos: nanos(volatility), openInterest: open)))
  }

  func wait(seconds: Int64) {
    time = time.adding(nanoseconds: seconds * 1_000_000_000)
    events.append(.clock(time))
  }

  /// Eleven strikes around 100 of two expiries, quoted, some of them traded; open interest of all.
  func usual(_ symbol: String = "SPY", spot: Double = 100) {
    stock(symbol, spot)
    for expiry in [OptionsTape.day, OptionsTape.later] {
      for step in -5...5 {
        for right in [OptionRight.call, .put] {
          let id = option(symbol, right, 100 + Double(step), expiry)
          quote(id, spot: spot, volatility: 0.2 + 0.01 * Double(abs(step)))
          say(id, open: Int64(1_000 + 137 * ((step + 20) * (right == .call ? 7 : 3) % 11)))
          if step.isMultiple(of: 2) { trade(id, 3, UInt32(10 + step + 5)) }
        }
      }
    }
  }

  /// What an engine knows after all of it.
  func snapshot(_ scope: FlowSnapshot.Scope = .withOpenInterest) -> FlowSnapshot {
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    events.withUnsafeBufferPointer { engine.process($0, into: &outputs) }
    outputs.removeAll()
    let snapshot = FlowSnapshot(scope)
    engine.capture(into: snapshot)
    return snapshot
  }

  /// The board of one round over it.
  func board() -> PositioningDesk {
    var desk = PositioningDesk(instruments: instruments, greeks: GreeksRule())
    _ = desk.look(at: snapshot(), captured: 0) { false }
    return desk
  }
}
