import MarketModel

/// Aggressive buying of an underlying's calls or puts: many prints at or above the ask, much premium, and nearly all of what has a
/// side is bought. No standard says how many; the defaults are conventions (ORDERFLOW.md sections 4 and 6: imbalance of 0.6 to
/// 0.7, a least number of prints, a floor for premium, hysteresis and a cool-down so that the answer does not flap).
public struct AggressiveBuyingRule: Hashable, Sendable {
  public var windowNanoseconds: Int64 = 900_000_000_000
  /// Prints of less premium count for the share of buying only.
  public var minimumPrintPremiumMicros: Int64 = 5_000_000_000
  /// Prints at or above the ask, and their premium, within the window.
  public var minimumPrints: Int64 = 10
  public var minimumPremiumMicros: Int64 = 250_000_000_000
  /// Premium of prints labelled buy over that of all prints labelled buy or sell, to begin and to go on.
  public var beginSharePermille: Int64 = 700
  public var endSharePermille: Int64 = 600
  /// After the end of one before the next begins.
  public var coolDownNanoseconds: Int64 = 300_000_000_000
  /// Prints and premium at which their factors are full, as multiples of the least.
  public var fullMultiple: Int64 = 5
  public init() {}
}

/// Watches the calls and the puts of each underlying over the window. A find owns the prints at or above the ask that the window
/// held when it began, and takes in those that follow, until the share of buying or the number of prints falls off. It is given
/// out when it begins, once a second while it grows, and when it ends.
struct AggressiveBuyingDetector: Detector {
  static let id = DetectorID.aggressiveBuying

  /// The calls or the puts of one underlying.
  private struct Flow: BitwiseCopyable {
    /// At or above the ask, of the least premium or more.
    var prints: Int64 = 0
    var premiumMicros: Int64 = 0
    var buyPremiumMicros: Int64 = 0
    var labelledPremiumMicros: Int64 = 0
    /// Not before this moment.
    var quietUntil = Timestamp.none
    var underlyingPrice = Price.zero
    /// The find that is open; 0 for none.
    var find: UInt32 = 0
    /// The newest of its aggressive prints in `aggressive`; 0 for none.
    var newestPick: Int64 = 0
    /// The find has prints that it was not given out with.
    var hasGrown = false

    /// - Parameter weight: -1 for a print that leaves.
    @inline(__always)
    mutating func count(_ print: TapePrint, isAggressive: Bool, _ weight: Int64) {
      let premium = weight &* print.premiumMicros
      labelledPremiumMicros &+= premium
      if print.side == .buy { buyPremiumMicros &+= premium }
      guard isAggressive else { return }
      prints &+= weight
      premiumMicros &+= premium
    }
  }

  private let rule: AggressiveBuyingRule
  private var window: TapeWindow
  /// Those of the window that a find may own.
  private var aggressive: PickedPrints
  /// By contract: place in `flows` + 1; 0 for what is no option or was not seen.
  private var flowOfContract: [UInt32] = []
  private var flows: [Flow] = []
  /// Place in `flows` + 1 by underlying and right.
  private var places: [UInt32] = []
  /// Places of the flows whose find is open, in the order in which they were found.
  private var open: [UInt32] = []
  private var ledger = PatternLedger(.aggressiveBuying)

  init(_ rule: AggressiveBuyingRule) {
    self.rule = rule
    window = TapeWindow(nanoseconds: rule.windowNanoseconds)
    aggressive = PickedPrints(nanoseconds: rule.windowNanoseconds)
  }

  var refused: Int64 { ledger.refused }

  @inline(__always)
  private func isAggressive(_ print: TapePrint) -> Bool {
    print.side == .buy && print.method == .atOrAboveAsk && print.premiumMicros >= rule.minimumPrintPremiumMicros
  }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.isOption, let print = tape.find(tape.newest), print.pointee.isDirected else { return }
    try forget(before: seen.time, tape)
    let place = place(of: print.pointee.instrument, seen)
    let isAggressive = isAggressive(print.pointee)
    flows[place].count(print.pointee, isAggressive: isAggressive, 1)
    guard isAggressive else { return }
    flows[place].newestPick = aggressive.append(print.pointee.number, after: flows[place].newestPick)
    try grow(place, seen, print.pointee, tape, into: &outputs)
  }

  /// - Returns: index in `flows`.
  @inline(__always)
  private mutating func place(of instrument: InstrumentID, _ seen: borrowing SeenPrint) -> Int {
    if instrument.index < flowOfContract.count, flowOfContract[instrument.index] != 0 {
      return Int(flowOfContract[instrument.index] &- 1)
    }
    return addContract(instrument, seen)
  }

  @inline(never)
  private mutating func addContract(_ instrument: InstrumentID, _ seen: borrowing SeenPrint) -> Int {
    flowOfContract.makePlace(instrument.index, 0)
    let key = seen.underlying.index * 2 + (seen.isCall ? 0 : 1)
    places.makePlace(key, 0)
    if places[key] == 0 {
      flows.append(Flow())
      places[key] = UInt32(flows.count)
    }
    flowOfContract[instrument.index] = places[key]
    return Int(places[key]) - 1
  }

  @inline(__always)
  private mutating func forget(before time: Timestamp, _ tape: borrowing PrintTape) throws(DetectorFault) {
    while let print = try window.leave(at: time, tape) { try subtract(print.pointee, isVoid: print.pointee.isVoid) }
    while try aggressive.leave(at: time, tape) != nil {}
  }

  @inline(__always)
  private mutating func subtract(_ print: TapePrint, isVoid: Bool) throws(DetectorFault) {
    guard !isVoid, print.isDirected, print.instrument.index < flowOfContract.count else { return }
    let place = Int(flowOfContract[print.instrument.index]) - 1
    guard place >= 0 else { return }
    flows[place].count(print, isAggressive: isAggressive(print), -1)
    if flows[place].labelledPremiumMicros < 0 {
      throw DetectorFault(
        words: "premium of a window must not be negative", value: flows[place].labelledPremiumMicros)
    }
  }

  @inline(never)
  private mutating func grow(
    _ place: Int, _ seen: borrowing SeenPrint, _ print: TapePrint, _ tape: borrowing PrintTape,
    into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    flows[place].underlyingPrice = seen.print.underlyingPrice
    if flows[place].find != 0 {
      flows[place].hasGrown = true
      return try ledger.add(print, to: flows[place].find, tape, into: &outputs)
    }
    guard isEnough(flows[place], rule.beginSharePermille), seen.time >= flows[place].quietUntil else { return }
    let find = ledger.begin(
      seen.isCall ? .aggressiveCallBuying : .aggressivePutBuying, .buy, instrument: print.instrument,
      underlying: seen.underlying, session: seen.session)
    guard find != 0 else { return }
    flows[place].find = find
    open.append(UInt32(place))
    for leg in aggressive.chain(from: flows[place].newestPick, tape) {
      try ledger.add(leg, to: find, tape, into: &outputs)
    }
    try giveOut(place, .open, into: &outputs)
  }

  private func isEnough(_ flow: Flow, _ sharePermille: Int64) -> Bool {
    flow.prints >= rule.minimumPrints && flow.premiumMicros >= rule.minimumPremiumMicros
      && hasShare(flow, sharePermille)
  }

  private func hasShare(_ flow: Flow, _ sharePermille: Int64) -> Bool {
    Double(flow.buyPremiumMicros) * 1000 >= Double(sharePermille) * Double(flow.labelledPremiumMicros)
  }

  private mutating func giveOut(
    _ place: Int, _ state: DetectionState, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let flow = flows[place]
    flows[place].hasGrown = false
    try ledger.giveOut(flow.find, state, try factors(flow.find, flow), into: &outputs) {
      $0.underlyingPrice = flow.underlyingPrice
    }
  }

  private func factors(_ find: UInt32, _ flow: Flow) throws(DetectorFault) -> ConfidenceFactors {
    let detection = try ledger.find(find)
    let full = Float(rule.fullMultiple)
    let labelled = Float(max(1, flow.labelledPremiumMicros))
    let share = max(0, min(1, Float(flow.buyPremiumMicros) / labelled))
    let least = Float(rule.minimumPremiumMicros)
    return ConfidenceFactors(
      ConfidenceFactor(
        .legs, weightPercent: 20, Float(detection.prints), half: Float(rule.minimumPrints),
        full: Float(rule.minimumPrints) * full),
      ConfidenceFactor(
        .premium, weightPercent: 40,
        scorePermille: FactorScore.rising(Float(detection.premiumMicros), half: least, full: least * full),
        value: Float(detection.premiumMicros) / 1e6),
      ConfidenceFactor(.buyShare, weightPercent: 40, share, half: Float(rule.beginSharePermille) / 1000, full: 1))
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if print.number >= window.first { try subtract(copy print, isVoid: false) }
    guard let find = ledger.remove(copy print, tape, into: &outputs) else { return }
    let place = Int(flowOfContract[print.instrument.index]) - 1
    let isUnderWay = flows[place].find == find
    let detection = try ledger.find(find)
    let stands = detection.prints >= rule.minimumPrints && detection.premiumMicros >= rule.minimumPremiumMicros
    if isUnderWay {
      try giveOut(place, stands ? .open : .withdrawn, into: &outputs)
      if !stands { end(place) }
    } else {
      try ledger.giveOut(find, stands ? .closed : .withdrawn, detection.factors, into: &outputs)
    }
  }

  private mutating func end(_ place: Int) {
    flows[place].find = 0
    open.removeAll { $0 == UInt32(place) }
  }

  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    try forget(before: time, tape)
    for place in open.map({ Int($0) }) {
      if flows[place].prints * 2 >= rule.minimumPrints, hasShare(flows[place], rule.endSharePermille) {
        if flows[place].hasGrown { try giveOut(place, .open, into: &outputs) }
      } else {
        try giveOut(place, .closed, into: &outputs)
        end(place)
        flows[place].quietUntil = time.adding(nanoseconds: rule.coolDownNanoseconds)
      }
    }
  }

  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {
    for place in open.map({ Int($0) }) {
      try giveOut(place, .closed, into: &outputs)
      end(place)
    }
  }

  mutating func forgetDay() {
    window.forgetDay()
    aggressive.forgetDay()
    flowOfContract.removeAll(keepingCapacity: true)
    flows.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(window)
    aggressive.save(into: &snapshot)
    snapshot.add(flowOfContract)
    snapshot.add(flows)
    snapshot.add(places)
    snapshot.add(open)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    window = try reader.read()
    try aggressive.restore(&reader)
    flowOfContract = try reader.readArray()
    flows = try reader.readArray()
    places = try reader.readArray()
    open = try reader.readArray()
    try ledger.restore(&reader)
    guard flowOfContract.allSatisfy({ $0 <= flows.count }),
      places.allSatisfy({ $0 <= flows.count }), open.allSatisfy({ $0 < flows.count }),
      flows.allSatisfy({ $0.find <= ledger.count && (0...aggressive.count).contains($0.newestPick) })
    else { throw .damaged(words: "aggressive buying that was not found") }
  }
}
