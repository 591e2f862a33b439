import Clocks
import FlowEngine
import JSONText
import MarketModel
import OptionMath
import Positioning

/// What positioning of an invented chain costs: the engine's copy, and a whole round beside it.
struct PositioningBench {
  /// Contracts of the chain; half of them calls.
  var contracts: Int
  var rounds: Int

  struct Result {
    var contracts: Int
    var rounds: Int
    /// CPU of the engine's thread for one copy of its state, and of a round: input, report, levels. Medians.
    var captureMicroseconds: Double
    var roundMicroseconds: Double
    /// Of the last round: the net gamma exposure, so that nothing is worked out in vain.
    var gammaExposure: Double
  }

  private static let spot = 600.0
  private static let expiries = 25

  /// Everything happens on the calling thread.
  func run() -> Result {
    let instruments = InstrumentTable()
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    let open = Timestamp(newYork: PositioningBench.day, hour: 9, minute: 30)
    PositioningBench.events(contracts, instruments, from: open).withUnsafeBufferPointer {
      engine.process($0, into: &outputs)
    }
    let snapshot = FlowSnapshot(.withOpenInterest)
    var desk = PositioningDesk(instruments: instruments, greeks: GreeksRule())
    var captures: [Double] = []
    var looks: [Double] = []
    for round in 1...rounds {
      outputs.removeAll()
      // A later moment, so that nothing of the round before still holds.
      engine.process(.clock(open.adding(nanoseconds: Int64(round) * 1_000_000)), into: &outputs)
      captures.append(PositioningBench.microseconds { engine.capture(into: snapshot) })
      looks.append(PositioningBench.microseconds { _ = desk.look(at: snapshot, captured: 0) { false } })
    }
    let report = desk.board.underlyings.values.first?.report
    return Result(
      contracts: snapshot.contracts.count, rounds: rounds,
      captureMicroseconds: PositioningBench.median(captures), roundMicroseconds: PositioningBench.median(looks),
      gammaExposure: report?.openInterest.sum(.gamma).value ?? 0)
  }

  /// A Thursday.
  private static let day = MarketDate(daysSinceEpoch: 20_436)

  /// A stock's price, then each contract's quote, a print and its open interest.
  private static func events(_ count: Int, _ instruments: InstrumentTable, from open: Timestamp) -> [MarketEvent] {
    guard let stock = instruments.intern("SPY") else { preconditionFailure("PositioningBench: no stock") }
    var events: [MarketEvent] = [
      .trade(
        Trade(
          time: open, price: Price(rounding: spot), sequence: 1, conditions: ConditionSet(vendorID: 0),
          instrument: stock, size: 100, venue: VenueID(12)))
    ]
    for index in 0..<count {
      let strikes = max(1, count / (2 * expiries))
      let (isCall, place) = (index % 2 == 0, index / 2)
      let strike = 1 + (place % strikes + Int(spot) - strikes / 2)
      let symbol = OptionSymbol(
        root: "SPY", expiry: MarketDate(daysSinceEpoch: day.daysSinceEpoch + 1 + Int32(place / strikes)),
        right: isCall ? .call : .put, strike: Price(rounding: Double(max(1, strike))))
      guard let id = instruments.intern(symbol.polygonText) else { continue }
      let years = DayCount.years(from: open, to: symbol.settlementTime)
      let value = BlackScholes.price(
        symbol.right, spot: spot, strike: symbol.strike.doubleValue, years: years,
        volatility: 0.15 + Double(place % 7) * 0.01)
      let cents = Int64((value * 100).rounded())
      events.append(
        .quote(
          Quote(
            time: open, bid: Price(cents: max(1, cents - 2)), ask: Price(cents: cents + 3), sequence: 2,
            instrument: id, bidSize: 10, askSize: 10)))
      events.append(
        .trade(
          Trade(
            time: open, price: Price(cents: cents + 3), sequence: Int64(3 + index),
            conditions: ConditionSet(vendorID: 209), instrument: id, size: UInt32(1 + index % 9), venue: VenueID(302))))
      events.append(
        .reference(ContractReference(time: open, instrument: id, openInterest: Int64(index * 37 % 9_000))))
    }
    return events
  }

  private static func microseconds(_ body: () -> Void) -> Double {
    let before = SystemClock.threadNanoseconds
    body()
    return Double(SystemClock.threadNanoseconds - before) / 1000
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
