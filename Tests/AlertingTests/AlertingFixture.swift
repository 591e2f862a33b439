import Foundation
import MarketModel
import Testing

@testable import Alerting
@testable import FlowEngine

/// A folder of its own, gone with the test.
final class TestFolder {
  let path: String

  init() throws {
    let url = URL(filePath: NSTemporaryDirectory()).appending(path: "marketflow-alerts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }
}

/// SplitMix64: the same seed gives the same test on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A clock that stands until it is set.
final class TestClock {
  var now = AlertingFixture.open
  func advance(seconds: Int64) { now = now.adding(nanoseconds: seconds * 1_000_000_000) }
}

/// A small market, and an office on a real file.
final class AlertingFixture {
  /// 2025-12-16T15:30:00Z, 10:30 in New York.
  static let open = Timestamp(newYork: session, hour: 10, minute: 30)
  static let session = required(MarketDate(year: 2025, month: 12, day: 16), "day")

  let folder: TestFolder
  let instruments = InstrumentTable(capacity: 1024)
  let clock = TestClock()
  let news = AlertNews()
  var options = AlertOptions(run: "run1")

  init() throws { folder = try TestFolder() }

  var file: String { folder.path("alerts.duckdb") }

  func office() throws -> AlertOffice {
    try AlertOffice(AlertDatabase(path: file), options: options, clock: { [clock] in clock.now }, news: news)
  }

  func id(_ symbol: String) -> InstrumentID { required(instruments.intern(symbol), symbol) }

  static func contract(_ strike: Int = 572, root: String = "SPY", right: String = "C") -> String {
    "O:\(root)251219\(right)" + String(format: "%08d", strike * 1000)
  }

  /// - Parameter seconds: after the fixture's beginning.
  func detection(
    _ count: UInt32, kind: DetectionKind = .sweep, symbol: String = AlertingFixture.contract(),
    premium: Int64 = 2_000_000,
    confidence: UInt16 = 900, prints: Int64 = 4, seconds: Int64 = 0, state: DetectionState = .open,
    side: AggressorSide = .buy
  ) -> Detection {
    let instrument = id(symbol)
    let time = AlertingFixture.open.adding(nanoseconds: seconds * 1_000_000_000)
    return Detection(
      id: DetectionID(session: AlertingFixture.session, detector: .sweep, count: count), kind: kind, state: state,
      side: side, effect: .unknown, instrument: instrument, underlying: instruments[instrument].underlying,
      contractCount: 1, confidencePermille: confidence, firstTime: time, lastTime: time, firstPrint: Int64(count) * 10,
      lastPrint: Int64(count) * 10 + prints, prints: prints, size: prints * 10, premiumMicros: premium * 1_000_000,
      netDeltaNanos: 0, underlyingPrice: Price(cents: 57_214), factors: ConfidenceFactors())
  }

  func print(
    _ number: Int64, symbol: String = AlertingFixture.contract(), premium: Int64 = 50_000, size: UInt32 = 100,
    side: AggressorSide = .buy, method: LabelMethod = .atOrAboveAsk, flags: PrintFlags = [], venue: UInt16 = 302,
    delta: Int64 = 500_000_000, seconds: Int64 = 0
  ) -> LabeledPrint {
    let time = AlertingFixture.open.adding(nanoseconds: seconds * 1_000_000_000)
    return LabeledPrint(
      number: number,
      trade: Trade(
        time: time, price: Price(cents: 500), sequence: number, conditions: ConditionSet(vendorID: 209),
        instrument: id(symbol), size: size, venue: VenueID(venue)),
      bid: Price(cents: 490), ask: Price(cents: 500), quoteTime: time, premiumMicros: premium * 1_000_000,
      deltaNanos: delta, gammaNanos: 20_000_000, underlyingPrice: Price(cents: 57_214), sweepID: 0, side: side,
      method: method, flags: flags)
  }
}

extension AlertOffice {
  /// Sweeps of each contract are told on their own, not those of an underlying together.
  func tellEachContract() throws {
    var sweep = required(rules["sweep"], "rule")
    sweep.coolDownScope = .contract
    try put(sweep, isNew: false, by: nil)
  }

  func see(_ outputs: [FlowOutput], _ instruments: InstrumentTable) {
    outputs.withUnsafeBufferPointer { see($0, instruments) }
  }

  /// Everything that is stored, oldest first.
  func stored() throws -> [Alert] { try alerts(AlertFilter(), limit: 100_000).reversed() }

  /// Idempotency keys of all messages, in order.
  func deliveryKeys() throws -> [String] {
    try session.rows("SELECT idempotency_key FROM deliveries ORDER BY delivery_id").compactMap { $0[0].text }
  }
}

/// What a fixture cannot do without.
func required<Value>(_ value: Value?, _ what: String) -> Value {
  guard let value else { preconditionFailure("AlertingFixture: no \(what)") }
  return value
}
