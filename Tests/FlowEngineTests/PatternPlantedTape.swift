import MarketModel

@testable import FlowEngine

/// A tape of many underlyings with spreads planted among prints that have nothing to do with each other, at the pace of a million
/// prints in a trading day. Every planted leg is known by its place on the tape.
struct PatternPlantedTape {
  struct Planted {
    var kind: DetectionKind
    var isMarked: Bool
    /// Numbers of the prints, ascending.
    var legs: [Int64]
  }

  static let underlyings = 60
  private static let strikes: [Int64] = Array(stride(from: 80, through: 120, by: 5))
  private static let expiries = ["251219", "260116"]
  private static let venues: [UInt16] = [
    300, 301, 302, 303, 304, 307, 308, 309, 312, 313, 315, 316, 319, 320, 322, 323,
  ]
  /// A million in six and a half hours.
  private static let nanosecondsPerPrint: Int64 = 23_400_000

  static let symbols: [String] = (0..<underlyings).flatMap { underlying in
    ["U\(letters(underlying))"]
      + expiries.flatMap { expiry in
        ["C", "P"].flatMap { right in
          strikes.map { "O:U\(letters(underlying))\(expiry)\(right)00\($0 < 100 ? "0\($0)" : "\($0)")000" }
        }
      }
  }

  private static func letters(_ number: Int) -> String {
    String(decoding: [UInt8(ascii: "A") + UInt8(number / 26), UInt8(ascii: "A") + UInt8(number % 26)], as: UTF8.self)
  }

  private(set) var events: [MarketEvent] = []
  private(set) var planted: [Planted] = []
  private var random: StreamGenerator
  private var prints: Int64 = 0
  private var time = DayTests.monday

  /// - Parameter spreads: planted, two legs each, half of them marked.
  init(prints count: Int, spreads: Int, seed: UInt64) {
    random = StreamGenerator(seed: seed)
    let every = max(1, count / spreads)
    while prints < count {
      // Half of the prints come in bursts, as they do.
      if Int.random(in: 0..<2, using: &random) == 0 {
        time = time.adding(nanoseconds: Int64.random(in: 0...(4 * Self.nanosecondsPerPrint), using: &random))
      }
      plantNoise()
      if planted.count < spreads, prints % Int64(every) < 2, prints / Int64(every) >= planted.count { plantSpread() }
    }
    events.append(.clock(time.adding(nanoseconds: 2_000_000_000)))
  }

  private mutating func contract(_ underlying: Int, _ expiry: Int, isCall: Bool, strike: Int) -> InstrumentID {
    let perRight = Self.strikes.count
    let perUnderlying = 1 + Self.expiries.count * 2 * perRight
    // Behind those of every `EngineRun`.
    return InstrumentID(
      UInt32(3 + underlying * perUnderlying + 1 + (expiry * 2 + (isCall ? 0 : 1)) * perRight + strike))
  }

  private mutating func append(
    _ instrument: InstrumentID, cents: Int64, size: UInt32, venue: UInt16, conditions: Int
  ) {
    prints += 1
    // Vendors stamp milliseconds.
    let stamp = Timestamp(milliseconds: time.milliseconds)
    events.append(
      .quote(
        Quote(time: stamp, bid: Price(cents: 300), ask: Price(cents: 310), sequence: 0, instrument: instrument)))
    events.append(
      .trade(
        Trade(
          time: stamp, price: Price(cents: cents), conditions: ConditionSet(vendorIDs: [conditions]),
          instrument: instrument, size: size, venue: VenueID(venue))))
  }

  /// Sizes as orders have them: mostly small, round ones often.
  private mutating func size() -> UInt32 {
    switch Int.random(in: 0..<10, using: &random) {
    case 0...4: UInt32.random(in: 1...5, using: &random)
    case 5...6: 10
    case 7: UInt32.random(in: 6...40, using: &random)
    case 8: [20, 25, 50, 100].randomElement(using: &random) ?? 20
    default: UInt32.random(in: 1...300, using: &random)
    }
  }

  private mutating func venue() -> UInt16 { Self.venues.randomElement(using: &random) ?? 302 }

  /// One print of any contract; one in twelve the leg of an order whose other legs are not on the tape (tied to other symbols).
  private mutating func plantNoise() {
    let instrument = contract(
      Int.random(in: 0..<Self.underlyings, using: &random), Int.random(in: 0..<2, using: &random),
      isCall: Bool.random(using: &random), strike: Int.random(in: 0..<Self.strikes.count, using: &random))
    let conditions = [209, 209, 209, 209, 209, 209, 219, 227, 227, 209, 209, 232].randomElement(using: &random) ?? 209
    append(
      instrument, cents: [300, 300, 303, 305, 307, 310, 310].randomElement(using: &random) ?? 300, size: size(),
      venue: venue(), conditions: conditions)
  }

  private mutating func plantSpread() {
    let kind =
      [DetectionKind.verticalSpread, .straddle, .strangle, .riskReversal, .calendarSpread]
      .randomElement(using: &random) ?? .straddle
    let isMarked = Bool.random(using: &random)
    let underlying = Int.random(in: 0..<Self.underlyings, using: &random)
    let expiry = Int.random(in: 0..<2, using: &random)
    let isCall = Bool.random(using: &random)
    let low = Int.random(in: 0..<4, using: &random)
    let high = Int.random(in: 4..<Self.strikes.count, using: &random)
    let (one, other) =
      switch kind {
      case .verticalSpread:
        (
          contract(underlying, expiry, isCall: isCall, strike: low),
          contract(underlying, expiry, isCall: isCall, strike: high)
        )
      case .straddle:
        (
          contract(underlying, expiry, isCall: true, strike: high),
          contract(underlying, expiry, isCall: false, strike: high)
        )
      case .calendarSpread:
        (
          contract(underlying, 0, isCall: isCall, strike: high), contract(underlying, 1, isCall: isCall, strike: high)
        )
      default:
        (
          contract(underlying, expiry, isCall: true, strike: high),
          contract(underlying, expiry, isCall: false, strike: low)
        )
      }
    let areTogether = kind == .straddle || kind == .strangle
    let size = UInt32.random(in: isMarked ? 1...80 : 10...80, using: &random)
    let venue = venue()
    let conditions = isMarked ? [232, 233, 236].randomElement(using: &random) ?? 232 : 209
    var legs: [Int64] = []
    time = time.adding(nanoseconds: 20_000_000)
    append(one, cents: 310, size: size, venue: venue, conditions: conditions)
    legs.append(prints)
    // Another order between the legs now and then, and stamps on both sides of a millisecond.
    if Int.random(in: 0..<4, using: &random) == 0 { plantNoise() }
    time = time.adding(nanoseconds: Int64.random(in: 0...900_000, using: &random))
    append(other, cents: areTogether ? 310 : 300, size: size, venue: venue, conditions: conditions)
    legs.append(prints)
    planted.append(Planted(kind: kind, isMarked: isMarked, legs: legs))
  }
}
