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

/// A detector whose finds are over when nothing has joined them for some time.
protocol WindowedDetector: Detector {
  /// From the newest print of a find to the next that may join it.
  var windowNanoseconds: Int64 { get }
  /// Closes the finds whose newest print was booked before a moment.
  mutating func close(
    before oldest: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault)
}

extension WindowedDetector {
  mutating func advance(
    to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    try close(before: time.adding(nanoseconds: -windowNanoseconds), tape, into: &outputs)
  }

  mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {
    try close(before: Timestamp(nanoseconds: .max), tape, into: &outputs)
  }
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

/// What a detector is told, as the methods of `Detector` have it.
enum DetectorNews {
  case print(SeenPrint)
  case takenBack(TapePrint)
  case time(Timestamp)
  case endOfDay
}

/// A detector with its breaker: switched off by the rules, or out of service for the day after a fault.
struct GuardedDetector<Kind: Detector & ~Copyable>: ~Copyable {
  private(set) var detector: Kind
  let isOn: Bool
  /// Switched on and without a fault today.
  private(set) var isServing: Bool
  private(set) var fault: DetectorFault?
  /// Faults on all days so far.
  private(set) var faults: Int64 = 0

  init(_ detector: consuming Kind, off: DetectorSet) {
    self.detector = detector
    isOn = !off.contains(Kind.id)
    isServing = isOn
  }

  /// A call that fails has said nothing: no half of a find is given out.
  @inline(__always)
  mutating func tell(_ news: DetectorNews, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer) {
    guard isServing else { return }
    let said = outputs.count
    do {
      switch news {
      case .print(let seen): try detector.see(seen, tape, into: &outputs)
      case .takenBack(let print): try detector.takeBack(print, tape, into: &outputs)
      case .time(let time): try detector.advance(to: time, tape, into: &outputs)
      case .endOfDay: try detector.endDay(tape, into: &outputs)
      }
    } catch {
      outputs.removeAll(but: said)
      trip(error)
    }
  }

  /// The next day begins with a detector that serves again.
  mutating func forgetDay() {
    detector.forgetDay()
    fault = nil
    isServing = isOn
  }

  /// The breaker opens: nothing more from this detector today. What it said in earlier calls stands.
  @inline(never)
  mutating func trip(_ error: DetectorFault) {
    fault = error
    isServing = false
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
    let hadNoFault: Bool = try reader.read()
    if !hadNoFault {
      fault = DetectorFault(words: "out of service since before the start", value: 0)
      isServing = false
    }
    try detector.restore(&reader)
  }
}

/// How a detector is, for /health.
public struct DetectorStatus: Hashable, Sendable {
  public var detector: DetectorID
  /// Not switched off by the rules.
  public var isOn: Bool
  /// Finds of the day not given out because the day already had `Limits.detections` of this detector.
  public var refused: Int64 = 0
  /// On all days since the engine was made.
  public var faults: Int64
  /// Why it is out of service today; nil while it serves.
  public var fault: String?
}
