import MarketModel

/// Reproducible random numbers (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
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

/// Events of every kind with any values in their fields; their times are those of a stream.
enum RandomEvents {
  /// 2026-11-20, 15:00 UTC.
  static let start = Timestamp(seconds: 1_795_186_800)

  static func event(at milliseconds: Int64, instruments: Int, _ random: inout SplitMix) -> MarketEvent {
    let time = start.adding(nanoseconds: milliseconds * 1_000_000)
    let instrument = InstrumentID(UInt32.random(in: 0..<UInt32(instruments), using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return .trade(
        Trade(
          time: time, price: Price(micros: any(&random)), sequence: any(&random),
          conditions: ConditionSet(rawValue: any(&random)), instrument: instrument, size: any(&random),
          venue: VenueID(any(&random)), reportingFacility: any(&random), flags: TradeFlags(rawValue: any(&random))))
    case 1:
      return .quote(
        Quote(
          time: time, bid: Price(micros: any(&random)), ask: Price(micros: any(&random)), sequence: any(&random),
          instrument: instrument, bidSize: any(&random), askSize: any(&random), bidVenue: VenueID(any(&random)),
          askVenue: VenueID(any(&random)), flags: QuoteFlags(rawValue: any(&random))))
    case 2:
      return .bar(
        Bar(
          start: time, open: Price(micros: any(&random)), high: Price(micros: any(&random)),
          low: Price(micros: any(&random)), close: Price(micros: any(&random)), volume: any(&random),
          instrument: instrument, lengthSeconds: 1))
    case 3:
      return .reference(
        ContractReference(
          time: time, instrument: instrument, deltaNanos: any(&random), gammaNanos: any(&random),
          thetaNanos: any(&random), vegaNanos: any(&random), impliedVolatilityNanos: any(&random),
          openInterest: any(&random)))
    case 4: return .clock(time)
    default:
      return .incident(
        FeedIncident(
          kind: FeedIncident.Kind.allCases.randomElement(using: &random) ?? .ended, time: time,
          scope: FeedIncident.Scope.allCases.randomElement(using: &random) ?? .options, gap: any(&random),
          from: Timestamp(nanoseconds: any(&random)), count: any(&random)))
    }
  }

  /// The extremes are as likely as everything between.
  static func any<T: FixedWidthInteger>(_ random: inout SplitMix) -> T {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: T.min
    case 1: T.max
    case 2: 0
    default: T.random(in: .min ... .max, using: &random)
    }
  }
}
