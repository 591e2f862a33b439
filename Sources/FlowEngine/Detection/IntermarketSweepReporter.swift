import MarketModel

/// When prints that the tape marks as intermarket sweep orders (OPRA.md: conditions 219, 228 and 230) are given out. One mark alone may
/// be a child order of a few contracts on one venue: the premium decides.
public struct IntermarketSweepRule: Hashable, Sendable {
  /// Marked prints of one contract and side belong together when each comes so soon after the one before.
  public var windowNanoseconds: Int64 = 2_000_000_000
  public var minimumPrints: Int64 = 1
  /// Of all prints together.
  public var minimumPremiumMicros: Int64 = 10_000_000_000
  /// Premium at which its factor is full, as a multiple of the least.
  public var fullMultiple: Int64 = 10
  /// Prints and venues at which their factors are full.
  public var fullPrints: Int64 = 5
  public var fullVenues = 4
  public init() {}
}

/// Gives out what the tape itself calls an intermarket sweep, whatever the prices: a flag of its own beside `SweepReporter`.
struct IntermarketSweepReporter: BurstDetector {
  /// The marked prints under way of one contract and side.
  private struct Candidate: BitwiseCopyable {
    /// Number within the day; 0 when nothing is under way.
    var firstPrint: Int64 = 0
    var lastTime = Timestamp.none
    var prints: Int64 = 0
    var premiumMicros: Int64 = 0
    /// Count in the ledger once it is one.
    var found: UInt32 = 0

    mutating func add(_ print: TapePrint, windowNanoseconds: Int64) {
      if firstPrint == 0 || print.time - lastTime > windowNanoseconds { self = Candidate(firstPrint: print.number) }
      lastTime = print.time
      prints += 1
      premiumMicros += print.premiumMicros
    }

    mutating func remove(_ print: TapePrint) {
      guard firstPrint != 0, firstPrint <= print.number else { return }
      prints -= 1
      premiumMicros -= print.premiumMicros
    }
  }

  static let id = DetectorID.intermarketSweep
  static let kind = DetectionKind.intermarketSweep
  private let rule: IntermarketSweepRule
  var bursts = BurstLedger(LegRule(isMarked: true))
  private var candidates: [Candidate] = []

  init(_ rule: IntermarketSweepRule) {
    precondition(rule.windowNanoseconds > 0, "IntermarketSweepRule: the window must be positive")
    self.rule = rule
  }

  var windowNanoseconds: Int64 { rule.windowNanoseconds }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if seen.print.flags.contains(.intermarketSweep), seen.isOption { try take(seen, tape, into: &outputs) }
  }

  @inline(never)
  private mutating func take(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let print = tape.find(tape.newest), print.pointee.premiumMicros >= 0 else {
      throw DetectorFault(words: "a print has a premium of zero or more", value: seen.print.premiumMicros)
    }
    guard bursts.rule.admits(print.pointee, seen.print.side) else { return }
    let key = BurstLedger.key(print.pointee.instrument, print.pointee.side)
    if key >= candidates.count {
      candidates += repeatElement(Candidate(), count: key + 1 - candidates.count)
    }
    candidates[key].add(print.pointee, windowNanoseconds: rule.windowNanoseconds)
    let candidate = candidates[key]
    if candidate.found != 0 {
      bursts.add(print.pointee, underlyingPrice: seen.print.underlyingPrice, to: candidate.found)
      giveOut(candidate.found, tape, into: &outputs)
    } else if candidate.prints >= rule.minimumPrints, candidate.premiumMicros >= rule.minimumPremiumMicros {
      guard !bursts.isFull else { return bursts.refuse() }
      var sweep = PrintBurst(
        id: DetectionID(session: seen.session, detector: .intermarketSweep, count: UInt32(bursts.count + 1)), seen)
      bursts.collect(into: &sweep, tape, from: candidate.firstPrint, notBefore: .none)
      let found = bursts.begin(sweep)
      candidates[key].found = found
      giveOut(found, tape, into: &outputs)
    }
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let key = BurstLedger.key(print.instrument, print.side)
    if bursts.rule.admits(copy print, print.side), key < candidates.count { candidates[key].remove(copy print) }
    withdraw(print, tape, into: &outputs)
  }

  func isBelowRule(_ sweep: PrintBurst) -> Bool {
    sweep.prints < rule.minimumPrints || sweep.premiumMicros < rule.minimumPremiumMicros
  }

  /// The mark is half of it: it is the tape's own word.
  func factors(_ sweep: PrintBurst) -> ConfidenceFactors {
    let least = Float(rule.minimumPremiumMicros)
    return ConfidenceFactors(
      ConfidenceFactor(.condition, weightPercent: 50, scorePermille: 1000, value: Float(sweep.markedPrints)),
      ConfidenceFactor(
        .premium, weightPercent: 20,
        scorePermille: FactorScore.rising(
          Float(sweep.premiumMicros), half: least, full: least * Float(rule.fullMultiple)),
        value: Float(sweep.premiumMicros) / 1e6),
      ConfidenceFactor(
        .venues, weightPercent: 20, Float(sweep.venues), half: 1, full: Float(rule.fullVenues)),
      ConfidenceFactor(
        .legs, weightPercent: 10, Float(sweep.prints), half: 1, full: Float(rule.fullPrints)))
  }

  mutating func forgetDay() {
    bursts.reset()
    candidates.removeAll(keepingCapacity: true)
  }

  func save(into snapshot: inout SnapshotBytes) {
    bursts.save(into: &snapshot)
    snapshot.add(candidates)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    try bursts.restore(&reader)
    candidates = try reader.readArray()
    guard candidates.allSatisfy({ $0.found <= bursts.count }) else {
      throw .damaged(words: "an intermarket sweep under way that was not found")
    }
  }
}
