import MarketModel
import OptionMath
import Testing

@testable import Simulator

@Suite struct PlayedMarketTests {
  private let instruments = InstrumentTable(capacity: 1024)
  private let open = Timestamp(seconds: 1_765_895_400)

  private func play(_ events: [MarketEvent], _ market: PlayedMarket) -> [PlayedMarket.Event] {
    var played: [PlayedMarket.Event] = []
    let time = events.compactMap { event -> Timestamp? in
      switch event {
      case .trade(let trade): trade.time
      case .quote(let quote): quote.time
      default: nil
      }
    }.max()
    events.withUnsafeBufferPointer { market.play($0, at: time ?? open, into: &played) }
    return played
  }

  private func trade(_ id: InstrumentID, second: Int64, cents: Int64 = 100, size: UInt32 = 1, sequence: Int64 = 0)
    -> MarketEvent
  {
    .trade(
      Trade(
        time: open.adding(nanoseconds: second * 1_000_000_000), price: Price(cents: cents), sequence: sequence,
        conditions: ConditionSet(vendorIDs: [209]), instrument: id, size: size, venue: VenueID(302)))
  }

  @Test func numbersWhatHasNoNumber() throws {
    let market = PlayedMarket(instruments: instruments, quotesKept: 10)
    let id = try #require(instruments.intern("O:SPY251216C00572000"))
    let played = play([trade(id, second: 0), trade(id, second: 1, sequence: 50), trade(id, second: 2)], market)
    let numbers = played.compactMap { if case .trade(let trade) = $0 { trade.sequence } else { nil } }
    #expect(numbers == [1, 50, 51])
  }

  @Test func barsAreMadeFromThePrintsThatCount() throws {
    let market = PlayedMarket(instruments: instruments, quotesKept: 10)
    let id = try #require(instruments.intern("O:SPY251216C00572000"))
    var cancelled = Trade(
      time: open, price: Price(cents: 9_900), conditions: ConditionSet(vendorIDs: [201]), instrument: id, size: 50)
    cancelled.sequence = 9
    let second = open.adding(nanoseconds: 1_000_000_000)
    let played = play(
      [
        trade(id, second: 0, cents: 100, size: 2), trade(id, second: 0, cents: 130, size: 1), .trade(cancelled),
        trade(id, second: 0, cents: 110, size: 1), .clock(open), .clock(second),
        .incident(FeedIncident(kind: .ended, time: second)),
      ], market)
    let bars = played.compactMap { if case .bar(let bar) = $0 { bar } else { nil } }
    try #require(bars.count == 2)
    #expect(bars[0].lengthSeconds == 1 && bars[1].lengthSeconds == 60)
    for bar in bars {
      #expect(bar.start == open && bar.figures.volume == 4 && bar.figures.count == 3)
      #expect(bar.figures.open == Price(cents: 100) && bar.figures.high == Price(cents: 130))
      #expect(bar.figures.low == Price(cents: 100) && bar.figures.close == Price(cents: 110))
      #expect(bar.figures.averageMicros == 1_100_000)
    }
  }

  @Test func oldestQuotesMakeRoomAndAreCounted() throws {
    let market = PlayedMarket(instruments: instruments, quotesKept: 3)
    let id = try #require(instruments.intern("SPY"))
    let events = (0..<5).map { second in
      MarketEvent.quote(
        Quote(
          time: open.adding(nanoseconds: second * 1_000_000_000), bid: Price(cents: second), ask: Price(cents: 10),
          instrument: id))
    }
    #expect(play(events, market).count == 5)
    let (kept, totals) = market.withState { ($0[id].quotes.map(\.bid), $0.totals) }
    #expect(kept == [Price(cents: 2), Price(cents: 3), Price(cents: 4)])
    #expect(totals.quotes == 5 && totals.droppedQuotes == 2 && totals.keptQuotes == 3)
  }

  @Test func aNewDayKeepsTheDayBefore() throws {
    let market = PlayedMarket(instruments: instruments, quotesKept: 3)
    let id = try #require(instruments.intern("O:SPY251219C00572000"))
    let day: Int64 = 86_400
    _ = play([trade(id, second: 0, cents: 100)], market)
    _ = play([trade(id, second: day, cents: 200)], market)
    #expect(market.withState { $0[id].previousDay?.close } == Price(cents: 100))
    _ = play([trade(id, second: 2 * day, cents: 300)], market)
    let (kept, dropped) = market.withState { ($0[id].trades.map(\.price), $0.totals.droppedTrades) }
    #expect(kept == [Price(cents: 200), Price(cents: 300)] && dropped == 1)
    #expect(market.withState { $0[id].today.close } == Price(cents: 300))
  }

  @Test func expiredContractsLeaveTheChain() throws {
    let market = PlayedMarket(instruments: instruments, quotesKept: 3)
    let today = try #require(instruments.intern("O:SPY251216C00572000"))
    let later = try #require(instruments.intern("O:SPY251217C00571000"))
    let earlier = try #require(instruments.intern("O:SPY251217C00570000"))
    market.register()
    #expect(market.withState { $0.liveChain("SPY") } == [today, earlier, later])
    _ = play([trade(later, second: 86_400)], market)
    #expect(market.withState { $0.liveChain("SPY") } == [earlier, later])
  }

  @Test func rowsStayInOrderWhateverComesLate() {
    var rows = RecentRows<Int64>()
    for value: Int64 in [5, 1, 4, 4, 9, 2] { rows.insert(value, replacesOldest: false) { $0 } }
    #expect(Array(rows) == [1, 2, 4, 4, 5, 9])
    #expect(rows.insert(3, replacesOldest: true) { $0 } && Array(rows) == [2, 3, 4, 4, 5, 9])
    #expect(rows.insert(7, replacesOldest: true) { $0 } && Array(rows) == [3, 4, 4, 5, 7, 9])
    // Older than everything that is kept.
    #expect(rows.insert(1, replacesOldest: true) { $0 } && Array(rows) == [3, 4, 4, 5, 7, 9])
    rows.insert(8, replacesOldest: false) { $0 }
    #expect(Array(rows) == [3, 4, 4, 5, 7, 8, 9])
    #expect(rows.firstIndex(from: 4) { $0 } == 1 && rows.firstIndex(from: 100) { $0 } == 7)
    #expect(rows.removeAll(before: 5) { $0 } == 3 && Array(rows) == [5, 7, 8, 9])
  }

  @Test func volatilityGivesThePriceBack() throws {
    for volatility in [0.1, 0.35, 1.2] {
      let price = BlackScholes.price(
        .put, spot: 672, strike: 660, years: 0.02, volatility: volatility, rate: ContractGreeks.rate)
      let solved = try #require(
        ContractGreeks.volatility(.put, price: price, spot: 672, strike: 660, years: 0.02))
      #expect(abs(solved - volatility) < 1e-6)
    }
    #expect(ContractGreeks.volatility(.call, price: 1, spot: 672, strike: 600, years: 0.02) == nil)
  }
}
