import JSONText
import MarketModel
import Transport

/// `/v3/reference/options/contracts`: what is listed.
struct ContractRoutes {
  let market: PlayedMarket

  func list(_ query: RESTQuery, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let filter = try ChainFilter(query, mostRows: 1_000)
    let isExpired = try query.choice("expired", ["true", "false"], default: "false") == "true"
    let underlying = query["underlying_ticker"].map(SnapshotRoutes.symbol)
    let ticker = query["ticker"]
    let (contracts, hasMore) = market.withState { state -> ([(ContractView, String)], Bool) in
      var chain: [InstrumentID] = []
      for name in state.chains.keys.sorted() where underlying == nil || underlying == name {
        let live = state.liveChain(name)
        if isExpired {
          let all = state.chains[name] ?? []
          chain += all.filter { !live.contains($0) }
        } else {
          chain += live
        }
      }
      if let ticker { chain = chain.filter { state.histories[$0.index].symbol == ticker } }
      let (page, hasMore) = filter.page(chain, state)
      return (page.map { ($0, state.histories[$0.record.underlying.index].symbol) }, hasMore)
    }
    let next = hasMore ? contracts.last.map { query.cursor(after: $0.0.symbol) } : nil
    return envelope.page(contracts.count, hasCount: false, next: next) { json in
      for (contract, underlying) in contracts { json.object { write(contract, underlying, &$0) } }
    }
  }

  func one(_ ticker: String, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let found = market.withState { state -> (ContractView, String)? in
      guard let history = state.history(ticker), history.record.kind == .option else { return nil }
      return (ContractView(history), state.histories[history.record.underlying.index].symbol)
    }
    guard let (contract, underlying) = found else { throw .notFound("Options contract not found.") }
    return envelope.single { write(contract, underlying, &$0) }
  }

  private func write(_ contract: ContractView, _ underlying: String, _ json: inout JSONWriter) {
    let isCall = contract.record.right == .call
    // ISO 10962: option, right, exercise, underlying, delivery, standardised.
    let tail = ExerciseStyle.isIndex(contract.symbol) ? "EICS" : "ASPS"
    json.field("cfi", "O\(isCall ? "C" : "P")\(tail)")
    json.field("contract_type", isCall ? "call" : "put")
    json.field("exercise_style", ExerciseStyle.name(contract.symbol))
    json.field("expiration_date", contract.record.expiry.description)
    json.field("primary_exchange", "BATO")
    json.field("shares_per_contract", contract.record.multiplier)
    json.field("strike_price", micros: contract.record.strike.micros)
    json.field("ticker", contract.symbol)
    json.field("underlying_ticker", underlying)
  }
}
