import MarketModel

/// The finds of one pattern detector today, by count from 1, and which prints belong to which. Times of a find are those at which
/// its first and newest print were booked.
struct PatternLedger {
  let detector: DetectorID
  private var found: [Detection] = []
  /// Count of the find that a print belongs to, by the print's number within the day.
  private var holders: [Int64: UInt32] = [:]
  /// Finds not given out because the day already had `Limits.patterns`.
  private(set) var refused: Int64 = 0

  init(_ detector: DetectorID) { self.detector = detector }

  var count: UInt32 { UInt32(found.count) }

  /// The record as it was last given out, with what was added since. A count that was never given is a fault.
  func find(_ count: UInt32) throws(DetectorFault) -> Detection {
    guard count > 0, count <= found.count else {
      throw DetectorFault(words: "a pattern must be one of the day's", value: Int64(count))
    }
    return found[Int(count) - 1]
  }

  /// A find without prints. Nothing of it is given out yet.
  /// - Returns: its count; 0 when the day has too many.
  mutating func begin(
    _ kind: DetectionKind, _ side: AggressorSide, instrument: InstrumentID, underlying: InstrumentID,
    session: MarketDate
  ) -> UInt32 {
    guard found.count < Limits.patterns else {
      refused += 1
      return 0
    }
    found.append(
      Detection(
        id: DetectionID(session: session, detector: detector, count: UInt32(found.count + 1)), kind: kind, state: .open,
        side: side, effect: .unknown, instrument: instrument, underlying: underlying, contractCount: 1,
        confidencePermille: 0, firstTime: .none, lastTime: .none, firstPrint: 0, lastPrint: 0, prints: 0, size: 0,
        premiumMicros: 0, netDeltaNanos: 0, underlyingPrice: .zero, factors: ConfidenceFactors()))
    return UInt32(found.count)
  }

  /// Takes a print in, and gives it out as a leg.
  mutating func add(
    _ print: TapePrint, to count: UInt32, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    var detection = try find(count)
    let number = tape.printsBefore + print.number
    if detection.prints == 0 || number < detection.firstPrint {
      detection.firstPrint = number
      detection.firstTime = print.time
    }
    if detection.prints == 0 || number > detection.lastPrint {
      detection.lastPrint = number
      detection.lastTime = print.time
    }
    detection.prints += 1
    detection.size += Int64(print.size)
    detection.premiumMicros += print.premiumMicros
    detection.netDeltaNanos += print.netDeltaNanos
    found[Int(count) - 1] = detection
    if holders.count >= Limits.patternLegs { forgetOldLegs(tape) }
    holders[print.number] = count
    outputs.append(.detectionLeg(DetectionLeg(detection: detection.id, print: number, instrument: print.instrument)))
  }

  /// Takes a print out that was taken back, and says so of the leg; the find itself is for the caller to give out.
  /// - Returns: count of the find that had it; nil when none did.
  mutating func remove(
    _ print: TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) -> UInt32? {
    guard let count = holders.removeValue(forKey: print.number) else { return nil }
    let index = Int(count) - 1
    found[index].prints -= 1
    found[index].size -= Int64(print.size)
    found[index].premiumMicros -= print.premiumMicros
    found[index].netDeltaNanos -= print.netDeltaNanos
    outputs.append(
      .detectionLeg(
        DetectionLeg(
          detection: found[index].id, print: tape.printsBefore + print.number, instrument: print.instrument,
          isVoid: true)))
    return count
  }

  /// Gives a find out as it is now.
  /// - Parameter change: what the detector knows of it beyond its prints.
  mutating func giveOut(
    _ count: UInt32, _ state: DetectionState, _ factors: ConfidenceFactors, into outputs: inout OutputBuffer,
    _ change: (inout Detection) -> Void = { _ in }
  ) throws(DetectorFault) {
    var detection = try find(count)
    detection.state = state
    detection.factors = factors
    detection.confidencePermille = factors.confidencePermille
    change(&detection)
    found[Int(count) - 1] = detection
    outputs.append(.detection(detection))
  }

  /// A print so far back that is taken back later changes its find no more, as one that the tape has forgotten.
  private mutating func forgetOldLegs(_ tape: borrowing PrintTape) {
    let oldest = tape.newest - Int64(Limits.patternLegs / 2)
    holders = holders.filter { $0.key > oldest }
  }

  /// Forgets everything; keeps the memory.
  mutating func reset() {
    found.removeAll(keepingCapacity: true)
    holders.removeAll(keepingCapacity: true)
    refused = 0
  }

  private struct SavedLeg: BitwiseCopyable {
    var print: Int64
    var holder: UInt32
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(found)
    snapshot.add(holders.map { SavedLeg(print: $0.key, holder: $0.value) }.sorted { $0.print < $1.print })
    snapshot.add(refused)
  }

  /// Into an empty one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    found = try reader.readArray()
    for leg in try reader.readArray(of: SavedLeg.self) {
      guard leg.holder > 0, leg.holder <= found.count else {
        throw .damaged(words: "print \(leg.print) belongs to pattern \(leg.holder) of \(found.count)")
      }
      holders[leg.print] = leg.holder
    }
    refused = try reader.read()
  }
}
