import FlowEngine
import MarketModel

/// The contracts of one underlying, sorted out by expiry and strike.
struct Chain {
  private let rows: [ContractRow]

  init(of underlying: InstrumentID, in model: ReadModel) {
    // The underlying itself is a contract of its own, without strike and expiry.
    rows = model.index.contracts(of: underlying).map { model.row($0) }.filter { $0.instrument.kind == .option }
  }

  /// Sums by expiry, nearest first.
  var byExpiry: [ExpiryRow] {
    var sums: [MarketDate: ExpiryRow] = [:]
    for row in rows {
      var sum = sums[row.instrument.expiry] ?? ExpiryRow(expiry: row.instrument.expiry)
      switch row.instrument.right {
      case .call:
        sum.callVolume = sum.callVolume.addingSaturating(row.contract.volume)
        sum.callPremiumMicros = sum.callPremiumMicros.addingSaturating(row.contract.premiumMicros)
      case .put:
        sum.putVolume = sum.putVolume.addingSaturating(row.contract.volume)
        sum.putPremiumMicros = sum.putPremiumMicros.addingSaturating(row.contract.premiumMicros)
      }
      sum.netDeltaNanos = sum.netDeltaNanos.addingSaturating(row.contract.netDeltaNanos)
      sums[row.instrument.expiry] = sum
    }
    return sums.values.sorted { $0.expiry < $1.expiry }
  }

  /// The first expiry that is not over; the last one when all are; nil without contracts.
  func nearestExpiry(on session: MarketDate?) -> MarketDate? {
    let expiries = Set(rows.map(\.instrument.expiry))
    guard let session else { return expiries.min() }
    return expiries.filter { $0 >= session }.min() ?? expiries.max()
  }

  /// One expiry's strikes, ascending. Where an adjusted root shares strike and expiry with the standard one, the contract
  /// with more volume stands in the row.
  func strikes(of expiry: MarketDate) -> [StrikeRow] {
    var byStrike: [Price: StrikeRow] = [:]
    for row in rows where row.instrument.expiry == expiry {
      var strike = byStrike[row.instrument.strike] ?? StrikeRow(strike: row.instrument.strike)
      switch row.instrument.right {
      case .call: strike.call = busier(strike.call, row)
      case .put: strike.put = busier(strike.put, row)
      }
      byStrike[row.instrument.strike] = strike
    }
    return byStrike.values.sorted { $0.strike < $1.strike }
  }

  private func busier(_ known: ContractRow?, _ other: ContractRow) -> ContractRow {
    guard let known else { return other }
    return known.contract.volume >= other.contract.volume ? known : other
  }
}

/// The strikes around the money of one underlying.
struct StrikeGrid: Sendable {
  var underlying: String
  var spot: Price
  var spotTime: Timestamp
  var expiry: MarketDate
  var atmStrike: Price?
  /// Descending.
  var rows: [StrikeRow]

  /// The underlying with the most premium; nil while none has contracts.
  static func leader(in model: ReadModel) -> UnderlyingSnapshot? {
    let candidates = model.snapshot.underlyings.filter { !model.index.contracts(of: $0.instrument).isEmpty }
    return candidates.max(by: { $0.premiumMicros < $1.premiumMicros })
  }

  /// Nil while it has no contracts.
  init?(of day: UnderlyingSnapshot, in model: ReadModel) {
    let chain = Chain(of: day.instrument, in: model)
    guard let expiry = chain.nearestExpiry(on: model.snapshot.session) else { return nil }
    let strikes = chain.strikes(of: expiry)
    let atm = day.lastPrice == .zero ? nil : StrikeGrid.nearest(to: day.lastPrice, in: strikes)
    // Without a spot the middle of the chain is as good a place as any.
    let centre = atm ?? strikes.count / 2
    let reach = Limits.gridStrikesEachSide
    let window = strikes[max(0, centre - reach)..<min(strikes.count, centre + reach + 1)]
    underlying = model.directory[day.instrument].symbol
    spot = day.lastPrice
    spotTime = day.lastPriceTime
    self.expiry = expiry
    atmStrike = atm.map { strikes[$0].strike }
    rows = window.reversed()
  }

  /// Position of the strike next to a price, the lower one when two are equally near.
  private static func nearest(to price: Price, in strikes: [StrikeRow]) -> Int? {
    func distance(_ position: Int) -> UInt64 {
      strikes[position].strike.micros.subtractingSaturating(price.micros).magnitude
    }
    return strikes.indices.min { distance($0) < distance($1) }
  }

  static let schema = Schema<StrikeGrid>(
    "Grid", "The strikes around the money, nearest expiry, of the underlying that is watched.",
    [
      .text("underlying", "The underlying.") { $0.underlying },
      .priceOrNull("spot", "Its last price, USD.") { $0.spot },
      .timeOrNull("spot_time", "When that was.") { $0.spotTime },
      .date("expiry", "The expiry of the rows.") { $0.expiry },
      .moneyOrNull("atm_strike", "The strike next to the spot, USD.") { $0.atmStrike?.micros },
      .records("rows", "Descending by strike.", StrikeRow.schema) { $0.rows },
    ])
}
