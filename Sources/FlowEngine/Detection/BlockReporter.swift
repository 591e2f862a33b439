import MarketModel

/// How much a block has to be beyond the rule's least for full confidence.
public struct BlockReportRule: Hashable, Sendable {
  /// Premium and multiple of the average print at which their factors are full, as multiples of the `BlockRule`'s least.
  public var fullMultiple: Int64 = 5
  public init() {}
}

/// Gives out every print that the engine flagged as a block, with floor and cross noted as conditions.
struct BlockReporter: Detector {
  static let id = DetectorID.block
  private let rule: BlockReportRule
  private let least: BlockRule
  private var count: UInt32 = 0

  init(_ rule: BlockReportRule, least: BlockRule) {
    self.rule = rule
    self.least = least
  }

  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.print.flags.contains(.block) else { return }
    count += 1
    let average =
      seen.underlyingTradesBefore > 0 ? Float(seen.underlyingVolumeBefore) / Float(seen.underlyingTradesBefore) : 0
    let multiple = average > 0 ? Float(seen.print.trade.size) / average : 0
    let isArranged = !seen.print.flags.isDisjoint(with: [.floor, .cross])
    let factors = ConfidenceFactors(
      ConfidenceFactor(
        .premium, weightPercent: 40,
        scorePermille: score(Float(seen.print.premiumMicros), least: Float(least.minimumPremiumMicros)),
        value: Float(seen.print.premiumMicros) / 1e6),
      ConfidenceFactor(
        .sizeMultiple, weightPercent: 40, scorePermille: score(multiple, least: Float(least.averageSizeMultiple)),
        value: multiple),
      ConfidenceFactor(
        .condition, weightPercent: 20, scorePermille: isArranged ? 1000 : 500, value: isArranged ? 1 : 0))
    outputs.append(
      .detection(
        Detection(
          id: DetectionID(session: seen.session, detector: .block, count: count), kind: .block, state: .closed,
          side: seen.print.side, effect: .unknown, instrument: seen.print.trade.instrument,
          underlying: seen.underlying, contractCount: 1, confidencePermille: factors.confidencePermille,
          firstTime: seen.print.trade.time, lastTime: seen.print.trade.time, firstPrint: seen.print.number,
          lastPrint: seen.print.number, prints: 1, size: Int64(seen.print.trade.size),
          premiumMicros: seen.print.premiumMicros, netDeltaNanos: seen.print.netDeltaNanos,
          underlyingPrice: seen.print.underlyingPrice, factors: factors)))
  }

  /// Half at the rule's least, full at `fullMultiple` times it, on a straight line between.
  private func score(_ value: Float, least: Float) -> UInt16 {
    guard least > 0, rule.fullMultiple > 1 else { return 1000 }
    let above = (value / least - 1) / Float(rule.fullMultiple - 1)
    return UInt16(500 + 500 * min(1, max(0, above)))
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {}

  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {}

  mutating func forgetDay() { count = 0 }

  func save(into snapshot: inout SnapshotBytes) { snapshot.add(count) }
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) { count = try reader.read() }
}
