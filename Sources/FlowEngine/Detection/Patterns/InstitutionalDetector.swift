import MarketModel

/// Institutional flow: much money in one contract on one side, by large prints. No standard says how much is much; the defaults
/// are conventions of the field (OPRA.md section 4 names thresholds of $80,000 to $250,000 for one print).
public struct InstitutionalRule: Hashable, Sendable {
  /// How long large prints belong together: each one may come this long after the one before it.
  public var windowNanoseconds: Int64 = 900_000_000_000
  /// A print of less is not large.
  public var minimumPrintPremiumMicros: Int64 = 50_000_000_000
  /// Of the large prints of one contract and side within the window; one print may do.
  public var minimumPremiumMicros: Int64 = 250_000_000_000
  /// Premium at which its factor is full, as a multiple of the least.
  public var fullMultiple: Int64 = 4
  public init() {}
}

/// Gives out a contract's large prints of one side as soon as those of the window reach the least premium. What follows within a
/// window of the newest joins.
struct InstitutionalDetector: WindowedDetector {
  static let id = DetectorID.institutional

  /// One contract and side: its large prints inside the window.
  private struct Flow: BitwiseCopyable {
    var premiumMicros: Int64 = 0
    var prints: Int64 = 0
    /// The newest of them in `window`; 0 for none.
    var newestPick: Int64 = 0
    /// The find that large prints join; 0 for none.
    var find: UInt32 = 0
  }

  private let rule: InstitutionalRule
  /// The large prints of options.
  private var window: PickedPrints
  private var flows: [Flow] = []
  private var ledger = PatternLedger(.institutional)
  /// Keys of the flows whose find is open, in the order in which they were found.
  private var open: [UInt32] = []

  init(_ rule: InstitutionalRule) {
    self.rule = rule
    window = PickedPrints(nanoseconds: rule.windowNanoseconds)
  }

  var refused: Int64 { ledger.refused }
  var windowNanoseconds: Int64 { rule.windowNanoseconds }

  private func isLarge(_ print: TapePrint) -> Bool {
    print.premiumMicros >= rule.minimumPrintPremiumMicros && print.isDirected
  }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.isOption, seen.print.premiumMicros >= rule.minimumPrintPremiumMicros else { return }
    try take(seen, tape, into: &outputs)
  }

  @inline(never)
  private mutating func take(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let print = tape.find(tape.newest)?.pointee, isLarge(print) else { return }
    try forget(before: seen.time, tape)
    let key = print.instrument.key(print.side)
    flows.makePlace(key, Flow())
    flows[key].newestPick = window.append(print.number, after: flows[key].newestPick)
    flows[key].premiumMicros += print.premiumMicros
    flows[key].prints += 1
    if flows[key].find != 0 {
      let isOver = seen.time - (try ledger.find(flows[key].find)).lastTime > rule.windowNanoseconds
      if isOver { try close(key, into: &outputs) }
    }
    if flows[key].find == 0 {
      guard flows[key].premiumMicros >= rule.minimumPremiumMicros else { return }
      try begin(key, seen, print, tape, into: &outputs)
    } else {
      try ledger.add(print, to: flows[key].find, tape, into: &outputs)
    }
    guard flows[key].find != 0 else { return }
    let size = try ledger.find(flows[key].find).size
    let effect = PositionEffect.infer(
      size: size, openInterest: seen.openInterest,
      volumeBefore: seen.contractVolumeBefore + Int64(seen.print.trade.size) - size, side: print.side)
    let underlyingPrice = seen.print.underlyingPrice
    try giveOut(flows[key].find, .open, into: &outputs) {
      $0.underlyingPrice = underlyingPrice
      $0.effect = effect
    }
  }

  /// The find owns all large prints of the window.
  private mutating func begin(
    _ key: Int, _ seen: borrowing SeenPrint, _ print: TapePrint, _ tape: borrowing PrintTape,
    into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let find = ledger.begin(
      .institutionalFlow, print.side, instrument: print.instrument, underlying: seen.underlying, session: seen.session)
    guard find != 0 else { return }
    flows[key].find = find
    open.append(UInt32(key))
    for leg in window.chain(from: flows[key].newestPick, tape) { try ledger.add(leg, to: find, tape, into: &outputs) }
  }

  private mutating func forget(before time: Timestamp, _ tape: borrowing PrintTape) throws(DetectorFault) {
    while let print = try window.leave(at: time, tape) {
      if !print.pointee.isVoid { try subtract(print.pointee) }
    }
  }

  /// Large prints of stocks were never added.
  private mutating func subtract(_ print: TapePrint) throws(DetectorFault) {
    let key = print.instrument.key(print.side)
    guard key < flows.count, flows[key].prints > 0 else { return }
    flows[key].premiumMicros -= print.premiumMicros
    flows[key].prints -= 1
    if flows[key].premiumMicros < 0 {
      throw DetectorFault(words: "premium of a window must not be negative", value: flows[key].premiumMicros)
    }
  }

  private mutating func giveOut(
    _ find: UInt32, _ state: DetectionState, into outputs: inout OutputBuffer,
    _ change: (inout Detection) -> Void = { _ in }
  ) throws(DetectorFault) {
    let detection = try ledger.find(find)
    let least = Float(rule.minimumPremiumMicros)
    try ledger.giveOut(
      find, state,
      ConfidenceFactors(
        ConfidenceFactor(
          .premium, weightPercent: 70,
          scorePermille: FactorScore.rising(
            Float(detection.premiumMicros), half: least, full: least * Float(rule.fullMultiple)),
          value: Float(detection.premiumMicros) / 1e6),
        ConfidenceFactor(
          .legs, weightPercent: 30, scorePermille: FactorScore.rising(Float(detection.prints), half: 1, full: 5),
          value: Float(detection.prints))),
      into: &outputs, change)
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard isLarge(copy print) else { return }
    if window.reaches(print.number) { try subtract(copy print) }
    guard let find = ledger.remove(copy print, tape, into: &outputs) else { return }
    let key = print.instrument.key(print.side)
    let isUnderWay = flows[key].find == find
    guard try ledger.find(find).premiumMicros < rule.minimumPremiumMicros else {
      return try giveOut(find, isUnderWay ? .open : .closed, into: &outputs)
    }
    if isUnderWay {
      flows[key].find = 0
      open.removeAll { $0 == UInt32(key) }
    }
    try giveOut(find, .withdrawn, into: &outputs)
  }

  private mutating func close(_ key: Int, into outputs: inout OutputBuffer) throws(DetectorFault) {
    let find = flows[key].find
    flows[key].find = 0
    open.removeAll { $0 == UInt32(key) }
    try giveOut(find, .closed, into: &outputs)
  }

  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    try forget(before: time, tape)
    try close(before: time.adding(nanoseconds: -windowNanoseconds), tape, into: &outputs)
  }

  mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    var over: [Int] = []
    for key in open where try ledger.find(flows[Int(key)].find).lastTime < oldest { over.append(Int(key)) }
    for key in over { try close(key, into: &outputs) }
  }

  mutating func forgetDay() {
    window.forgetDay()
    flows.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    window.save(into: &snapshot)
    snapshot.add(flows)
    snapshot.add(open)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    try window.restore(&reader)
    flows = try reader.readArray()
    open = try reader.readArray()
    try ledger.restore(&reader)
    guard open.allSatisfy({ $0 < flows.count }),
      flows.allSatisfy({ $0.find <= ledger.count && (0...window.count).contains($0.newestPick) })
    else {
      throw .damaged(words: "institutional flow that was not found")
    }
  }
}
