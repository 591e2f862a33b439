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
    let off = rules.off
    sweep = GuardedDetector(SweepReporter(rules.sweep, least: configuration.sweep), off: off)
    intermarketSweep = GuardedDetector(IntermarketSweepReporter(rules.intermarketSweep), off: off)
    block = GuardedDetector(BlockReporter(rules.block, least: configuration.block), off: off)
    offBook = GuardedDetector(OffBookDetector(rules.offBook), off: off)
    aggressiveBuying = GuardedDetector(AggressiveBuyingDetector(rules.aggressiveBuying), off: off)
    institutional = GuardedDetector(InstitutionalDetector(rules.institutional), off: off)
    multiLeg = GuardedDetector(MultiLegDetector(rules.multiLeg), off: off)
    unusualVolume = GuardedDetector(UnusualVolumeDetector(rules.unusualVolume), off: off)
    repeatedHits = GuardedDetector(RepeatedHitsDetector(rules.repeatedHits), off: off)
    sweepThenFloor = GuardedDetector(
      SweepThenFloorDetector(rules.sweepThenFloor, sweep: configuration.sweep), off: off)
  }

  @inline(__always)
  private mutating func tell(_ news: DetectorNews, into outputs: inout OutputBuffer) {
    sweep.tell(news, tape, into: &outputs)
    intermarketSweep.tell(news, tape, into: &outputs)
    block.tell(news, tape, into: &outputs)
    offBook.tell(news, tape, into: &outputs)
    aggressiveBuying.tell(news, tape, into: &outputs)
    institutional.tell(news, tape, into: &outputs)
    multiLeg.tell(news, tape, into: &outputs)
    unusualVolume.tell(news, tape, into: &outputs)
    repeatedHits.tell(news, tape, into: &outputs)
    sweepThenFloor.tell(news, tape, into: &outputs)
  }

  /// A print that was labelled and booked.
  /// - Parameter number: its number within the day.
  @inline(__always)
  mutating func see(_ seen: borrowing SeenPrint, number: Int64, into outputs: inout OutputBuffer) {
    tape.append(seen, number: number)
    tell(.print(copy seen), into: &outputs)
  }

  /// A print of today that the venue took back. One that the tape has forgotten stays what it was.
  /// - Parameter number: its number within the day.
  @inline(never)
  mutating func takeBack(_ number: Int64, into outputs: inout OutputBuffer) {
    guard let print = tape.void(number) else { return }
    tell(.takenBack(print), into: &outputs)
  }

  /// Looks after windows once a second of stream time.
  @inline(never)
  mutating func advance(to time: Timestamp, into outputs: inout OutputBuffer) {
    guard time.nanoseconds >= advancedTo.nanoseconds + 1_000_000_000 else { return }
    advancedTo = time
    tape.makeRoom()
    tell(.time(time), into: &outputs)
  }

  /// The day is over, or the source: closes what is open.
  @inline(never)
  mutating func endDay(into outputs: inout OutputBuffer) { tell(.endOfDay, into: &outputs) }

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
