import MarketModel

/// Unusual volume of a contract: against what was open in the morning, and against its own pace of the day. Above open interest
/// at least some of it must be new (ORDERFLOW.md section 6: volume over open interest above 1 means opening). The multiples are
/// conventions.
public struct UnusualVolumeRule: Hashable, Sendable {
  /// Of the contract today, and for the pace within the window.
  public var minimumVolume: Int64 = 500
  /// Volume of the day over open interest; ascending, at most three. No open interest at all counts as one contract.
  public var openInterestMultiples: [Int64] = [1, 2, 5]
  /// Windows begin at whole multiples of this since 1970: at the quarters of the hour.
  public var windowNanoseconds: Int64 = 900_000_000_000
  /// Volume of the window so far over the average of the day's windows before it; ascending, at most three.
  public var averageMultiples: [Int64] = [5, 10, 20]
  /// A lower average counts as this.
  public var leastAverage: Int64 = 100
  /// Windows of the day before there is an average.
  public var minimumWindows: Int64 = 2
  public init() {}
}

/// Gives out a contract once for each multiple that its volume reaches. A find sums up the contract's day until then; its leg is
/// the print that reached the multiple.
struct UnusualVolumeDetector: Detector {
  static let id = DetectorID.unusualVolume
  /// Multiples of each of the two kinds.
  private static let ladder = 3

  /// A contract's day.
  private struct Day: BitwiseCopyable {
    var volume: Int64 = 0
    var openInterest = ContractReference.unknown
    var window: Int64 = .min
    var windowVolume: Int64 = 0
    var prints: Int64 = 0
    var premiumMicros: Int64 = 0
    var netDeltaNanos: Int64 = 0
    var firstTime = Timestamp.none
    var firstPrint: Int64 = 0
    /// A bit for each multiple that is reached.
    var reached: UInt8 = 0

    @inline(__always)
    mutating func add(_ seen: borrowing SeenPrint, window: Int64) {
      let size = Int64(seen.print.trade.size)
      if prints == 0 {
        firstTime = seen.time
        firstPrint = seen.print.number
      }
      prints &+= 1
      volume = seen.contractVolumeBefore &+ size
      openInterest = seen.openInterest
      premiumMicros &+= seen.print.premiumMicros
      netDeltaNanos &+= seen.print.netDeltaNanos
      if window > self.window {
        self.window = window
        windowVolume = 0
      }
      // One that was missed counts for the day, not for the pace of another window.
      if window == self.window { windowVolume &+= size }
    }
  }

  private let rule: UnusualVolumeRule
  private var days: [Day] = []
  /// Counts of the finds by contract and multiple, 0 for none.
  private var finds: [UInt32] = []
  /// The day's first window; nil before the first print.
  private var firstWindow: Int64?
  private var ledger = PatternLedger(.unusualVolume)

  init(_ rule: UnusualVolumeRule) {
    precondition(
      rule.openInterestMultiples.count <= UnusualVolumeDetector.ladder
        && rule.averageMultiples.count <= UnusualVolumeDetector.ladder && rule.windowNanoseconds > 0,
      "UnusualVolumeRule: at most three multiples of each kind, a window of more than 0 ns")
    self.rule = rule
  }

  var refused: Int64 { ledger.refused }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard seen.isOption, seen.countsVolume else { return }
    let index = seen.print.trade.instrument.index
    days.makePlace(index, Day())
    let window = seen.time.nanoseconds / rule.windowNanoseconds
    if firstWindow == nil { firstWindow = window }
    days[index].add(seen, window: window)
    let day = days[index]
    guard day.volume >= rule.minimumVolume else { return }
    let reached = multiplesReached(day)
    if reached & ~day.reached != 0 { try giveOut(reached, index, seen, tape, into: &outputs) }
  }

  /// A bit for each multiple: open interest from bit 0, average from bit 3.
  private func multiplesReached(_ day: Day) -> UInt8 {
    var reached: UInt8 = 0
    guard day.volume >= rule.minimumVolume else { return reached }
    if day.openInterest >= 0 {
      for i in 0..<rule.openInterestMultiples.count
      where Double(day.volume) >= Double(rule.openInterestMultiples[i]) * Double(max(1, day.openInterest)) {
        reached |= 1 << UInt8(i)
      }
    }
    guard day.windowVolume >= rule.minimumVolume, let average = average(day) else { return reached }
    for i in 0..<rule.averageMultiples.count
    where Double(day.windowVolume) >= Double(rule.averageMultiples[i]) * average {
      reached |= 1 << UInt8(i + UnusualVolumeDetector.ladder)
    }
    return reached
  }

  /// Of a window before the day's newest; nil while there are too few.
  private func average(_ day: Day) -> Double? {
    guard let firstWindow, day.window - firstWindow >= max(1, rule.minimumWindows) else { return nil }
    return max(
      Double(max(1, rule.leastAverage)), Double(day.volume - day.windowVolume) / Double(day.window - firstWindow))
  }

  @inline(never)
  private mutating func giveOut(
    _ reached: UInt8, _ index: Int, _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape,
    into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    guard let print = tape.find(tape.newest)?.pointee else {
      throw DetectorFault(words: "a print must be on the tape when it is seen", value: tape.newest)
    }
    let fresh = UnusualVolumeDetector.highest(reached & ~days[index].reached)
    days[index].reached |= reached
    finds.makePlace((index + 1) * 2 * UnusualVolumeDetector.ladder, 0)
    let effect = PositionEffect.infer(
      size: Int64(print.size), openInterest: seen.openInterest, volumeBefore: seen.contractVolumeBefore,
      side: print.side)
    let underlyingPrice = seen.print.underlyingPrice
    for bit in 0..<(2 * UnusualVolumeDetector.ladder) where fresh >> UInt8(bit) & 1 != 0 {
      let place = index * 2 * UnusualVolumeDetector.ladder + bit
      if finds[place] == 0 {
        finds[place] = ledger.begin(
          .unusualVolume, .unknown, instrument: print.instrument, underlying: seen.underlying, session: seen.session)
      }
      guard finds[place] != 0 else { continue }
      try ledger.add(print, to: finds[place], tape, into: &outputs)
      try giveOut(finds[place], bit, days[index], .closed, into: &outputs) {
        $0.effect = effect
        $0.underlyingPrice = underlyingPrice
      }
    }
  }

  /// One jump over several multiples is one find: of each ladder the highest step.
  private static func highest(_ steps: UInt8) -> UInt8 {
    let (low, high) = (steps & ((1 << UInt8(ladder)) - 1), steps >> UInt8(ladder))
    func top(_ bits: UInt8) -> UInt8 { bits == 0 ? 0 : 1 << UInt8(7 - bits.leadingZeroBitCount) }
    return top(low) | top(high) << UInt8(ladder)
  }

  private mutating func giveOut(
    _ find: UInt32, _ bit: Int, _ day: Day, _ state: DetectionState, into outputs: inout OutputBuffer,
    _ change: (inout Detection) -> Void = { _ in }
  ) throws(DetectorFault) {
    try ledger.giveOut(find, state, factors(bit, day), into: &outputs) {
      $0.prints = day.prints
      $0.size = day.volume
      $0.premiumMicros = day.premiumMicros
      $0.netDeltaNanos = day.netDeltaNanos
      $0.firstTime = day.firstTime
      $0.firstPrint = day.firstPrint
      change(&$0)
    }
  }

  private func factors(_ bit: Int, _ day: Day) -> ConfidenceFactors {
    let isOpenInterest = bit < UnusualVolumeDetector.ladder
    let multiples = isOpenInterest ? rule.openInterestMultiples : rule.averageMultiples
    let volume = Float(isOpenInterest ? day.volume : day.windowVolume)
    let multiple =
      isOpenInterest ? volume / Float(max(1, day.openInterest)) : volume / Float(average(day) ?? Double(volume))
    let (least, most) = (Float(multiples.first ?? 1), Float(multiples.last ?? 1))
    return ConfidenceFactors(
      ConfidenceFactor(
        isOpenInterest ? .openInterestMultiple : .volumeMultiple, weightPercent: 70, max(0, multiple), half: least,
        full: most),
      ConfidenceFactor(
        .size, weightPercent: 30, max(0, volume), half: Float(rule.minimumVolume),
        full: Float(rule.minimumVolume) * 10))
  }

  /// Prints that can be taken back are those that counted in volume.
  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let index = print.instrument.index
    guard index < days.count, days[index].prints > 0 else { return }
    let size = Int64(print.size)
    days[index].prints -= 1
    days[index].volume -= size
    days[index].premiumMicros -= print.premiumMicros
    days[index].netDeltaNanos -= print.netDeltaNanos
    let isOfWindow = print.time.nanoseconds / rule.windowNanoseconds == days[index].window
    if isOfWindow { days[index].windowVolume -= size }
    _ = ledger.remove(copy print, tape, into: &outputs)
    guard days[index].reached != 0 else { return }
    let lost = days[index].reached & ~multiplesReached(days[index])
    for bit in 0..<(2 * UnusualVolumeDetector.ladder) where lost >> UInt8(bit) & 1 != 0 {
      let find = finds[index * 2 * UnusualVolumeDetector.ladder + bit]
      // The pace of a window that is over is not measured again.
      if bit >= UnusualVolumeDetector.ladder {
        guard find != 0, isOfWindow,
          try ledger.find(find).lastTime.nanoseconds / rule.windowNanoseconds == days[index].window
        else { continue }
      }
      days[index].reached &= ~(1 << UInt8(bit))
      if find != 0 { try giveOut(find, bit, days[index], .withdrawn, into: &outputs) }
    }
  }

  mutating func forgetDay() {
    days.removeAll(keepingCapacity: true)
    finds.removeAll(keepingCapacity: true)
    firstWindow = nil
    ledger.reset()
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(days)
    snapshot.add(finds)
    snapshot.add(firstWindow)
    ledger.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    days = try reader.readArray()
    finds = try reader.readArray()
    firstWindow = try reader.read()
    try ledger.restore(&reader)
    let isWhole = days.indices.allSatisfy {
      days[$0].reached == 0 || finds.count >= ($0 + 1) * 2 * UnusualVolumeDetector.ladder
    }
    guard isWhole, finds.allSatisfy({ $0 <= ledger.count }) else {
      throw .damaged(words: "unusual volume that was not found")
    }
  }
}
