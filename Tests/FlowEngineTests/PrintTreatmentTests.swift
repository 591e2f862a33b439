import MarketModel
import Testing

@testable import FlowEngine

/// What each condition does to a print, against the tables of conditions.
@Suite struct PrintTreatmentTests {
  static func flags(_ traits: ConditionTraits, _ side: SideTreatment) -> PrintFlags {
    let pairs: [(ConditionTraits, PrintFlags)] = [
      (.intermarketSweep, .intermarketSweep), (.multiLeg, .multiLeg), (.floor, .floor), (.cross, .cross),
      (.auction, .auction),
      (.late, .late), (.extendedHours, .extendedHours),
    ]
    var flags: PrintFlags = side == .weak ? .weakSide : []
    for (trait, flag) in pairs where traits.contains(trait) { flags.insert(flag) }
    return flags
  }

  @Test(arguments: OptionCondition.all) func option(_ condition: OptionCondition) {
    let treatment = PrintTreatment.option(ConditionSet(vendorIDs: [condition.id]))
    #expect(treatment.countsVolume == condition.updates.contains(.volume))
    #expect(treatment.setsPrice == condition.updates.contains(.openClose))
    #expect(treatment.cancels == (condition.cancels != nil))
    #expect((treatment.withoutSide != nil) == (condition.side == .none))
    #expect(treatment.flags == Self.flags(condition.traits, condition.side))
    // Beside the ordinary condition it means the same.
    #expect(PrintTreatment.option(ConditionSet(vendorIDs: [condition.id, 209])) == treatment)
  }

  @Test func reasonsOfOptions() {
    func reason(_ ids: Int...) -> LabelMethod? { PrintTreatment.option(ConditionSet(vendorIDs: ids)).withoutSide }
    #expect([201, 203, 205, 207].map { reason($0) } == [.cancelled, .cancelled, .cancelled, .cancelled])
    #expect([202, 204, 206, 208].map { reason($0) } == Array(repeating: .lateOrOutOfSequence, count: 4))
    #expect([229, 230].map { reason($0) } == [.cross, .cross])
    #expect((232...236).map { reason($0) } == Array(repeating: .multiLeg, count: 5))
    #expect([238, 239].map { reason($0) } == [.multiLeg, .multiLeg])
    #expect([237, 240, 241, 242, 243, 244, 245].map { reason($0) } == Array(repeating: .stockTied, count: 7))
    #expect([246, 247].map { reason($0) } == [.offMarket, .offMarket])
    #expect([209, 210, 219, 227, 228, 231, 248].map { reason($0) } == Array(repeating: nil, count: 7))
    #expect(reason(201, 232) == .cancelled)
    #expect(reason(204, 232) == .lateOrOutOfSequence)
  }

  @Test func ordinaryOptions() {
    for ids in [[], [209]] { #expect(PrintTreatment.option(ConditionSet(vendorIDs: ids)) == .plain) }
    #expect(PrintTreatment.option(ConditionSet(vendorIDs: [999])) == .plain)
  }

  @Test(arguments: EquityCondition.all) func equity(_ condition: EquityCondition) {
    let trade = Trade(
      time: .none, price: .zero, conditions: ConditionSet(vendorIDs: [condition.id]), instrument: InstrumentID(0),
      size: 1)
    let treatment = PrintTreatment(equity: trade)
    #expect(treatment.countsVolume == condition.updates.contains(.volume))
    #expect(treatment.setsPrice == condition.updates.contains(.openClose))
    #expect(!treatment.cancels)
    #expect((treatment.withoutSide != nil) == (condition.side == .none))
    #expect(treatment.flags == Self.flags(condition.traits, condition.side))
  }

  @Test func reasonsOfEquities() {
    func treatment(_ ids: [Int], facility: UInt16 = 0) -> PrintTreatment {
      PrintTreatment(
        equity: Trade(
          time: .none, price: .zero, conditions: ConditionSet(vendorIDs: ids), instrument: InstrumentID(0), size: 1,
          reportingFacility: facility))
    }
    #expect(treatment([]) == .plain)
    #expect(treatment([], facility: 202).flags == .offExchange)
    #expect(treatment([14], facility: 202).flags == [.offExchange, .intermarketSweep])
    #expect(treatment([9]).withoutSide == .cross)
    #expect(treatment([13]).withoutSide == .lateOrOutOfSequence)
    #expect(treatment([2]).withoutSide == .offMarket)
  }

  /// Through the engine: what counts, what sets the price, what is only counted.
  @Test(arguments: OptionCondition.all.filter { $0.cancels == nil }) func optionInTheStream(
    _ condition: OptionCondition
  ) throws {
    let run = EngineRun()
    let print = try #require(
      run.feed(quote(0, 100, 110), trade(1, 110, size: 3, conditions: [condition.id])).prints.first)
    let contract = try #require(run.contract(EngineRun.call))
    let counts = condition.updates.contains(.volume)
    #expect(contract.trades == (counts ? 1 : 0))
    #expect(contract.volume == (counts ? 3 : 0))
    #expect(contract.premiumMicros == (counts ? 330_000_000 : 0))
    #expect(contract.buyVolume == (counts && condition.side != .none ? 3 : 0))
    #expect(contract.lastPrice.micros == (condition.updates.contains(.openClose) ? 1_100_000 : 0))
    #expect(print.premiumMicros == 330_000_000)
    #expect(run.engine.counters.excludedTrades == (counts ? 0 : 1))
    #expect(run.engine.counters.trades == 1)
    #expect((print.side == .unknown) == (condition.side == .none))
    #expect(run.engine.counters.byMethod[Int(print.method.rawValue)] == 1)
  }

  @Test func injectedPrintsAreMarked() {
    let run = EngineRun()
    let prints = run.feed(trade(0, 100, flags: .injected), trade(1, 100)).prints
    #expect(prints.map { $0.flags.contains(.injected) } == [true, false])
  }
}
