import Foundation
import MarketModel
import Testing

@testable import Feeds

@Suite struct DemoFeedTests {
  /// A minute of an ordinary morning, shared by the tests below.
  static let morning = Result {
    try DemoRecording(start: DemoRecording.start(10, 15), until: DemoRecording.start(10, 16, 1))
  }

  @Test func sameSeedSameBytes() throws {
    func hash(_ seed: UInt64) throws -> UInt64 {
      try DemoRecording(
        seed: seed, start: DemoRecording.start(10, 15), until: DemoRecording.start(10, 15, 4), parsing: false
      ).hash
    }
    let first = try hash(7)
    #expect(try hash(7) == first)
    #expect(try hash(8) != first)
  }

  @Test func namesItself() {
    let settings = DemoSettings(seed: 7, start: DemoRecording.start(10, 15))
    let feed = DemoFeed(settings: settings, instruments: InstrumentTable(capacity: 1 << 14))
    #expect(feed.summary == "demo seed 7")
    #expect(feed.fingerprint == "demo-2-seed-7-start-1765898100000-intensity-1.0")
  }

  @Test func someSymbolsTradeAsMuchAsAll() throws {
    let some = try DemoRecording(
      start: DemoRecording.start(10, 15), until: DemoRecording.start(10, 16, 1), symbols: ["TSLA", "QQQ"])
    let underlyings = (0..<some.instruments.count).map { some.instruments[InstrumentID(UInt32($0))] }
      .filter { $0.kind == .equity }.map(\.symbol.description)
    #expect(Set(underlyings) == ["QQQ", "TSLA"])
    func prints(_ recording: DemoRecording) -> Double {
      Double(recording.events.count { $0.kind == "T" && $0.isOption })
    }
    let share = prints(some) / prints(try DemoFeedTests.morning.get())
    #expect(share > 0.75 && share < 1.35, "\(share)")
    let settings = DemoSettings(seed: 7, start: DemoRecording.start(10, 15), symbols: ["TSLA", "QQQ"])
    let feed = DemoFeed(settings: settings, instruments: InstrumentTable(capacity: 1 << 14))
    #expect(feed.fingerprint == "demo-2-seed-7-start-1765898100000-intensity-1.0-symbols-QQQ,TSLA")
  }

  @Test func everyFrameIsAnArrayOfEvents() throws {
    let morning = try DemoFeedTests.morning.get()
    #expect(morning.broken == [])
    #expect(morning.frameSizes.allSatisfy { $0 >= 1 && $0 <= 40 })
    #expect(Set(morning.events.map(\.kind)) == ["T", "Q", "AM"])
  }

  @Test func frameIsFollowedByPaddingAndKeepsTheVendorsKeyOrder() throws {
    var feed = DemoFeed(
      settings: DemoSettings(start: DemoRecording.start(10, 15)), instruments: InstrumentTable(capacity: 1 << 14))
    var trade = ""
    var quote = ""
    for _ in 0..<400 where trade.isEmpty || quote.isEmpty {
      guard case .frame(let bytes) = try feed.next() else { continue }
      let sum = UnsafeBufferPointer(start: bytes.baseAddress, count: bytes.count + frameSourcePadding).reduce(0) {
        $0 &+ Int($1)
      }
      #expect(sum > 0)
      let text = String(decoding: bytes, as: UTF8.self)
      if let found = text.firstMatch(of: /\{"ev":"T","sym":"O:[^}]*\}/) { trade = String(found.output) }
      if let found = text.firstMatch(of: /\{"ev":"Q","sym":"O:[^}]*\}/) { quote = String(found.output) }
    }
    let tradeForm =
      /\{"ev":"T","sym":"O:[A-Z]+\d{6}[CP]\d{8}","x":3\d\d,"p":[0-9.]+,"s":\d+,"c":\[[0-9,]+\],"t":\d{13},"q":\d+\}/
    let quoteForm =
      /\{"ev":"Q","sym":"O:[A-Z]+\d{6}[CP]\d{8}","bx":3\d\d,"ax":3\d\d,"bp":[0-9.]+,"ap":[0-9.]+,"bs":\d+,"as":\d+,"t":\d{13},"q":\d+\}/
    #expect(trade.wholeMatch(of: tradeForm) != nil, "\(trade)")
    #expect(quote.wholeMatch(of: quoteForm) != nil, "\(quote)")
  }

  @Test func timesNeverDecreaseAndSequencesGrow() throws {
    let events = try DemoFeedTests.morning.get().events
    let stamped = events.filter { $0.kind != "AM" }
    let backwards = zip(stamped, stamped.dropFirst()).filter { $1.time < $0.time || $1.sequence <= $0.sequence }
    #expect(backwards.isEmpty)
    #expect(events.first?.time == DemoRecording.start(10, 15).milliseconds)
  }

  @Test func rateOfAnOrdinaryMorningIsAsPromised() throws {
    let events = try DemoFeedTests.morning.get().events.filter { $0.time > DemoRecording.start(10, 15).milliseconds }
    let prints = Double(events.filter { $0.kind == "T" && $0.isOption }.count) / 61
    let quotes = Double(events.filter { $0.kind == "Q" }.count) / 61
    #expect((120...330).contains(prints), "\(prints) prints a second")
    #expect((700...1700).contains(quotes), "\(quotes) quotes a second")
  }

  @Test func everyKindOfFlowOccurs() throws {
    let prints = try DemoFeedTests.morning.get().events.filter { $0.kind == "T" && $0.isOption }
    func count(_ matches: (DemoEvent) -> Bool) -> Int { prints.filter(matches).count }
    #expect(count { $0.conditions.contains(209) } > prints.count / 3)
    #expect(count { $0.conditions.contains(219) } > 50)
    #expect(count { $0.conditions.contains(227) } > 100)
    #expect(count { $0.conditions.contains(231) } > 3)
    #expect(count { !Set([202, 204, 206, 208]).isDisjoint(with: $0.conditions) } > 8)
    #expect(count { $0.size >= 100 && $0.premium >= 100_000 } > 1)
    #expect(Set(prints.map(\.venue)).count == 18)
    let underlyings = Set(prints.map { $0.symbol.dropFirst(2).prefix { $0.isLetter } })
    #expect(underlyings == ["SPY", "QQQ", "AAPL", "NVDA", "TSLA"])
  }

  @Test func multiLegPrintsComeInPairs() throws {
    let prints = try DemoFeedTests.morning.get().events.filter { $0.kind == "T" && $0.isOption }
    let legs = prints.filter { !Set(232...238).isDisjoint(with: $0.conditions) }
    #expect(legs.count > 200 && legs.count % 2 == 0)
    let unlike = stride(from: 0, to: legs.count, by: 2).filter { pair in
      let (first, second) = (legs[pair], legs[pair + 1])
      return first.time != second.time || first.venue != second.venue || first.size != second.size
        || first.symbol == second.symbol
    }
    #expect(unlike.isEmpty)
  }

  /// Four or more legs at the touch, on different venues, each of $10,000 or more, within two seconds.
  @Test func sweepsRunAcrossVenues() throws {
    let events = try DemoFeedTests.morning.get().events.filter(\.isOption)
    var quotes: [String: (bid: Double, ask: Double)] = [:]
    var legs: [String: [DemoEvent]] = [:]
    for event in events {
      if event.kind == "Q" { quotes[event.symbol] = (event.cents("bp"), event.cents("ap")) }
      guard event.kind == "T", event.premium >= 10_000, Set(201...208).isDisjoint(with: event.conditions),
        let quote = quotes[event.symbol]
      else { continue }
      let side = event.cents("p") >= quote.ask ? "buy" : event.cents("p") <= quote.bid ? "sell" : ""
      if !side.isEmpty { legs[event.symbol + side, default: []].append(event) }
    }
    let sweeps = legs.values.filter { chain in
      zip(chain, chain.dropFirst(3)).contains { $1.time - $0.time <= 2000 } && Set(chain.map(\.venue)).count >= 2
    }
    #expect(sweeps.count >= 4, "\(sweeps.count)")
    #expect(
      sweeps.contains { chain in
        chain.contains { $0.conditions.contains(219) } && chain.contains { $0.conditions == [209] }
      })
  }

  @Test func cancellationsRepeatAnEarlierPrint() throws {
    let prints = try DemoFeedTests.morning.get().events.filter { $0.kind == "T" && $0.isOption }
    let codes = Set([201, 203, 205, 207])
    let cancellations = prints.enumerated().filter { !codes.isDisjoint(with: $1.conditions) }
    #expect(cancellations.count >= 1)
    for (index, cancellation) in cancellations {
      let earlier = prints[..<index].contains {
        codes.isDisjoint(with: $0.conditions) && $0.symbol == cancellation.symbol && $0.size == cancellation.size
          && $0.venue == cancellation.venue && $0.cents("p") == cancellation.cents("p")
      }
      #expect(earlier, "\(cancellation)")
    }
  }

  @Test func quotesAreSensible() throws {
    let quotes = try DemoFeedTests.morning.get().events.filter { $0.kind == "Q" }
    let senseless = quotes.filter { quote in
      let (bid, ask) = (quote.cents("bp"), quote.cents("ap"))
      let quotesNickels = ["O:AAPL", "O:NVDA", "O:TSLA"].contains { quote.symbol.hasPrefix($0) } && bid >= 300
      return bid < 0 || ask < 1 || (quotesNickels && bid.truncatingRemainder(dividingBy: 5) != 0)
    }
    #expect(senseless.isEmpty)
    let twoSided = quotes.filter { $0.cents("bp") < $0.cents("ap") }.count
    #expect(Double(twoSided) > 0.99 * Double(quotes.count))
  }

  /// A call with a higher strike is never worth more, a put never less: no free money between the first quotes of the day.
  @Test func openingChainHasNoArbitrageAlongStrikes() throws {
    let morning = try DemoFeedTests.morning.get()
    var chains: [String: [(strike: Int64, bid: Double, ask: Double)]] = [:]
    for event in morning.events
    where event.kind == "Q" && event.isOption && event.time == DemoRecording.start(10, 15).milliseconds {
      let option = try #require(OptionSymbol(polygon: event.symbol))
      chains["\(option.root) \(option.expiry) \(option.right)", default: []].append(
        (option.strike.micros, event.cents("bp"), event.cents("ap")))
    }
    #expect(chains.count >= 26)
    for (name, quotes) in chains {
      let sorted = quotes.filter { $0.bid <= $0.ask }.sorted { $0.strike < $1.strike }
      let free = zip(sorted, sorted.dropFirst()).filter { low, high in
        name.hasSuffix("call") ? high.bid > low.ask : low.bid > high.ask
      }
      #expect(free.isEmpty, "\(name)")
    }
  }

  @Test func chainListsTodayAndTheComingWeeks() throws {
    let symbols = Set(try DemoFeedTests.morning.get().events.filter(\.isOption).map(\.symbol))
    func expiries(_ root: String) -> Set<String> {
      Set(symbols.compactMap { OptionSymbol(polygon: $0) }.filter { $0.root == root }.map { "\($0.expiry)" })
    }
    #expect(expiries("SPY") == ["2025-12-16", "2025-12-17", "2025-12-19", "2025-12-26"])
    #expect(expiries("TSLA") == ["2025-12-19", "2025-12-26", "2026-01-02"])
  }

  @Test func referencesCoverTheChainAtTheStartAndEveryFifteenSeconds() throws {
    let morning = try DemoFeedTests.morning.get()
    let start = DemoRecording.start(10, 15)
    let first = morning.references.filter { $0.time == start }
    #expect(first.count == Set(morning.events.filter(\.isOption).map(\.symbol)).count)
    #expect(Set(morning.references.map(\.time)).count == 5)
    let absurd = morning.references.filter { reference in
      let isCall = morning.instruments[reference.instrument].right == .call
      let deltas: ClosedRange<Int64> = isCall ? 0...1_000_000_000 : -1_000_000_000...0
      return !deltas.contains(reference.deltaNanos) || reference.gammaNanos < 0 || reference.openInterest <= 0
        || !(50_000_000...2_500_000_000).contains(reference.impliedVolatilityNanos)
    }
    #expect(absurd.isEmpty)
  }

  @Test func afterTheCloseComesTheNextTradingDay() throws {
    // Friday 2025-12-19, three seconds before the close.
    let friday = DemoRecording.start(15, 59, 57).adding(nanoseconds: 3 * 86_400_000_000_000)
    let monday = DemoRecording.open.adding(nanoseconds: 6 * 86_400_000_000_000)
    let recording = try DemoRecording(start: friday, until: monday.adding(nanoseconds: 3_000_000_000))
    let times = recording.events.filter { $0.kind != "AM" }.map(\.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    let close = friday.milliseconds + 3000
    #expect(times.allSatisfy { $0 <= close || $0 >= monday.milliseconds })
    #expect(times.contains { $0 < close } && times.contains { $0 >= monday.milliseconds })
    #expect(recording.events.filter { $0.kind == "AM" }.allSatisfy { $0.time == close })
    #expect(recording.events.contains { $0.kind == "AM" })
    let expired = recording.events.filter { $0.time >= monday.milliseconds && $0.symbol.contains("251219") }
    #expect(expired.isEmpty)
    #expect(Set(recording.references.map(\.time)) == [friday, monday])
  }

  @Test func startOutsideTradingHoursMovesToTheNextOpen() throws {
    let night = DemoRecording.open.adding(nanoseconds: -5 * 3_600_000_000_000)
    let recording = try DemoRecording(start: night, until: DemoRecording.start(9, 30, 1))
    #expect(recording.events.first?.time == DemoRecording.open.milliseconds)
  }

  @Test func intensityScalesTheFlow() throws {
    func prints(_ intensity: Double) throws -> Int {
      let recording = try DemoRecording(
        start: DemoRecording.start(12, 0), until: DemoRecording.start(12, 0, 10), intensity: intensity)
      return recording.events.filter { $0.kind == "T" && $0.isOption }.count
    }
    let (calm, busy) = (try prints(0.1), try prints(1))
    #expect(calm > 50 && busy > 4 * calm, "\(calm) \(busy)")
  }

  /// An eighth of a session in steps without the orders, then a season of nights.
  @Test func spotsMoveButStaySensible() {
    var feed = DemoFeed(
      settings: DemoSettings(seed: 3, start: DemoRecording.open), instruments: InstrumentTable(capacity: 1 << 14))
    feed.advance(to: feed.sessionLength / 8)
    for underlying in feed.underlyings {
      let change = abs(underlying.spot / underlying.listing.spot - 1)
      #expect(change > 1e-5 && change < 6 * underlying.listing.dailyDeviation, "\(underlying.listing.symbol) \(change)")
    }
    for _ in 0..<60 { feed.leapOvernight() }
    #expect(
      feed.underlyings.allSatisfy { (0.5...2).contains($0.spot / $0.listing.spot) && abs($0.volatilityShift) <= 0.6 })
  }
}
