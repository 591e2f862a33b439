import MarketModel

/// How much a block has to be beyond the `BlockRule`'s least for full confidence (OPRA.md section 4: no statutory threshold).
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
  private var blocks = SinglePrintLedger()

  init(_ rule: BlockReportRule, least: BlockRule) {
    self.rule = rule
    self.least = least
  }

  var refused: Int64 { blocks.refused }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if seen.print.flags.contains(.block) { try take(seen, into: &outputs) }
  }

  @inline(never)
  private mutating func take(
    _ seen: borrowing SeenPrint, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.underlyingTradesBefore > 0, seen.underlyingVolumeBefore > 0 else {
      throw DetectorFault(
        words: "a block is measured against the underlying's prints before it", value: seen.underlyingVolumeBefore)
    }
    blocks.giveOut(seen, .block, .block, factors(seen), into: &outputs)
  }

  private func factors(_ seen: borrowing SeenPrint) -> ConfidenceFactors {
    let full = Float(rule.fullMultiple)
    let average = Float(seen.underlyingVolumeBefore) / Float(seen.underlyingTradesBefore)
    let premium = Float(seen.print.premiumMicros)
    let isArranged = !seen.print.flags.isDisjoint(with: [.floor, .cross])
    return ConfidenceFactors(
      ConfidenceFactor(
        .premium, weightPercent: 40,
        scorePermille: FactorScore.rising(
          premium, half: Float(least.minimumPremiumMicros), full: Float(least.minimumPremiumMicros) * full),
        value: premium / 1e6),
      ConfidenceFactor(
        .sizeMultiple, weightPercent: 40, Float(seen.print.trade.size) / average,
        half: Float(least.averageSizeMultiple),
        full: Float(least.averageSizeMultiple) * full),
      ConfidenceFactor(
        .condition, weightPercent: 20, scorePermille: isArranged ? 1000 : 500, value: isArranged ? 1 : 0))
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if print.flags.contains(.block) { blocks.withdraw(tape.printsBefore + print.number, into: &outputs) }
  }

  mutating func forgetDay() { blocks.reset() }
  func save(into snapshot: inout SnapshotBytes) { blocks.save(into: &snapshot) }
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) { try blocks.restore(&reader) }
}
