import MarketModel
import Testing

@testable import FlowEngine

/// Every rule over a grid of small numbers, against the rules as their sources put them, in fractions.
@Suite struct SideLabelTests {
  struct Case: Sendable {
    var price: Int64
    var bid: Int64
    var ask: Int64
    var isKnown: Bool
    var isStale: Bool
    var tick: Int8

    var quote: PrevailingQuote { PrevailingQuote(bid: bid, ask: ask, isKnown: isKnown, isStale: isStale) }
    var mid: Double { Double(bid + ask) / 2 }
    var byTick: AggressorSide { [-1: .sell, 0: .mid, 1: .buy][tick] ?? .unknown }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for price: Int64 in 1...24 {
      for bid: Int64 in 0...21 {
        for ask: Int64 in 0...21 {
          for tick: Int8 in [-1, 0, 1] {
            cases.append(Case(price: price, bid: bid, ask: ask, isKnown: true, isStale: false, tick: tick))
          }
        }
      }
    }
    return cases
  }()

  /// Why a quote decides nothing.
  static func unusable(_ c: Case) -> SideLabel? {
    if !c.isKnown || c.ask == 0 { return SideLabel(.unknown, .noQuote) }
    if c.bid > c.ask { return SideLabel(.unknown, .crossedQuote) }
    if c.isStale { return SideLabel(.unknown, .staleQuote) }
    return nil
  }

  static func oracle(_ c: Case, _ rule: SideRule) -> SideLabel {
    if let label = unusable(c) { return label }
    let isLocked = c.bid == c.ask
    let p = Double(c.price)
    let above = SideLabel(.buy, c.price >= c.ask ? .atOrAboveAsk : .aboveMid)
    let below = SideLabel(.sell, c.price <= c.bid ? .atOrBelowBid : .belowMid)
    switch rule {
    case .quote:
      // Harris: nearer to the ask is a buy, nearer to the bid a sell; at or outside a quote it is that quote's side.
      if p == c.mid { return SideLabel(.mid, .atMid) }
      return p > c.mid ? above : below
    case .leeReady:
      if p == c.mid { return SideLabel(c.byTick, .tick) }
      return p > c.mid ? above : below
    case .emo:
      if !isLocked, c.price == c.ask { return SideLabel(.buy, .atOrAboveAsk) }
      if !isLocked, c.price == c.bid { return SideLabel(.sell, .atOrBelowBid) }
      return SideLabel(c.byTick, .tick)
    case .clnv:
      // Ten times 0.3 B + 0.7 A, whole.
      let upper = 3 * c.bid + 7 * c.ask
      let lower = 7 * c.bid + 3 * c.ask
      if upper < 10 * c.price, c.price <= c.ask { return above }
      if c.bid <= c.price, 10 * c.price < lower { return below }
      return SideLabel(c.byTick, .tick)
    }
  }

  @Test(arguments: SideRule.allCases) func everyCaseOfARule(_ rule: SideRule) {
    var wrong: [Case] = []
    for c in Self.cases {
      let label = SideLabel.infer(price: c.price * 10_000, quote: scaled(c), tick: c.tick, rule: rule)
      if label != Self.oracle(c, rule) { wrong.append(c) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) of \(Self.cases.count), first \(String(describing: wrong.first))")
  }

  @Test(arguments: SideRule.allCases) func unknownAndStaleQuotesDecideNothing(_ rule: SideRule) {
    for (isKnown, isStale) in [(false, false), (false, true), (true, true)] {
      for var c in Self.cases where c.tick == 1 {
        c.isKnown = isKnown
        c.isStale = isStale
        let label = SideLabel.infer(price: c.price * 10_000, quote: scaled(c), tick: c.tick, rule: rule)
        #expect(label.side == .unknown)
        #expect(label == Self.unusable(c))
      }
    }
  }

  @Test func lockedQuotes() {
    func label(_ price: Int64, _ rule: SideRule) -> SideLabel {
      .infer(price: price, quote: PrevailingQuote(bid: 10, ask: 10, isKnown: true, isStale: false), tick: 1, rule: rule)
    }
    #expect(label(10, .quote) == SideLabel(.mid, .atMid))
    #expect(label(11, .quote) == SideLabel(.buy, .atOrAboveAsk))
    #expect(label(9, .quote) == SideLabel(.sell, .atOrBelowBid))
    #expect(label(10, .leeReady) == SideLabel(.buy, .tick))
    #expect(label(10, .emo) == SideLabel(.buy, .tick))
    #expect(label(10, .clnv) == SideLabel(.buy, .tick))
  }

  /// The benchmark's rule sheet, first match wins.
  @Test func referenceRules() {
    var wrong = 0
    for var c in Self.cases {
      for isKnown in [true, false] {
        c.isKnown = isKnown
        let expected: SideLabel
        if !isKnown || c.ask == 0 || c.bid > c.ask {
          expected = SideLabel(c.byTick, .tickWithoutQuote)
        } else if c.price >= c.ask {
          expected = SideLabel(.buy, .atOrAboveAsk)
        } else if c.price <= c.bid {
          expected = SideLabel(.sell, .atOrBelowBid)
        } else if Double(c.price) > c.mid {
          expected = SideLabel(.buy, .aboveMid)
        } else if Double(c.price) < c.mid {
          expected = SideLabel(.sell, .belowMid)
        } else {
          expected = SideLabel(c.byTick, .tick)
        }
        if SideLabel.inferReference(price: c.price * 10_000, quote: scaled(c), tick: c.tick) != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  /// The largest prices a feed may bring do not overflow the comparisons.
  @Test(arguments: SideRule.allCases) func largestPrices(_ rule: SideRule) {
    let largest: Int64 = 1_000_000_000_000_000
    let quote = PrevailingQuote(bid: largest - 2, ask: largest, isKnown: true, isStale: false)
    #expect(SideLabel.infer(price: largest, quote: quote, tick: 0, rule: rule).side == .buy)
    #expect(SideLabel.infer(price: largest - 2, quote: quote, tick: 0, rule: rule).side == .sell)
  }

  private func scaled(_ c: Case) -> PrevailingQuote {
    PrevailingQuote(bid: c.bid * 10_000, ask: c.ask * 10_000, isKnown: c.isKnown, isStale: c.isStale)
  }

  // MARK: Through the engine

  @Test func missingCrossedAndStaleQuotesInTheStream() {
    var configuration = FlowConfiguration()
    configuration.staleQuoteNanoseconds = 1_000_000_000
    let run = EngineRun(configuration)
    let prints = run.feed([
      trade(0, 105), quote(1, 110, 100), trade(2, 105), quote(10, 100, 110), trade(1010, 110), trade(1011, 110),
      quote(1011, 100, 0),
      trade(1012, 110), quote(1013, 0, 110), trade(1014, 1),
    ]).prints
    #expect(prints.map(\.method) == [.noQuote, .crossedQuote, .atOrAboveAsk, .staleQuote, .noQuote, .belowMid])
    #expect(prints.map(\.side) == [.unknown, .unknown, .buy, .unknown, .unknown, .sell])
    #expect(prints[2].bid == Price(micros: 1_000_000))
    #expect(prints[2].ask == Price(micros: 1_100_000))
    #expect(prints[2].quoteTime == EngineRun.start.adding(nanoseconds: 10_000_000))
    #expect(prints[0].quoteTime == .none)
  }

  @Test func optionsAndStocksHaveTheirOwnRule() {
    let run = EngineRun()
    let prints = run.feed([
      quote(0, 100, 110), quote(0, 100, 110, EngineRun.stock), trade(1, 104), trade(2, 105),
      trade(1, 104, EngineRun.stock, conditions: []), trade(2, 105, EngineRun.stock, conditions: []),
      trade(3, 105, EngineRun.stock, conditions: []),
    ]).prints
    #expect(prints.map(\.side) == [.sell, .mid, .sell, .buy, .buy])
    #expect(prints.map(\.method) == [.belowMid, .atMid, .belowMid, .tick, .tick])
  }

  @Test func feedLostMeansQuotesAreNotTrusted() {
    let run = EngineRun()
    run.feed(
      quote(0, 100, 110), quote(1, 101, 111), .incident(FeedIncident(kind: .disconnected, time: EngineRun.start)))
    #expect(run.feed(trade(2, 111)).prints.map(\.method) == [.noQuote])
    run.feed(.incident(FeedIncident(kind: .connected, time: EngineRun.start.adding(nanoseconds: 3_000_000))))
    #expect(run.feed(trade(4, 111)).prints.map(\.method) == [.noQuote])
    #expect(run.feed(quote(5, 101, 111), trade(6, 111)).prints.map(\.method) == [.atOrAboveAsk])
    #expect(run.outputs.incidents.map(\.kind) == [.disconnected, .connected])
  }
}

@Suite struct QuoteBookTests {
  static func book(_ quotes: [(time: Int64, bid: Int64, sequence: Int64)]) -> QuoteBook {
    var book = QuoteBook()
    for quote in quotes {
      book.update(
        Quote(
          time: Timestamp(milliseconds: quote.time), bid: Price(micros: quote.bid), ask: Price(micros: quote.bid + 1),
          sequence: quote.sequence, instrument: InstrumentID(0)))
    }
    return book
  }
  static func bid(_ book: QuoteBook, at time: Int64, sequence: Int64 = 0) -> Int64 {
    book.prevailing(
      at: Trade(
        time: Timestamp(milliseconds: time), price: .zero, sequence: sequence, instrument: InstrumentID(0), size: 1)
    ).bid
  }

  /// All small books against the definition: of two quotes the newest (by time, then sequence, then arrival) not from after the
  /// print, in whatever order they arrived.
  @Test func newestQuoteNotFromAfterThePrint() {
    for first in [1, 2, 3] as [Int64] {
      for second in [1, 2, 3] as [Int64] {
        for sequences in [(0, 0), (5, 7), (7, 5)] as [(Int64, Int64)] {
          for time in 0...4 as ClosedRange<Int64> {
            for sequence in [0, 4, 6, 8] as [Int64] {
              let quotes: [(time: Int64, bid: Int64, sequence: Int64)] = [
                (first, 10, sequences.0), (second, 20, sequences.1),
              ]
              let isLate =
                second < first || (second == first && sequences.1 != 0 && sequences.1 < sequences.0)
              let inForce = (isLate ? quotes.reversed() : quotes).last { quote -> Bool in
                quote.time < time
                  || (quote.time == time && (sequence == 0 || quote.sequence == 0 || quote.sequence <= sequence))
              }
              #expect(Self.bid(Self.book(quotes), at: time, sequence: sequence) == inForce?.bid ?? 0)
            }
          }
        }
      }
    }
  }

  @Test func laterQuotesAreNotLookedAt() {
    let book = Self.book([(5, 10, 0)])
    #expect(Self.bid(book, at: 4) == 0)
    #expect(Self.bid(book, at: 5) == 10)
    let run = EngineRun()
    let prints = run.feed([quote(5, 100, 110), trade(4, 110)]).prints
    #expect(prints.map(\.method) == [.noQuote])
    #expect(prints.map(\.quoteTime) == [.none])
  }
}
