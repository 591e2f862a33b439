import MarketModel
import Testing

@testable import FlowEngine

/// What holds of pattern detectors on any stream.
@Suite struct PatternStreamTests {
  static let patterns: [DetectorID] = [
    .aggressiveBuying, .institutional, .multiLeg, .unusualVolume, .repeatedHits, .sweepThenFloor,
  ]

  /// Thresholds that busy small streams reach.
  private static var rules: DetectorRules {
    var rules = DetectorRules()
    rules.aggressiveBuying.minimumPrints = 4
    rules.aggressiveBuying.minimumPremiumMicros = 50_000_000_000
    rules.aggressiveBuying.beginSharePermille = 550
    rules.aggressiveBuying.endSharePermille = 500
    rules.aggressiveBuying.coolDownNanoseconds = 20_000_000_000
    rules.institutional.minimumPrintPremiumMicros = 20_000_000_000
    rules.institutional.minimumPremiumMicros = 100_000_000_000
    rules.repeatedHits.minimumHits = 3
    rules.repeatedHits.sizeTolerancePermille = 300
    rules.unusualVolume.minimumVolume = 100
    rules.sweepThenFloor.minimumFloorSize = 1
    return rules
  }

  private static func run() -> EngineRun {
    EngineRun(FlowConfiguration(detectors: rules), more: DayStream.symbols)
  }

  /// The days of `DayStream`, with floor prints and pairs of marked legs between.
  private static func events(_ seed: UInt64, _ count: Int = 3000) -> [MarketEvent] {
    var days = DayStream(seed: seed)
    var random = StreamGenerator(seed: seed)
    var events: [MarketEvent] = []
    for start in [DayTests.monday, DayTests.tuesday] {
      for event in days.events(count, from: start) {
        events.append(event)
        guard case .trade(var print) = event, print.flags.isEmpty, print.instrument != EngineRun.stock else { continue }
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
          print.conditions = ConditionSet(vendorIDs: [231])
          events.append(.trade(print))
        case 1:
          print.conditions = ConditionSet(vendorIDs: [232])
          events.append(.trade(print))
          print.instrument = print.instrument == EngineRun.call ? EngineRun.put : EngineRun.call
          events.append(.trade(print))
        default: break
        }
      }
    }
    // What is still open is closed.
    return events + [.incident(FeedIncident(kind: .ended, time: .none))]
  }

  @Test func allFindSomethingAndNoneFails() {
    var withdrawn: [DetectorID: Int] = [:]
    for seed in 1...4 as ClosedRange<UInt64> {
      let run = Self.run()
      run.feed(Self.events(seed))
      for detector in Self.patterns {
        #expect(run.outputs.finds(of: detector).count > 3, "\(detector)")
        withdrawn[detector, default: 0] += run.outputs.records(of: detector).count { $0.state == .withdrawn }
      }
      for status in run.snapshot.detectors { #expect(status.fault == nil && status.refused == 0, "\(status)") }
    }
    for detector in Self.patterns { #expect(withdrawn[detector, default: 0] > 0, "\(detector)") }
  }

  /// A find that was not withdrawn is what its standing legs are, and has as many as its rule wants.
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func findsAreTheirLegs(_ seed: UInt64) {
    let run = Self.run()
    let outputs = run.feed(Self.events(seed, 1500))
    var prints: [Int64: LabeledPrint] = [:]
    for print in outputs.prints { prints[print.number] = print }
    var least: [DetectorID: Int] = [:]
    least[.aggressiveBuying] = 4
    least[.institutional] = 1
    least[.multiLeg] = 2
    least[.repeatedHits] = 3
    least[.sweepThenFloor] = 5
    for (detector, minimum) in least {
      for find in outputs.finds(of: detector) where find.state != .withdrawn {
        let legs = outputs.legNumbers(of: find.id).compactMap { prints[$0] }
        #expect(legs.count >= minimum)
        #expect(Int64(legs.count) == find.prints)
        #expect(legs.reduce(0) { $0 + Int64($1.trade.size) } == find.size)
        #expect(legs.reduce(0) { $0 + $1.premiumMicros } == find.premiumMicros)
        if detector != .multiLeg, find.side != .unknown {
          #expect(legs.allSatisfy { $0.side == find.side || $0.flags.contains(.floor) })
        }
      }
    }
  }

  @Test func factorsAddUp() {
    let run = Self.run()
    run.feed(Self.events(5))
    for detection in Self.patterns.flatMap({ run.outputs.records(of: $0) }) {
      let factors = (0..<ConfidenceFactors.capacity).map { detection.factors[$0] }
      #expect(factors.reduce(0) { $0 + Int($1.weightPercent) } == 100, "\(detection.kind)")
      #expect(factors.allSatisfy { $0.scorePermille <= 1000 && $0.value.isFinite && $0.value >= 0 })
      #expect(detection.confidencePermille == detection.factors.confidencePermille)
    }
  }

  /// Whoever is cut off and restored in the middle says the same from there.
  @Test(arguments: 6...8 as ClosedRange<UInt64>) func aRestoredEngineGoesOn(_ seed: UInt64) throws {
    let events = Self.events(seed)
    let whole = Self.run()
    var start = 0
    for end in [400, 1500, 3300, events.count] {
      let instruments = InstrumentTable(capacity: 1000)
      var bytes = SnapshotBytes()
      whole.engine.save(program: "test", into: &bytes)
      let restored = EngineRun(
        restored: try FlowEngine.restored(
          from: bytes, program: "test", configuration: FlowConfiguration(detectors: Self.rules),
          instruments: instruments), instruments, like: whole)
      let piece = Array(events[start..<end])
      #expect(restored.feed(piece) == whole.feed(piece))
      start = end
    }
  }

  /// However the stream is cut, and whoever is switched off.
  @Test func theSameInEveryReplay() {
    let events = Self.events(9)
    let one = Self.run()
    let other = Self.run()
    #expect(one.feed(events) == other.feed(events, batches: 5))
    for detector in Self.patterns {
      var rules = Self.rules
      rules.off.insert(detector)
      let without = EngineRun(FlowConfiguration(detectors: rules), more: DayStream.symbols)
      without.feed(events)
      #expect(without.outputs.finds(of: detector).isEmpty)
      for rest in Self.patterns where rest != detector {
        #expect(without.outputs.records(of: rest) == one.outputs.records(of: rest))
      }
    }
  }
}
