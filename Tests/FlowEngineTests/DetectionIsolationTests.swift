import MarketModel
import Testing

@testable import FlowEngine

/// No detector depends on another, and the labels on none.
@Suite struct DetectionIsolationTests {
  /// The detectors that the stage holds.
  static let all = EngineRun().snapshot.detectors.map(\.detector)

  /// Sweeps, blocks, marks, spreads, floor prints, stock reports, cancellations, gaps, two days of 4000 and 1500 events.
  private static func busyTape(_ seed: UInt64) -> [MarketEvent] {
    var stream = DayStream(seed: seed)
    return withStructures(stream.events(4000, from: DayTests.monday))
      + withStructures(stream.events(1500, from: DayTests.tuesday))
  }

  /// A random tape has no legs that belong together, and hardly a floor print behind a sweep: some are put between, and as many
  /// events are left out at the end.
  private static func withStructures(_ events: [MarketEvent]) -> [MarketEvent] {
    var all: [MarketEvent] = []
    for (index, event) in events.enumerated() {
      all.append(event)
      guard index % 40 == 39, let time = event.reachedTime else { continue }
      func print(_ instrument: InstrumentID, _ condition: Int, size: UInt32) -> MarketEvent {
        .trade(
          Trade(
            time: time, price: Price(cents: 305), sequence: Int64(index),
            conditions: ConditionSet(vendorIDs: [condition]), instrument: instrument, size: size, venue: VenueID(305)))
      }
      all += [print(InstrumentID(3), 232, size: 10), print(InstrumentID(5), 232, size: 10)]
      all.append(print(EngineRun.call, 231, size: 60))
    }
    return Array(all.prefix(events.count))
  }

  private static func run(_ off: DetectorSet = []) -> EngineRun {
    var rules = DetectorRules()
    rules.off = off
    return EngineRun(FlowConfiguration(detectors: rules), more: DayStream.symbols)
  }

  /// Thousands of outputs are no failure message; the first difference is.
  private static func areEqual(_ some: [FlowOutput], _ others: [FlowOutput]) -> Bool {
    if some == others { return true }
    let place = zip(some, others).enumerated().first { $1.0 != $1.1 }
    Issue.record("\(some.count) and \(others.count) outputs, differing first: \(place.map { "\($0)" } ?? "at the end")")
    return false
  }

  @Test func theTapeIsBusy() {
    let run = Self.run()
    run.feed(Self.busyTape(1))
    for detector in Self.all { #expect(run.outputs.standing(detector).count > 3, "\(detector)") }
    #expect(run.outputs.standingDetections.contains { $0.state == .withdrawn })
    #expect(run.snapshot.detectors.allSatisfy { $0.isOn && $0.fault == nil && $0.faults == 0 && $0.refused == 0 })
  }

  @Test(arguments: Self.all) func oneIsSwitchedOff(_ detector: DetectorID) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let whole = Self.run()
      let without = Self.run([detector])
      let events = Self.busyTape(seed)
      #expect(Self.areEqual(without.feed(events), whole.feed(events).filter { $0.detector != detector }))
      #expect(without.engine.stateDigest() == whole.engine.stateDigest())
      #expect(without.snapshot.detectors.first { $0.detector == detector }?.isOn == false)
    }
  }

  /// At several places of the stream; out of service for the rest of the day, and back the next.
  @Test(arguments: Self.all) func oneFails(_ detector: DetectorID) throws {
    let events = Self.busyTape(4)
    for place in [1, 700, 2500, 3999] {
      let whole = Self.run()
      let broken = Self.run()
      #expect(Self.areEqual(broken.feed(Array(events[..<place])), whole.feed(Array(events[..<place]))))
      broken.engine.detection.open(DetectorFault(words: "a drill", value: 42), of: detector)
      let wholeDay = whole.feed(Array(events[place..<4000]))
      let brokenDay = broken.feed(Array(events[place..<4000]))
      #expect(Self.areEqual(brokenDay, wholeDay.filter { $0.detector != detector }))
      let status = try #require(broken.snapshot.detectors.first { $0.detector == detector })
      #expect(status == DetectorStatus(detector: detector, isOn: true, faults: 1, fault: "a drill; seen 42"))
      // The day's windows are closed by those who serve; the next day it begins anew.
      let (one, other) = (broken.feed(Array(events[4000...])), whole.feed(Array(events[4000...])))
      let start = try #require(other.firstIndex { if case .sessionReset = $0 { true } else { false } })
      #expect(Self.areEqual(Array(one.suffix(other.count - start)), Array(other[start...])))
      let after = try #require(broken.snapshot.detectors.first { $0.detector == detector })
      #expect(after == DetectorStatus(detector: detector, isOn: true, faults: 1, fault: nil))
      #expect(broken.engine.stateDigest() == whole.engine.stateDigest())
    }
  }

  @Test func withoutAnyTheRestIsTheSame() {
    let whole = Self.run()
    let none = EngineRun(FlowConfiguration(detectors: nil), more: DayStream.symbols)
    let events = Self.busyTape(5)
    #expect(Self.areEqual(none.feed(events), whole.feed(events).withoutDetections))
    #expect(none.engine.stateDigest() == whole.engine.stateDigest())
    #expect(none.snapshot.detectors.isEmpty)
  }

  /// However the events are cut into batches, and whoever begins again at the day.
  @Test func theSameInEveryReplay() throws {
    let events = Self.busyTape(6)
    let one = Self.run()
    let other = Self.run()
    #expect(Self.areEqual(one.feed(events), other.feed(events, batches: 7)))
    let second = Self.run()
    let day = second.feed(Array(events[4000...])).standingDetections
    let session = try #require(one.snapshot.session)
    #expect(day.map(\.id) == one.outputs.standingDetections.filter { $0.id.session == session }.map(\.id))
  }

  @Test(arguments: Self.all + [nil]) func aRestoredEngineGoesOn(_ broken: DetectorID?) throws {
    let events = Self.busyTape(7)
    let whole = Self.run()
    whole.feed(Array(events[..<1000]))
    if let broken { whole.engine.detection.open(DetectorFault(words: "a drill", value: 1), of: broken) }
    var start = 1000
    for end in [1500, 2300, 3900, events.count] {
      let instruments = InstrumentTable(capacity: 1000)
      var bytes = SnapshotBytes()
      whole.engine.save(program: "test", into: &bytes)
      let restored = EngineRun(
        restored: try FlowEngine.restored(from: bytes, program: "test", instruments: instruments), instruments,
        like: whole)
      #expect(restored.snapshot.detectors.map(\.faults) == whole.snapshot.detectors.map(\.faults))
      #expect(
        restored.snapshot.detectors.map { $0.fault == nil } == whole.snapshot.detectors.map { $0.fault == nil })
      let piece = Array(events[start..<end])
      #expect(Self.areEqual(restored.feed(piece), whole.feed(piece)))
      #expect(
        restored.snapshot.detectors.filter { $0.fault == nil } == whole.snapshot.detectors.filter { $0.fault == nil })
      start = end
    }
  }

  /// The weights of each kind of find add up, and the whole is what they make of the scores.
  @Test func factorsAddUp() {
    let run = Self.run()
    run.feed(Self.busyTape(8) + Self.busyTape(9))
    var kinds: Set<DetectionKind> = []
    for detection in run.outputs.detections {
      kinds.insert(detection.kind)
      let factors = (0..<ConfidenceFactors.capacity).map { detection.factors[$0] }
      #expect(factors.reduce(0) { $0 + Int($1.weightPercent) } == 100, "\(detection.kind)")
      #expect(factors.allSatisfy { $0.scorePermille <= 1000 && ($0.kind == .none) == ($0.weightPercent == 0) })
      #expect(factors.allSatisfy { $0.value.isFinite && $0.value >= 0 })
      #expect(Set(factors.filter { $0.kind != .none }.map(\.kind)).count == factors.filter { $0.kind != .none }.count)
      let sum = factors.reduce(0) { $0 + Int($1.weightPercent) * Int($1.scorePermille) }
      #expect(Int(detection.confidencePermille) == (sum + 50) / 100)
    }
    #expect(kinds.isSuperset(of: [.sweep, .intermarketSweep, .block, .offBook, .darkPool]))
  }

  @Test func factorsAreKeptAsTheyAre() {
    for kind in FactorKind.allCases {
      for index in 0..<ConfidenceFactors.capacity {
        var factors = ConfidenceFactors()
        let factor = ConfidenceFactor(kind, weightPercent: 100, scorePermille: 1000, value: 1.5e9)
        factors[index] = factor
        for other in 0..<ConfidenceFactors.capacity {
          #expect(
            factors[other]
              == (other == index ? factor : ConfidenceFactor(.none, weightPercent: 0, scorePermille: 0, value: 0)))
        }
      }
    }
  }

  @Test func recordsAreKeptAsTheyAre() {
    for side in AggressorSide.allCases {
      for (state, effect) in zip(DetectionState.allCases + [.open], PositionEffect.allCases) {
        var record = Detection(
          id: DetectionID(rawValue: 1), kind: .block, state: state, side: side, effect: effect,
          instrument: InstrumentID(1), underlying: InstrumentID(2), contractCount: 3, confidencePermille: 4,
          firstTime: .none, lastTime: .none, firstPrint: 5, lastPrint: 9, prints: 6, size: 7, premiumMicros: 8,
          netDeltaNanos: -9, underlyingPrice: .zero, factors: ConfidenceFactors())
        #expect(record.side == side && record.state == state && record.effect == effect)
        #expect([record.firstPrint, record.lastPrint, record.prints] == [5, 9, 6])
        record.firstPrint = 7
        #expect([record.firstPrint, record.lastPrint] == [7, 9])
      }
    }
  }

  @Test func setsOfDetectors() {
    var set: DetectorSet = [.block, .sweep]
    #expect(set.contains(.block) && set.contains(.sweep) && !set.contains(.offBook))
    #expect("\(set)" == "\([.sweep, .block] as DetectorSet)")
    set.remove(.block)
    #expect(set == [.sweep])
  }
}

extension FlowOutput {
  /// Who said it; nil for what has nothing to do with detectors.
  fileprivate var detector: DetectorID? {
    switch self {
    case .detection(let detection): detection.id.detector
    case .detectionLeg(let leg): leg.detection.detector
    default: nil
    }
  }
}

extension DetectionStage {
  /// Opens a detector's breaker, as a fault of its own would.
  mutating func open(_ fault: DetectorFault, of detector: DetectorID) {
    switch detector {
    case .sweep: sweep.trip(fault)
    case .intermarketSweep: intermarketSweep.trip(fault)
    case .block: block.trip(fault)
    case .offBook: offBook.trip(fault)
    case .aggressiveBuying: aggressiveBuying.trip(fault)
    case .institutional: institutional.trip(fault)
    case .multiLeg: multiLeg.trip(fault)
    case .unusualVolume: unusualVolume.trip(fault)
    case .repeatedHits: repeatedHits.trip(fault)
    case .sweepThenFloor: sweepThenFloor.trip(fault)
    }
  }
}
