import MarketModel

/// Finds one kind of thing among labelled prints. A value of the engine's own: no clock, no I/O, no allocation per print in
/// steady state. It gives out records and changes nothing else, so that the others conclude the same with and without it.
///
/// Input that cannot be true for it is a `DetectorFault`, never a trap: the detector is then out of service for the rest of the
/// day (`GuardedDetector`), and nothing else is.
protocol Detector: ~Copyable {
  static var id: DetectorID { get }
  /// A print, in the order of the stream, after it was labelled and booked.
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault)
  /// The venue took a print of today back.
  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault)
  /// Stream time has come so far without a print: windows may be over. Once a second of stream time.
  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault)
  /// The day is over, or the source: what is open is closed. Something may still come after the end of a source.
  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault)
  /// Finds of the day that a bound kept from being given out.
  var refused: Int64 { get }
  /// As if just made; memory may be kept.
  mutating func forgetDay()
  func save(into snapshot: inout SnapshotBytes)
  /// Into a new one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError)
}

// For those who have no windows, or no bound.
extension Detector where Self: ~Copyable {
  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {}
  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {}
  var refused: Int64 { 0 }
}

/// What a detector could not make sense of.
struct DetectorFault: Error, Hashable, Sendable {
  /// Subject and what was wanted.
  var words: StaticString
  /// The value seen.
  var value: Int64

  static func == (a: DetectorFault, b: DetectorFault) -> Bool { "\(a.words)" == "\(b.words)" && a.value == b.value }
  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// A print with what detectors want to know of its contract and underlying.
struct SeenPrint: BitwiseCopyable {
  var print: LabeledPrint
  /// Trading day of the stream.
  var session: MarketDate
  /// Stream time when it was booked; later than the print's own time for one that came late.
  var time: Timestamp
  var underlying: InstrumentID
  /// Options; meaningless for an equity.
  var strike: Price
  var expiry: MarketDate
  var isCall: Bool
  var isOption: Bool
  /// Whether the tape counts it in volume.
  var countsVolume: Bool
  /// Of the contract; `ContractReference.unknown` when not known.
  var openInterest: Int64
  /// The contract's and the underlying's options today, before this print: prints and contracts.
  var contractTradesBefore: Int64
  var contractVolumeBefore: Int64
  var underlyingTradesBefore: Int64
  var underlyingVolumeBefore: Int64
}

/// A detector with its breaker: switched off by the rules, or out of service for the day after a fault.
struct GuardedDetector<Kind: Detector & ~Copyable>: ~Copyable {
  private(set) var detector: Kind
  let isOn: Bool
  private(set) var fault: DetectorFault?
  /// Faults on all days so far.
  private(set) var faults: Int64 = 0

  init(_ detector: consuming Kind, isOn: Bool) {
    self.detector = detector
    self.isOn = isOn
  }

  var isServing: Bool { @inline(__always) get { isOn && fault == nil } }

  @inline(__always)
  mutating func see(_ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    guard isServing else { return }
    do { try detector.see(seen, tape, into: &outputs) } catch { open(error) }
  }

  mutating func takeBack(_ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    guard isServing else { return }
    do { try detector.takeBack(print, tape, into: &outputs) } catch { open(error) }
  }

  mutating func advance(to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    guard isServing else { return }
    do { try detector.advance(to: time, tape, into: &outputs) } catch { open(error) }
  }

  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    guard isServing else { return }
    do { try detector.endDay(tape, into: &outputs) } catch { open(error) }
  }

  /// The next day begins with a detector that serves again.
  mutating func forgetDay() {
    detector.forgetDay()
    fault = nil
  }

  private mutating func open(_ error: DetectorFault) {
    fault = error
    faults += 1
  }

  var status: DetectorStatus {
    DetectorStatus(
      detector: Kind.id, isOn: isOn, refused: detector.refused, faults: faults,
      fault: fault.map { "\($0.words); seen \($0.value)" })
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(faults)
    snapshot.add(fault == nil)
    detector.save(into: &snapshot)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    faults = try reader.read()
    let isServing: Bool = try reader.read()
    if !isServing { fault = DetectorFault(words: "out of service since before the start", value: 0) }
    try detector.restore(&reader)
  }
}

/// How a detector is, for /health.
public struct DetectorStatus: Hashable, Sendable {
  public var detector: DetectorID
  /// Not switched off by the rules.
  public var isOn: Bool
  /// Finds of the day not given out because the day already had as many of this detector as are kept.
  public var refused: Int64 = 0
  /// On all days since the engine was made.
  public var faults: Int64
  /// Why it is out of service today; nil while it serves.
  public var fault: String?
}
