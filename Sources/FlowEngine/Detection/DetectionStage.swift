import MarketModel

/// All detectors behind the labels, and the tape they look back at. Their order is the order of their outputs.
struct DetectionStage: ~Copyable {
  private var tape: PrintTape
  var sweep: GuardedDetector<SweepReporter>
  var intermarketSweep: GuardedDetector<IntermarketSweepReporter>
  var block: GuardedDetector<BlockReporter>
  var offBook: GuardedDetector<OffBookDetector>
  var aggressiveBuying: GuardedDetector<AggressiveBuyingDetector>
  var institutional: GuardedDetector<InstitutionalDetector>
  var multiLeg: GuardedDetector<MultiLegDetector>
  var unusualVolume: GuardedDetector<UnusualVolumeDetector>
  var repeatedHits: GuardedDetector<RepeatedHitsDetector>
  var sweepThenFloor: GuardedDetector<SweepThenFloorDetector>
  /// Stream time, in whole seconds, up to which windows were looked after.
  private var advancedTo = Timestamp.none

  init(_ configuration: FlowConfiguration) {
    let rules = configuration.detectors ?? DetectorRules()
    tape = PrintTape(capacity: configuration.detectors == nil ? 1 : Limits.detectorPrints)
    sweep = GuardedDetector(SweepReporter(rules.sweep, least: configuration.sweep), isOn: !rules.off.contains(.sweep))
    intermarketSweep = GuardedDetector(
      IntermarketSweepReporter(rules.intermarketSweep), isOn: !rules.off.contains(.intermarketSweep))
    block = GuardedDetector(BlockReporter(rules.block, least: configuration.block), isOn: !rules.off.contains(.block))
    offBook = GuardedDetector(OffBookDetector(rules.offBook), isOn: !rules.off.contains(.offBook))
    aggressiveBuying = GuardedDetector(
      AggressiveBuyingDetector(rules.aggressiveBuying), isOn: !rules.off.contains(.aggressiveBuying))
    institutional = GuardedDetector(
      InstitutionalDetector(rules.institutional), isOn: !rules.off.contains(.institutional))
    multiLeg = GuardedDetector(MultiLegDetector(rules.multiLeg), isOn: !rules.off.contains(.multiLeg))
    unusualVolume = GuardedDetector(
      UnusualVolumeDetector(rules.unusualVolume), isOn: !rules.off.contains(.unusualVolume))
    repeatedHits = GuardedDetector(RepeatedHitsDetector(rules.repeatedHits), isOn: !rules.off.contains(.repeatedHits))
    sweepThenFloor = GuardedDetector(
      SweepThenFloorDetector(rules.sweepThenFloor, sweep: configuration.sweep),
      isOn: !rules.off.contains(.sweepThenFloor))
  }

  /// A print that was labelled and booked.
  /// - Parameter number: its number within the day.
  @inline(__always)
  mutating func see(_ seen: borrowing SeenPrint, number: Int64, into outputs: inout OutputBuffer) {
    tape.append(seen, number: number)
    sweep.see(seen, tape, into: &outputs)
    intermarketSweep.see(seen, tape, into: &outputs)
    block.see(seen, tape, into: &outputs)
    offBook.see(seen, tape, into: &outputs)
    aggressiveBuying.see(seen, tape, into: &outputs)
    institutional.see(seen, tape, into: &outputs)
    multiLeg.see(seen, tape, into: &outputs)
    unusualVolume.see(seen, tape, into: &outputs)
    repeatedHits.see(seen, tape, into: &outputs)
    sweepThenFloor.see(seen, tape, into: &outputs)
  }

  /// A print of today that the venue took back. One that the tape has forgotten stays what it was.
  /// - Parameter number: its number within the day.
  @inline(never)
  mutating func takeBack(_ number: Int64, into outputs: inout OutputBuffer) {
    guard let print = tape.void(number) else { return }
    sweep.takeBack(print, tape, into: &outputs)
    intermarketSweep.takeBack(print, tape, into: &outputs)
    block.takeBack(print, tape, into: &outputs)
    offBook.takeBack(print, tape, into: &outputs)
    aggressiveBuying.takeBack(print, tape, into: &outputs)
    institutional.takeBack(print, tape, into: &outputs)
    multiLeg.takeBack(print, tape, into: &outputs)
    unusualVolume.takeBack(print, tape, into: &outputs)
    repeatedHits.takeBack(print, tape, into: &outputs)
    sweepThenFloor.takeBack(print, tape, into: &outputs)
  }

  /// Looks after windows once a second of stream time.
  @inline(never)
  mutating func advance(to time: Timestamp, into outputs: inout OutputBuffer) {
    guard time.nanoseconds >= advancedTo.nanoseconds + 1_000_000_000 else { return }
    advancedTo = time
    sweep.advance(to: time, tape, into: &outputs)
    intermarketSweep.advance(to: time, tape, into: &outputs)
    block.advance(to: time, tape, into: &outputs)
    offBook.advance(to: time, tape, into: &outputs)
    aggressiveBuying.advance(to: time, tape, into: &outputs)
    institutional.advance(to: time, tape, into: &outputs)
    multiLeg.advance(to: time, tape, into: &outputs)
    unusualVolume.advance(to: time, tape, into: &outputs)
    repeatedHits.advance(to: time, tape, into: &outputs)
    sweepThenFloor.advance(to: time, tape, into: &outputs)
  }

  /// The day is over, or the source: closes what is open.
  @inline(never)
  mutating func endDay(into outputs: inout OutputBuffer) {
    sweep.endDay(tape, into: &outputs)
    intermarketSweep.endDay(tape, into: &outputs)
    block.endDay(tape, into: &outputs)
    offBook.endDay(tape, into: &outputs)
    aggressiveBuying.endDay(tape, into: &outputs)
    institutional.endDay(tape, into: &outputs)
    multiLeg.endDay(tape, into: &outputs)
    unusualVolume.endDay(tape, into: &outputs)
    repeatedHits.endDay(tape, into: &outputs)
    sweepThenFloor.endDay(tape, into: &outputs)
  }

  /// - Parameter printsBefore: prints of the source before the day that begins.
  mutating func beginDay(printsBefore: Int64) {
    tape.beginDay(printsBefore: printsBefore)
    advancedTo = .none
    sweep.forgetDay()
    intermarketSweep.forgetDay()
    block.forgetDay()
    offBook.forgetDay()
    aggressiveBuying.forgetDay()
    institutional.forgetDay()
    multiLeg.forgetDay()
    unusualVolume.forgetDay()
    repeatedHits.forgetDay()
    sweepThenFloor.forgetDay()
  }

  var statuses: [DetectorStatus] {
    [
      sweep.status,
      intermarketSweep.status,
      block.status,
      offBook.status,
      aggressiveBuying.status,
      institutional.status,
      multiLeg.status,
      unusualVolume.status,
      repeatedHits.status,
      sweepThenFloor.status,
    ]
  }

  func save(into snapshot: inout SnapshotBytes) {
    tape.save(into: &snapshot)
    snapshot.add(advancedTo)
    sweep.save(into: &snapshot)
    intermarketSweep.save(into: &snapshot)
    block.save(into: &snapshot)
    offBook.save(into: &snapshot)
    aggressiveBuying.save(into: &snapshot)
    institutional.save(into: &snapshot)
    multiLeg.save(into: &snapshot)
    unusualVolume.save(into: &snapshot)
    repeatedHits.save(into: &snapshot)
    sweepThenFloor.save(into: &snapshot)
  }

  /// Into a new one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    try tape.restore(&reader)
    advancedTo = try reader.read()
    try sweep.restore(&reader)
    try intermarketSweep.restore(&reader)
    try block.restore(&reader)
    try offBook.restore(&reader)
    try aggressiveBuying.restore(&reader)
    try institutional.restore(&reader)
    try multiLeg.restore(&reader)
    try unusualVolume.restore(&reader)
    try repeatedHits.restore(&reader)
    try sweepThenFloor.restore(&reader)
  }
}
