import MarketModel

/// A detector whose finds are bursts: prints of one contract and side that came close together.
protocol BurstDetector: WindowedDetector {
  static var kind: DetectionKind { get }
  var bursts: BurstLedger { get set }
  /// Whether it is none any more: prints were taken back.
  func isBelowRule(_ burst: PrintBurst) -> Bool
  func factors(_ burst: PrintBurst) -> ConfidenceFactors
}

extension BurstDetector {
  var refused: Int64 { bursts.refused }

  /// Gives a burst out with the legs that joined it last.
  @inline(__always)
  func giveOut(_ count: UInt32, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    let burst = bursts[count]
    outputs.append(.detection(detection(burst, tape)))
    for number in bursts.joined.reversed() {
      outputs.append(
        .detectionLeg(
          DetectionLeg(detection: burst.id, print: tape.printsBefore + number, instrument: burst.instrument)))
    }
  }

  func detection(_ burst: PrintBurst, _ tape: borrowing PrintTape) -> Detection {
    let state: DetectionState = isBelowRule(burst) ? .withdrawn : burst.isUnderWay ? .open : .closed
    return burst.detection(Self.kind, state, factors(burst), printsBefore: tape.printsBefore)
  }

  /// Takes a print that was taken back out of the burst that had it.
  mutating func withdraw(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) {
    guard let burst = bursts.remove(copy print, tape) else { return }
    outputs.append(.detection(detection(burst, tape)))
    outputs.append(
      .detectionLeg(
        DetectionLeg(
          detection: burst.id, print: tape.printsBefore + print.number, instrument: burst.instrument, isVoid: true)))
  }

  mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    for burst in bursts.end(before: oldest) where !isBelowRule(burst) {
      outputs.append(.detection(detection(burst, tape)))
    }
  }
}
