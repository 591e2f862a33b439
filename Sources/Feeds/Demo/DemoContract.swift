import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One listed option of the demo market as it is now. Prices in cents.
struct DemoContract {
  let symbol: SymbolText
  let symbolLength: Int
  let instrument: InstrumentID?
  let underlying: Int
  let right: OptionRight
  let strike: Double
  let day: MarketDate
  let expiry: Timestamp
  /// Trading days until expiry; 0 = today.
  let sessionsAhead: Int
  /// Liking of traders for this contract, apart from moneyness.
  let appeal: Double
  var openInterest: Int64
  var bid: Int64 = 0
  /// 0 = not quoted yet.
  var ask: Int64 = 0
  var bidSize: Int64 = 0
  var askSize: Int64 = 0
  var lastPrice: Int64 = 0
  /// Number of the last print in the whole market, to tell what a cancellation refers to.
  var lastPrint = 0
  var prints = 0
  var volume: Int64 = 0

  /// Traded and quoted increment at a price.
  static func tick(at cents: Int64, _ listing: DemoListing) -> Int64 { listing.pennyTicks || cents < 300 ? 1 : 5 }
}

/// The options listed on one day: calls at even places, each followed by the put of the same strike and expiry; those of one
/// underlying side by side.
struct DemoChain {
  var contracts: [DemoContract] = []
  /// Places of each underlying's contracts.
  private(set) var ranges: [Range<Int>] = []
  /// Running sums of the chance that an order meets the contract, within each underlying's range.
  private(set) var cumulative: [Double] = []

  /// Lists the chain of a day. Contracts of the day before that are still alive keep their place in the book.
  init(
    underlyings: [DemoUnderlying], sessions: [DemoSession], previous: [DemoContract], instruments: InstrumentTable,
    random: inout DemoRandom
  ) {
    var known: [SymbolText: DemoContract] = [:]
    for contract in previous { known[contract.symbol] = contract }
    for (index, underlying) in underlyings.enumerated() {
      let start = contracts.count
      for ahead in DemoChain.expiries(underlying.listing, sessions) {
        for strike in DemoChain.strikes(underlying, at: sessions[ahead].day, previous, index) {
          for right in [OptionRight.call, .put] {
            contracts.append(
              DemoChain.contract(
                underlying, index, sessions[ahead], ahead: ahead, strike: strike, right, known, instruments, &random))
          }
        }
      }
      ranges.append(start..<contracts.count)
    }
    cumulative = [Double](repeating: 0, count: contracts.count)
  }

  /// Brings the chances of all contracts up to date: orders meet what is near the money and near expiry.
  mutating func reweigh(_ surface: (DemoContract) -> DemoSurface) {
    for range in ranges {
      var sum = 0.0
      for place in range {
        let contract = contracts[place]
        let terms = surface(contract)
        let width = max(terms.deviation, 0.004)
        let distance = terms.moneyness(contract.strike) * terms.deviation / width
        sum +=
          contract.appeal / (1 + 0.8 * Double(contract.sessionsAhead))
          * (1 / (1 + distance * distance * distance * distance) + 2e-4)
        cumulative[place] = sum
      }
    }
  }

  /// A contract of an underlying, as traders choose: `draw` is uniform in 0..<1.
  func pick(underlying: Int, draw: Double) -> Int {
    let range = ranges[underlying]
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    let wanted = draw * cumulative[high]
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: Listing

  /// Trading days ahead on which options expire: the daily ones, and the last sessions of this and the following weeks.
  static func expiries(_ listing: DemoListing, _ sessions: [DemoSession]) -> [Int] {
    let weekEnds = sessions.indices.dropLast().filter { week(sessions[$0].day) != week(sessions[$0 + 1].day) }
    guard listing.expiresDaily else { return Array(weekEnds.prefix(3)) }
    return Array(Set([0, 1] + weekEnds.prefix(2))).sorted()
  }

  /// Monday starts a week; 1970-01-01 was a Thursday.
  private static func week(_ day: MarketDate) -> Int32 { (day.daysSinceEpoch + 3) / 7 }

  private static func strikes(
    _ underlying: DemoUnderlying, at day: MarketDate, _ previous: [DemoContract], _ index: Int
  ) -> [Double] {
    let listing = underlying.listing
    let centre = (underlying.spot / listing.strikeStep).rounded()
    var strikes = Set<Double>()
    for step in -listing.strikesEachSide...listing.strikesEachSide {
      strikes.insert((centre + Double(step)) * listing.strikeStep)
    }
    for contract in previous where contract.underlying == index && contract.day == day {
      strikes.insert(contract.strike)
    }
    return strikes.filter { $0 > 0 }.sorted()
  }

  private static func contract(
    _ underlying: DemoUnderlying, _ index: Int, _ session: DemoSession, ahead: Int, strike: Double,
    _ right: OptionRight,
    _ known: [SymbolText: DemoContract], _ instruments: InstrumentTable, _ random: inout DemoRandom
  ) -> DemoContract {
    let text = symbolText(underlying.listing.symbol, session.day, strike, right)
    guard let symbol = SymbolText(text) else { preconditionFailure("DemoChain: symbol \(text)") }
    let (share, noise) = (random.unit(), random.normal())
    if let old = known[symbol] {
      // A good third of a day's volume opens positions that stay overnight.
      return DemoContract(
        symbol: symbol, symbolLength: old.symbolLength, instrument: old.instrument, underlying: index, right: right,
        strike: strike,
        day: session.day, expiry: session.close, sessionsAhead: ahead, appeal: old.appeal,
        openInterest: old.openInterest + Int64(Double(old.volume) * (0.2 + 0.3 * share)))
    }
    let round = strike.truncatingRemainder(dividingBy: 10 * underlying.listing.strikeStep) == 0
    let half = strike.truncatingRemainder(dividingBy: 5 * underlying.listing.strikeStep) == 0
    let appeal = exp(0.45 * noise) * (round ? 2.2 : half ? 1.5 : 1)
    // Most of what is open overnight was out of the money: calls above, puts below.
    let isOutside = right == .call ? strike > underlying.spot : strike < underlying.spot
    let distance =
      abs(strike / underlying.spot - 1) / (underlying.listing.dailyDeviation * (Double(ahead) + 1).squareRoot() * 2.5)
    return DemoContract(
      symbol: symbol, symbolLength: symbol.count, instrument: instruments.intern(symbol), underlying: index,
      right: right,
      strike: strike, day: session.day, expiry: session.close, sessionsAhead: ahead, appeal: appeal,
      openInterest: Int64(
        40 + 9_000 * underlying.listing.flowShare * appeal * exp(-distance) * (0.4 + share) * (isOutside ? 1.7 : 0.4)))
  }

  private static func symbolText(_ root: String, _ day: MarketDate, _ strike: Double, _ right: OptionRight) -> String {
    func digits(_ number: Int, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let (year, month, dayOfMonth) = day.components
    let date = digits(year % 100, 2) + digits(month, 2) + digits(dayOfMonth, 2)
    return "O:\(root)\(date)\(right == .call ? "C" : "P")\(digits(Int((strike * 1000).rounded()), 8))"
  }
}
