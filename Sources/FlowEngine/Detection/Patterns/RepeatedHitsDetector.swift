import MarketModel

/// Repeated hits: one contract bought, or sold, again and again in much the same size at much the same price, as an order that is
/// worked in slices does. The defaults are conventions.
public struct RepeatedHitsRule: Hashable, Sendable {
  /// All of the least number of hits must fall into it; later ones may come this long after the one before.
  public var windowNanoseconds: Int64 = 900_000_000_000
  public var minimumHits = 5
  /// Of each hit: odd lots of retail are alike by chance.
  public var minimumSize: Int64 = 10
  public var minimumPrintPremiumMicros: Int64 = 5_000_000_000
  /// How far from the series' first hit size and price may be.
  public var sizeTolerancePermille: Int64 = 100
  public var priceTolerancePermille: Int64 = 50
  /// Hits at which their factor is full, as a multiple of the least.
  public var fullMultiple: Int64 = 4
  public init() {}
}

/// Keeps a few series of hits per contract and side, each with the size and price of its first. A find owns the hits that made it
/// and takes in those that follow.
struct RepeatedHitsDetector: WindowedDetector {
  static let id = DetectorID.repeatedHits
  /// Series of one contract and side at a time; the one hit longest ago makes room.
  private static let ways = 4

  private struct Series: BitwiseCopyable {
    var price: Int64 = 0
    var size: Int64 = 0
    var lastTime = Timestamp.none
    /// In `RepeatedHitsDetector.hits`, not more than the least number.
    var hits: Int = 0
    /// The find that hits join; 0 for none.
    var find: UInt32 = 0
  }

  private let rule: RepeatedHitsRule
  /// By contract and side: place of its series + 1; 0 for none.
  private var places: [UInt32] = []
  /// `ways` at each place.
  private var series: [Series] = []
  /// `minimumHits` numbers of prints for each series, oldest first.
  private var hits: [Int64] = []
  /// Indices of the series whose find is open, in the order in which they were found.
  private var open: [UInt32] = []
  private var ledger = PatternLedger(.repeatedHits)

  init(_ rule: RepeatedHitsRule) {
    precondition(
      (2...64).contains(rule.minimumHits), "RepeatedHitsRule: at least \(rule.minimumHits) hits, 2 to 64 can be kept")
    self.rule = rule
  }

  var refused: Int64 { ledger.refused }
  var windowNanoseconds: Int64 { rule.windowNanoseconds }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.isOption, Int64(seen.print.trade.size) >= rule.minimumSize,
      seen.print.premiumMicros >= rule.minimumPrintPremiumMicros, let print = tape.find(tape.newest),
      print.pointee.isDirected
    else { return }
    try take(seen, print.pointee, tape, into: &outputs)
  }

  @inline(never)
  private mutating func take(
    _ seen: borrowing SeenPrint, _ print: TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let place = place(of: print.instrument.key(print.side)) else { return }
    let index = try seriesIndex(place, print, into: &outputs)
    series[index].lastTime = print.time
    if series[index].find == 0 {
      remember(print, index)
      guard series[index].hits == rule.minimumHits, let first = tape.find(hits[index * rule.minimumHits])?.pointee,
        print.time - first.time <= rule.windowNanoseconds
      else { return }
      try begin(index, seen, print, tape, into: &outputs)
    } else {
      try ledger.add(print, to: series[index].find, tape, into: &outputs)
    }
    guard series[index].find != 0 else { return }
    let size = try ledger.find(series[index].find).size
    let effect = PositionEffect.infer(
      size: size, openInterest: seen.openInterest,
      volumeBefore: seen.contractVolumeBefore + Int64(print.size) - size, side: print.side)
    let underlyingPrice = seen.print.underlyingPrice
    try giveOut(series[index].find, .open, into: &outputs) {
      $0.effect = effect
      $0.underlyingPrice = underlyingPrice
    }
  }

  /// - Returns: nil when the day has too many.
  private mutating func place(of key: Int) -> Int? {
    places.makePlace(key, 0)
    if places[key] == 0 {
      guard series.count < Limits.hitSeries else { return nil }
      series.append(contentsOf: repeatElement(Series(), count: RepeatedHitsDetector.ways))
      hits.append(contentsOf: repeatElement(0, count: RepeatedHitsDetector.ways * rule.minimumHits))
      places[key] = UInt32(series.count / RepeatedHitsDetector.ways)
    }
    return Int(places[key]) - 1
  }

  /// The series that the hit goes on with, or one that it begins.
  private mutating func seriesIndex(
    _ place: Int, _ print: TapePrint, into outputs: inout OutputBuffer
  ) throws(DetectorFault) -> Int {
    let first = place * RepeatedHitsDetector.ways
    let oldest = print.time.adding(nanoseconds: -rule.windowNanoseconds)
    var least = first
    for index in first..<(first + RepeatedHitsDetector.ways) {
      if series[index].size != 0, series[index].lastTime >= oldest, isAlike(print, series[index]) { return index }
      if series[index].lastTime < series[least].lastTime { least = index }
    }
    if series[least].find != 0 { try close(least, into: &outputs) }
    series[least] = Series(price: print.price.micros, size: Int64(print.size))
    return least
  }

  private func isAlike(_ print: TapePrint, _ series: Series) -> Bool {
    abs(Int64(print.size) - series.size) * 1000 <= rule.sizeTolerancePermille * series.size
      && Double(abs(print.price.micros - series.price)) * 1000
        <= Double(rule.priceTolerancePermille) * Double(series.price)
  }

  private mutating func remember(_ print: TapePrint, _ index: Int) {
    let start = index * rule.minimumHits
    if series[index].hits == rule.minimumHits {
      for i in start..<(start + rule.minimumHits - 1) { hits[i] = hits[i + 1] }
      series[index].hits -= 1
    }
    hits[start + series[index].hits] = print.number
    series[index].hits += 1
  }

  private mutating func begin(
    _ index: Int, _ seen: borrowing SeenPrint, _ print: TapePrint, _ tape: borrowing PrintTape,
    into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let find = ledger.begin(
      .repeatedHits, print.side, instrument: print.instrument, underlying: seen.underlying, session: seen.session)
    guard find != 0 else { return }
    series[index].find = find
    open.append(UInt32(index))
    for i in 0..<rule.minimumHits {
      guard let hit = tape.find(hits[index * rule.minimumHits + i]) else {
        throw DetectorFault(words: "the hits of a window must still be on the tape", value: print.number)
      }
      try ledger.add(hit.pointee, to: find, tape, into: &outputs)
    }
    series[index].hits = 0
  }

  private mutating func giveOut(
    _ find: UInt32, _ state: DetectionState, into outputs: inout OutputBuffer,
    _ change: (inout Detection) -> Void = { _ in }
  ) throws(DetectorFault) {
    let detection = try ledger.find(find)
    let least = Float(rule.minimumPrintPremiumMicros) * Float(rule.minimumHits)
    try ledger.giveOut(
      find, state,
      ConfidenceFactors(
        ConfidenceFactor(
          .legs, weightPercent: 60, Float(detection.prints), half: Float(rule.minimumHits),
          full: Float(rule.minimumHits) * Float(rule.fullMultiple)),
        ConfidenceFactor(
          .premium, weightPercent: 40,
          scorePermille: FactorScore.rising(Float(detection.premiumMicros), half: least, full: least * 10),
          value: Float(detection.premiumMicros) / 1e6)),
      into: &outputs, change)
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let find = ledger.remove(copy print, tape, into: &outputs) else { return forget(copy print) }
    let index = open.first { series[Int($0)].find == find }
    guard try ledger.find(find).prints < Int64(rule.minimumHits) else {
      return try giveOut(find, index == nil ? .closed : .open, into: &outputs)
    }
    if let index {
      series[Int(index)] = Series()
      open.removeAll { $0 == index }
    }
    try giveOut(find, .withdrawn, into: &outputs)
  }

  /// A hit of a series that is no find yet.
  private mutating func forget(_ print: TapePrint) {
    let key = print.instrument.key(print.side)
    guard key < places.count, places[key] != 0 else { return }
    let first = (Int(places[key]) - 1) * RepeatedHitsDetector.ways
    for index in first..<(first + RepeatedHitsDetector.ways) {
      let start = index * rule.minimumHits
      guard let found = (start..<(start + series[index].hits)).first(where: { hits[$0] == print.number }) else {
        continue
      }
      for i in found..<(start + series[index].hits - 1) { hits[i] = hits[i + 1] }
      series[index].hits -= 1
    }
  }

  private mutating func close(_ index: Int, into outputs: inout OutputBuffer) throws(DetectorFault) {
    let find = series[index].find
    series[index] = Series()
    open.removeAll { $0 == UInt32(index) }
    try giveOut(find, .closed, into: &outputs)
  }

  mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    for index in open.filter({ series[Int($0)].lastTime < oldest }) { try close(Int(index), into: &outputs) }
  }

  mutating func forgetDay() {
    places.removeAll(keepingCapacity: true)
    series.removeAll(keepingCapacity: true)
    hits.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(places)
    snapshot.add(series)
    snapshot.add(hits)
    snapshot.add(open)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    places = try reader.readArray()
    series = try reader.readArray()
    hits = try reader.readArray()
    open = try reader.readArray()
    try ledger.restore(&reader)
    guard hits.count == series.count * rule.minimumHits,
      places.allSatisfy({ Int($0) * RepeatedHitsDetector.ways <= series.count }),
      open.allSatisfy({ $0 < series.count }),
      series.allSatisfy({ $0.find <= ledger.count && (0...rule.minimumHits).contains($0.hits) })
    else { throw .damaged(words: "repeated hits that were not found") }
  }
}
