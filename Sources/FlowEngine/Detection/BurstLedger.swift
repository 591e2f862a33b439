import MarketModel

/// The bursts that a detector has found today, by count from 1, and which of them go on.
struct BurstLedger {
  let rule: LegRule
  private(set) var bursts: [PrintBurst] = []
  /// Counts of those that are under way, in the order in which they began to be.
  private var underWay: [UInt32] = []
  /// Count of the newest burst by contract and side.
  private var newest: [UInt32] = []
  /// Legs that joined last, numbers within the day, newest first.
  private(set) var joined: [Int64] = []
  /// Bursts not taken in because the day already had `Limits.detections`.
  private(set) var refused: Int64 = 0

  init(_ rule: LegRule) { self.rule = rule }

  var count: Int { bursts.count }
  var isFull: Bool { bursts.count >= Limits.detections }

  subscript(count: UInt32) -> PrintBurst { bursts[Int(count) - 1] }

  /// Finds the newest print's burst on the tape: the contract's legs from some place on, which are `joined` then.
  /// - Parameters:
  ///   - burst: without prints; gets the legs.
  ///   - first: number within the day of the first print that may be one of them.
  ///   - oldest: when the first of them may have been booked.
  mutating func collect(
    into burst: inout PrintBurst, _ tape: borrowing PrintTape, from first: Int64, notBefore oldest: Timestamp
  ) {
    joined.removeAll(keepingCapacity: true)
    var next = tape.newest(of: burst.instrument)
    while let print = next, print.pointee.number >= first, print.pointee.time >= oldest,
      joined.count < Limits.sweepWindowLegs
    {
      if !print.pointee.isVoid, rule.admits(print.pointee, burst.side) {
        burst.add(print.pointee)
        joined.append(print.pointee.number)
      }
      next = tape.previous(print)
    }
  }

  /// - Returns: its count.
  @discardableResult
  mutating func begin(_ burst: PrintBurst) -> UInt32 {
    let key = BurstLedger.key(burst.instrument, burst.side)
    if key >= newest.count { newest += repeatElement(0, count: key + 1 - newest.count) }
    let count = UInt32(bursts.count + 1)
    bursts.append(burst)
    bursts[bursts.count - 1].previous = newest[key]
    newest[key] = count
    underWay.append(count)
    return count
  }

  mutating func refuse() { refused += 1 }

  mutating func add(_ print: TapePrint, underlyingPrice: Price, to count: UInt32) {
    let index = Int(count) - 1
    bursts[index].add(print)
    bursts[index].underlyingPrice = underlyingPrice
    joined.removeAll(keepingCapacity: true)
    joined.append(print.number)
    if !bursts[index].isUnderWay {
      bursts[index].isUnderWay = true
      underWay.append(count)
    }
  }

  /// Takes a print out that was taken back.
  /// - Returns: the burst that had it; nil when none did.
  mutating func remove(_ void: TapePrint, _ tape: borrowing PrintTape) -> PrintBurst? {
    guard rule.admits(void, void.side), let index = holder(of: void) else { return nil }
    bursts[index].remove(void, tape, rule)
    return bursts[index]
  }

  private func holder(of print: TapePrint) -> Int? {
    let key = BurstLedger.key(print.instrument, print.side)
    var next = key < newest.count ? newest[key] : 0
    while next != 0 {
      let burst = self[next]
      if burst.spans(print.number) { return Int(next) - 1 }
      if burst.lastPrint < print.number { return nil }
      next = burst.previous
    }
    return nil
  }

  /// Ends those whose newest print is from before a moment.
  /// - Returns: them, in the order in which they began.
  mutating func end(before oldest: Timestamp) -> [PrintBurst] {
    var ended: [PrintBurst] = []
    var standing = 0
    for count in underWay {
      let index = Int(count) - 1
      if bursts[index].lastTime >= oldest {
        underWay[standing] = count
        standing += 1
      } else {
        bursts[index].isUnderWay = false
        ended.append(bursts[index])
      }
    }
    underWay.removeLast(underWay.count - standing)
    return ended
  }

  /// Forgets everything; keeps the memory.
  mutating func reset() {
    bursts.removeAll(keepingCapacity: true)
    underWay.removeAll(keepingCapacity: true)
    newest.removeAll(keepingCapacity: true)
    refused = 0
  }

  /// A place for each contract and side.
  static func key(_ instrument: InstrumentID, _ side: AggressorSide) -> Int {
    instrument.index * 4 + Int(side.rawValue + 1)
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(bursts)
    snapshot.add(underWay)
    snapshot.add(newest)
    snapshot.add(refused)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    bursts = try reader.readArray()
    underWay = try reader.readArray()
    newest = try reader.readArray()
    refused = try reader.read()
    guard (underWay + newest).allSatisfy({ $0 <= bursts.count }), underWay.allSatisfy({ $0 > 0 }) else {
      throw .damaged(words: "sweeps under way that were not found")
    }
  }
}
