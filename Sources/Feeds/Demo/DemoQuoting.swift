import MarketModel
import OptionMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the market makers quote.
extension DemoFeed {
  /// What the contract is worth now.
  func theoreticalCents(_ place: Int) -> Double {
    let contract = chain.contracts[place]
    let terms = surface(contract)
    let underlying = underlyings[contract.underlying]
    return 100
      * BlackScholes.price(
        contract.right, spot: underlying.spot, strike: contract.strike, years: terms.years,
        volatility: terms.volatility(contract.strike), rate: DemoSurface.rate,
        dividendYield: underlying.listing.dividendYield)
  }

  /// Quotes anew only where the old quote no longer holds the value.
  mutating func refreshQuote(_ place: Int) {
    let theoretical = theoreticalCents(place)
    let contract = chain.contracts[place]
    let holds =
      contract.ask > contract.bid && theoretical >= Double(contract.bid) && theoretical <= Double(contract.ask)
    if !holds { quote(place, theoretical: theoretical, cleanly: true) }
  }

  /// Writes a quote around a value. `cleanly`: neither locked nor crossed, as the quote before an order.
  mutating func quote(_ place: Int, theoretical: Double, cleanly: Bool = false) {
    let listing = underlyings[chain.contracts[place].underlying].listing
    let terms = surface(chain.contracts[place])
    let wing = 1 + 0.22 * min(6, abs(terms.moneyness(chain.contracts[place].strike)))
    let half = (0.5 + theoretical * 0.0035 * listing.spreadScale) * wing * exp(0.3 * random.normal())
    let centre = theoretical + 0.15 * half * max(-2, min(2, random.normal()))
    var bid = DemoFeed.round(centre - half, up: false, listing)
    var ask = DemoFeed.round(centre + half, up: true, listing)
    if ask <= bid { ask = bid + DemoContract.tick(at: bid, listing) }
    let odd = random.unit()
    if !cleanly, bid > 0 {
      if odd < 0.0015 { ask = bid } else if odd > 0.9996 { swap(&bid, &ask) }
    }
    setQuote(place, bid: bid, ask: ask)
  }

  /// Changes a quote and writes it.
  mutating func setQuote(_ place: Int, bid: Int64, ask: Int64) {
    chain.contracts[place].bid = bid
    chain.contracts[place].ask = ask
    chain.contracts[place].bidSize = bid == 0 ? 0 : quotedSize()
    chain.contracts[place].askSize = quotedSize()
    writer.optionQuote(
      chain.contracts[place], venues: (optionVenue(), optionVenue()), time: now, sequence: nextSequence())
  }

  mutating func quoteStock(_ index: Int) {
    let cents = underlyings[index].spot * 100
    let half = underlyings[index].listing.stockHalfSpread * exp(0.3 * random.normal())
    let bid = Int64((cents - half).rounded(.down))
    underlyings[index].bid = bid
    underlyings[index].ask = max(bid + 1, Int64((cents + half).rounded(.up)))
    writer.stockQuote(
      underlyings[index], venues: (stockVenue(), stockVenue()),
      sizes: (100 * Int64(1 + random.below(12)), 100 * Int64(1 + random.below(12))), time: now, sequence: nextSequence()
    )
  }

  private static func round(_ cents: Double, up: Bool, _ listing: DemoListing) -> Int64 {
    guard cents > 0 else { return up ? 1 : 0 }
    let tick = Double(DemoContract.tick(at: Int64(cents), listing))
    return Int64((cents / tick).rounded(up ? .up : .down) * tick)
  }

  private mutating func quotedSize() -> Int64 { min(4000, 1 + Int64(10 * random.pareto(shape: 1.1))) }

  mutating func optionVenue() -> Int64 { random.pick(DemoVenues.options) }
  mutating func stockVenue() -> Int64 { random.pick(DemoVenues.stocks) }
}

/// Vendor venue numbers the demo trades on.
enum DemoVenues {
  static let options: [Int64] = [
    300, 301, 302, 303, 304, 307, 308, 309, 312, 313, 315, 316, 318, 319, 320, 322, 323, 325,
  ]
  /// Steps through the eighteen that meet each once: coprime to their number.
  static let strides = [1, 5, 7, 11, 13]
  /// NYSE, Arca, Nasdaq, IEX, BZX, MEMX.
  static let stocks: [Int64] = [10, 11, 11, 12, 12, 12, 15, 19, 21]
  /// Off exchange: reported to a FINRA facility.
  static let offExchange: Int64 = 4
}
