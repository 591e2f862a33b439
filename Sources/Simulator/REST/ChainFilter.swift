import MarketModel

/// Which contracts of a chain are asked for, and in which order.
struct ChainFilter {
  private let strikes: Range<Int64>
  private let expiries: Range<Int64>
  private let right: OptionRight?
  private let sort: String
  private let isDescending: Bool
  private let limit: Int
  private let after: String?

  init(_ query: RESTQuery, defaultLimit: Int = 10, mostRows: Int) throws(RESTProblem) {
    strikes = try query.range("strike_price", RESTValue.price)
    expiries = try query.range("expiration_date", RESTValue.date)
    switch query["contract_type"] {
    case nil: right = nil
    case "call": right = .call
    case "put": right = .put
    case let other?: throw .badRequest("'contract_type' must be call or put, not \(other)")
    }
    sort = try query.choice(
      "sort", ["ticker", "expiration_date", "strike_price", "underlying_ticker"], default: "ticker")
    isDescending = try query.isDescending(default: false)
    limit = try query.limit(default: defaultLimit, most: mostRows)
    after = query.after
  }

  func admits(_ record: Instrument) -> Bool {
    strikes.contains(record.strike.micros) && expiries.contains(Int64(record.expiry.daysSinceEpoch))
      && (right == nil || right == record.right)
  }

  /// One page of a chain that is in the order of its symbols.
  /// - Returns: the contracts, and whether more follow.
  func page(_ chain: [InstrumentID], _ state: PlayedMarket.State) -> (contracts: [ContractView], hasMore: Bool) {
    var places = chain.indices.filter { admits(state.histories[chain[$0].index].record) }
    switch sort {
    case "expiration_date":
      places.sort { (record(chain[$0], state).expiry, $0) < (record(chain[$1], state).expiry, $1) }
    case "strike_price":
      places.sort { (record(chain[$0], state).strike, $0) < (record(chain[$1], state).strike, $1) }
    default: break
    }
    if isDescending { places.reverse() }
    if let after, let last = places.firstIndex(where: { state.histories[chain[$0].index].symbol == after }) {
      places.removeFirst(last + 1)
    }
    let contracts = places.prefix(limit).map { ContractView(state.histories[chain[$0].index]) }
    return (contracts, places.count > limit)
  }

  private func record(_ id: InstrumentID, _ state: PlayedMarket.State) -> Instrument {
    state.histories[id.index].record
  }
}

extension PlayedMarket.State {
  /// The trading day that is played; nil before anything has.
  var day: MarketDate? { time == .none ? nil : TradingCalendar.tradingDay(containing: time) }

  /// Contracts of an underlying that have not expired, in the order of their symbols.
  func liveChain(_ underlying: String) -> [InstrumentID] {
    let chain = chains[underlying] ?? []
    guard let day else { return chain }
    return chain.filter { histories[$0.index].record.expiry >= day }
  }
}
