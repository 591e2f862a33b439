import Logging
import MarketModel
import Rings
import Testing

@testable import Application
@testable import Feeds

/// What a live feed still hands over when it is told to stop.
@Suite struct StopTests {
  /// Rows may be left to the next life, the announcement of a gap may not: it goes before them.
  @Test func theGapsThatWaitToBeOpenedAreHandedOverFirst() throws {
    let instruments = InstrumentTable(capacity: 64)
    let bell = Doorbell()
    let frames = FrameRing(capacity: 1 << 16)
    let inbox = LiveInbox(bell: bell)
    let time = Timestamp(seconds: 1_765_900_000)
    let symbol = try #require(SymbolText("O:SPY251216C00572000"))
    let rows = (1...50_000).map { number in
      RecoveredPart.Row.trade(
        Trade(
          time: time, price: Price(cents: 125), sequence: Int64(number), instrument: InstrumentID(0), size: 3,
          venue: VenueID(302)))
    }
    inbox.offer(.recovered(RecoveredPart(gap: 1, symbol: symbol, rows: rows)))
    let found = FeedIncident(
      kind: .gapFound, time: time, scope: .options, gap: 2, from: time.adding(nanoseconds: -1_000_000_000))
    inbox.offer(.incident(found))
    let ring = SPSCRing<MarketEvent>(capacity: 1 << 17)
    let feed = FeedThread(
      options: FeedThread.Options(), ring: ring, engineBell: Doorbell(), gauges: IngestGauges(),
      inbox: InjectionInbox(), log: Log(minimumLevel: .critical))
    let filter = try SymbolFilter([])
    feed.start(instruments: instruments) {
      LiveSource(
        summary: "test", frames: frames, inbox: inbox, bell: bell, instruments: instruments,
        observations: FeedObservations(spotSymbols: []), filter: filter, memory: LiveMemory(instruments: instruments))
    }
    feed.stop()
    var first: MarketEvent?
    while ring.consume(
      limit: 512,
      { events in
        first = first ?? events.first { if case .clock = $0 { false } else { true } }
      }) > 0
    {}
    #expect(first == .incident(found))
  }
}
