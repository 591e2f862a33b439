import MarketModel

/// The detections of a detector whose finds are single prints, in the order of their prints.
struct SinglePrintLedger {
  private var found: [Detection] = []
  /// Finds not given out because the day already had `Limits.detections`.
  private(set) var refused: Int64 = 0

  /// Gives out a find with its leg.
  mutating func giveOut(
    _ seen: borrowing SeenPrint, _ detector: DetectorID, _ kind: DetectionKind, _ factors: ConfidenceFactors,
    into outputs: inout OutputBuffer
  ) {
    guard found.count < Limits.detections else {
      refused += 1
      return
    }
    let print = seen.print
    let detection = Detection(
      id: DetectionID(session: seen.session, detector: detector, count: UInt32(found.count + 1)), kind: kind,
      state: .closed, side: print.side, effect: .unknown, instrument: print.trade.instrument,
      underlying: seen.underlying, contractCount: 1, confidencePermille: factors.confidencePermille,
      firstTime: print.trade.time, lastTime: print.trade.time, firstPrint: print.number, lastPrint: print.number,
      prints: 1, size: Int64(print.trade.size), premiumMicros: print.premiumMicros,
      netDeltaNanos: print.netDeltaNanos, underlyingPrice: print.underlyingPrice, factors: factors)
    found.append(detection)
    outputs.append(.detection(detection))
    outputs.append(
      .detectionLeg(DetectionLeg(detection: detection.id, print: print.number, instrument: detection.instrument)))
  }

  /// Withdraws the find of a print that was taken back; nothing when there is none.
  /// - Parameter number: `LabeledPrint.number`.
  mutating func withdraw(_ number: Int64, into outputs: inout OutputBuffer) {
    guard let index = index(of: number), found[index].state != .withdrawn else { return }
    found[index].state = .withdrawn
    found[index].prints = 0
    found[index].size = 0
    found[index].premiumMicros = 0
    found[index].netDeltaNanos = 0
    outputs.append(.detection(found[index]))
    outputs.append(
      .detectionLeg(
        DetectionLeg(detection: found[index].id, print: number, instrument: found[index].instrument, isVoid: true)))
  }

  /// Prints are numbered in the order in which they are seen.
  private func index(of number: Int64) -> Int? {
    var low = 0
    var high = found.count
    while low < high {
      let middle = (low + high) / 2
      if found[middle].firstPrint < number { low = middle + 1 } else { high = middle }
    }
    return low < found.count && found[low].firstPrint == number ? low : nil
  }

  /// Forgets everything; keeps the memory.
  mutating func reset() {
    found.removeAll(keepingCapacity: true)
    refused = 0
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(found)
    snapshot.add(refused)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    found = try reader.readArray()
    refused = try reader.read()
  }
}
