import MarketModel
import Testing

@testable import Feeds

private let second: Int64 = 1_000_000_000

private func date(_ year: Int, _ month: Int, _ day: Int) -> MarketDate {
  MarketDate(year: year, month: month, day: day) ?? MarketDate(daysSinceEpoch: 0)
}

private let tuesday = date(2025, 12, 16)

private func morning(_ seconds: Int64 = 0, on day: MarketDate = tuesday) -> Timestamp {
  Timestamp(newYork: day, hour: 10).adding(nanoseconds: seconds * second)
}

private func price(_ value: Double) -> Price { Price(rounding: value) }

private func spot(_ value: Double) -> SpotReading { SpotReading(price: price(value), origin: .liveTrade) }

/// Calls and puts of one expiry at evenly spaced strikes.
private func chain(
  _ root: String = "SPY", expiry: MarketDate = tuesday, strikes: StrideThrough<Double>,
  without missing: Set<Double> = []
) -> [ListedContract] {
  strikes.filter { !missing.contains($0) }.flatMap { strike in
    [OptionRight.call, .put].map {
      ListedContract(symbol: OptionSymbol(root: root, expiry: expiry, right: $0, strike: price(strike)))
    }
  }
}

extension StrikeWindow {
  fileprivate var strikes: [Double] { Set((picture?.contracts ?? []).map(\.symbol.strike.doubleValue)).sorted() }
}

@Suite struct StrikeWindowTests {
  private func window(_ contracts: [ListedContract], _ underlying: String = "SPY") -> StrikeWindow {
    var window = StrikeWindow(StrikeWindowSettings(underlying: underlying))
    window.setChain(contracts)
    return window
  }

  @Test func sevenStrikesAroundTheMoneyCallsAndPuts() throws {
    var window = window(chain(strikes: stride(from: 500, through: 650, by: 1)))
    window.follow(spot(572.3), at: morning())
    #expect(window.strikes == [569, 570, 571, 572, 573, 574, 575])
    let picture = try #require(window.picture)
    #expect(picture.contracts.count == 14)
    #expect(picture.contracts.prefix(2).map(\.symbol.polygonText) == ["O:SPY251216C00572000", "O:SPY251216P00572000"])
    #expect(picture.contracts.map(\.distance) == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(picture.expiry == tuesday && picture.choice == .today && !picture.isAssumed)
    #expect(picture.centre == price(572) && picture.step == price(1))
  }

  @Test(arguments: [0.5, 1, 2.5, 5, 10]) func stepComesFromTheChain(step: Double) throws {
    let middle = 40 * step
    var window = window(chain(strikes: stride(from: step, through: 80 * step, by: step)))
    window.follow(spot(middle + step * 0.3), at: morning())
    #expect(window.strikes == (-3...3).map { middle + Double($0) * step })
    #expect(try #require(window.picture).step == price(step))
  }

  @Test func missingStrikesAreReplacedByTheNextAndOddOnesLeftOut() {
    var missing = window(chain(strikes: stride(from: 500, through: 650, by: 1), without: [573, 570]))
    missing.follow(spot(572.3), at: morning())
    #expect(missing.strikes == [568, 569, 571, 572, 574, 575, 576])
    // Two half dollars among whole ones.
    let odd =
      chain(strikes: stride(from: 500, through: 650, by: 1))
      + chain(strikes: stride(from: 571.5, through: 572.5, by: 1))
    var window = window(odd)
    window.follow(spot(572.45), at: morning())
    #expect(window.strikes == [569, 570, 571, 572, 573, 574, 575])
  }

  @Test func edgeOfTheChainAndASingleStrike() {
    var edge = window(chain(strikes: stride(from: 570, through: 580, by: 1)))
    edge.follow(spot(568), at: morning())
    #expect(edge.strikes == [570, 571, 572, 573])
    var single = window(chain(strikes: stride(from: 570, through: 570, by: 1)))
    single.follow(spot(600), at: morning())
    #expect(single.strikes == [570])
  }

  @Test func withoutChainTheStepIsAssumed() throws {
    var window = StrikeWindow(StrikeWindowSettings(underlying: "SPY"))
    window.follow(spot(571.8), at: morning())
    #expect(window.strikes == [569, 570, 571, 572, 573, 574, 575])
    #expect(try #require(window.picture).isAssumed)
    // The chain comes: looked at at once.
    window.setChain(chain(strikes: stride(from: 500, through: 650, by: 5)))
    #expect(window.isDue(spot: spot(571.8), at: morning(1)))
    window.follow(spot(571.8), at: morning(1))
    #expect(window.strikes == [555, 560, 565, 570, 575, 580, 585])
    #expect(try !#require(window.picture).isAssumed)
  }

  @Test func lookedAtEveryMinuteOrWhenTheSpotMoves() {
    var window = window(chain(strikes: stride(from: 500, through: 650, by: 1)))
    #expect(window.isDue(spot: spot(572), at: morning()))
    window.follow(spot(572), at: morning())
    #expect(!window.isDue(spot: spot(572.5), at: morning(59)))
    #expect(window.isDue(spot: spot(572.51), at: morning(1)))
    #expect(window.isDue(spot: spot(571.49), at: morning(1)))
    #expect(window.isDue(spot: spot(572), at: morning(60)))
    #expect(window.isDue(spot: spot(572), at: morning(-5)))
    #expect(window.isDue(spot: SpotReading(price: price(572), origin: .previousClose), at: morning(1)))
  }

  @Test(arguments: [
    (morning(), tuesday, ExpiryChoice.today),
    // SPY options trade until 16:15.
    (Timestamp(newYork: tuesday, hour: 16, minute: 14), tuesday, .today),
    (Timestamp(newYork: tuesday, hour: 16, minute: 15), date(2025, 12, 17), .afterClose),
    (Timestamp(newYork: date(2025, 12, 20), hour: 12), date(2025, 12, 22), .marketClosed),
    (Timestamp(newYork: date(2025, 12, 25), hour: 12), date(2025, 12, 26), .marketClosed),
    (Timestamp(newYork: date(2025, 12, 24), hour: 13, minute: 30), date(2025, 12, 26), .afterClose),
    (Timestamp(newYork: tuesday, hour: 0), tuesday, .today),
  ]) func expiryIsTheNextOneThatTrades(time: Timestamp, expiry: MarketDate, choice: ExpiryChoice) throws {
    // Listed each day, and without a chain: the same.
    let days = TradingCalendar.sessions(in: date(2025, 12, 10)...date(2026, 1, 10)).map(\.date)
    let contracts = days.flatMap { chain(expiry: $0, strikes: stride(from: 560, through: 580, by: 1)) }
    for listed in [contracts, []] {
      var window = window(listed)
      window.follow(spot(572), at: time)
      let picture = try #require(window.picture)
      #expect(picture.expiry == expiry && picture.choice == choice)
      #expect(picture.contracts.allSatisfy { $0.symbol.expiry == expiry })
    }
  }

  @Test func weeklyExpiriesWaitForTheirDay() throws {
    var window = window(
      chain("AAPL", expiry: date(2025, 12, 19), strikes: stride(from: 200, through: 300, by: 2.5))
        + chain("AAPL1", expiry: tuesday, strikes: stride(from: 200, through: 300, by: 2.5)), "AAPL")
    window.follow(spot(250), at: morning())
    let picture = try #require(window.picture)
    #expect(picture.expiry == date(2025, 12, 19) && picture.choice == .nextListed)
  }

  @Test func indexWindowsTakeContractsSettledAtTheClose() throws {
    let friday = date(2025, 12, 19)
    var window = window(
      chain("SPX", expiry: friday, strikes: stride(from: 5900, through: 6100, by: 25))
        + chain("SPXW", expiry: friday, strikes: stride(from: 5900, through: 6100, by: 5)), "SPX")
    window.follow(spot(6001), at: morning(on: friday))
    let picture = try #require(window.picture)
    #expect(picture.contracts.allSatisfy { $0.symbol.root == "SPXW" })
    #expect(window.strikes == [5985, 5990, 5995, 6000, 6005, 6010, 6015])
    #expect(picture.choice == .today)
  }

  /// A spot that walks at random, evaluated each second as the feed would: after each evaluation the window is right, and
  /// contracts come in no more often than the spot crosses a middle between strikes.
  @Test(arguments: 0..<10) func walkingSpot(seed: UInt64) throws {
    var generator = FrameGenerator(seed: seed)
    let step = [0.5, 1, 2.5, 5, 10][Int(seed % 5)]
    var window = window(chain(strikes: stride(from: step, through: 200 * step, by: step)))
    var value = 100 * step
    var evaluations = 0
    var entries = 0
    var crossings = 0
    var lastCell: Double?
    var known: Set<OptionSymbol> = []
    for time in Int64(0)..<1500 {
      value += step * Double.random(in: -0.3...0.3, using: &generator)
      value = min(max(value, 20 * step), 180 * step)
      guard window.follow(spot(value), at: morning(time)) else { continue }
      evaluations += 1
      let cell = (value / step).rounded()
      crossings += Int(abs(cell - (lastCell ?? cell)))
      lastCell = cell
      let wanted = Set((-3...3).map { price((cell + Double($0)) * step) })
      let shown = Set((try #require(window.picture)).contracts.map(\.symbol.strike))
      #expect(shown.isSuperset(of: wanted), "\(value): \(window.strikes)")
      // At most one strike more, the one that the margin keeps.
      #expect(shown.count <= 8 && abs((window.picture?.centre.doubleValue ?? 0) - value) <= 0.65 * step + 1e-6)
      let held = Set(window.held.map(\.symbol))
      entries += Set(held.subtracting(known).map(\.strike)).count
      known = held
    }
    #expect(evaluations > 50)
    #expect(entries <= crossings + 7, "\(entries) strikes came in, \(crossings) middles were crossed")
  }

  @Test func swingingAroundAMiddleChangesNothing() {
    var window = window(chain(strikes: stride(from: 500, through: 650, by: 1)))
    window.follow(spot(572.45), at: morning())
    window.follow(spot(572.55), at: morning(60))
    let changes = window.changes
    let held = Set(window.held.map(\.symbol))
    #expect(window.strikes.count == 8)
    for swing in Int64(2)..<300 {
      window.follow(spot(swing % 2 == 0 ? 572.40 : 572.60), at: morning(swing * 60))
    }
    #expect(window.changes == changes && Set(window.held.map(\.symbol)) == held && window.leaving.isEmpty)
    #expect(window.picture?.centre == price(572))
    // Far enough on either side it follows.
    window.follow(spot(572.70), at: morning(300 * 60))
    #expect(window.strikes == [570, 571, 572, 573, 574, 575, 576])
    #expect(window.picture?.centre == price(573))
  }

  @Test func leavingContractsAreHeldForAWhile() {
    var window = window(chain(strikes: stride(from: 500, through: 650, by: 1)))
    window.follow(spot(572), at: morning())
    window.follow(spot(574), at: morning(1))
    #expect(window.strikes == [571, 572, 573, 574, 575, 576, 577])
    #expect(Set(window.leaving.keys.map(\.strike)) == [price(569), price(570)])
    #expect(window.held.count == 18)
    // Back before the time is over: nothing was given up.
    window.follow(spot(573), at: morning(30))
    #expect(Set(window.leaving.keys.map(\.strike)) == [price(569), price(577)])
    window.follow(spot(573), at: morning(62))
    #expect(Set(window.leaving.keys.map(\.strike)) == [price(577)])
    window.follow(spot(573), at: morning(91))
    #expect(window.held.count == 14)
  }
}

@Suite struct StrikeWindowsTests {
  @Test func tellsTheDifferenceOnly() {
    var windows = StrikeWindows([StrikeWindowSettings(underlying: "SPY")])
    windows.setChain(chain(strikes: stride(from: 500, through: 650, by: 1)), of: "SPY")
    windows.setChain(chain(strikes: stride(from: 500, through: 650, by: 1)), of: "QQQ")
    let first = windows.follow(["SPY": spot(572)], at: morning())
    #expect(first.subscribe.count == 14 && first.unsubscribe == [])
    #expect(windows.quoteChannels.first == "Q.O:SPY251216C00572000")
    let quiet = windows.follow(["SPY": spot(572.1)], at: morning(1))
    #expect(quiet.isEmpty)
    let moved = windows.follow(["SPY": spot(573)], at: morning(2))
    #expect(moved.subscribe.map(\.strike) == [price(576), price(576)] && moved.unsubscribe == [])
    let later = windows.follow(["SPY": spot(573)], at: morning(62))
    #expect(later.subscribe == [] && later.unsubscribe.map(\.strike) == [price(569), price(569)])
  }

  @Test func boundIsSharedByRelevance() {
    let names = ["SPY", "QQQ", "IWM"]
    var windows = StrikeWindows(names.map { StrikeWindowSettings(underlying: $0) }, limit: 20)
    for name in names {
      var listed = chain(name, strikes: stride(from: 500, through: 650, by: 1))
      for index in listed.indices where name == "IWM" { listed[index].volume = 10 }
      windows.setChain(listed, of: name)
    }
    let spots = Dictionary(uniqueKeysWithValues: names.map { ($0, spot(572)) })
    let change = windows.follow(spots, at: morning())
    #expect(change.subscribe.count == 20 && windows.leftOut == 22)
    let shown = Dictionary(grouping: windows.held, by: \.root).mapValues(\.count)
    // Two at the money and four one strike off for each; of the next, the more traded.
    #expect(shown == ["SPY": 6, "QQQ": 6, "IWM": 8])
    #expect(windows.held.first?.root == "IWM")
  }

  /// What is subscribed and unsubscribed adds up to what is held, whatever happens.
  @Test(arguments: 0..<5) func differencesAddUp(seed: UInt64) {
    var generator = FrameGenerator(seed: seed)
    let names = ["SPY", "QQQ"]
    var windows = StrikeWindows(names.map { StrikeWindowSettings(underlying: $0) }, limit: 25)
    var held: Set<OptionSymbol> = []
    var spots = ["SPY": 572.0, "QQQ": 480.0]
    for time in Int64(0)..<600 {
      for name in names { spots[name, default: 0] += Double.random(in: -0.4...0.4, using: &generator) }
      if generator.chance(200) {
        windows.setChain(chain(strikes: stride(from: 400, through: 650, by: generator.pick([1, 2.5, 5]))), of: "SPY")
      }
      let change = windows.follow(spots.mapValues { spot($0) }, at: morning(time * 20))
      #expect(held.isDisjoint(with: change.subscribe) && held.isSuperset(of: change.unsubscribe))
      held = held.subtracting(change.unsubscribe).union(change.subscribe)
      #expect(held == Set(windows.held) && held.count <= 25)
    }
  }
}

@Suite struct StrikeSpotTests {
  @Test func bestSourceWins() {
    let now = morning()
    func before(_ seconds: Int64) -> Timestamp { now.adding(nanoseconds: -seconds * second) }
    var sources = SpotSources(configured: price(600))
    #expect(sources.reading(at: now) == SpotReading(price: price(600), origin: .configured))
    sources.previousClose = price(570)
    #expect(sources.reading(at: now) == SpotReading(price: price(570), origin: .previousClose))
    sources.trade = (price(571), before(5))
    #expect(sources.reading(at: now) == SpotReading(price: price(571), origin: .earlierTrade, time: before(5)))
    sources.chain = (price(572), before(3))
    #expect(sources.reading(at: now) == SpotReading(price: price(572), origin: .chainSnapshot, time: before(3)))
    sources.chain = (price(572), before(50))
    #expect(sources.reading(at: now).origin == .earlierTrade)
    sources.trade = (price(573), before(4))
    #expect(sources.reading(at: now) == SpotReading(price: price(573), origin: .liveTrade, time: before(4)))
    sources.trade = (price(0), before(4))
    #expect(sources.reading(at: now).origin == .chainSnapshot)
  }

  @Test func whatIsNotOfThisSessionIsStale() {
    #expect(SpotOrigin.allCases.filter(\.isStale) == [.previousClose, .configured])
  }
}
