import MarketModel

/// The finds of one pattern detector today, by count from 1, and which prints belong to which. Times of a find are those at which
/// its first and newest print were booked.
struct PatternLedger {
  /// Which find a print belongs to.
  private struct Holder: BitwiseCopyable {
    /// The print's number within the day, of which 32 bits tell it from others of the place; 0 for none.
    var print: UInt32 = 0
    /// Count of the find.
    var find: UInt32 = 0
  }

  let detector: DetectorID
  private var found: [Detection] = []
  /// At the prints' numbers modulo `Limits.patternLegs`: a newer print takes the place of one that nobody can take back any more.
  private var holders: [Holder] = []
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
    let id = try find(count).id
    let number = tape.printsBefore + print.number
    found[Int(count) - 1].takeIn(print, number)
    let place = PatternLedger.place(print.number)
    holders.makePlace(place, Holder())
    holders[place] = Holder(print: UInt32(truncatingIfNeeded: print.number), find: count)
    outputs.append(.detectionLeg(DetectionLeg(detection: id, print: number, instrument: print.instrument)))
  }

  @inline(__always)
  private static func place(_ number: Int64) -> Int { Int(truncatingIfNeeded: number) & (Limits.patternLegs - 1) }

  /// Takes a print out that was taken back, and says so of the leg; the find itself is for the caller to give out.
  /// - Returns: count of the find that had it; nil when none did.
  mutating func remove(
    _ print: TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) -> UInt32? {
    let place = PatternLedger.place(print.number)
    guard place < holders.count, holders[place].find != 0,
      holders[place].print == UInt32(truncatingIfNeeded: print.number)
    else { return nil }
    let count = holders[place].find
    holders[place] = Holder()
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

  /// Forgets everything; keeps the memory.
  mutating func reset() {
    found.removeAll(keepingCapacity: true)
    holders.removeAll(keepingCapacity: true)
    refused = 0
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(found)
    snapshot.add(holders.filter { $0.find != 0 })
    snapshot.add(refused)
  }

  /// Into an empty one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    found = try reader.readArray()
    for holder in try reader.readArray(of: Holder.self) {
      guard holder.find > 0, holder.find <= found.count else {
        throw .damaged(words: "print \(holder.print) belongs to pattern \(holder.find) of \(found.count)")
      }
      let place = PatternLedger.place(Int64(holder.print))
      holders.makePlace(place, Holder())
      holders[place] = holder
    }
    refused = try reader.read()
  }
}

extension Detection {
  /// - Parameter number: `LabeledPrint.number`.
  fileprivate mutating func takeIn(_ print: TapePrint, _ number: Int64) {
    if prints == 0 || number < firstPrint {
      firstPrint = number
      firstTime = print.time
    }
    if prints == 0 || number > lastPrint {
      lastPrint = number
      lastTime = print.time
    }
    prints += 1
    size += Int64(print.size)
    premiumMicros += print.premiumMicros
    netDeltaNanos += print.netDeltaNanos
  }
}
