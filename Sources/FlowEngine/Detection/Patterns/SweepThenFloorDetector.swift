import MarketModel

/// A sweep that a floor print of the same contract follows: what the lit venues had was taken first, the rest was arranged. The
/// defaults are conventions.
public struct SweepThenFloorRule: Hashable, Sendable {
  /// From the sweep's newest leg to the floor print.
  public var windowNanoseconds: Int64 = 900_000_000_000
  public var minimumFloorSize: Int64 = 50
  /// From the sweep to the floor print: beyond doubt up to here, worth nothing at the end of the window.
  public var fullSpanNanoseconds: Int64 = 60_000_000_000
  /// Premium of sweep and floor print at which its factor is half and full.
  public var halfPremiumMicros: Int64 = 100_000_000_000
  public var fullPremiumMicros: Int64 = 1_000_000_000_000
  public init() {}
}

/// Remembers each contract's newest sweep by side. A floor print of that side, or of none, makes a find of both; further ones
/// join it until the window is over. Floor prints that are legs of spreads or tied to stock belong to other orders.
struct SweepThenFloorDetector: WindowedDetector {
  static let id = DetectorID.sweepThenFloor

  private struct Swept: BitwiseCopyable {
    /// The engine's number of the sweep; 0 for none.
    var sweep: UInt32 = 0
    /// The find that floor prints join; 0 for none.
    var find: UInt32 = 0
    /// Of the legs since its recognition.
    var firstTime = Timestamp.none
    var lastTime = Timestamp.none
    /// Number within the day.
    var lastPrint: Int64 = 0
  }

  /// Standing legs of a find.
  private struct Legs: BitwiseCopyable {
    var sweep: Int64 = 0
    var floor: Int64 = 0
  }

  private let rule: SweepThenFloorRule
  private let sweepRule: SweepRule
  /// By contract and side.
  private var swept: [Swept] = []
  /// By count of the find less 1.
  private var legs: [Legs] = []
  /// Keys whose find is open, in the order in which they were found.
  private var open: [UInt32] = []
  private var ledger = PatternLedger(.sweepThenFloor)

  init(_ rule: SweepThenFloorRule, sweep: SweepRule) {
    self.rule = rule
    sweepRule = sweep
  }

  var refused: Int64 { ledger.refused }
  var windowNanoseconds: Int64 { rule.windowNanoseconds }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if seen.print.flags.contains(.floor) {
      try takeFloor(seen, tape, into: &outputs)
    } else if seen.print.sweepID != 0 {
      try takeSweep(seen, tape, into: &outputs)
    }
  }

  @inline(never)
  private mutating func takeSweep(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let side = seen.print.side
    guard side == .buy || side == .sell else {
      throw DetectorFault(words: "a leg of a sweep must have a side", value: tape.newest)
    }
    let key = seen.print.trade.instrument.key(side)
    swept.makePlace(key, Swept())
    if swept[key].sweep != seen.print.sweepID {
      if swept[key].find != 0 { try close(key, into: &outputs) }
      swept[key] = Swept(sweep: seen.print.sweepID, firstTime: seen.time)
    }
    swept[key].lastTime = seen.time
    swept[key].lastPrint = tape.newest
  }

  @inline(never)
  private mutating func takeFloor(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.isOption, seen.countsVolume, Int64(seen.print.trade.size) >= rule.minimumFloorSize,
      seen.print.flags.isDisjoint(with: [.multiLeg, .late, .backfilled]), seen.print.method != .stockTied,
      let print = tape.find(tape.newest)?.pointee, let key = sweptKey(print)
    else { return }
    if swept[key].find == 0 {
      try begin(key, seen, tape, into: &outputs)
    }
    let find = swept[key].find
    guard find != 0 else { return }
    try ledger.add(print, to: find, tape, into: &outputs)
    legs[Int(find) - 1].floor += 1
    let size = try ledger.find(find).size
    let side = try ledger.find(find).side
    let effect = PositionEffect.infer(
      size: size, openInterest: seen.openInterest,
      volumeBefore: seen.contractVolumeBefore + Int64(print.size) - size, side: side)
    let underlyingPrice = seen.print.underlyingPrice
    try giveOut(find, .open, span: print.time - swept[key].lastTime, into: &outputs) {
      $0.effect = effect
      $0.underlyingPrice = underlyingPrice
    }
  }

  /// The contract's newest sweep that the floor print may follow: of its side, or of either when it has none.
  private func sweptKey(_ print: TapePrint) -> Int? {
    var found: Int?
    for side in [AggressorSide.buy, .sell] where print.side == side || !print.isDirected {
      let key = print.instrument.key(side)
      guard key < swept.count, swept[key].sweep != 0, print.time - swept[key].lastTime <= rule.windowNanoseconds
      else { continue }
      if let other = found, swept[other].lastPrint > swept[key].lastPrint { continue }
      found = key
    }
    return found
  }

  /// The sweep's legs, those from before its recognition too: found on the tape as the engine found them.
  private mutating func begin(
    _ key: Int, _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let side: AggressorSide = key & 1 == 0 ? .buy : .sell
    var sweepLegs: [TapePrint] = []
    let oldest = swept[key].firstTime.adding(nanoseconds: -sweepRule.windowNanoseconds)
    var next = tape.find(swept[key].lastPrint)
    while let print = next, print.pointee.time >= oldest, sweepLegs.count < Limits.sweepWindowLegs {
      if isSweepLeg(print.pointee, side) { sweepLegs.append(print.pointee) }
      next = tape.previous(print)
    }
    guard sweepLegs.count >= sweepRule.minimumLegs else { return }
    let find = ledger.begin(
      .sweepThenFloor, side, instrument: seen.print.trade.instrument, underlying: seen.underlying,
      session: seen.session)
    guard find != 0 else { return }
    for leg in sweepLegs.reversed() { try ledger.add(leg, to: find, tape, into: &outputs) }
    swept[key].find = find
    legs.append(Legs(sweep: Int64(sweepLegs.count)))
    open.append(UInt32(key))
  }

  private func isSweepLeg(_ print: TapePrint, _ side: AggressorSide) -> Bool {
    !print.isVoid && print.side == side && print.isDirected && !print.flags.contains(.floor)
      && (print.method == .atOrAboveAsk || print.method == .atOrBelowBid)
      && print.premiumMicros >= sweepRule.minimumLegPremiumMicros
  }

  private mutating func giveOut(
    _ find: UInt32, _ state: DetectionState, span: Int64, into outputs: inout OutputBuffer,
    _ change: (inout Detection) -> Void = { _ in }
  ) throws(DetectorFault) {
    let detection = try ledger.find(find)
    let factors = ConfidenceFactors(
      ConfidenceFactor(
        .premium, weightPercent: 40,
        scorePermille: FactorScore.rising(
          Float(detection.premiumMicros), half: Float(rule.halfPremiumMicros), full: Float(rule.fullPremiumMicros)),
        value: Float(detection.premiumMicros) / 1e6),
      ConfidenceFactor(
        .span, weightPercent: 40,
        scorePermille: FactorScore.falling(
          Float(span), full: Float(rule.fullSpanNanoseconds), none: Float(rule.windowNanoseconds)),
        value: Float(max(0, span)) / 1e6),
      ConfidenceFactor(
        .condition, weightPercent: 20, Float(legs[Int(find) - 1].floor), half: 1, full: 2))
    try ledger.giveOut(find, state, factors, into: &outputs, change)
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let find = ledger.remove(copy print, tape, into: &outputs) else { return }
    if print.flags.contains(.floor) { legs[Int(find) - 1].floor -= 1 } else { legs[Int(find) - 1].sweep -= 1 }
    let key = open.first { swept[Int($0)].find == find }
    let stands = legs[Int(find) - 1].floor > 0 && legs[Int(find) - 1].sweep >= sweepRule.minimumLegs
    if let key, !stands {
      swept[Int(key)].find = 0
      open.removeAll { $0 == key }
    }
    try ledger.giveOut(
      find, stands ? (key == nil ? .closed : .open) : .withdrawn, try ledger.find(find).factors, into: &outputs)
  }

  private mutating func close(_ key: Int, into outputs: inout OutputBuffer) throws(DetectorFault) {
    let find = swept[key].find
    swept[key].find = 0
    swept[key].sweep = 0
    open.removeAll { $0 == UInt32(key) }
    try ledger.giveOut(find, .closed, try ledger.find(find).factors, into: &outputs)
  }

  mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    for key in open.filter({ swept[Int($0)].lastTime < oldest }) { try close(Int(key), into: &outputs) }
  }

  mutating func forgetDay() {
    swept.removeAll(keepingCapacity: true)
    legs.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(swept)
    snapshot.add(legs)
    snapshot.add(open)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    swept = try reader.readArray()
    legs = try reader.readArray()
    open = try reader.readArray()
    try ledger.restore(&reader)
    guard legs.count == Int(ledger.count), swept.allSatisfy({ $0.find <= ledger.count }),
      open.allSatisfy({ $0 < swept.count })
    else { throw .damaged(words: "sweeps before floor prints that were not found") }
  }
}
