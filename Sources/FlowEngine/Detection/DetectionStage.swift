import MarketModel

/// All detectors behind the labels, and the tape they look back at. Their order is the order of their outputs.
struct DetectionStage: ~Copyable {
  private var tape: PrintTape
  private var block: GuardedDetector<BlockReporter>
  /// Stream time, in whole seconds, up to which windows were looked after.
  private var advancedTo = Timestamp.none

  init(_ configuration: FlowConfiguration) {
    let rules = configuration.detectors ?? DetectorRules()
    tape = PrintTape(capacity: configuration.detectors == nil ? 1 : Limits.detectorPrints)
    block = GuardedDetector(BlockReporter(rules.block, least: configuration.block), isOn: !rules.off.contains(.block))
  }

  /// A print that was labelled and booked.
  /// - Parameter number: its number within the day.
  @inline(never)
  mutating func see(_ seen: borrowing SeenPrint, number: Int64, into outputs: inout OutputBuffer) {
    tape.append(seen.print, number: number, time: seen.time)
    block.see(seen, tape, into: &outputs)
  }

  /// A print of today that the venue took back. One that the tape has forgotten stays what it was.
  /// - Parameter number: its number within the day.
  mutating func takeBack(_ number: Int64, into outputs: inout OutputBuffer) {
    guard let print = tape.void(number) else { return }
    block.takeBack(print, tape, into: &outputs)
  }

  /// Looks after windows once a second of stream time.
  @inline(never)
  mutating func advance(to time: Timestamp, into outputs: inout OutputBuffer) {
    guard time.nanoseconds >= advancedTo.nanoseconds + 1_000_000_000 else { return }
    advancedTo = time
    block.advance(to: time, tape, into: &outputs)
  }

  /// - Parameter printsBefore: prints of the source before the day that begins.
  mutating func beginDay(printsBefore: Int64) {
    tape.beginDay(printsBefore: printsBefore)
    advancedTo = .none
    block.forgetDay()
  }

  var statuses: [DetectorStatus] { [block.status] }

  func save(into snapshot: inout SnapshotBytes) {
    tape.save(into: &snapshot)
    snapshot.add(advancedTo)
    block.save(into: &snapshot)
  }

  /// Into a new one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    try tape.restore(&reader)
    advancedTo = try reader.read()
    try block.restore(&reader)
  }
}
