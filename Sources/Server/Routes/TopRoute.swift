import FlowEngine
import MarketModel
import Storage

/// `GET /top`: the contracts with the most flow.
enum TopRoute {
  struct Question: FilteredQuestion {
    var by = TopOrder.premium
    var filter = PrintFilter()
    var limit = 50
  }

  static let parameters = ParameterSet<Question>(
    [.choice("by", "What the rows are ordered by.", standard: .premium) { $0.by = $1 }]
      + ParameterSet<Question>.filters(
        sides: [.buy, .sell, .mid],
        sideMeaning: "Only contracts with more buy than sell volume (buy), more sell volume (sell), or as much (mid).",
        standardLimit: Question().limit))

  static func answer(_ question: Question, from model: ReadModel) -> TopAnswer {
    let filter = ResolvedFilter(question.filter, in: model.directory)
    let best = highest(model.snapshot.contracts, limit: question.limit, by: key(question.by)) {
      $0.trades > 0 && filter.matches($0, in: model.directory)
    }
    return TopAnswer(
      asOf: model.snapshot.streamTime, session: model.snapshot.session, by: question.by,
      rows: best.map { model.row($0) })
  }

  private static func key(_ order: TopOrder) -> (ContractSnapshot) -> Int64 {
    switch order {
    case .premium: \.premiumMicros
    case .volume: \.volume
    case .count: \.trades
    }
  }

  /// The `limit` highest, highest first; equal ones in order of `InstrumentID`. Looks at each contract once and keeps no
  /// more than it gives back.
  static func highest(
    _ contracts: [ContractSnapshot], limit: Int, by key: (ContractSnapshot) -> Int64,
    where isWanted: (ContractSnapshot) -> Bool
  ) -> [ContractSnapshot] {
    func isBefore(_ a: ContractSnapshot, _ b: ContractSnapshot) -> Bool {
      let (keyA, keyB) = (key(a), key(b))
      return keyA != keyB ? keyA > keyB : a.instrument < b.instrument
    }
    // Collects up to twice the limit, then throws the lower half away: n log k at worst.
    var kept: [ContractSnapshot] = []
    var floor = Int64.min
    for contract in contracts where key(contract) >= floor && isWanted(contract) {
      kept.append(contract)
      if kept.count >= 2 * limit {
        kept.sort(by: isBefore)
        kept.removeSubrange(limit...)
        floor = key(kept[limit - 1])
      }
    }
    kept.sort(by: isBefore)
    return Array(kept.prefix(limit))
  }
}

extension TopRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/top", operation: "getTop", summary: "Contracts with the most flow today",
      doc: "From the engine's newest snapshot, at most 250 ms old.", parameters: TopRoute.parameters.descriptions,
      answers: [.json(200, "The contracts, highest first.", TopAnswer.schema.record), .badParameter, .foreignHost])
  ]
}
