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
struct SweepReporter: BurstDetector {
  static let id = DetectorID.sweep
  static let kind = DetectionKind.sweep
  private let rule: SweepReportRule
  private let least: SweepRule
  /// Burst n is the engine's sweep n of the day.
  var bursts: BurstLedger

  init(_ rule: SweepReportRule, least: SweepRule) {
    self.rule = rule
    self.least = least
    bursts = BurstLedger(LegRule(minimumPremiumMicros: least.minimumLegPremiumMicros, isAggressive: true))
  }

  var windowNanoseconds: Int64 { least.windowNanoseconds }

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
    guard sweep <= bursts.count + 1 else {
      throw DetectorFault(words: "the day's sweeps are numbered one after the other", value: Int64(sweep))
    }
    guard let print = tape.find(tape.newest), bursts.rule.admits(print.pointee, seen.print.side) else {
      throw DetectorFault(
        words: "a leg of a sweep trades at the quote, for the least premium or more", value: tape.newest)
    }
    if sweep > bursts.count {
      recognise(seen, tape)
    } else {
      guard bursts[sweep].instrument == print.pointee.instrument, bursts[sweep].side == print.pointee.side else {
        throw DetectorFault(words: "a sweep is of one contract and side", value: tape.newest)
      }
      bursts.add(print.pointee, underlyingPrice: seen.print.underlyingPrice, to: sweep)
    }
    giveOut(sweep, tape, into: &outputs)
  }

  /// A sweep owns all legs of the window in which it is recognised.
  private mutating func recognise(_ seen: borrowing SeenPrint, _ tape: borrowing PrintTape) {
    var sweep = PrintBurst(
      id: DetectionID(session: seen.session, detector: .sweep, count: seen.print.sweepID), seen)
    let oldest = seen.time.adding(nanoseconds: -least.windowNanoseconds)
    bursts.collect(into: &sweep, tape, from: 1, notBefore: oldest)
    bursts.begin(sweep)
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    withdraw(print, tape, into: &outputs)
  }

  func isBelowRule(_ sweep: PrintBurst) -> Bool {
    sweep.prints < least.minimumLegs || sweep.venues < least.minimumVenues
  }

  func factors(_ sweep: PrintBurst) -> ConfidenceFactors {
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

  mutating func forgetDay() { bursts.reset() }
  func save(into snapshot: inout SnapshotBytes) { bursts.save(into: &snapshot) }
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) { try bursts.restore(&reader) }
}
