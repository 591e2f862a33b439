import MarketModel

@testable import FlowEngine
@testable import Storage

/// What a detector would say of a stream of prints: every six prints it recognises something, which the next one joins and
/// which closes two later.
struct DetectionStream {
  let session: MarketDate
  let stream: OutputStream
  private var newest: [DetectionID: Detection] = [:]
  private var idsOfLegs: [Int64: DetectionID] = [:]

  init(_ session: MarketDate, _ stream: OutputStream) {
    self.session = session
    self.stream = stream
  }

  /// - Parameter ordinal: of the print within the day.
  mutating func see(_ print: LabeledPrint, ordinal: Int64) -> [FlowOutput] {
    let id = DetectionID(session: session, detector: .sweep, count: UInt32((ordinal - 1) / 6 + 1))
    switch ordinal % 6 {
    case 1:
      newest[id] = Detection(
        id: id, kind: .sweep, state: .open, side: print.side, effect: .likelyOpening,
        instrument: print.trade.instrument, underlying: stream.spy, contractCount: 1, confidencePermille: 0,
        firstTime: print.trade.time, lastTime: print.trade.time, firstPrint: print.number, lastPrint: print.number,
        prints: 0, size: 0, premiumMicros: 0, netDeltaNanos: 0, underlyingPrice: print.underlyingPrice,
        factors: ConfidenceFactors())
      return join(print, id)
    case 2: return join(print, id)
    case 4:
      newest[id]?.state = .closed
      return told(id)
    default: return []
    }
  }

  private mutating func join(_ print: LabeledPrint, _ id: DetectionID) -> [FlowOutput] {
    idsOfLegs[print.number] = id
    change(id, print, by: 1)
    newest[id]?.lastPrint = print.number
    newest[id]?.lastTime = print.trade.time
    return told(id)
      + [.detectionLeg(DetectionLeg(detection: id, print: print.number, instrument: print.trade.instrument))]
  }

  /// The venue took a print back.
  mutating func takeBack(_ print: LabeledPrint) -> [FlowOutput] {
    guard let id = idsOfLegs[print.number] else { return [] }
    change(id, print, by: -1)
    return [
      .detectionLeg(
        DetectionLeg(detection: id, print: print.number, instrument: print.trade.instrument, isVoid: true))
    ] + told(id)
  }

  private mutating func change(_ id: DetectionID, _ print: LabeledPrint, by sign: Int64) {
    guard var detection = newest[id] else { return }
    detection.prints += sign
    detection.size += sign * Int64(print.trade.size)
    detection.premiumMicros += sign * print.premiumMicros
    detection.netDeltaNanos += sign * print.netDeltaNanos
    detection.factors = ConfidenceFactors(
      ConfidenceFactor(
        .legs, weightPercent: 60, scorePermille: UInt16(detection.prints * 450), value: Float(detection.prints)),
      ConfidenceFactor(
        .premium, weightPercent: 40, scorePermille: 325, value: Float(detection.premiumMicros) / 1e6))
    detection.confidencePermille = detection.factors.confidencePermille
    newest[id] = detection
  }

  private func told(_ id: DetectionID) -> [FlowOutput] { newest[id].map { [.detection($0)] } ?? [] }
}

extension Store {
  /// Detections and legs as people see them, without what this process may number otherwise.
  func foundRows() throws -> [String] {
    try rows("SELECT * EXCLUDE (breakdown), breakdown::VARCHAR FROM detections ORDER BY run_id, detection_id")
      + rows("SELECT id, print_id, size, cancelled FROM detection_legs ORDER BY detection_id, print_id")
  }
}
