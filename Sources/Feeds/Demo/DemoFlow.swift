import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How orders come: what is traded, by whom it is started, and how the tape shows it.
extension DemoFeed {
  mutating func updateRates() {
    var heat = 0.0
    for underlying in underlyings { heat += underlying.listing.flowShare * (1 + underlying.heat) }
    rates.update(pace: settings.intensity * DemoDayShape.activity(sessionGone), heat: heat * flowScale)
  }

  /// Something arrives.
  mutating func order() {
    switch rates.action(random.unit()) {
    case .single: tradeSingle()
    case .multiLeg: tradeMultiLeg()
    case .late: tradeLate()
    case .sweep: startSweep()
    case .block: tradeBlock()
    case .cancel: cancel()
    case .burst: startBurst()
    case .optionQuote:
      let place = random.chance(0.75) ? pickContract(pickUnderlying()) : random.below(chain.contracts.count)
      quote(place, theoretical: theoreticalCents(place))
    case .stockQuote: quoteStock(pickUnderlying())
    case .stockTrade: tradeStock(pickUnderlying())
    }
  }

  // MARK: Choices

  private mutating func pickUnderlying() -> Int {
    var sum = 0.0
    for underlying in underlyings { sum += underlying.listing.flowShare * (1 + underlying.heat) }
    var wanted = random.unit() * sum
    for (index, underlying) in underlyings.enumerated() {
      wanted -= underlying.listing.flowShare * (1 + underlying.heat)
      if wanted < 0 { return index }
    }
    return underlyings.count - 1
  }

  private mutating func pickContract(_ underlying: Int) -> Int {
    chain.pick(underlying: underlying, draw: random.unit())
  }

  /// A contract whose price lets a large order be written in sensible sizes.
  private mutating func pickLiquid(_ underlying: Int, cents: ClosedRange<Double>) -> Int? {
    for _ in 0..<8 {
      let place = pickContract(underlying)
      if cents.contains(theoreticalCents(place)) { return place }
    }
    return nil
  }

  /// Bulls buy calls and sell puts, bears the other way round.
  private mutating func buys(_ place: Int, conviction: Double) -> Bool {
    let bias = underlyings[chain.contracts[place].underlying].bias
    return random.chance(0.5 + conviction * (chain.contracts[place].right == .call ? bias : -bias))
  }

  // MARK: Single prints

  private mutating func tradeSingle() {
    let underlying = pickUnderlying()
    var place = pickContract(underlying)
    // The other right of the same strike stands next to it.
    let callShare = 0.54 + 0.15 * underlyings[underlying].bias
    place = place & ~1 | (random.chance(callShare) ? 0 : 1)
    var buying = buys(place, conviction: 0.22)
    if let focus = underlyings[underlying].focus, clock < focus.until, random.chance(0.45) {
      place = focus.contract
      buying = random.chance(0.9) == focus.buying
    }
    refreshQuote(place)
    let cents = executionCents(place, buying: buying)
    let size = min(600, 1 + Int64(random.pareto(shape: 1.25)))
    print(place, cents: cents, size: size, venue: optionVenue(), conditions: singleConditions(place, cents))
  }

  /// Where in the spread the order meets the market.
  private mutating func executionCents(_ place: Int, buying: Bool) -> Int64 {
    let (bid, ask) = (chain.contracts[place].bid, chain.contracts[place].ask)
    let touch = buying ? ask : max(bid, 1)
    let draw = random.unit()
    switch draw {
    case ..<0.66: return touch
    case ..<0.82 where ask - bid > 2:
      // Auctions improve the price a little.
      let improvement = 1 + Int64(random.unit() * Double(ask - bid) / 3)
      return max(1, buying ? ask - improvement : bid + improvement)
    case ..<0.93 where ask > bid: return max(1, (bid + ask) / 2)
    case 0.985...:
      let step = DemoContract.tick(at: touch, underlyings[chain.contracts[place].underlying].listing)
      return max(1, buying ? touch + step : touch - step)
    default: return touch
    }
  }

  private mutating func singleConditions(_ place: Int, _ cents: Int64) -> (Int64, Int64) {
    let inside = cents > chain.contracts[place].bid && cents < chain.contracts[place].ask
    let draw = random.unit()
    if inside, draw < 0.7 { return (227, 0) }
    switch draw {
    case ..<0.80: return (209, 0)
    case ..<0.88: return (227, 0)
    case ..<0.955: return (219, 0)
    case ..<0.975: return (228, 0)
    case ..<0.985: return (229, 0)
    case ..<0.992: return (231, 0)
    case ..<0.994: return (210, 0)
    default: return (209, 219)
    }
  }

  /// Writes a print and remembers it for cancellations.
  private mutating func print(_ place: Int, cents: Int64, size: Int64, venue: Int64, conditions: (Int64, Int64)) {
    writer.optionTrade(
      chain.contracts[place], venue: venue, cents: cents, size: size, conditions: conditions, time: now,
      sequence: nextSequence())
    let number = tape.record(
      DemoTape.Print(
        contract: place, cents: cents, size: size, venue: venue, opening: chain.contracts[place].prints == 0))
    chain.contracts[place].lastPrice = cents
    chain.contracts[place].lastPrint = number
    chain.contracts[place].prints += 1
    chain.contracts[place].volume += size
  }

  // MARK: Large orders

  private mutating func startSweep() {
    let underlying = pickUnderlying()
    guard let place = pickLiquid(underlying, cents: 40...1500) else { return }
    sweep(place, buying: buys(place, conviction: 0.4))
  }

  /// Orders at every venue that shows the price, within a second or so.
  private mutating func sweep(_ place: Int, buying: Bool) {
    let legs = 4 + random.below(9)
    let firstVenue = random.below(DemoVenues.options.count)
    let stride = random.pick(DemoVenues.strides)
    var time = clock
    for leg in 0..<legs {
      scheduled.add(
        DemoSweepLeg(
          time: time, contract: place, buying: buying,
          venue: DemoVenues.options[(firstVenue + leg * stride) % DemoVenues.options.count],
          premium: max(11_000, 21_000 * exp(0.55 * random.normal())), conditions: sweepConditions()))
      time += min(160, 70 * random.exponential())
    }
  }

  private mutating func sweepConditions() -> (Int64, Int64) {
    switch random.unit() {
    case ..<0.62: return (219, 0)
    case ..<0.86: return (209, 0)
    case ..<0.94: return (228, 0)
    default: return (209, 219)
    }
  }

  mutating func tradeSweepLeg(_ leg: DemoSweepLeg) {
    let contract = chain.contracts[leg.contract]
    if contract.ask <= contract.bid || contract.bid == 0 { refreshQuote(leg.contract) }
    let (bid, ask) = (chain.contracts[leg.contract].bid, chain.contracts[leg.contract].ask)
    guard bid > 0 else { return }
    let cents = leg.buying ? ask : bid
    let size = min(1200, Int64((leg.premium / Double(cents)).rounded(.up)))
    print(leg.contract, cents: cents, size: size, venue: leg.venue, conditions: leg.conditions)
    // The level is eaten up now and then and the market steps away.
    guard random.chance(0.25) else { return }
    let step = DemoContract.tick(at: cents, underlyings[contract.underlying].listing)
    if leg.buying {
      setQuote(leg.contract, bid: bid, ask: ask + step)
    } else if bid > step {
      setQuote(leg.contract, bid: bid - step, ask: ask)
    }
  }

  private mutating func tradeBlock() {
    guard let place = pickLiquid(pickUnderlying(), cents: 60...4000) else { return }
    refreshQuote(place)
    let cents = executionCents(place, buying: buys(place, conviction: 0.3))
    let premium = max(115_000, 260_000 * exp(0.7 * random.normal()))
    let size = max(100, min(5000, Int64((premium / Double(cents)).rounded(.up))))
    let condition = random.pick(DemoConditions.block)
    print(place, cents: cents, size: size, venue: optionVenue(), conditions: (condition, 0))
  }

  /// A group of traders discovers a contract.
  private mutating func startBurst() {
    let underlying = pickUnderlying()
    let bullish = random.chance(0.5 + 0.4 * underlyings[underlying].bias)
    let place = pickContract(underlying)
    let buying = (chain.contracts[place].right == .call) == bullish
    underlyings[underlying].heat += 0.8 + random.exponential()
    underlyings[underlying].mood += bullish ? 0.5 : -0.5
    underlyings[underlying].focus = (place, buying, clock + 8_000 + 32_000 * random.unit())
    if random.chance(0.6), (40...1500).contains(theoreticalCents(place)) { sweep(place, buying: buying) }
  }

  // MARK: Prints that tell no direction

  /// Two legs of one order: the same venue and moment, prices inside both markets.
  private mutating func tradeMultiLeg() {
    let underlying = pickUnderlying()
    let first = pickContract(underlying)
    let range = chain.ranges[underlying]
    var second = first ^ 1
    if random.chance(0.7) {
      // A vertical spread; contracts of one right stand two places apart.
      let shifted = first + 2 * (1 + random.below(5)) * (random.chance(0.5) ? 1 : -1)
      if range.contains(shifted), chain.contracts[shifted].day == chain.contracts[first].day { second = shifted }
    }
    let size = min(300, 1 + Int64(2 * random.pareto(shape: 1.3)))
    let venue = optionVenue()
    let condition = random.pick(DemoConditions.multiLeg)
    for place in [first, second] {
      refreshQuote(place)
      let (bid, ask) = (chain.contracts[place].bid, chain.contracts[place].ask)
      let cents = max(1, bid + Int64(random.unit() * Double(ask - bid + 1)))
      print(place, cents: cents, size: size, venue: venue, conditions: (condition, 0))
    }
  }

  /// Reported long after it happened, at a price of that time.
  private mutating func tradeLate() {
    let place = pickContract(pickUnderlying())
    let known = chain.contracts[place].lastPrice
    let cents = max(1, known > 0 ? known : Int64(theoreticalCents(place) * (0.9 + 0.2 * random.unit())))
    let condition = random.pick(DemoConditions.late)
    writer.optionTrade(
      chain.contracts[place], venue: optionVenue(), cents: cents, size: min(200, 1 + Int64(random.pareto(shape: 1.2))),
      conditions: (condition, 0), time: now, sequence: nextSequence())
  }

  /// Takes an earlier print back: its symbol, price, size and venue again, with the code that says which it was.
  private mutating func cancel() {
    guard let print = tape.remove(&random) else { return }
    let contract = chain.contracts[print.contract]
    let condition: Int64
    if contract.prints == 1 {
      condition = 207
    } else if contract.lastPrint == print.number {
      condition = 203
    } else {
      condition = print.opening ? 205 : 201
    }
    chain.contracts[print.contract].prints -= 1
    chain.contracts[print.contract].volume -= print.size
    writer.optionTrade(
      contract, venue: print.venue, cents: print.cents, size: print.size, conditions: (condition, 0), time: now,
      sequence: nextSequence())
  }

  // MARK: Stocks

  mutating func tradeStock(_ index: Int) {
    let buying = random.chance(0.5 + 0.15 * underlyings[index].bias)
    let cents = buying ? underlyings[index].ask : underlyings[index].bid
    let offExchange = random.chance(0.35)
    var micros = cents * 10_000
    if offExchange, random.chance(0.5) { micros = (underlyings[index].bid + underlyings[index].ask) * 5_000 }
    let size = random.chance(0.55) ? Int64(1 + random.below(99)) : 100 * Int64(1 + random.below(6))
    let sweepCode: Int64 = !offExchange && random.chance(0.3) ? 14 : 0
    let oddLotCode: Int64 = size < 100 ? 37 : 0
    stockTradeID += 1
    underlyings[index].recordTrade(micros: micros, shares: size)
    writer.stockTrade(
      underlyings[index], id: stockTradeID, venue: offExchange ? DemoVenues.offExchange : stockVenue(), micros: micros,
      size: size,
      conditions: sweepCode != 0 ? (sweepCode, oddLotCode) : (oddLotCode, 0), facility: offExchange ? 202 : 0,
      time: now,
      sequence: nextSequence())
  }
}

/// Vendor condition ids to draw from; the frequent ones stand several times.
private enum DemoConditions {
  /// Floor, auction, cross, electronic.
  static let block: [Int64] = [231, 231, 231, 227, 227, 229, 209]
  /// Electronic, auction, cross, floor, against single legs.
  static let multiLeg: [Int64] = [232, 232, 232, 232, 232, 232, 233, 233, 234, 235, 236, 238]
  /// Out of sequence, late, late opening prints.
  static let late: [Int64] = [202, 202, 204, 204, 204, 206, 208]
}
