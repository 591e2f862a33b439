import Foundation
import Logging
import MarketModel
import Rings
import Testing

@testable import FlowEngine
@testable import Server

/// A small market that every test fills as it needs it.
final class Fixture {
  static let session = required(MarketDate(year: 2025, month: 12, day: 16), "day")
  static let later = required(MarketDate(year: 2025, month: 12, day: 19), "day")
  /// 2025-12-16T15:30:00Z.
  static let open = required(Timestamp(rfc3339: "2025-12-16T15:30:00Z"), "time")

  let table: InstrumentTable
  let outputs = SPSCRing<FlowOutput>(capacity: 1 << 12)
  let snapshots = Exchange<FlowSnapshot>()
  let flow = Exchange<FlowReport>()
  let facts = SharedFacts()
  let clock = TestClock()
  let model: ReadModel
  let core: ServerCore
  private(set) var nextNumber: Int64 = 1

  init(
    printBase: Int64 = 0, recentPrints: Int = 1024, table: InstrumentTable = InstrumentTable(capacity: 4096)
  ) {
    self.table = table
    model = ReadModel(instruments: table, printBase: printBase, recentPrints: recentPrints)
    core = ServerCore(
      model: model, identity: Fixture.identity, outputs: outputs, snapshots: snapshots, flow: flow,
      facts: { [facts] in facts.value },
      clocks: ServerClocks(
        monotonicNanoseconds: { [clock] in clock.monotonicNanoseconds }, wallTime: { [clock] in clock.time }))
  }

  static let identity = ServerIdentity(
    mode: .demo, epoch: "e1",
    versions: ComponentVersions(
      marketflow: "0.1.0", swift: "6.3", duckdb: "1.5.5", libwebsockets: "4.1.6", simdjson: "3.0.1"))

  func id(_ symbol: String) -> InstrumentID { required(table.intern(symbol), symbol) }

  static func symbol(
    _ root: String, _ right: OptionRight, _ strike: Int, expiry: MarketDate = Fixture.session
  ) -> String {
    let (year, month, day) = expiry.components
    let digits = String(format: "%02d%02d%02d", year % 100, month, day)
    return "O:\(root)\(digits)\(right == .call ? "C" : "P")" + String(format: "%08d", strike * 1000)
  }

  static func symbol(_ right: OptionRight, _ strike: Int, expiry: MarketDate = Fixture.session) -> String {
    symbol("SPY", right, strike, expiry: expiry)
  }

  // MARK: Prints

  func print(
    _ symbol: String, price: Double = 2.5, size: UInt32 = 10, side: AggressorSide = .buy, flags: PrintFlags = [],
    conditions: ConditionSet = ConditionSet(vendorID: 209), number: Int64? = nil, hasQuote: Bool = true
  ) -> LabeledPrint {
    let instrument = id(symbol)
    let number = number ?? nextNumber
    nextNumber = number + 1
    let time = Fixture.open.adding(nanoseconds: number * 1_000_000)
    let price = Price(rounding: price)
    return LabeledPrint(
      number: number,
      trade: Trade(
        time: time, price: price, sequence: number, conditions: conditions, instrument: instrument, size: size,
        venue: VenueID(302)),
      bid: hasQuote ? Price(cents: 240) : .zero, ask: hasQuote ? Price(cents: 250) : .zero,
      quoteTime: hasQuote ? time.adding(nanoseconds: -1_500_000) : .none,
      premiumMicros: price.micros * Int64(size) * Int64(table[instrument].multiplier),
      deltaNanos: hasQuote ? 500_000_000 : ContractReference.unknown,
      gammaNanos: hasQuote ? 20_000_000 : ContractReference.unknown,
      underlyingPrice: hasQuote ? Price(cents: 67_214) : .zero, sweepID: flags.contains(.block) ? 7 : 0, side: side,
      method: side == .buy ? .atOrAboveAsk : side == .unknown ? .noQuote : .atOrBelowBid, flags: flags)
  }

  /// Puts prints through the model as the publisher ring would.
  @discardableResult
  func absorb(_ symbol: String, count: Int = 1, price: Double = 2.5, size: UInt32 = 10, side: AggressorSide = .buy)
    -> ClosedRange<Int64>
  {
    let first = nextNumber
    for _ in 0..<count { model.absorb(.print(print(symbol, price: price, size: size, side: side))) }
    return first...(nextNumber - 1)
  }

  // MARK: Detections

  func detectionID(_ count: UInt32) -> DetectionID {
    DetectionID(session: Fixture.session, detector: .sweep, count: count)
  }

  /// A sweep of some prints.
  func detection(_ count: UInt32, _ prints: [LabeledPrint], confidence: UInt16) -> Detection {
    let (first, last) = (required(prints.first, "print"), required(prints.last, "print"))
    return Detection(
      id: detectionID(count), kind: .sweep, state: .closed, side: last.side, effect: .likelyOpening,
      instrument: last.trade.instrument, underlying: table[last.trade.instrument].underlying, contractCount: 1,
      confidencePermille: confidence, firstTime: first.trade.time, lastTime: last.trade.time,
      firstPrint: first.number, lastPrint: last.number, prints: Int64(prints.count),
      size: prints.reduce(0) { $0 + Int64($1.trade.size) }, premiumMicros: prints.reduce(0) { $0 + $1.premiumMicros },
      netDeltaNanos: prints.reduce(0) { $0 + $1.netDeltaNanos }, underlyingPrice: last.underlyingPrice,
      factors: ConfidenceFactors(
        ConfidenceFactor(.legs, weightPercent: 60, scorePermille: confidence * 10 / 6, value: Float(prints.count)),
        ConfidenceFactor(.premium, weightPercent: 40, scorePermille: 0, value: 1)))
  }

  /// The same instruments in a run of its own, with nothing in memory.
  static func empty(like other: Fixture) -> Fixture {
    Fixture(printBase: 9 << 36, table: other.table)
  }

  // MARK: Snapshots

  func contract(
    _ symbol: String, trades: Int64 = 1, volume: Int64 = 10, premium: Int64 = 1000, buy: Int64 = 6, sell: Int64 = 4,
    isQuoted: Bool = true
  ) -> ContractSnapshot {
    ContractSnapshot(
      instrument: id(symbol), trades: trades, volume: volume, premiumMicros: premium * 1_000_000, buyVolume: buy,
      sellVolume: sell, netDeltaNanos: 1_500_000_000, netGammaNanos: 30_000_000,
      lastPrice: trades > 0 ? Price(cents: 250) : .zero, lastTradeTime: trades > 0 ? Fixture.open : .none,
      bid: isQuoted ? Price(cents: 0) : .zero, ask: isQuoted ? Price(cents: 5) : .zero,
      quoteTime: isQuoted ? Fixture.open : .none,
      deltaNanos: isQuoted ? 500_000_000 : ContractReference.unknown,
      gammaNanos: isQuoted ? 20_000_000 : ContractReference.unknown,
      impliedVolatilityNanos: isQuoted ? 180_000_000 : ContractReference.unknown,
      openInterest: isQuoted ? 1234 : ContractReference.unknown, sweeps: 1, blocks: 2)
  }

  func underlying(_ symbol: String, callPremium: Int64, putPremium: Int64, spot: Int64 = 672) -> UnderlyingSnapshot {
    let minute = UnderlyingMinute(
      minute: Fixture.open, trades: 3, callVolume: 20, putVolume: 10, callPremiumMicros: 5_000_000,
      putPremiumMicros: 2_000_000, buyPremiumMicros: 6_000_000, sellPremiumMicros: 1_000_000,
      underlyingPrice: Price(cents: 67_200), underlyingOpen: Price(cents: 67_150), underlyingHigh: Price(cents: 67_220),
      underlyingLow: Price(cents: 67_140), underlyingClose: Price(cents: 67_210))
    return UnderlyingSnapshot(
      instrument: id(symbol), lastPrice: Price(cents: spot * 100), lastPriceTime: spot == 0 ? .none : Fixture.open,
      trades: 3, callVolume: 20, putVolume: 10, callPremiumMicros: callPremium * 1_000_000,
      putPremiumMicros: putPremium * 1_000_000, buyPremiumMicros: 9_000_000, sellPremiumMicros: 4_000_000,
      netDeltaNanos: 2_500_000_000, fiveMinuteTrades: 3, fiveMinutePremiumMicros: 13_000_000, minutes: [minute])
  }

  /// SPY with two expiries, QQQ with one: the market most tests look at.
  func market() -> FlowSnapshot {
    let snapshot = FlowSnapshot()
    fill(snapshot)
    return snapshot
  }

  func fill(_ snapshot: FlowSnapshot) {
    var contracts: [ContractSnapshot] = []
    for strike in 650...695 {
      contracts.append(
        contract(Fixture.symbol(.call, strike), trades: 1, volume: Int64(strike), premium: Int64(strike) * 10))
      if strike % 2 == 0 {
        contracts.append(contract(Fixture.symbol(.put, strike), volume: 5, premium: 50, buy: 1, sell: 4))
      }
    }
    contracts.append(
      contract(Fixture.symbol(.call, 672, expiry: Fixture.later), trades: 9, premium: 77, buy: 5, sell: 5))
    contracts.append(
      contract(Fixture.symbol(.put, 600, expiry: Fixture.later), trades: 0, volume: 0, premium: 0, buy: 0, sell: 0))
    contracts.append(contract(Fixture.symbol("QQQ", .call, 500), trades: 2, premium: 90_000, isQuoted: false))
    snapshot.contracts = contracts.sorted { $0.instrument < $1.instrument }
    snapshot.underlyings = [
      underlying("SPY", callPremium: 200_000, putPremium: 100_000),
      underlying("QQQ", callPremium: 90_000, putPremium: 0, spot: 0),
    ].sorted { $0.instrument < $1.instrument }
    snapshot.streamTime = Fixture.open
    snapshot.session = Fixture.session
    snapshot.counters.events = 5000
    snapshot.counters.trades = 120
    // The engine's own count of prints shows the server what never came: here all of them do.
    snapshot.counters.sideBuy = nextNumber - 1
    snapshot.counters.lastPrint = nextNumber - 1
    snapshot.counters.byMethod[Int(LabelMethod.atOrAboveAsk.rawValue)] = nextNumber - 1
    snapshot.counters.fiveMinuteTrades = 33
  }

  func adoptMarket() { _ = model.adopt(market(), atNanoseconds: clock.monotonicNanoseconds) }

  // MARK: Requests

  func router(
    history: QueryThread? = nil, files: StaticFiles = StaticFiles(directory: nil),
    inject: (@Sendable (InjectedTrade) -> InjectionOutcome)? = nil, replay: ReplayPlayer? = nil,
    recordings: RecordedDaysDesk? = nil,
    positioning: PositioningRoute = PositioningRoute(board: nil, monotonicNanoseconds: { 0 }),
    flow: FlowDesk? = nil, model other: ReadModel? = nil
  ) -> Router {
    Router(
      model: other ?? model, version: "0.1.0", files: files, history: history, statements: nil,
      health: { [core] in core.health() }, inject: inject, replay: replay, recordings: recordings,
      positioning: positioning, flow: flow)
  }
}

final class TestClock {
  var time = required(Timestamp(rfc3339: "2026-01-02T03:04:05Z"), "time")
  private(set) var monotonicNanoseconds: Int64 = 77_000_000_000
  func advance(milliseconds: Int64) {
    setWall(byMilliseconds: milliseconds)
    monotonicNanoseconds += milliseconds * 1_000_000
  }
  /// Somebody sets the clock on the wall.
  func setWall(byMilliseconds milliseconds: Int64) { time = time.adding(nanoseconds: milliseconds * 1_000_000) }
}

final class SharedFacts: @unchecked Sendable {
  var value = HealthFacts()
}

extension Router {
  /// The answer, which has to come at once.
  func get(_ path: String, _ query: [String: String] = [:], headers: [String: String] = [:]) -> APIResponse {
    answerNow(
      APIRequest(path: path, query: query.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, headers: headers))
  }

  func answerNow(_ request: APIRequest) -> APIResponse {
    let box = AnswerBox()
    answer(request) { box.put($0) }
    return box.wait()
  }
}

/// Waits for an answer that another thread may give.
final class AnswerBox: @unchecked Sendable {
  private let arrived = DispatchSemaphore(value: 0)
  private var response: APIResponse?

  func put(_ response: APIResponse) {
    self.response = response
    arrived.signal()
  }

  func wait() -> APIResponse {
    arrived.wait()
    return required(response, "answer")
  }
}

extension APIResponse {
  var object: [String: Any] { json(body) }
  var rows: [[String: Any]] { object.objects("rows") }
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// An object; empty, with an issue recorded, when the bytes are none.
func json(_ bytes: [UInt8]) -> [String: Any] {
  do {
    if let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] { return object }
    Issue.record("not an object: \(String(decoding: bytes, as: UTF8.self))")
  } catch {
    Issue.record("not JSON: \(error)")
  }
  return [:]
}

extension [String: Any] {
  func text(_ name: String) -> String { self[name] as? String ?? "" }
  func integer(_ name: String) -> Int64 { (self[name] as? NSNumber)?.int64Value ?? .min }
  func objects(_ name: String) -> [[String: Any]] { self[name] as? [[String: Any]] ?? [] }
}

/// What a fixture cannot do without.
func required<Value>(_ value: Value?, _ what: String) -> Value {
  guard let value else { preconditionFailure("Fixture: no \(what)") }
  return value
}
