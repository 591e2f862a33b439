import MarketModel
import Testing

/// Sizes of the records that cross rings and fill arrays: a field added by chance shows here first.
@Suite struct RecordLayoutTests {
  private func layout<T>(_ type: T.Type) -> [Int] { [MemoryLayout<T>.size, MemoryLayout<T>.stride] }

  @Test func sizes() {
    #expect(layout(Timestamp.self) == [8, 8])
    #expect(layout(Price.self) == [8, 8])
    #expect(layout(MarketDate.self) == [4, 4])
    #expect(layout(InstrumentID.self) == [4, 4])
    #expect(layout(VenueID.self) == [2, 2])
    #expect(layout(ConditionSet.self) == [8, 8])
    #expect(layout(SymbolText.self) == [32, 32])
    #expect(layout(Trade.self) == [45, 48])
    #expect(layout(Quote.self) == [49, 56])
    #expect(layout(Bar.self) == [56, 56])
    #expect(layout(ContractReference.self) == [60, 64])
    #expect(layout(FeedIncident.self) == [28, 32])
    #expect(layout(Instrument.self) == [56, 64])
    #expect(layout(MarketEvent.self) == [61, 64])
  }

  @Test func recordsKeepWhatTheyAreGiven() {
    let id = InstrumentID(7)
    let trade = Trade(
      time: Timestamp(seconds: 1), price: Price(cents: 5), sequence: 9, conditions: .multiLeg, instrument: id, size: 3,
      venue: VenueID(312), reportingFacility: 201, flags: .injected)
    #expect(trade.sequence == 9 && trade.size == 3 && trade.reportingFacility == 201 && trade.flags == .injected)
    #expect(trade.conditions == .multiLeg && trade.instrument == id && trade.price == Price(cents: 5))
    let quote = Quote(
      time: Timestamp(seconds: 1), bid: Price(cents: 1), ask: Price(cents: 2), sequence: 4, instrument: id, bidSize: 5,
      askSize: 6, bidVenue: VenueID(300), askVenue: VenueID(301))
    #expect(quote.bid < quote.ask && quote.bidSize == 5 && quote.askSize == 6 && quote.askVenue == VenueID(301))
    let bar = Bar(
      start: .none, open: Price(cents: 1), high: Price(cents: 4), low: Price(cents: 1), close: Price(cents: 2),
      volume: 8,
      instrument: id, lengthSeconds: 60)
    #expect(bar.high == Price(cents: 4) && bar.volume == 8 && bar.lengthSeconds == 60 && bar.close == Price(cents: 2))
    let reference = ContractReference(time: .none, instrument: id, deltaNanos: 5)
    #expect(reference.deltaNanos == 5 && reference.gammaNanos == ContractReference.unknown)
    #expect(MarketEvent.trade(trade) != .quote(quote))
    #expect(MarketEvent.bar(bar) != .reference(reference))
    #expect(FeedIncident(kind: .ended, time: .none).kind == .ended)
  }
}
