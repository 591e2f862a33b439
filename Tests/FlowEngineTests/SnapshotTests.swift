import MarketModel
import Testing

@testable import FlowEngine

/// Saved, restored and gone on with: as if nothing had been.
@Suite struct SnapshotTests {
  private static let program = "marketflow test"

  private func save(_ run: EngineRun) -> [UInt8] {
    var snapshot = SnapshotBytes()
    run.engine.save(program: Self.program, into: &snapshot)
    return snapshot.bytes
  }

  private func restore(
    _ bytes: [UInt8], _ configuration: FlowConfiguration = FlowConfiguration(), program: String = program,
    instruments: InstrumentTable = InstrumentTable(capacity: 1000)
  ) throws(SnapshotError) -> FlowEngine {
    try FlowEngine.restored(
      from: SnapshotBytes(bytes), program: program, configuration: configuration, instruments: instruments)
  }

  private func refusal(of bytes: [UInt8], _ configuration: FlowConfiguration = FlowConfiguration()) -> SnapshotError? {
    do {
      _ = try restore(bytes, configuration)
      return nil
    } catch {
      return error
    }
  }

  /// Two days, cut into pieces at random: after each piece the engine is saved and another one goes on.
  @Test(arguments: 0..<24 as Range<UInt64>) func restoredItGoesOnAsIfNothingHadBeen(_ seed: UInt64) throws {
    var stream = DayStream(seed: seed)
    let events = stream.events(900, from: DayTests.monday) + stream.events(600, from: DayTests.tuesday)
    let whole = DayStream.run(printsBefore: 17, cancellationsBefore: 3)
    var random = StreamGenerator(seed: seed &+ 1000)
    var parts = DayStream.run(printsBefore: 17, cancellationsBefore: 3)
    var start = 0
    while start < events.count {
      let end = min(events.count, start + Int.random(in: 1...250, using: &random))
      let piece = Array(events[start..<end])
      #expect(parts.feed(piece) == whole.feed(piece), "events \(start)..<\(end)")
      start = end
      #expect(parts.engine.stateDigest() == whole.engine.stateDigest())
      let bytes = save(parts)
      let instruments = InstrumentTable(capacity: 1000)
      var restored = EngineRun(restored: try restore(bytes, instruments: instruments), instruments, like: whole)
      swap(&parts, &restored)
      #expect(parts.engine.position == whole.engine.position)
      #expect(parts.engine.counters == whole.engine.counters)
      #expect(parts.digestNow() == whole.digestNow())
    }
    let (one, other) = (whole.snapshot, parts.snapshot)
    #expect(one.contracts.map(\.premiumMicros) == other.contracts.map(\.premiumMicros))
    #expect(one.underlyings.map(\.minutes) == other.underlyings.map(\.minutes))
    #expect(one.underlyings.map(\.fiveMinuteTrades) == other.underlyings.map(\.fiveMinuteTrades))
  }

  @Test func theReferenceProfileToo() throws {
    let configuration = FlowConfiguration(profile: .reference)
    var stream = DayStream(seed: 5)
    let events = stream.events(600, from: DayTests.monday)
    let whole = EngineRun(configuration, more: DayStream.symbols)
    whole.feed(Array(events[..<300]))
    let instruments = InstrumentTable(capacity: 1000)
    let restored = EngineRun(
      restored: try restore(save(whole), configuration, instruments: instruments), instruments, like: whole)
    #expect(restored.feed(Array(events[300...])) == whole.feed(Array(events[300...])))
    #expect(restored.engine.stateDigest() == whole.engine.stateDigest())
  }

  @Test func anEngineWithoutEventsToo() throws {
    let instruments = InstrumentTable(capacity: 10)
    let restored = try restore(save(DayStream.run(printsBefore: 5)), instruments: instruments)
    let position = restored.position
    #expect(position == StreamPosition(session: nil, events: 0, prints: 5, cancellations: 0))
    #expect(instruments.count == 0)
  }

  /// Cancellations reach back to the first print that is remembered, and no further.
  @Test func allRememberedPrintsAreThere() throws {
    let events =
      [quote(0, 100, 110)]
      + (0..<(Limits.rememberedPrints + 2000)).map {
        trade(Int64($0 / 10), 110, EngineRun.put, venue: UInt16($0 % 500))
      }
    let whole = EngineRun()
    whole.feed(trade(0, 110), trade(1, 111))
    whole.feed(events)
    let instruments = InstrumentTable(capacity: 10)
    let restored = EngineRun(restored: try restore(save(whole), instruments: instruments), instruments, like: whole)
    let voids =
      [trade(20_000, 110, conditions: [201])]
      + (0..<300).map {
        trade(20_000, 110, EngineRun.put, venue: UInt16($0), conditions: [201])
      }
    let outputs = whole.feed(voids)
    #expect(restored.feed(voids) == outputs)
    #expect(outputs.cancellations.first?.cancelledNumber == 0)
    #expect(outputs.cancellations.dropFirst().contains { $0.cancelledNumber > 0 })
  }

  /// A minute that was built again while its prints were still remembered goes on growing when they are not.
  @Test func rebuiltMinutesAreThere() throws {
    let whole = EngineRun()
    whole.feed(trade(1000, 100, size: 1), trade(61_000, 104, size: 2))
    whole.feed(RecoveryTests.incident(.gapFound, 61_000, gap: 1), RecoveryTests.old(2000, 90, size: 4))
    let many = (0..<(Limits.rememberedPrints + 10)).map { trade(61_001 + Int64($0 / 10), 110) }
    whole.feed(many)
    let instruments = InstrumentTable(capacity: 10)
    let restored = EngineRun(
      restored: try restore(save(whole), instruments: instruments), instruments, like: whole)
    let late = RecoveryTests.old(3000, 120, size: 8)
    let outputs = whole.feed(late)
    #expect(outputs.bars == [MinuteTests.bar(0, [100, 90, 120], [1, 4, 8])])
    #expect(restored.feed(late) == outputs)
  }

  @Test func manyWindowsWithManyLegs() throws {
    let symbols = (1...200).map { "O:SPY251216C\(String(String(100_000_000 + $0 * 1000).dropFirst()))" }
    let whole = EngineRun(more: symbols)
    let ids = (0..<200).map { InstrumentID(UInt32(3 + $0)) }
    whole.feed(ids.map { quote(0, 100, 110, $0) })
    func burst(_ time: Int64) -> [MarketEvent] {
      ids.flatMap { id in (0..<30).map { SweepTests.leg(time + $0, venue: 300 + UInt16($0 % 3), id) } }
    }
    whole.feed(burst(10))
    #expect(whole.engine.sweeps.count == 200)
    let instruments = InstrumentTable(capacity: 1000)
    let restored = EngineRun(restored: try restore(save(whole), instruments: instruments), instruments, like: whole)
    #expect(restored.feed(burst(1500) + burst(9000)) == whole.feed(burst(1500) + burst(9000)))
    #expect(restored.engine.sweeps == whole.engine.sweeps)
  }

  // MARK: Refusals

  private func example() -> [UInt8] {
    var stream = DayStream(seed: 2)
    let run = DayStream.run()
    run.feed(stream.events(60, from: DayTests.monday))
    return save(run)
  }

  @Test func everyChangedByteIsRefused() {
    let bytes = example()
    #expect(refusal(of: bytes) == nil)
    var random = StreamGenerator(seed: 8)
    let positions = Array(0..<200) + (0..<400).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
    for position in positions + [bytes.count - 1] {
      var changed = bytes
      changed[position] ^= 1 << UInt8.random(in: 0...7, using: &random)
      #expect(refusal(of: changed) != nil, "byte \(position)")
    }
  }

  @Test func everyLengthButTheWholeIsRefused() {
    let bytes = example()
    for length in Array(0..<64) + stride(from: 64, to: bytes.count, by: 97) + [bytes.count - 1] {
      #expect(refusal(of: Array(bytes[..<length])) != nil, "\(length) bytes")
    }
    #expect(refusal(of: bytes + [0]) != nil)
  }

  private func withChecksum(_ body: [UInt8]) -> [UInt8] {
    var snapshot = SnapshotBytes()
    snapshot.begin()
    snapshot.add(body: body)
    snapshot.end()
    return snapshot.bytes
  }

  /// With a right checksum over wrong bytes nothing is read beyond the end either.
  @Test func countsThatLieAreRefused() {
    let bytes = example()
    for position in 0..<600 {
      var body = Array(bytes[SnapshotBytes.headerBytes...])
      for i in position..<(position + 8) { body[i] = 0x7F }
      #expect(refusal(of: withChecksum(body)) != nil, "bytes from \(position)")
    }
  }

  @Test func otherProgramsRulesAndInstrumentsAreRefused() {
    let bytes = example()
    #expect(throws: SnapshotError.otherProgram(found: Self.program, wanted: "marketflow 2")) {
      _ = try restore(bytes, program: "marketflow 2")
    }
    var configuration = FlowConfiguration()
    configuration.greeks?.rate = 0.04
    guard case .otherConfiguration = refusal(of: bytes, configuration) else {
      Issue.record("other rules were taken")
      return
    }
    let instruments = InstrumentTable(capacity: 100)
    _ = instruments.intern("QQQ")
    #expect(throws: SnapshotError.otherInstruments(id: 0, found: "QQQ", wanted: "SPY")) {
      _ = try restore(bytes, instruments: instruments)
    }
    #expect(throws: SnapshotError.otherInstruments(id: 2, found: "not to be had", wanted: "O:SPY251216P00572000")) {
      _ = try restore(bytes, instruments: InstrumentTable(capacity: 2))
    }
  }

  /// A table that knows more, in the same order, is as good.
  @Test func aTableThatIsAheadWillDo() throws {
    let bytes = example()
    let ahead = EngineRun(more: DayStream.symbols + ["AAPL"])
    let restored = EngineRun(
      restored: try restore(bytes, instruments: ahead.instruments), ahead.instruments, like: ahead)
    #expect(restored.instruments.count == 10)
    #expect(restored.engine.stateDigest() == (try restore(bytes)).stateDigest())
  }
}
