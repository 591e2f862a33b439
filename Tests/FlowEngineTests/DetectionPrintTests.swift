import MarketModel
import Testing

@testable import FlowEngine

/// What the tape calls an intermarket sweep.
@Suite struct DetectionIntermarketTests {
  @Test func marksCountWhateverThePrice() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening)
    // A mark on one venue, inside the quote; 5,250 dollars each.
    let first = run.feed(SweepTests.leg(0, cents: 105, size: 50, conditions: [219]))
    #expect(first.detections.isEmpty)
    let both = run.feed(SweepTests.leg(2000, cents: 105, size: 50, conditions: [228]))
    let sweep = try #require(both.standing(.intermarketSweep).first)
    #expect(sweep.kind == .intermarketSweep)
    #expect(sweep.state == .open)
    #expect(sweep.prints == 2 && sweep.size == 100 && sweep.premiumMicros == 10_500_000_000)
    #expect(both.standingLegs(of: sweep.id) == [1, 2])
    #expect(sweep.factors[0].value == 2)
    #expect(run.feed(clock(4500)).standing(.intermarketSweep).map(\.state) == [.closed])
    #expect(run.outputs.standing(.sweep).isEmpty)
  }

  @Test func eachSideAndBurstByItself() {
    let run = EngineRun()
    run.feed(SweepTests.opening)
    run.feed(
      SweepTests.leg(0, conditions: [219]), SweepTests.leg(1, cents: 100, conditions: [219]),
      // A cross has no side.
      SweepTests.leg(2, conditions: [230]), SweepTests.leg(3, EngineRun.put, conditions: [219]),
      SweepTests.leg(1500, conditions: [219]), SweepTests.leg(3501, conditions: [219]))
    let found = run.outputs.standing(.intermarketSweep)
    #expect(found.map(\.side) == [.buy, .sell, .unknown, .buy, .buy])
    #expect(found.map(\.prints) == [2, 1, 1, 1, 1])
    #expect(found.map(\.id.count) == [1, 2, 3, 4, 5])
  }

  @Test func lateBackfilledAndStocksDoNotCount() {
    let run = EngineRun()
    run.feed(SweepTests.opening)
    run.feed(
      SweepTests.leg(0, conditions: [219, 204]),
      trade(1, 110, size: 100, conditions: [219], flags: .backfilled),
      trade(2, 50_000, size: 100, EngineRun.stock, conditions: [14]))
    #expect(run.outputs.standing(.intermarketSweep).isEmpty)
  }

  @Test func takenBack() throws {
    let run = EngineRun()
    run.feed(SweepTests.opening)
    run.feed(SweepTests.leg(0, venue: 300, size: 50, conditions: [219]))
    run.feed(CancellationTests.cancel(1, 110, size: 50, venue: 300))
    // Without the cancelled one it is not enough.
    run.feed(SweepTests.leg(2, venue: 301, size: 50, conditions: [219]))
    #expect(run.outputs.detections.isEmpty)
    run.feed(SweepTests.leg(3, venue: 302, size: 50, conditions: [219]))
    #expect(run.outputs.standing(.intermarketSweep).map(\.prints) == [2])
    let void = run.feed(CancellationTests.cancel(4, 110, size: 50, venue: 301))
    #expect(void.detections.map(\.state) == [.withdrawn])
    #expect(void.detections.map(\.firstPrint) == [3])
    #expect(void.legs.map(\.isVoid) == [true])
    let back = run.feed(SweepTests.leg(5, venue: 303, size: 50, conditions: [219]))
    #expect(back.detections.map(\.state) == [.open])
    #expect(run.outputs.standingLegs(of: try #require(back.detections.first).id) == [3, 4])
  }
}

/// Blocks and prints from beside the lit book.
@Suite struct DetectionPrintTests {
  @Test func blocksWithTheirMultiple() throws {
    let run = EngineRun(printsBefore: 7)
    let prints = run.feed(
      trade(0, 1000, size: 10), trade(1, 1000, size: 1000), trade(2, 1000, size: 60_000, conditions: [231]))
    let blocks = prints.standing(.block)
    #expect(blocks.map(\.kind) == [.block, .block])
    #expect(blocks.map(\.firstPrint) == [9, 10])
    #expect(blocks.map(\.factors[1].value) == [100, 60_000 / 505])
    #expect(blocks.map(\.factors[2].scorePermille) == [500, 1000])
    #expect(blocks.map(\.premiumMicros) == [1_000_000_000_000, 60_000_000_000_000])
    #expect(prints.legs.filter { $0.detection.detector == .block }.map(\.print) == [9, 10])
    let void = run.feed(CancellationTests.cancel(3, 1000, size: 1000)).standing(.block)
    #expect(void.map(\.state) == [.withdrawn])
    #expect(void.map(\.prints) == [0])
    #expect(void.map(\.id) == [blocks[0].id])
    // Cancelled once: an equal print was never there a second time.
    #expect(run.feed(CancellationTests.cancel(4, 1000, size: 1000)).detections.isEmpty)
  }

  private func kinds(_ events: MarketEvent..., change: (inout DetectorRules) -> Void = { _ in }) -> [Detection] {
    let run = EngineRun(detecting: change)
    run.feed(quote(0, 100, 110), clock(100_000))
    return run.feed(events).standing(.offBook)
  }

  @Test func optionsByCondition() {
    // Floor, cross, auction, late; an ordinary one; one contract too few.
    let found = kinds(
      trade(100_000, 105, size: 50, conditions: [231]), trade(100_000, 105, size: 50, conditions: [229]),
      trade(100_000, 105, size: 50, conditions: [227]), trade(100_000, 105, size: 50, conditions: [204]),
      trade(100_000, 105, size: 50), trade(100_000, 105, size: 49, conditions: [231]))
    #expect(found.map(\.firstPrint) == [1, 2, 3, 4])
    #expect(found.allSatisfy { $0.kind == .offBook && $0.state == .closed })
    #expect(found.map(\.factors[0].scorePermille) == [1000, 1000, 500, 700])
    // Inside the quote.
    #expect(found.map(\.factors[3].scorePermille) == [1000, 1000, 1000, 1000])
    #expect(kinds(trade(100_000, 110, size: 50, conditions: [231])).map(\.factors[3].scorePermille) == [0])
    #expect(kinds(trade(100_000, 110, size: 50, conditions: [231])) { $0.offBook.conditions = [.cross] }.isEmpty)
  }

  @Test func optionsByVenueAndDelay() throws {
    #expect(kinds(trade(100_000, 105, size: 50, venue: 304)) { $0.offBook.venues = [VenueID(304)] }.count == 1)
    #expect(kinds(trade(100_000, 105, size: 50, venue: 303)) { $0.offBook.venues = [VenueID(304)] }.isEmpty)
    #expect(kinds(trade(70_000, 105, size: 50)).isEmpty)
    let late = try #require(kinds(trade(69_999, 105, size: 50)).first)
    #expect(abs(late.factors[2].value - 30.001) < 0.0001)
    #expect(late.factors[2].scorePermille == 500)
    // What we learned later by our own doing was not reported late.
    #expect(kinds(trade(1000, 105, size: 50, flags: .backfilled), trade(1000, 105, size: 50, flags: .injected)).isEmpty)
  }

  @Test func stocksReportedToAFacility() throws {
    func stock(_ cents: Int64, _ size: UInt32, _ conditions: [Int] = [], facility: UInt16 = 201) -> MarketEvent {
      trade(100_000, cents, size: size, EngineRun.stock, venue: 4, conditions: conditions, facility: facility)
    }
    let found = kinds(
      stock(1000, 10_000), stock(20_000_000, 1), stock(1000, 9_999), stock(19_999_999, 1),
      stock(1000, 10_000, facility: 0), stock(1000, 10_000, [2]))
    #expect(found.map(\.kind) == [.darkPool, .darkPool, .darkPool])
    #expect(found.map(\.firstPrint) == [1, 2, 6])
    #expect(found.map(\.factors[0].scorePermille) == [1000, 1000, 500])
    #expect(found.map(\.size) == [10_000, 1, 10_000])
  }

  @Test func takenBack() {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), trade(1, 105, size: 50, conditions: [231]))
    let void = run.feed(CancellationTests.cancel(2, 105, size: 50))
    #expect(void.detections.map(\.state) == [.withdrawn])
    #expect(void.legs.map(\.isVoid) == [true])
  }
}
