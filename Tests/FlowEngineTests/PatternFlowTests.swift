import MarketModel
import Testing

@testable import FlowEngine

/// Patterns of a window: golden cases, one short of each rule, and what cancellations do.
@Suite struct PatternFlowTests {
  private static let minute: Int64 = 60_000

  // MARK: Aggressive buying: 10 prints of 5,000 and 250,000 together at the ask, 70 percent bought.

  @Test func aggressiveCallBuying() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(9, size: 90))
    #expect(run.outputs.finds(of: .aggressiveBuying).isEmpty)
    run.feed(PatternRun.buys(1, size: 90, from: 10_000, PatternRun.call574))
    let find = run.outputs.finds(of: .aggressiveBuying).first
    #expect(find?.kind == .aggressiveCallBuying)
    #expect(find?.state == .open)
    #expect(find?.side == .buy)
    #expect(find?.prints == 10)
    #expect(find?.size == 900)
    #expect(find?.premiumMicros == 279_000_000_000)
    #expect(run.outputs.legNumbers(of: find?.id) == Array(1...10))
    // It grows; said once a second.
    run.feed(PatternRun.buys(3, size: 90, from: 10_100, every: 10))
    #expect(run.outputs.records(of: .aggressiveBuying).count == 1)
    run.feed(clock(12_000))
    #expect(run.outputs.records(of: .aggressiveBuying).map(\.prints) == [10, 13])
    // Fewer than half of the least are left in the window.
    run.feed(clock(16 * Self.minute))
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.closed])
  }

  @Test func aggressivePutBuyingIsPutsAlone() {
    let run = PatternRun.make()
    run.feed(
      PatternRun.quotes() + PatternRun.buys(9, size: 90) + PatternRun.buys(9, size: 90, from: 1500, EngineRun.put))
    #expect(run.outputs.finds(of: .aggressiveBuying).isEmpty)
    run.feed(PatternRun.buys(1, size: 90, from: 20_000, EngineRun.put))
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.kind) == [.aggressivePutBuying])
  }

  @Test func notWhenMuchIsSoldOrLittlePaidOrLongAgo() {
    let sold = PatternRun.make()
    sold.feed(PatternRun.quotes() + PatternRun.buys(5, size: 90, from: 500, cents: 300))
    sold.feed(PatternRun.buys(11, size: 90))
    #expect(sold.outputs.finds(of: .aggressiveBuying).isEmpty)
    let small = PatternRun.make()
    small.feed(PatternRun.quotes() + PatternRun.buys(10, size: 80))
    #expect(small.outputs.finds(of: .aggressiveBuying).isEmpty)
    let slow = PatternRun.make()
    slow.feed(PatternRun.quotes() + PatternRun.buys(20, size: 90, every: 101_000))
    #expect(slow.outputs.finds(of: .aggressiveBuying).isEmpty)
  }

  /// The end and the next beginning are apart by hysteresis and cool-down.
  @Test func itDoesNotFlap() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(10, size: 90))
    // 279,000 of 418,500 bought: less than to begin, enough to go on.
    run.feed(PatternRun.buys(5, size: 90, from: 12_000, every: 100, cents: 300) + [clock(14_000)])
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.open])
    run.feed(PatternRun.buys(5, size: 90, from: 15_000, every: 100, cents: 300) + [clock(17_000)])
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.closed])
    run.feed(PatternRun.buys(40, size: 90, from: 18_000) + [clock(60_000)])
    #expect(run.outputs.finds(of: .aggressiveBuying).count == 1)
    run.feed(PatternRun.buys(1, size: 90, from: 6 * Self.minute))
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.closed, .open])
  }

  @Test func cancellationsWithdrawAggressiveBuying() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(11, size: 90))
    run.feed(PatternRun.cancel(20_000, size: 90))
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.open])
    run.feed(PatternRun.cancel(20_001, size: 90))
    let find = run.outputs.finds(of: .aggressiveBuying).first
    #expect(find?.state == .withdrawn)
    #expect(find?.prints == 9)
    #expect(run.outputs.legNumbers(of: find?.id).count == 9)
    // The window has forgotten them too: nine and one make ten.
    run.feed(PatternRun.buys(1, size: 90, from: 21_000))
    #expect(run.outputs.finds(of: .aggressiveBuying).map(\.state) == [.withdrawn, .open])
    #expect(run.outputs.finds(of: .aggressiveBuying).last?.prints == 10)
  }

  // MARK: Institutional: 250,000 by prints of 50,000.

  @Test func institutionalByFivePrints() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(4, size: 170, every: 2 * Self.minute))
    run.feed(PatternRun.buys(3, size: 160, from: 8 * Self.minute))
    #expect(run.outputs.finds(of: .institutional).isEmpty)
    run.feed(PatternRun.buys(1, size: 170, from: 9 * Self.minute))
    let find = run.outputs.finds(of: .institutional).first
    #expect(find?.state == .open)
    #expect(find?.side == .buy)
    #expect(find?.prints == 5)
    #expect(find?.premiumMicros == 263_500_000_000)
    #expect(run.outputs.legNumbers(of: find?.id) == [1, 2, 3, 4, 8])
    run.feed(clock(23 * Self.minute))
    #expect(run.outputs.finds(of: .institutional).map(\.state) == [.open])
    run.feed(clock(25 * Self.minute))
    #expect(run.outputs.finds(of: .institutional).map(\.state) == [.closed])
  }

  @Test func institutionalByOnePrint() {
    let run = PatternRun.make()
    run.feed([.reference(ContractReference(time: .none, instrument: EngineRun.call, openInterest: 100))])
    run.feed(PatternRun.quotes() + PatternRun.buys(1, size: 806))
    #expect(run.outputs.finds(of: .institutional).isEmpty)
    run.feed(PatternRun.buys(1, size: 807, from: 2000, PatternRun.call574))
    #expect(run.outputs.finds(of: .institutional).map(\.effect) == [.unknown])
    run.feed(PatternRun.buys(1, size: 907, from: 3000))
    let find = run.outputs.finds(of: .institutional).last
    #expect(find?.prints == 2)
    #expect(find?.effect == .opening)
  }

  @Test func institutionalSidesAreApartAndOldPrintsForgotten() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(4, size: 170))
    run.feed(PatternRun.buys(4, size: 170, from: 8000, cents: 300))
    run.feed(PatternRun.buys(4, size: 170, from: 16 * Self.minute))
    #expect(run.outputs.finds(of: .institutional).isEmpty)
  }

  @Test func cancellationsWithdrawInstitutionalFlow() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + PatternRun.buys(5, size: 170) + [PatternRun.cancel(9000, size: 170)])
    #expect(run.outputs.finds(of: .institutional).map(\.state) == [.withdrawn])
    run.feed(PatternRun.buys(1, size: 170, from: 10_000))
    #expect(run.outputs.finds(of: .institutional).map(\.state) == [.withdrawn, .open])
    #expect(run.outputs.finds(of: .institutional).last?.prints == 5)
  }

  // MARK: Repeated hits: five alike.

  @Test func repeatedHits() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes())
    for (i, size) in ([20, 55, 21, 70, 19, 90, 20] as [UInt32]).enumerated() {
      run.feed(PatternRun.buys(1, size: size, from: Int64(i + 1) * Self.minute))
    }
    #expect(run.outputs.finds(of: .repeatedHits).isEmpty)
    run.feed(PatternRun.buys(1, size: 22, from: 9 * Self.minute))
    let find = run.outputs.finds(of: .repeatedHits).first
    #expect(find?.prints == 5)
    #expect(find?.size == 102)
    #expect(run.outputs.legNumbers(of: find?.id) == [1, 3, 5, 7, 8])
    run.feed(PatternRun.buys(1, size: 20, from: 20 * Self.minute))
    #expect(run.outputs.finds(of: .repeatedHits).map(\.prints) == [6])
    run.feed(clock(36 * Self.minute))
    #expect(run.outputs.finds(of: .repeatedHits).map(\.state) == [.closed])
  }

  @Test func hitsThatAreNotAlike() {
    for hits in [
      PatternRun.buys(4, size: 20), PatternRun.buys(9, size: 20, every: 226_000),
      PatternRun.buys(4, size: 20) + PatternRun.buys(1, size: 23, from: 9000),
      PatternRun.buys(4, size: 20) + PatternRun.buys(1, size: 20, from: 9000, cents: 330),
      PatternRun.buys(4, size: 20) + PatternRun.buys(1, size: 20, from: 9000, cents: 300),
      PatternRun.buys(4, size: 20) + PatternRun.buys(1, size: 20, from: 9000, conditions: [232]),
      PatternRun.buys(9, size: 8),
    ] {
      let run = PatternRun.make()
      run.feed(PatternRun.quotes() + hits)
      #expect(run.outputs.finds(of: .repeatedHits).isEmpty)
    }
  }

  @Test func cancellationsWithdrawRepeatedHits() {
    let early = PatternRun.make()
    early.feed(PatternRun.quotes() + PatternRun.buys(4, size: 20))
    early.feed(PatternRun.cancel(8000, size: 20))
    early.feed(PatternRun.buys(1, size: 20, from: 9000))
    #expect(early.outputs.finds(of: .repeatedHits).isEmpty)
    early.feed(PatternRun.buys(1, size: 20, from: 10_000))
    #expect(early.outputs.finds(of: .repeatedHits).map(\.prints) == [5])
    early.feed(PatternRun.cancel(11_000, size: 20))
    #expect(early.outputs.finds(of: .repeatedHits).map(\.state) == [.withdrawn])
  }

  // MARK: Unusual volume.

  @Test func volumeOverOpenInterest() {
    let run = PatternRun.make()
    run.feed([.reference(ContractReference(time: .none, instrument: EngineRun.call, openInterest: 400))])
    run.feed(PatternRun.buys(1, size: 499))
    #expect(run.outputs.finds(of: .unusualVolume).isEmpty)
    run.feed(PatternRun.buys(1, size: 1, from: 2000))
    #expect(run.outputs.finds(of: .unusualVolume).map(\.size) == [500])
    run.feed(PatternRun.buys(1, size: 299, from: 3000))
    #expect(run.outputs.finds(of: .unusualVolume).count == 1)
    run.feed(PatternRun.buys(3, size: 1, from: 4000))
    #expect(run.outputs.finds(of: .unusualVolume).map(\.size) == [500, 800])
    run.feed(PatternRun.buys(3, size: 2000, from: 8000))
    let finds = run.outputs.finds(of: .unusualVolume)
    #expect(finds.map(\.size) == [500, 800, 2802])
    #expect(finds.map(\.prints) == [2, 4, 7])
    #expect(finds.map { run.outputs.legNumbers(of: $0.id) } == [[2], [4], [7]])
    #expect(finds.last?.factors[0].kind == .openInterestMultiple)
    #expect(finds.last?.factors[0].value == 7.005)
  }

  @Test func nothingIsSaidWithoutOpenInterest() {
    let run = PatternRun.make()
    run.feed(PatternRun.buys(5, size: 5000))
    #expect(run.outputs.finds(of: .unusualVolume).isEmpty)
  }

  @Test func volumeOverTheDaysPace() {
    let run = PatternRun.make()
    // 10:30 and 10:45: 600 and 200; 11:00: 2,000 is five times the average of 400.
    run.feed(PatternRun.buys(1, size: 600) + PatternRun.buys(1, size: 200, from: 20 * Self.minute))
    run.feed(PatternRun.buys(1, size: 1999, from: 31 * Self.minute))
    #expect(run.outputs.finds(of: .unusualVolume).isEmpty)
    run.feed(PatternRun.buys(1, size: 1, from: 32 * Self.minute))
    let find = run.outputs.finds(of: .unusualVolume).first
    #expect(find?.factors[0].kind == .volumeMultiple)
    #expect(find?.factors[0].value == 5)
    #expect(find?.size == 2800)
    run.feed(PatternRun.cancel(33 * Self.minute, size: 1))
    #expect(run.outputs.finds(of: .unusualVolume).map(\.state) == [.withdrawn])
  }

  @Test func cancellationsWithdrawUnusualVolume() {
    let run = PatternRun.make()
    run.feed([.reference(ContractReference(time: .none, instrument: EngineRun.call, openInterest: 400))])
    run.feed(PatternRun.buys(2, size: 250) + [PatternRun.cancel(4000, size: 250)])
    #expect(run.outputs.finds(of: .unusualVolume).map(\.state) == [.withdrawn])
    run.feed(PatternRun.buys(1, size: 260, from: 5000))
    let finds = run.outputs.finds(of: .unusualVolume)
    #expect(finds.map(\.state) == [.closed])
    #expect(finds.map(\.size) == [510])
    #expect(run.outputs.legNumbers(of: finds.first?.id) == [3])
  }

  // MARK: Sweep, then floor.

  private static func sweep(_ from: Int64 = 1000, cents: Int64 = 310) -> [MarketEvent] {
    (0...3 as ClosedRange<Int64>).map {
      trade(from + $0 * 10, cents, size: 40, EngineRun.call, venue: 302 + UInt16($0 & 1))
    }
  }

  @Test func sweepThenFloor() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes() + Self.sweep())
    run.feed(PatternRun.buys(1, size: 60, from: 30_000))
    #expect(run.outputs.finds(of: .sweepThenFloor).isEmpty)
    run.feed(PatternRun.buys(1, size: 60, from: 40_000, conditions: [231]))
    let find = run.outputs.finds(of: .sweepThenFloor).first
    #expect(find?.state == .open)
    #expect(find?.side == .buy)
    #expect(find?.prints == 5)
    #expect(run.outputs.legNumbers(of: find?.id) == [1, 2, 3, 4, 6])
    run.feed(PatternRun.buys(1, size: 60, from: 60_000, cents: 305, conditions: [231]))
    #expect(run.outputs.finds(of: .sweepThenFloor).map(\.prints) == [6])
    run.feed(clock(17 * Self.minute))
    #expect(run.outputs.finds(of: .sweepThenFloor).map(\.state) == [.closed])
  }

  @Test func floorPrintsThatFollowNoSweep() {
    for floor in [
      PatternRun.buys(1, size: 49, from: 9000, conditions: [231]),
      PatternRun.buys(1, size: 60, from: 16 * Self.minute, conditions: [231]),
      PatternRun.buys(1, size: 60, from: 9000, cents: 300, conditions: [231]),
      PatternRun.buys(1, size: 60, from: 9000, conditions: [235]),
      PatternRun.buys(1, size: 60, from: 9000, conditions: [242]),
      PatternRun.buys(1, size: 60, from: 9000, PatternRun.call574, conditions: [231]),
    ] {
      let run = PatternRun.make()
      run.feed(PatternRun.quotes() + Self.sweep() + floor)
      #expect(run.outputs.finds(of: .sweepThenFloor).isEmpty)
    }
  }

  @Test func cancellationsWithdrawSweepThenFloor() {
    let floor = PatternRun.buys(1, size: 60, from: 40_000, conditions: [231])
    let ofTheFloor = PatternRun.make()
    ofTheFloor.feed(PatternRun.quotes() + Self.sweep() + floor + [PatternRun.cancel(50_000, size: 60)])
    #expect(ofTheFloor.outputs.finds(of: .sweepThenFloor).map(\.state) == [.withdrawn])
    let ofTheSweep = PatternRun.make()
    ofTheSweep.feed(PatternRun.quotes() + Self.sweep() + floor + [PatternRun.cancel(50_000, size: 40)])
    #expect(ofTheSweep.outputs.finds(of: .sweepThenFloor).map(\.state) == [.withdrawn])
    #expect(ofTheSweep.outputs.finds(of: .sweepThenFloor).map(\.prints) == [4])
  }
}
