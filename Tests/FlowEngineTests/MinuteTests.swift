import MarketModel
import Testing

@testable import FlowEngine

/// Minute bars and the last five minutes.
@Suite struct MinuteTests {
  static func bar(_ minute: Int64, _ prices: [Int64], _ sizes: [Int64], buy: Int64 = 0, sell: Int64 = 0) -> MinuteBar {
    MinuteBar(
      instrument: EngineRun.call, minute: EngineRun.start.adding(nanoseconds: minute * 60_000_000_000),
      open: Price(micros: (prices.first ?? 0) * 10_000), high: Price(micros: (prices.max() ?? 0) * 10_000),
      low: Price(micros: (prices.min() ?? 0) * 10_000), close: Price(micros: (prices.last ?? 0) * 10_000),
      trades: Int64(sizes.count), volume: sizes.reduce(0, +),
      premiumMicros: zip(prices, sizes).reduce(0) { $0 + $1.0 * $1.1 * 1_000_000 }, buyVolume: buy, sellVolume: sell)
  }

  @Test func openHighLowCloseAndSides() {
    let run = EngineRun()
    run.feed(
      quote(0, 100, 110), trade(0, 105, size: 2), trade(1, 111, size: 3), trade(59_999, 99, size: 4),
      trade(59_999, 110, size: 5))
    #expect(run.outputs.bars.isEmpty)
    run.feed(trade(60_000, 100))
    #expect(run.outputs.bars == [Self.bar(0, [105, 111, 99, 110], [2, 3, 4, 5], buy: 8, sell: 4)])
  }

  @Test func gapsHaveNoBars() {
    let run = EngineRun()
    run.feed(trade(0, 100), trade(300_000, 101), .incident(FeedIncident(kind: .ended, time: .none)))
    #expect(run.outputs.bars == [Self.bar(0, [100], [1]), Self.bar(5, [101], [1])])
    // A print entered by hand after the end adds to the minute, which is given out again as a whole.
    #expect(
      run.feed(trade(300_500, 103), .incident(FeedIncident(kind: .ended, time: .none))).bars
        == [Self.bar(5, [101, 103], [1, 1])])
  }

  @Test func clockClosesQuietContracts() {
    let run = EngineRun()
    run.feed(trade(0, 100), clock(59_999), trade(59_999, 101))
    #expect(run.outputs.bars.isEmpty)
    #expect(run.feed(clock(60_000)).bars == [Self.bar(0, [100, 101], [1, 1])])
    #expect(run.feed(clock(61_000), clock(60_000), clock(120_000)).bars.isEmpty)
    #expect(run.feed(trade(121_000, 102), clock(180_000)).bars == [Self.bar(2, [102], [1])])
  }

  /// A print that comes late is booked in the minute under way: a bar that was given out stays as it is.
  @Test func latePrintsAreBookedNow() {
    let run = EngineRun()
    run.feed(trade(0, 100), clock(60_000), trade(59_000, 101), clock(120_000))
    #expect(run.outputs.bars == [Self.bar(0, [100], [1]), Self.bar(1, [101], [1])])
  }

  @Test func printsThatSetNoPrice() {
    let run = EngineRun()
    run.feed(
      trade(0, 100, conditions: [248]), clock(60_000), trade(60_000, 7, conditions: [248]), trade(60_001, 100),
      clock(120_000))
    var first = Self.bar(0, [100], [1])
    for path in [\MinuteBar.open, \.high, \.low, \.close] { first[keyPath: path] = .zero }
    var second = Self.bar(1, [100], [1])
    second.trades = 2
    second.volume = 2
    second.premiumMicros = 107_000_000
    #expect(run.outputs.bars == [first, second])
  }

  @Test func rollingFiveMinutes() {
    let run = EngineRun()
    // In steps of five seconds, a window of sixty.
    run.feed(trade(0, 100, size: 2), trade(4_999, 100), trade(5_000, 100, EngineRun.put))
    func recent() -> [Int64] {
      [
        run.engine.counters.fiveMinuteTrades, run.underlying?.fiveMinuteTrades ?? -1,
        run.underlying?.fiveMinutePremiumMicros ?? -1,
      ]
    }
    #expect(recent() == [3, 3, 400_000_000])
    run.feed(clock(299_999))
    #expect(recent() == [3, 3, 400_000_000])
    run.feed(clock(300_000))
    #expect(recent() == [1, 1, 100_000_000])
    run.feed(trade(304_999, 100))
    #expect(recent() == [2, 2, 200_000_000])
    run.feed(clock(305_000))
    #expect(recent() == [1, 1, 100_000_000])
  }

  /// Stock prints count among all prints, not in the option flow of their symbol.
  @Test func rollingCountsOfStocks() {
    let run = EngineRun()
    run.feed(trade(0, 100), trade(0, 100, EngineRun.stock, conditions: []))
    #expect(run.engine.counters.fiveMinuteTrades == 2)
    #expect(run.underlying?.fiveMinuteTrades == 1)
  }

  @Test func rollingWindowAgainstAList() {
    var random = StreamGenerator(seed: 3)
    var window = RollingWindow()
    var all: [(period: Int64, premium: Int64)] = []
    var time: Int64 = 1_000_000
    for i in 0..<3000 {
      time += Int64.random(in: 0...(i % 500 == 0 ? 700 : 9), using: &random)
      window.add(time: Timestamp(seconds: time), count: 1, premiumMicros: Int64(i))
      all.append((time / 5, Int64(i)))
      let standing = all.filter { $0.period > time / 5 - 60 }
      let sums = window.sums(at: Timestamp(seconds: time))
      #expect(sums.count == Int64(standing.count))
      #expect(sums.premiumMicros == standing.reduce(0) { $0 + $1.premium })
    }
    // What is older than the window changes nothing.
    window.add(time: Timestamp(seconds: time - 300), count: -1, premiumMicros: -1)
    #expect(window.sums(at: Timestamp(seconds: time)).count == Int64(all.filter { $0.period > time / 5 - 60 }.count))
  }

  @Test func minutesOfAnUnderlying() throws {
    let run = EngineRun()
    run.feed(
      trade(0, 45_000, EngineRun.stock, conditions: []), quote(0, 100, 110), quote(0, 100, 110, EngineRun.put),
      trade(1, 110, size: 2),
      trade(2, 100, size: 3, EngineRun.put), trade(60_000, 105, size: 4),
      trade(60_000, 45_100, EngineRun.stock, conditions: []),
      trade(60_001, 105, size: 1, EngineRun.put))
    let minutes = try #require(run.underlying).minutes
    #expect(
      minutes == [
        UnderlyingMinute(
          minute: EngineRun.start, trades: 2, callVolume: 2, putVolume: 3, callPremiumMicros: 220_000_000,
          putPremiumMicros: 300_000_000, buyPremiumMicros: 220_000_000, sellPremiumMicros: 300_000_000,
          underlyingPrice: Price(micros: 450_000_000), underlyingOpen: Price(cents: 45_000),
          underlyingHigh: Price(cents: 45_000), underlyingLow: Price(cents: 45_000),
          underlyingClose: Price(cents: 45_000)),
        UnderlyingMinute(
          minute: EngineRun.start.adding(nanoseconds: 60_000_000_000), trades: 2, callVolume: 4, putVolume: 1,
          callPremiumMicros: 420_000_000, putPremiumMicros: 105_000_000, buyPremiumMicros: 0, sellPremiumMicros: 0,
          underlyingPrice: Price(micros: 451_000_000), underlyingOpen: Price(cents: 45_100),
          underlyingHigh: Price(cents: 45_100), underlyingLow: Price(cents: 45_100),
          underlyingClose: Price(cents: 45_100)),
      ])
  }

  /// Open, high, low and close of the underlying in each minute, in cents, and what its newest option print found.
  private static func candles(_ run: EngineRun) -> [[Int64]] {
    (run.underlying?.minutes ?? []).map { minute in
      [
        minute.underlyingOpen, minute.underlyingHigh, minute.underlyingLow, minute.underlyingClose,
        minute.underlyingPrice,
      ].map { $0.micros / 10_000 }
    }
  }

  private func stock(_ milliseconds: Int64, _ cents: Int64, conditions: [Int] = []) -> MarketEvent {
    trade(milliseconds, cents, EngineRun.stock, conditions: conditions)
  }

  @Test func candlesAreOfTheUnderlyingsOwnPrints() {
    let run = EngineRun()
    // The option is known before its underlying prints.
    run.feed(
      trade(0, 100), stock(1, 45_000), stock(2, 45_020), trade(3, 100), stock(4, 44_990), stock(59_999, 45_005),
      // What the first option print of a minute finds is of the minute before.
      trade(60_000, 100), stock(60_001, 45_100), stock(61_000, 45_090), stock(62_000, 45_110),
      // The underlying is a minute ahead of its options, and prints after the last of them.
      stock(120_000, 45_200), stock(121_000, 45_190), trade(122_000, 100), stock(130_000, 45_195),
      stock(180_000, 45_300))
    #expect(
      Self.candles(run) == [
        [45_000, 45_020, 44_990, 45_005, 45_020], [45_100, 45_110, 45_090, 45_110, 45_005],
        [45_200, 45_200, 45_190, 45_195, 45_190],
      ])
  }

  @Test func withoutOwnPrintsCandlesAreOfWhatOptionPrintsFind() {
    let run = EngineRun()
    run.feed(
      trade(0, 100), stock(1, 45_000), trade(60_000, 100), trade(61_000, 100), trade(120_000, 100),
      // Prints that set no price do not count.
      stock(120_500, 9, conditions: [37]), trade(121_000, 100))
    #expect(
      Self.candles(run) == [
        [45_000, 45_000, 45_000, 45_000, 0], [45_000, 45_000, 45_000, 45_000, 45_000],
        [45_000, 45_000, 45_000, 45_000, 45_000],
      ])
  }

  @Test func aBarIsSeenThroughOptionPrints() {
    let run = EngineRun()
    func bar(_ seconds: Int64, _ cents: Int64) -> MarketEvent {
      .bar(
        Bar(
          start: EngineRun.start.adding(nanoseconds: seconds * 1_000_000_000), open: Price(cents: cents),
          high: Price(cents: cents), low: Price(cents: cents), close: Price(cents: cents), volume: 1,
          instrument: EngineRun.stock, lengthSeconds: 1))
    }
    run.feed(
      trade(0, 100), bar(1, 45_000), trade(2_500, 100), bar(3, 45_010), trade(4_500, 100), bar(5, 44_980),
      trade(6_500, 100))
    #expect(Self.candles(run) == [[45_000, 45_010, 44_980, 44_980, 44_980]])
  }

  /// The underlying alone makes no minute; one whose prints are all taken back is gone with its candle.
  @Test func minutesWithoutAnOptionPrintAreLeftOut() {
    let run = EngineRun()
    run.feed(trade(0, 100), stock(60_000, 45_000), stock(120_000, 45_100))
    #expect(Self.candles(run) == [[0, 0, 0, 0, 0]])
  }

  @Test func aCandleOutlivesASnapshot() throws {
    let run = EngineRun()
    run.feed(trade(0, 100), stock(1, 45_000), stock(2, 44_900), trade(3, 100))
    var bytes = SnapshotBytes()
    run.engine.save(program: "p", into: &bytes)
    let copy = FlowSnapshot()
    let restored = try FlowEngine.restored(
      from: bytes, program: "p", configuration: run.engine.configuration, instruments: InstrumentTable(capacity: 64))
    restored.capture(into: copy)
    #expect(copy.underlyings.first?.minutes == run.underlying?.minutes)
    #expect(copy.underlyings.first?.minutes.first?.underlyingLow == Price(cents: 44_900))
  }
}
