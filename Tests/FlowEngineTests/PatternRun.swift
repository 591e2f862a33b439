import MarketModel

@testable import FlowEngine

/// An engine with all detectors on, and contracts around those of every `EngineRun`.
enum PatternRun {
  static let symbols = [
    "O:SPY251216C00570000", "O:SPY251216C00574000", "O:SPY251216P00570000", "O:SPY251219C00572000",
    "O:SPY251219C00570000", "O:SPY251216P00574000",
  ]
  static let (call570, call574, put570) = (InstrumentID(3), InstrumentID(4), InstrumentID(5))
  static let (laterCall572, laterCall570, put574) = (InstrumentID(6), InstrumentID(7), InstrumentID(8))

  static func make(_ rules: DetectorRules = DetectorRules()) -> EngineRun {
    EngineRun(FlowConfiguration(detectors: rules), more: symbols)
  }

  /// Every contract quoted 3.00 at 3.10.
  static func quotes(_ milliseconds: Int64 = 0) -> [MarketEvent] {
    (1...8 as ClosedRange<UInt32>).map { quote(milliseconds, 300, 310, InstrumentID($0)) }
  }

  /// Prints of one contract, at the ask and a second apart unless told otherwise, each with a fresh quote.
  static func buys(
    _ count: Int, size: UInt32, from milliseconds: Int64 = 1000, every step: Int64 = 1000,
    _ instrument: InstrumentID = EngineRun.call, cents: Int64 = 310, venue: UInt16 = 302, conditions: [Int] = [209]
  ) -> [MarketEvent] {
    (0..<Int64(count)).flatMap {
      let time = milliseconds + $0 * step
      return [
        quote(time, 300, 310, instrument),
        trade(time, cents, size: size, instrument, venue: venue, conditions: conditions),
      ]
    }
  }

  /// The venue takes back the first print like this one.
  static func cancel(
    _ milliseconds: Int64, size: UInt32, _ instrument: InstrumentID = EngineRun.call, cents: Int64 = 310,
    venue: UInt16 = 302
  ) -> MarketEvent {
    trade(milliseconds, cents, size: size, instrument, venue: venue, conditions: [201])
  }
}

extension [FlowOutput] {
  /// Every record of a detector, in order.
  func records(of detector: DetectorID) -> [Detection] {
    compactMap { if case .detection(let detection) = $0, detection.id.detector == detector { detection } else { nil } }
  }

  /// The newest record of each find of a detector.
  func finds(of detector: DetectorID) -> [Detection] {
    Dictionary(records(of: detector).map { ($0.id, $0) }) { $1 }.values.sorted { $0.id < $1.id }
  }

  /// Numbers of the prints that are legs in the end, ascending.
  func legNumbers(of id: DetectionID?) -> [Int64] {
    var legs: [Int64: Bool] = [:]
    for case .detectionLeg(let leg) in self where leg.detection == id { legs[leg.print] = !leg.isVoid }
    return legs.filter(\.value).keys.sorted()
  }
}
