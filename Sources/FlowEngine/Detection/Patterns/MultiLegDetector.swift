import MarketModel

/// Recognises spreads by their legs: prints of one underlying, venue and moment that the tape marks as parts of an order in several
/// contracts, or that nothing marks but size, moment, labels and neighbourhood agree. Who bought a marked leg is not known and not
/// said; its price at the quote tells a risk reversal from a strangle, no more. A find is given out once, a few milliseconds of
/// stream time after its first leg, and is withdrawn when a leg is taken back.
struct MultiLegDetector: Detector {
  static let id = DetectorID.multiLeg

  private let rule: MultiLegRule
  private var pending = PendingSpreads()
  private var ledger = PatternLedger(.multiLeg)
  /// Of the newest print.
  private var session = MarketDate(daysSinceEpoch: 0)

  init(_ rule: MultiLegRule) { self.rule = rule }

  var refused: Int64 { ledger.refused }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    try settle(before: seen.time, tape, into: &outputs)
    guard seen.isOption, seen.countsVolume, seen.print.flags.isDisjoint(with: [.late, .backfilled]) else { return }
    let print = seen.print
    let isMarked = print.flags.contains(.multiLeg) || print.method == .stockTied
    if isMarked || isUnmarkedCandidate(print) { try take(seen, isMarked, tape, into: &outputs) }
  }

  /// Executed one by one against the book, with a side.
  @inline(__always)
  private func isUnmarkedCandidate(_ print: LabeledPrint) -> Bool {
    (print.side == .buy || print.side == .sell) && Int64(print.trade.size) >= rule.minimumUnmarkedSize
      && print.flags.isDisjoint(with: [.intermarketSweep, .floor, .cross, .auction, .weakSide, .extendedHours])
  }

  private mutating func take(
    _ seen: borrowing SeenPrint, _ isMarked: Bool, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    session = seen.session
    if pending.isFull { try settleOldest(tape, into: &outputs) }
    let trade = seen.print.trade
    pending.add(
      PendingLeg(
        number: tape.newest, strike: seen.strike.micros, instrument: trade.instrument,
        expiry: seen.expiry.daysSinceEpoch, size: trade.size, isCall: seen.isCall,
        direction: isMarked ? atQuote(seen) : Int8(truncatingIfNeeded: seen.print.side.sign)),
      PendingSpread(
        underlying: seen.underlying, venue: trade.venue, isMarked: isMarked,
        conditions: isMarked ? trade.conditions : [], size: isMarked ? 0 : trade.size, time: trade.time,
        booked: seen.time, underlyingPrice: seen.print.underlyingPrice),
      within: isMarked ? rule.markedNanoseconds : rule.unmarkedNanoseconds)
  }

  /// At the ask or above it +1, at the bid or below it -1.
  private func atQuote(_ seen: borrowing SeenPrint) -> Int8 {
    guard seen.print.quoteTime != .none, seen.print.bid < seen.print.ask else { return 0 }
    if seen.print.trade.price >= seen.print.ask { return 1 }
    return seen.print.trade.price <= seen.print.bid ? -1 : 0
  }

  /// Looks at the groups that no leg can join any more.
  @inline(__always)
  private mutating func settle(
    before time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let hold = max(rule.markedNanoseconds, rule.unmarkedNanoseconds)
    while let group = pending.oldest(), time.nanoseconds > group.booked.nanoseconds &+ hold {
      try settleOldest(tape, into: &outputs)
    }
  }

  private mutating func settleOldest(
    _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let group = pending.oldest() else { return }
    let prints = pending.removeOldest()
    guard prints.count > 1 else { return }
    try recognise(prints, group, tape, into: &outputs)
  }

  @inline(never)
  private mutating func recognise(
    _ prints: [PendingLeg], _ group: PendingSpread, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let whole = MultiLegDetector.contracts(of: prints)
    guard whole.count > 1 else { return }
    if let kind = SpreadShape.name(whole, mustAgree: !group.isMarked) {
      if group.isMarked || areNeighbours(prints) {
        try giveOut(kind, prints, whole, group, tape, into: &outputs)
      }
      return
    }
    if group.isMarked { try recogniseParts(prints, group, tape, into: &outputs) }
  }

  /// Several orders of the same moment, told apart by their sizes; what is left belongs together as the tape says, without a name.
  private mutating func recogniseParts(
    _ prints: [PendingLeg], _ group: PendingSpread, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    var rest: [PendingLeg] = []
    var sizes: [UInt32] = []
    for print in prints where !sizes.contains(print.size) { sizes.append(print.size) }
    for size in sizes {
      let part = prints.filter { $0.size == size }
      let contracts = MultiLegDetector.contracts(of: part)
      if sizes.count > 1, let kind = SpreadShape.name(contracts, mustAgree: false) {
        try giveOut(kind, part, contracts, group, tape, into: &outputs)
      } else {
        rest += part
      }
    }
    let contracts = MultiLegDetector.contracts(of: rest)
    guard contracts.count > 1 else { return }
    try giveOut(.otherSpread, rest.sorted { $0.number < $1.number }, contracts, group, tape, into: &outputs)
  }

  /// The prints of each contract together.
  private static func contracts(of prints: [PendingLeg]) -> [SpreadLeg] {
    var legs: [SpreadLeg] = []
    for print in prints {
      if let index = legs.firstIndex(where: { $0.instrument == print.instrument }) {
        legs[index].size += Int64(print.size)
        if legs[index].direction != Int64(print.direction) { legs[index].direction = 0 }
      } else {
        legs.append(
          SpreadLeg(
            instrument: print.instrument, strike: print.strike, expiry: print.expiry, isCall: print.isCall,
            size: Int64(print.size), direction: Int64(print.direction)))
      }
    }
    return legs.sorted(by: SpreadLeg.stands)
  }

  private func areNeighbours(_ prints: [PendingLeg]) -> Bool {
    let (first, last) = (prints.first?.number ?? 0, prints.last?.number ?? 0)
    return last - first < Int64(prints.count) + rule.mostBetweenUnmarked
  }

  private mutating func giveOut(
    _ kind: DetectionKind, _ prints: [PendingLeg], _ contracts: [SpreadLeg], _ group: PendingSpread,
    _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let first = prints.first else { return }
    var legs: [TapePrint] = []
    for print in prints {
      guard let leg = tape.find(print.number) else {
        throw DetectorFault(words: "the legs of a spread must still be on the tape", value: print.number)
      }
      legs.append(leg.pointee)
    }
    let find = ledger.begin(
      kind, side(of: legs), instrument: first.instrument, underlying: group.underlying, session: session)
    guard find != 0 else { return }
    for leg in legs { try ledger.add(leg, to: find, tape, into: &outputs) }
    let span = (legs.last?.time ?? .none) - (legs.first?.time ?? .none)
    try ledger.giveOut(find, .closed, factors(kind, contracts, group, span: span), into: &outputs) {
      $0.contractCount = UInt8(clamping: contracts.count)
      $0.underlyingPrice = group.underlyingPrice
    }
  }

  /// Whether the whole was paid for (buy) or paid (sell), where each leg has a side.
  private func side(of legs: [TapePrint]) -> AggressorSide {
    guard legs.allSatisfy({ $0.side == .buy || $0.side == .sell }) else { return .unknown }
    let net = legs.reduce(0) { $0 + $1.side.sign * $1.premiumMicros }
    return net > 0 ? .buy : net < 0 ? .sell : .mid
  }

  private func factors(
    _ kind: DetectionKind, _ contracts: [SpreadLeg], _ group: PendingSpread, span: Int64
  ) -> ConfidenceFactors {
    let known = contracts.count { $0.direction != 0 }
    let alike = contracts.count { $0.size == contracts[0].size }
    let match = kind == .otherSpread ? Float(alike) / Float(contracts.count) : 1
    let directed = Float(known) / Float(contracts.count)
    return ConfidenceFactors(
      ConfidenceFactor(
        .condition, weightPercent: 40, scorePermille: group.isMarked ? 1000 : 0,
        value: group.isMarked ? Float(group.count) : 0),
      ConfidenceFactor(.sizeMatch, weightPercent: 20, scorePermille: FactorScore.share(match), value: match),
      ConfidenceFactor(
        .timeMatch, weightPercent: 20,
        scorePermille: FactorScore.falling(
          Float(span), full: Float(rule.unmarkedNanoseconds),
          none: 2 * Float(max(rule.markedNanoseconds, rule.unmarkedNanoseconds))), value: Float(max(0, span)) / 1e6),
      ConfidenceFactor(.aggression, weightPercent: 20, scorePermille: FactorScore.share(directed), value: directed))
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    pending.takeBack(print.number)
    guard let find = ledger.remove(copy print, tape, into: &outputs) else { return }
    try ledger.giveOut(find, .withdrawn, try ledger.find(find).factors, into: &outputs)
  }

  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    try settle(before: time, tape, into: &outputs)
  }

  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {
    while pending.oldest() != nil { try settleOldest(tape, into: &outputs) }
  }

  mutating func forgetDay() {
    pending.reset()
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(session)
    pending.save(into: &snapshot)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    session = try reader.read()
    try pending.restore(&reader)
    try ledger.restore(&reader)
  }
}
