import FlowEngine
import Foundation
import Journal
import MarketModel
import Storage
import Testing

@testable import Application
@testable import Feeds

/// A process that starts again on what an earlier one recorded.
@Suite struct RestartTests {
  @Test func aRestartConcludesWhatTheFirstLifeDid() throws {
    let market = try RecordedMarket("--no-store")
    let batches = try market.batches(2_000)
    let first = try market.live(batches[..<1_200])
    #expect(first.digest == market.digest(of: batches[..<1_200]))
    let second = try market.live(batches[1_200...])
    #expect(second.played == first.digest?.events)
    #expect(second.digest == market.digest(of: batches))
    #expect(second.prints == Array(1...Int64(second.prints.count)))
  }

  @Test func aRestartFromASnapshotConcludesTheSame() throws {
    let market = try RecordedMarket("--no-store")
    let batches = try market.batches(2_400)
    let first = try market.live(batches[..<1_000], makesSnapshot: true)
    // The second snapshot is made from the first and what came since.
    let second = try market.live(batches[1_000..<1_700], makesSnapshot: true)
    #expect(second.plan.snapshot?.events == first.digest?.events)
    #expect(second.played == 0)
    #expect(second.digest == market.digest(of: batches[..<1_700]))
    #expect(second.prints.first == (first.prints.last ?? 0) + 1)
    let third = try market.live(batches[1_700...])
    #expect(third.plan.snapshot?.events == second.digest?.events)
    #expect(third.plan.start.prints == second.prints.last)
    #expect(third.digest == market.digest(of: batches))
    // What it knows of the stream is what it would know from all events.
    let short = try market.live()
    try market.removeSnapshots()
    let long = try market.live()
    #expect(short.plan.snapshot != nil && long.plan.snapshot == nil)
    #expect(short.played < long.played)
    #expect(short.standing == long.standing)
    #expect(short.digest == long.digest)
  }

  /// Two lives were killed before the time without a connection was announced: the third still knows where it began, and it is
  /// forgotten when its gap is announced, no sooner.
  @Test(arguments: [false, true]) func aGapThatWasNotAnnouncedIsKnownAfterKills(makesSnapshot: Bool) throws {
    let market = try RecordedMarket("--no-store")
    let batches = try market.batches(1_200)
    _ = try market.live(batches[..<400])
    let from = standing(of: batches[..<400], market).latest(.options)
    let reconnected: [MarketEvent] = [
      .incident(FeedIncident(kind: .disconnected, time: from, scope: .options, from: from)),
      .incident(FeedIncident(kind: .connected, time: from, scope: .options)),
    ]
    _ = try market.live([reconnected] + batches[400..<800], makesSnapshot: makesSnapshot)
    _ = try market.live([reconnected] + batches[800...])
    let third = try market.live()
    #expect((third.plan.snapshot != nil) == makesSnapshot)
    #expect(try lostFromMuchLater(third.standing, batches, market) == from)
    let to = standing(of: batches, market).latest(.options)
    let found = FeedIncident(kind: .gapFound, time: to, scope: .options, gap: 1, from: from)
    _ = try market.live([[.incident(found)]])
    let fourth = try market.live()
    #expect(fourth.standing.openGaps == [found])
    #expect(try lostFromMuchLater(fourth.standing, batches, market) > to)
  }

  private func standing(of batches: some Sequence<[MarketEvent]>, _ market: RecordedMarket) -> LiveStanding {
    var standing = LiveStanding()
    for batch in batches {
      batch.withUnsafeBufferPointer {
        standing.note($0, receivedNanoseconds: 0, instruments: market.instruments)
      }
    }
    return standing
  }

  /// Hours later, so that what is asked for again anyway hides nothing.
  private func lostFromMuchLater(
    _ standing: LiveStanding, _ batches: [[MarketEvent]], _ market: RecordedMarket
  ) throws -> Timestamp {
    var standing = standing
    let prints = batches.joined().compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    var trade = try #require(prints.first { market.instruments[$0.instrument].kind == .option })
    let start = standing.streamTime
    for hour in 1...4 as ClosedRange<Int64> {
      let later = hour * 3_600_000_000_000
      trade.time = start.adding(nanoseconds: later)
      [MarketEvent.trade(trade)].withUnsafeBufferPointer {
        standing.note($0, receivedNanoseconds: .max / 2 + later, instruments: market.instruments)
      }
    }
    return standing.lostFrom(.options)
  }

  @Test func aSnapshotOfAnotherProgramIsLeftAside() throws {
    let market = try RecordedMarket("--no-store")
    _ = try market.live(try market.batches(300), makesSnapshot: true, program: "another program")
    #expect(try market.live().plan.snapshot == nil)
    _ = try market.live(makesSnapshot: true)
    #expect(try market.live().plan.snapshot != nil)
  }

  @Test func theStoreGoesOnWhereItStoppedAndHasNothingTwice() throws {
    let market = try RecordedMarket()
    let batches = try market.batches(1_600)
    try DataDirectory(path: market.settings.dataDirectory).create()
    let path = market.folder.path("data/marketflow.duckdb")
    func life(_ more: ArraySlice<[MarketEvent]>) throws -> RecordedMarket.Life {
      try market.live(more, store: try Store(StoreOptions(path: path)))
    }
    let first = try life(batches[..<800])
    let second = try life(batches[800...])
    #expect(second.digest == market.digest(of: batches))
    #expect(first.prints.count < second.prints.count)
    let store = try Store(StoreOptions(path: path))
    var ids: [Int64] = []
    while true {
      let page = try store.makeReader().prints(beforePrintID: ids.last, limit: 5_000)
      if page.isEmpty { break }
      ids += page.map(\.printID)
    }
    let base = try #require(ids.last) - 1
    #expect(ids.reversed().map { $0 - base } == second.prints)
    // The next start begins with the last day.
    let plan = try market.open(store: store).plan
    #expect(plan.days.count == 1 && plan.start == .start)
  }

  @Test func aJournalOfAnotherVendorIsRefused() throws {
    let market = try RecordedMarket("--no-store")
    _ = try market.live(try market.batches(20))
    let elsewhere = try ServeSource(
      settings: try RecordedMarket("--endpoint", "http://127.0.0.1:10").settings, lastStoredTime: nil,
      now: Timestamp(seconds: 1_750_000_000))
    #expect(throws: ServeError.self) {
      try LiveRecord.open(elsewhere, market.settings, store: nil, rules: market.rules, log: market.log)
    }
    let demo = try ServeSource(
      settings: Settings(command: nil, environment: [:], file: nil), lastStoredTime: nil,
      now: Timestamp(seconds: 1_750_000_000))
    #expect(try LiveRecord.open(demo, market.settings, store: nil, rules: market.rules, log: market.log) == nil)
  }
}
