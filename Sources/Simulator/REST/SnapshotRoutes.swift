import JSONText
import MarketModel
import Transport

/// `/v3/snapshot/options`: the chain as it stands.
struct SnapshotRoutes {
  let market: PlayedMarket
  let plan: SimulatedAccount.Plan

  private struct Chain: Sendable {
    var contracts: [ContractView]
    var hasMore: Bool
    var spot: (price: Double, time: Timestamp)?
    var now: Timestamp
  }

  func chain(_ underlying: String, _ query: RESTQuery, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let filter = try ChainFilter(query, mostRows: 250)
    let chain = market.withState { state in
      let (contracts, hasMore) = filter.page(state.liveChain(SnapshotRoutes.symbol(underlying)), state)
      return Chain(
        contracts: contracts, hasMore: hasMore, spot: state.history(SnapshotRoutes.symbol(underlying))?.level,
        now: state.time)
    }
    let next = chain.hasMore ? chain.contracts.last.map { query.cursor(after: $0.symbol) } : nil
    return envelope.page(chain.contracts.count, hasCount: false, next: next) { json in
      for contract in chain.contracts { json.object { write(contract, underlying, chain, &$0) } }
    }
  }

  func contract(
    _ underlying: String, _ ticker: String, _ envelope: RESTEnvelope
  ) throws(RESTProblem) -> HTTPResponse {
    let chain = market.withState { state -> Chain? in
      guard let history = state.history(ticker), history.record.kind == .option,
        state.histories[history.record.underlying.index].symbol == SnapshotRoutes.symbol(underlying)
      else { return nil }
      return Chain(
        contracts: [ContractView(history)], hasMore: false,
        spot: state.history(SnapshotRoutes.symbol(underlying))?.level, now: state.time)
    }
    guard let chain, let contract = chain.contracts.first else { throw .notFound("Options contract not found.") }
    return envelope.single { write(contract, underlying, chain, &$0) }
  }

  /// Indices are asked for as `I:SPX`.
  static func symbol(_ underlying: String) -> String {
    underlying.hasPrefix("I:") ? String(underlying.dropFirst(2)) : underlying
  }

  // MARK: One contract

  private var timeframe: String { plan == .realtime ? "REAL-TIME" : "DELAYED" }

  private func write(_ contract: ContractView, _ underlying: String, _ chain: Chain, _ json: inout JSONWriter) {
    if let price = contract.breakEven { json.field("break_even_price", rounded: price) }
    json.field("day") { writeDay(contract, &$0) }
    json.field("details") { writeDetails(contract, &$0) }
    let greeks = chain.spot.flatMap { ContractGreeks(contract, spot: $0.price, now: chain.now) }
    json.field("greeks") { json in
      guard let value = greeks?.valuation else { return }
      json.field("delta", rounded: value.delta)
      json.field("gamma", rounded: value.gamma)
      json.field("theta", rounded: value.theta / 365)
      json.field("vega", rounded: value.vega / 100)
    }
    if let greeks { json.field("implied_volatility", rounded: greeks.volatility) }
    if plan == .realtime, let quote = contract.lastQuote { json.field("last_quote") { write(quote, &$0) } }
    if let trade = contract.lastTrade { json.field("last_trade") { write(trade, &$0) } }
    if let interest = contract.reference?.openInterest, interest != ContractReference.unknown {
      json.field("open_interest", interest)
    }
    json.field("underlying_asset") { json in
      json.field("ticker", underlying)
      guard let spot = chain.spot else { return }
      json.field(underlying.hasPrefix("I:") ? "value" : "price", rounded: spot.price)
      if let target = contract.breakEven { json.field("change_to_break_even", rounded: target - spot.price) }
      json.field("last_updated", spot.time.nanoseconds)
      json.field("timeframe", timeframe)
    }
  }

  private func writeDay(_ contract: ContractView, _ json: inout JSONWriter) {
    let day = contract.today
    guard let open = day.open else { return }
    if let previous = contract.previousDay, previous.open != nil {
      let change = day.close.micros - previous.close.micros
      json.field("change", micros: change)
      json.field("change_percent", rounded: Double(change) / Double(max(previous.close.micros, 1)) * 100)
      json.field("previous_close", micros: previous.close.micros)
    }
    json.field("open", micros: open.micros)
    json.field("high", micros: day.high.micros)
    json.field("low", micros: day.low.micros)
    json.field("close", micros: day.close.micros)
    json.field("volume", day.volume)
    if let average = day.averageMicros { json.field("vwap", micros: average) }
    json.field("last_updated", day.lastTime.nanoseconds)
  }

  private func writeDetails(_ contract: ContractView, _ json: inout JSONWriter) {
    json.field("contract_type", contract.record.right == .call ? "call" : "put")
    json.field("exercise_style", ExerciseStyle.name(contract.symbol))
    json.field("expiration_date", contract.record.expiry.description)
    json.field("shares_per_contract", contract.record.multiplier)
    json.field("strike_price", micros: contract.record.strike.micros)
    json.field("ticker", contract.symbol)
  }

  private func write(_ quote: Quote, _ json: inout JSONWriter) {
    json.field("ask", micros: quote.ask.micros)
    json.field("ask_size", quote.askSize)
    json.field("ask_exchange", quote.askVenue.rawValue)
    json.field("bid", micros: quote.bid.micros)
    json.field("bid_size", quote.bidSize)
    json.field("bid_exchange", quote.bidVenue.rawValue)
    json.field("last_updated", quote.time.nanoseconds)
    json.field("midpoint", rounded: (quote.bid.doubleValue + quote.ask.doubleValue) / 2)
    json.field("timeframe", timeframe)
  }

  private func write(_ trade: Trade, _ json: inout JSONWriter) {
    json.field("conditions", array: { json in for id in trade.conditions.optionIDs { json.value(id) } })
    json.field("exchange", trade.venue.rawValue)
    json.field("price", micros: trade.price.micros)
    json.field("sip_timestamp", trade.time.nanoseconds)
    json.field("size", trade.size)
    json.field("timeframe", timeframe)
  }
}

/// Cash-settled index options are European, all others American.
enum ExerciseStyle {
  static func isIndex(_ symbol: String) -> Bool {
    OptionSymbol(polygon: symbol).flatMap { OptionRoot.index($0.root) } != nil
  }

  static func name(_ symbol: String) -> String { isIndex(symbol) ? "european" : "american" }
}

extension JSONWriter {
  mutating func field(_ name: String, _ body: (inout JSONWriter) -> Void) { field(name, object: body) }
}
