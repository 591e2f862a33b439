import MarketModel

/// How much a sweep has to be beyond the `SweepRule`'s least for full confidence (OPRA.md section 4, ORDERFLOW.md section 6).
public struct SweepReportRule: Hashable, Sendable {
  /// Legs and premium at which their factors are full, as multiples of the `SweepRule`'s least.
  public var fullMultiple: Int64 = 5
  /// Venues at which their factor is full: the sample in OPRA.md went over six.
  public var fullVenues = 6
  /// First to newest leg that is one burst beyond doubt; windows of 100 to 500 ms are usual.
  public var fullSpanNanoseconds: Int64 = 500_000_000
  public init() {}
}

/// Gives out the sweeps that the engine recognises, with all their legs: those from before the recognition are found on the tape.
struct SweepReporter: Detector {
  static let id = DetectorID.sweep
  private let rule: SweepReportRule
  private let least: SweepRule
  /// Sweep n is the engine's sweep n of the day.
  private var sweeps: BurstLedger

  init(_ rule: SweepReportRule, least: SweepRule) {
    self.rule = rule
    self.least = least
    sweeps = BurstLedger(LegRule(minimumPremiumMicros: least.minimumLegPremiumMicros, isAggressive: true))
  }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if seen.print.sweepID != 0 { try take(seen, tape, into: &outputs) }
  }

  @inline(never)
  private mutating func take(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let sweep = seen.print.sweepID
    guard sweep <= sweeps.count + 1 else {
      throw DetectorFault(words: "the day's sweeps are numbered one after the other", value: Int64(sweep))
    }
    guard let print = tape.find(tape.newest), sweeps.rule.admits(print.pointee, seen.print.side) else {
      throw DetectorFault(
        words: "a leg of a sweep trades at the quote, for the least premium or more", value: tape.newest)
    }
    var legs = [print.pointee.number]
    if sweep > sweeps.count {
      legs = recognise(seen, tape)
    } else {
      guard sweeps[sweep].instrument == print.pointee.instrument, sweeps[sweep].side == print.pointee.side else {
        throw DetectorFault(words: "a sweep is of one contract and side", value: tape.newest)
      }
      sweeps.add(print.pointee, underlyingPrice: seen.print.underlyingPrice, to: sweep)
    }
    outputs.append(.detection(detection(sweeps[sweep], tape)))
    outputs.append(legs: legs, of: sweeps[sweep], tape)
  }

  /// A sweep owns all legs of the window in which it is recognised.
  private mutating func recognise(_ seen: borrowing SeenPrint, _ tape: borrowing PrintTape) -> [Int64] {
    var sweep = PrintBurst(
      id: DetectionID(session: seen.session, detector: .sweep, count: seen.print.sweepID), seen)
    let oldest = seen.time.adding(nanoseconds: -least.windowNanoseconds)
    let legs = sweeps.collect(into: &sweep, tape, from: 1, notBefore: oldest)
    sweeps.begin(sweep)
    return legs
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let sweep = sweeps.remove(copy print, tape) else { return }
    outputs.append(.detection(detection(sweep, tape)))
    outputs.append(voidLeg: copy print, of: sweep, tape)
  }

  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    close(before: time.adding(nanoseconds: -least.windowNanoseconds), tape, into: &outputs)
  }

  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {
    close(before: Timestamp(nanoseconds: .max), tape, into: &outputs)
  }

  private mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) {
    for sweep in sweeps.end(before: oldest) where !isBelowRule(sweep) {
      outputs.append(.detection(detection(sweep, tape)))
    }
  }

  /// Legs were taken back, so that it is none any more.
  private func isBelowRule(_ sweep: PrintBurst) -> Bool {
    sweep.prints < least.minimumLegs || sweep.venues < least.minimumVenues
  }

  private func detection(_ sweep: PrintBurst, _ tape: borrowing PrintTape) -> Detection {
    let state: DetectionState = isBelowRule(sweep) ? .withdrawn : sweep.isUnderWay ? .open : .closed
    return sweep.detection(.sweep, state, factors(sweep), printsBefore: tape.printsBefore)
  }

  private func factors(_ sweep: PrintBurst) -> ConfidenceFactors {
    let full = Float(rule.fullMultiple)
    let leastPremium = Float(least.minimumLegPremiumMicros) * Float(least.minimumLegs)
    let span = sweep.lastTime - sweep.firstTime
    let marked = sweep.prints > 0 ? Float(sweep.markedPrints) / Float(sweep.prints) : 0
    return ConfidenceFactors(
      ConfidenceFactor(
        .legs, weightPercent: 20, Float(sweep.prints), half: Float(least.minimumLegs),
        full: Float(least.minimumLegs) * full),
      ConfidenceFactor(
        .venues, weightPercent: 25, Float(sweep.venues), half: Float(least.minimumVenues),
        full: Float(rule.fullVenues)),
      ConfidenceFactor(
        .premium, weightPercent: 30,
        scorePermille: FactorScore.rising(
          Float(sweep.premiumMicros), half: leastPremium, full: leastPremium * full),
        value: Float(sweep.premiumMicros) / 1e6),
      ConfidenceFactor(
        .span, weightPercent: 15,
        scorePermille: FactorScore.falling(
          Float(span), full: Float(rule.fullSpanNanoseconds), none: Float(least.windowNanoseconds)),
        value: Float(span) / 1e6),
      ConfidenceFactor(
        .condition, weightPercent: 10, scorePermille: FactorScore.share(marked), value: Float(sweep.markedPrints)))
  }

  mutating func forgetDay() { sweeps.reset() }
  func save(into snapshot: inout SnapshotBytes) { sweeps.save(into: &snapshot) }
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) { try sweeps.restore(&reader) }
}
